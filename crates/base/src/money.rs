//! Money as whole fen in an `i64`: no fraction is ever lost.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in fen (1 元 = 100 分). JSON carries the integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Whole yuan; `None` on overflow.
    #[must_use]
    pub fn from_yuan(yuan: i64) -> Option<Self> {
        yuan.checked_mul(100).map(Self)
    }

    /// The sum, or `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The amount `count` times, or `None` on overflow.
    #[must_use]
    pub fn checked_mul(self, count: i64) -> Option<Self> {
        self.0.checked_mul(count).map(Self)
    }

    /// The amount without sign and grouping, as forms take it: `1280.00`.
    #[must_use]
    pub fn plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let amount = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", amount / 100, amount % 100)
    }
}

/// `¥1,280.00`, negative `-¥1,280.00`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.0.unsigned_abs();
        let yuan = (amount / 100).to_string();
        f.write_str(if self.0 < 0 { "-¥" } else { "¥" })?;
        for (index, digit) in yuan.chars().enumerate() {
            if index > 0 && (yuan.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{:02}", amount % 100)
    }
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a number.
    #[error("金额要填数字，例如 1280.50")]
    NotANumber,
    /// More than two decimals.
    #[error("金额最多写到分，小数点后只能有 2 位")]
    TooFine,
    /// Beyond what can be stored.
    #[error("金额太大，请核对位数")]
    TooLarge,
}

/// Reads yuan: `1280`, `1,280.5`, `¥1,280.50`.
impl FromStr for Fen {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cleaned: String = text.trim().chars().filter(|c| !matches!(c, ',' | '，' | '¥' | '￥' | ' ')).collect();
        let (negative, digits) = cleaned.strip_prefix('-').map_or((false, cleaned.as_str()), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let numeric = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !numeric(whole) || !numeric(fraction) || digits.ends_with('.') {
            return Err(MoneyError::NotANumber);
        }
        if fraction.len() > 2 {
            return Err(MoneyError::TooFine);
        }
        let fen: i64 = format!("{whole}{fraction:0<2}").parse().map_err(|_| MoneyError::TooLarge)?;
        Ok(Self(if negative { -fen } else { fen }))
    }
}

/// Saturates instead of wrapping.
impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| Self(sum.0.saturating_add(amount.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_shown_in_groups_of_three_with_two_decimals() {
        assert_eq!(Fen(128_000).to_string(), "¥1,280.00");
        assert_eq!(Fen(5).to_string(), "¥0.05");
        assert_eq!(Fen(-123_456_789).to_string(), "-¥1,234,567.89");
        assert_eq!(Fen(99_999).to_string(), "¥999.99");
        assert_eq!(Fen(i64::MIN).to_string(), "-¥92,233,720,368,547,758.08");
        assert_eq!(serde_json::to_string(&Fen(128_000)).unwrap(), "128000");
    }

    #[test]
    fn a_wrong_amount_says_what_is_wrong() {
        assert_eq!("1280.5".parse(), Ok(Fen(128_050)));
        assert_eq!("12.345".parse::<Fen>(), Err(MoneyError::TooFine));
        assert_eq!("十二".parse::<Fen>(), Err(MoneyError::NotANumber));
        assert_eq!("12.".parse::<Fen>(), Err(MoneyError::NotANumber));
        assert_eq!("99999999999999999999".parse::<Fen>(), Err(MoneyError::TooLarge));
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_read_back(fen in -(1_i64 << 60)..(1_i64 << 60)) {
            prop_assert_eq!(Fen(fen).to_string().parse(), Ok(Fen(fen)));
            prop_assert_eq!(Fen(fen).plain().parse(), Ok(Fen(fen)));
        }
    }
}
