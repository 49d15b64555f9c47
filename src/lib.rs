//! x
mod cancel;
pub mod program;
pub use cancel::{Cancel, Subscription, Urgency};
