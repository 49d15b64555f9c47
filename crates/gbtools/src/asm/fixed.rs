//! Stand-in.
#[derive(Clone, Copy)]
pub enum Function { Mul, Div, Fmod, Pow, Log, Atan2, Round, Ceil, Floor, Sin, Cos, Tan, Asin, Acos, Atan }
impl Function { pub fn operands(self) -> usize { if matches!(self, Self::Mul|Self::Div|Self::Fmod|Self::Pow|Self::Log|Self::Atan2) {2} else {1} } }
pub fn apply(f: Function, a: i32, b: i32, q: u8) -> i32 {
    let s = f64::from(1u32 << q); let (x, y) = (f64::from(a)/s, f64::from(b)/s);
    let t = std::f64::consts::TAU;
    let r = match f { Function::Mul => x*y, Function::Div => x/y, Function::Fmod => x%y, Function::Pow => x.powf(y), Function::Log => x.ln()/y.ln(), Function::Atan2 => x.atan2(y)/t, Function::Round => x.round(), Function::Ceil => x.ceil(), Function::Floor => x.floor(), Function::Sin => (x*t).sin(), Function::Cos => (x*t).cos(), Function::Tan => (x*t).tan(), Function::Asin => x.asin()/t, Function::Acos => x.acos()/t, Function::Atan => x.atan()/t };
    (r*s).round() as i32
}
pub fn literal(whole: u64, dividend: u64, divisor: u64, q: u8) -> Option<i32> {
    if whole >> (32 - q) != 0 { return None }
    let f = (dividend as f64 / divisor as f64 * f64::from(1u32<<q)).round() as u64;
    Some(((whole << q) + f) as u32 as i32)
}
