//! 统一社会信用代码 (GB 32100-2015) and the organisation code inside it
//! (GB 11714-1997).

use super::{normalise, text_code, text_code_reading};

/// No I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^(i-1) mod 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A checked 18-character unified social credit code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

text_code!(Uscc);
text_code_reading!(Uscc, UsccError);

/// Why a text is no such code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsccError {
    /// Nothing given.
    #[error("填写统一社会信用代码")]
    Empty,
    /// Not 18 characters.
    #[error("统一社会信用代码要 18 位，您填了 {0} 位")]
    Length(usize),
    /// A character the alphabet lacks.
    #[error(
        "统一社会信用代码第 {position} 位是“{found}”，代码里没有这个字符（不用字母 I、O、S、V、Z），请照营业执照核对"
    )]
    Character {
        /// Place, from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The registration district (places 3 to 8) is not numeric.
    #[error("统一社会信用代码第 3 到 8 位是登记地，只能是数字，请照营业执照核对")]
    Region,
    /// The check character differs.
    #[error("统一社会信用代码的校验位对不上，可能有一位填错了，请照营业执照核对")]
    Check,
}

impl Uscc {
    /// Reads and checks.
    ///
    /// # Errors
    /// [`UsccError`], the first check that fails.
    pub fn parse(text: &str) -> Result<Self, UsccError> {
        let code = Self::accept_despite_check(text)?;
        if code.0.as_bytes()[17] != check_character(&code.0.as_bytes()[..17]) {
            return Err(UsccError::Check);
        }
        Ok(code)
    }

    /// Reads without the check character: some codes issued while the scheme
    /// was introduced fail it. Only after an authorised user said so, with a
    /// record of who.
    ///
    /// # Errors
    /// [`UsccError`] for length, alphabet or district.
    pub fn accept_despite_check(text: &str) -> Result<Self, UsccError> {
        let code = normalise(text).replace('-', "");
        let length = code.chars().count();
        if length == 0 {
            return Err(UsccError::Empty);
        }
        if length != 18 {
            return Err(UsccError::Length(length));
        }
        let wrong = code.chars().enumerate().find(|(_, c)| !c.is_ascii() || !ALPHABET.contains(&(*c as u8)));
        if let Some((index, found)) = wrong {
            return Err(UsccError::Character { position: index + 1, found });
        }
        if !code.as_bytes()[2..8].iter().all(u8::is_ascii_digit) {
            return Err(UsccError::Region);
        }
        Ok(Self(code))
    }

    /// Builds a code from its first 17 characters.
    ///
    /// # Errors
    /// [`UsccError`] when they are not such characters.
    pub fn build(body: &str) -> Result<Self, UsccError> {
        let body = normalise(body);
        let check = if body.len() == 17 { check_character(body.as_bytes()) } else { b'0' };
        Self::parse(&format!("{body}{}", char::from(check)))
    }

    /// Registering department and kind of body (places 1 and 2): 91 企业,
    /// 92 个体工商户, 11 机关, …
    #[must_use]
    pub fn body_kind(&self) -> &str {
        &self.0[..2]
    }

    /// What the first two characters mean, when known.
    #[must_use]
    pub fn body_kind_text(&self) -> &'static str {
        match self.body_kind() {
            "11" => "机关",
            "12" => "事业单位",
            "13" => "群众团体",
            "19" => "其他编制机构",
            "51" => "社会团体",
            "52" => "民办非企业单位",
            "53" => "基金会",
            "91" => "企业",
            "92" => "个体工商户",
            "93" => "农民专业合作社",
            _ => "其他组织",
        }
    }

    /// The registration district, six digits.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[2..8]
    }

    /// The organisation code inside (places 9 to 17), not checked again.
    #[must_use]
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
}

/// 31 − Σ mod 31, where 31 means 0. Characters outside the alphabet count 0;
/// callers refuse them.
fn check_character(body: &[u8]) -> u8 {
    let value = |character: &u8| ALPHABET.iter().position(|c| c == character).unwrap_or(0);
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(character, weight)| value(character) as u32 * weight).sum();
    ALPHABET[((31 - sum % 31) % 31) as usize]
}

/// A checked 9-character organisation code, without the hyphen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode(String);

text_code!(OrganisationCode);
text_code_reading!(OrganisationCode, OrganisationCodeError);

/// Why a text is no organisation code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationCodeError {
    /// Not 9 characters.
    #[error("组织机构代码要 9 位，您填了 {0} 位")]
    Length(usize),
    /// Not a digit or letter.
    #[error("组织机构代码只能是数字和字母")]
    Character,
    /// The check character differs.
    #[error("组织机构代码的校验位对不上，请照代码证核对")]
    Check,
}

impl OrganisationCode {
    /// Reads `12345678-9` or `123456789` and checks.
    ///
    /// # Errors
    /// [`OrganisationCodeError`].
    pub fn parse(text: &str) -> Result<Self, OrganisationCodeError> {
        let code = normalise(text).replace('-', "");
        let length = code.chars().count();
        if length != 9 {
            return Err(OrganisationCodeError::Length(length));
        }
        if !code.bytes().all(|c| c.is_ascii_alphanumeric()) {
            return Err(OrganisationCodeError::Character);
        }
        let weights = [3, 7, 9, 10, 5, 8, 4, 2];
        let value = |character: char| character.to_digit(36).unwrap_or(0);
        let sum: u32 = code.chars().zip(weights).map(|(character, weight)| value(character) * weight).sum();
        let expected = match 11 - sum % 11 {
            10 => 'X',
            11 => '0',
            digit => char::from_digit(digit, 10).unwrap_or('0'),
        };
        if !code.ends_with(expected) {
            return Err(OrganisationCodeError::Check);
        }
        Ok(Self(code))
    }
}
