//! `-s`: writes parts of the final state to files.

use bstr::{BStr, BString, ByteSlice};

use super::{Console, End};
use crate::asm::Feature;

/// A file, and the parts that are written to it.
pub(super) struct StateFile {
    pub(super) file: BString,
    pub(super) features: Vec<Feature>,
}

impl StateFile {
    /// `equ, var`
    pub(super) fn names(&self) -> String {
        let name = |feature: &Feature| match feature {
            Feature::Constants => "equ",
            Feature::Variables => "var",
            Feature::Strings => "equs",
            Feature::Charmaps => "char",
            Feature::Macros => "macro",
        };
        let names: Vec<_> = self.features.iter().map(name).collect();
        names.join(", ")
    }
}

const ALL: [Feature; 5] =
    [Feature::Constants, Feature::Variables, Feature::Strings, Feature::Charmaps, Feature::Macros];

/// Adds the file of a `-s`. A file that an earlier `-s` names gets the new parts.
pub(super) fn add(states: &mut Vec<StateFile>, value: &BStr, console: &mut Console<'_, '_>) -> Result<(), End> {
    let (names, file) = value.split_once_str(":").ok_or_else(|| End::invalid("-s"))?;
    let features = features(names.as_bstr(), console)?;
    let file = BString::from(file);
    if let Some(old) = states.iter_mut().find(|state| state.file == file) {
        console.warning("overriding", format!("Overriding state file \"{file}\""));
        old.features = features;
    } else {
        states.push(StateFile { file, features });
    }
    Ok(())
}

fn features(names: &BStr, console: &mut Console<'_, '_>) -> Result<Vec<Feature>, End> {
    let mut features = Vec::new();
    for name in names.split_str(",") {
        let name = name.trim_with(|letter| letter == ' ' || letter == '\t').as_bstr();
        let feature = match name.to_ascii_lowercase().as_slice() {
            b"" => return Err(End::fatal("empty-feature", "Empty feature for option '-s'")),
            b"equ" => Feature::Constants,
            b"var" => Feature::Variables,
            b"equs" => Feature::Strings,
            b"char" => Feature::Charmaps,
            b"macro" => Feature::Macros,
            b"all" => {
                if !features.is_empty() {
                    let text = "The features before \"all\" in option '-s' are part of it";
                    console.warning("redundant-feature", text);
                }
                features = ALL.to_vec();
                continue;
            }
            _ => return Err(End::fatal("invalid-feature", format!("Invalid feature for option '-s': \"{name}\""))),
        };
        if features.contains(&feature) {
            console.warning("duplicate-feature", format!("Duplicate feature for option '-s': \"{name}\""));
        } else {
            features.push(feature);
        }
    }
    Ok(features)
}
