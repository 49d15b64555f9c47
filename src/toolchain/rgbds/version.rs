//! Releases of RGBDS.

use std::fmt;

/// A release of RGBDS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// `MAJOR.MINOR.PATCH`.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// The revision of the object format that this release writes, and the only one that it reads (`rgbds(5)` of that
    /// release). `None` if the release is unknown.
    pub fn object_revision(self) -> Option<u32> {
        match (self.major, self.minor, self.patch) {
            (0, 6 | 7, _) => Some(9),
            (0, 8, _) => Some(10),
            (0, 9, 0 | 1) => Some(11),
            (0, 9, _) => Some(12),
            (1, 0, _) => Some(13),
            _ => None,
        }
    }

    /// Reads the output of `--version`: `rgbasm v1.0.3`, which may be followed by `-rc1`, `+hotfix` or a suffix of `git
    /// describe`.
    pub fn parse(printed: &str) -> Option<Self> {
        let word = printed.split_whitespace().find(|word| {
            let digits = word.strip_prefix('v').unwrap_or(word);
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.')
        })?;
        let digits = word.strip_prefix('v').unwrap_or(word);
        let digits = digits.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
        let mut numbers = digits.split('.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        let patch = numbers.next().filter(|number| !number.is_empty()).map_or(Ok(0), str::parse).ok()?;
        Some(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_tolerance() {
        let parse = |text| Version::parse(text).map(|version| version.to_string());
        assert_eq!(parse("rgbasm v1.0.4").as_deref(), Some("1.0.4"));
        assert_eq!(parse("rgbasm v0.9.0-rc1").as_deref(), Some("0.9.0"));
        assert_eq!(parse("rgblink v0.9.1-45-gabc1234\n").as_deref(), Some("0.9.1"));
        assert_eq!(parse("rgbfix v1.0.2+hotfix").as_deref(), Some("1.0.2"));
        assert_eq!(parse("rgbasm v1.1").as_deref(), Some("1.1.0"));
        assert_eq!(parse("rgbasm 1.0.0").as_deref(), Some("1.0.0"));
        assert_eq!(parse("something else"), None);
        assert_eq!(parse(""), None);
        assert!(Version::new(0, 10, 0) > Version::new(0, 9, 4));
    }
}
