//! Administrative divisions: the 12-digit statistical division code (GB/T 2260
//! for the first six digits, then town and village), as government service data
//! uses it. The tree of names is data; this module only knows the digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A division, always 12 digits: province 2, city 2, county 2, town 3, village 3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode([u8; 12]);

/// How far down a division is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionLevel {
    /// The whole country (twelve zeros).
    Country,
    /// 省、自治区、直辖市
    Province,
    /// 市、州、盟
    City,
    /// 县、区
    County,
    /// 镇、乡、街道
    Town,
    /// 村、社区
    Village,
}

impl RegionLevel {
    /// Digits that carry meaning on this level.
    #[must_use]
    pub fn digits(self) -> usize {
        match self {
            Self::Country => 0,
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }

    /// 行使层级 (GB/T 39046 A.2): 1 国家级 … 6 村级.
    #[must_use]
    pub fn exercise_level(self) -> char {
        match self {
            Self::Country => '1',
            Self::Province => '2',
            Self::City => '3',
            Self::County => '4',
            Self::Town => '5',
            Self::Village => '6',
        }
    }

    fn up(self) -> Option<Self> {
        match self {
            Self::Country => None,
            Self::Province => Some(Self::Country),
            Self::City => Some(Self::Province),
            Self::County => Some(Self::City),
            Self::Town => Some(Self::County),
            Self::Village => Some(Self::Town),
        }
    }
}

/// Why a text is no division code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// Not 2, 4, 6, 9 or 12 digits.
    #[error("区划代码要 6 位、9 位或 12 位数字，您填了 {0} 位")]
    Length(usize),
    /// Something other than a digit.
    #[error("区划代码只能是数字")]
    NotDigits,
    /// A lower level without the one above, such as 440000001000.
    #[error("区划代码中间缺了一级，请核对")]
    Gap,
}

impl RegionCode {
    /// The whole country.
    pub const COUNTRY: Self = Self([b'0'; 12]);

    /// Reads 6, 9 or 12 digits (2 and 4 too) and fills up with zeros.
    ///
    /// # Errors
    /// [`RegionError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        let text = text.trim();
        let length = text.chars().count();
        if !text.bytes().all(|c| c.is_ascii_digit()) {
            return Err(RegionError::NotDigits);
        }
        if !matches!(length, 2 | 4 | 6 | 9 | 12) {
            return Err(RegionError::Length(length));
        }
        let mut code = [b'0'; 12];
        code[..length].copy_from_slice(text.as_bytes());
        let region = Self(code);
        // A town directly under a city is real (东莞 441900003000), so only a
        // village without town, a town under a bare province and anything
        // without a province are gaps.
        let empty = |from: usize, to: usize| code[from..to].iter().all(|digit| *digit == b'0');
        let filled = |from: usize, to: usize| !empty(from, to);
        if (filled(9, 12) && empty(6, 9)) || (filled(6, 12) && empty(2, 6)) || (filled(2, 12) && empty(0, 2)) {
            return Err(RegionError::Gap);
        }
        Ok(region)
    }

    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The array holds ASCII digits only; parse and up() see to it.
        std::str::from_utf8(&self.0).unwrap_or("000000000000")
    }

    /// The first six digits (GB/T 2260).
    #[must_use]
    pub fn six(&self) -> &str {
        &self.as_str()[..6]
    }

    /// The level, from the trailing zeros.
    #[must_use]
    pub fn level(&self) -> RegionLevel {
        use RegionLevel::{City, Country, County, Province, Town, Village};
        let significant = self.0.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
        [Country, Province, City, County, Town]
            .into_iter()
            .find(|level| significant <= level.digits())
            .unwrap_or(Village)
    }

    /// The digits that carry meaning: a prefix shared by everything inside, fit
    /// for a `LIKE 'prefix%'` scope.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.as_str()[..self.level().digits()]
    }

    /// The division above; `None` for the country. A town without county digits
    /// lies directly under its city.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.level().up().map(|level| self.cut(level))
    }

    /// The ancestors from the division above up to the country.
    #[must_use]
    pub fn ancestors(&self) -> Vec<Self> {
        std::iter::successors(self.parent(), Self::parent).collect()
    }

    /// The division this one lies in on `level`; itself when it is that high.
    #[must_use]
    pub fn at_level(&self, level: RegionLevel) -> Self {
        self.cut(level)
    }

    /// Whether `other` is this division or lies inside it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        let digits = self.level().digits();
        self.0[..digits] == other.0[..digits]
    }

    fn cut(self, level: RegionLevel) -> Self {
        let mut code = self.0;
        code[level.digits()..].fill(b'0');
        Self(code)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionCode({})", self.as_str())
    }
}

impl FromStr for RegionCode {
    type Err = RegionError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for RegionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn the_level_follows_from_the_zeros() {
        for (text, level) in [
            ("000000", RegionLevel::Country),
            ("440000", RegionLevel::Province),
            ("440100", RegionLevel::City),
            ("511602000000", RegionLevel::County),
            ("511602100", RegionLevel::Town),
            ("511602100201", RegionLevel::Village),
        ] {
            assert_eq!(code(text).level(), level, "{text}");
        }
    }

    #[test]
    fn a_village_lies_in_everything_above_it_and_in_nothing_beside() {
        let village = code("511602100201");
        let up: Vec<String> = village.ancestors().iter().map(ToString::to_string).collect();
        assert_eq!(up, ["511602100000", "511602000000", "511600000000", "510000000000", "000000000000"]);
        assert!(code("5116").contains(&village) && RegionCode::COUNTRY.contains(&village));
        assert!(!code("511603").contains(&village) && !village.contains(&code("511602")));
        assert_eq!(code("511602").prefix(), "511602");
        assert_eq!(code("441900003").parent(), Some(code("4419")), "a town of a city without counties");
    }

    #[test]
    fn a_wrong_code_says_what_is_wrong() {
        assert_eq!(RegionCode::parse("51160"), Err(RegionError::Length(5)));
        assert_eq!(RegionCode::parse("51160A"), Err(RegionError::NotDigits));
        assert_eq!(RegionCode::parse("440000001000"), Err(RegionError::Gap));
    }

    proptest! {
        #[test]
        fn every_ancestor_contains_the_division(p in 11_u32..83, c in 0_u32..100, d in 1_u32..100, t in 0_u32..1000) {
            let region = code(&format!("{p:02}{c:02}{d:02}{t:03}"));
            prop_assert_eq!(code(region.as_str()), region);
            for above in region.ancestors() {
                prop_assert!(above.contains(&region) && above.level() < region.level());
            }
        }
    }
}
