//! Telephone numbers: mobile (11 digits, 13 to 19) and fixed lines with area
//! code.

use super::{normalise, text_code, text_code_reading};

/// A checked number: `13812341234`, or `020-87654321`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

text_code!(Phone);
text_code_reading!(Phone, PhoneError);

/// Logs get the masked form.
impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({})", crate::mask::phone(&self.0))
    }
}

/// Why a text is no telephone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing given.
    #[error("填写手机号码")]
    Empty,
    /// Something other than digits.
    #[error("手机号码只能是数字，请去掉“{0}”")]
    Character(char),
    /// Not 11 digits.
    #[error("手机号码要 11 位，您填了 {0} 位")]
    Length(usize),
    /// No mobile number begins so.
    #[error("手机号码以 13 到 19 开头，您填的是 {0} 开头，请核对")]
    Prefix(String),
    /// Neither a mobile number nor a fixed line.
    #[error("电话填 11 位手机号码，或区号加座机号，例如 020-87654321")]
    Unknown,
}

/// Keeps digits; drops the country code and the usual separators.
fn digits_of(text: &str) -> Result<String, PhoneError> {
    let text: String = normalise(text).chars().filter(|c| !matches!(c, '-' | '(' | ')' | '–' | '—')).collect();
    let text = text.strip_prefix("+86").or_else(|| text.strip_prefix("0086")).unwrap_or(&text);
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    match text.chars().find(|c| !c.is_ascii_digit()) {
        Some(other) => Err(PhoneError::Character(other)),
        None => Ok(text.to_owned()),
    }
}

impl Phone {
    /// Reads a mobile number.
    ///
    /// # Errors
    /// [`PhoneError`]; the length error tells how many digits were given.
    pub fn parse_mobile(text: &str) -> Result<Self, PhoneError> {
        let digits = digits_of(text)?;
        if digits.len() != 11 {
            return Err(PhoneError::Length(digits.len()));
        }
        if !digits.starts_with('1') || !matches!(digits.as_bytes()[1], b'3'..=b'9') {
            return Err(PhoneError::Prefix(digits[..2].to_owned()));
        }
        Ok(Self(digits))
    }

    /// Reads a mobile number or a fixed line with area code.
    ///
    /// # Errors
    /// [`PhoneError`]. A text that begins like a mobile number gets the error
    /// of a mobile number.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let digits = digits_of(text)?;
        if digits.starts_with('1') {
            return Self::parse_mobile(&digits);
        }
        // 010 and 02x have three digits, the others four; numbers have 7 or 8.
        let area = if digits.starts_with("010") || digits.starts_with("02") { 3 } else { 4 };
        let fits = digits.starts_with('0') && digits.len() > area && matches!(digits.len() - area, 7 | 8);
        if !fits || matches!(digits.as_bytes()[area], b'0' | b'1') {
            return Err(PhoneError::Unknown);
        }
        Ok(Self(format!("{}-{}", &digits[..area], &digits[area..])))
    }

    /// Whether messages can be sent to it.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        !self.0.contains('-')
    }
}
