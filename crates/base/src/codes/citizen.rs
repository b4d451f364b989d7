//! 公民身份号码 (GB 11643-1999) and the two kinds of 18-digit numbers built like
//! it: residence permits of Hong Kong, Macao and Taiwan residents (81, 82, 83)
//! and the foreign permanent resident card since 2023 (9).

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::{normalise, text_code};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// A checked 18-character number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenId(String);

text_code!(CitizenId);

/// Logs get the masked form.
impl std::fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CitizenId({})", crate::mask::citizen_id(&self.0))
    }
}

/// Whose number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CitizenIdKind {
    /// 居民身份证
    Citizen,
    /// 港澳台居民居住证, Hong Kong (810000)
    HongKongResident,
    /// Macao (820000)
    MacaoResident,
    /// Taiwan (830000)
    TaiwanResident,
    /// 外国人永久居留身份证
    ForeignPermanentResident,
}

/// GB/T 2261.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男, code 1
    Male,
    /// 女, code 2
    Female,
}

impl Sex {
    /// The code of GB/T 2261.1.
    #[must_use]
    pub fn code(self) -> char {
        match self {
            Self::Male => '1',
            Self::Female => '2',
        }
    }
}

/// Why a text is no such number, in the order the checks are made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    /// Nothing given.
    #[error("填写身份证号码")]
    Empty,
    /// Not 18 characters.
    #[error("身份证号码要 18 位，您填了 {0} 位")]
    Length(usize),
    /// Something else than a digit, or than digit and X in the last place.
    #[error("身份证号码第 {position} 位是“{found}”，前 17 位只能是数字，最后一位是数字或 X")]
    Character {
        /// Place, from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// No such day.
    #[error("身份证号码第 7 到 14 位“{0}”不是一个真实的日期，请照证件核对")]
    Date(String),
    /// Born after today.
    #[error("身份证号码里的出生日期“{0}”在今天之后，请照证件核对")]
    Future(String),
    /// The check character differs: a digit is wrong or two are swapped.
    #[error("身份证号码的校验位对不上，可能有一位填错了，请照证件核对")]
    Check,
}

impl CitizenId {
    /// Reads and checks in the legal order: 18 characters → a real date, not
    /// after `today` → the check character. An address code missing from
    /// today's division table is no reason to refuse: divisions change, numbers
    /// don't.
    ///
    /// # Errors
    /// [`CitizenIdError`], the first check that fails.
    pub fn parse(text: &str, today: Date) -> Result<Self, CitizenIdError> {
        let id = Self::restore(text);
        let unchecked_date = match &id {
            Ok(id) => Some(id.birth_date()),
            // The check character comes last: a date in the future is said first.
            Err(CitizenIdError::Check) => date_of(&normalise(text)),
            Err(_) => None,
        };
        match unchecked_date.filter(|date| *date > today) {
            Some(_) => Err(CitizenIdError::Future(normalise(text)[6..14].to_owned())),
            None => id,
        }
    }

    /// Reads a number that was accepted before, without comparing the birth
    /// date with a day.
    ///
    /// # Errors
    /// [`CitizenIdError`], the first check that fails.
    pub fn restore(text: &str) -> Result<Self, CitizenIdError> {
        let id = normalise(text);
        let length = id.chars().count();
        if length == 0 {
            return Err(CitizenIdError::Empty);
        }
        if length != 18 {
            return Err(CitizenIdError::Length(length));
        }
        let wrong = id.chars().enumerate().find(|(index, c)| !(c.is_ascii_digit() || (*index == 17 && *c == 'X')));
        if let Some((index, found)) = wrong {
            return Err(CitizenIdError::Character { position: index + 1, found });
        }
        if date_of(&id).is_none() {
            return Err(CitizenIdError::Date(id[6..14].to_owned()));
        }
        if !id.ends_with(check_character(&id.as_bytes()[..17])) {
            return Err(CitizenIdError::Check);
        }
        Ok(Self(id))
    }

    /// Builds a number from its parts: 6-digit address, birth date, order.
    /// For samples and simulators.
    ///
    /// # Errors
    /// [`CitizenIdError`] when the parts make no number.
    pub fn build(address: &str, birth: Date, order: u16) -> Result<Self, CitizenIdError> {
        let body = format!("{address}{:04}{:02}{:02}{order:03}", birth.year(), u8::from(birth.month()), birth.day());
        let check = if body.len() == 17 { check_character(body.as_bytes()) } else { '?' };
        Self::restore(&format!("{body}{check}"))
    }

    /// Whose number it is.
    #[must_use]
    pub fn kind(&self) -> CitizenIdKind {
        match &self.0[..2] {
            "81" => CitizenIdKind::HongKongResident,
            "82" => CitizenIdKind::MacaoResident,
            "83" => CitizenIdKind::TaiwanResident,
            other if other.starts_with('9') => CitizenIdKind::ForeignPermanentResident,
            _ => CitizenIdKind::Citizen,
        }
    }

    /// Date of birth.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        // Checked when the value was made.
        date_of(&self.0).unwrap_or(Date::MIN)
    }

    /// Sex, from the order digit: odd male, even female.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Full years of age on a day.
    #[must_use]
    pub fn age_on(&self, day: Date) -> u32 {
        let birth = self.birth_date();
        let had_birthday = (day.month() as u8, day.day()) >= (birth.month() as u8, birth.day());
        u32::try_from(day.year() - birth.year() - i32::from(!had_birthday)).unwrap_or(0)
    }

    /// The six digits of the address of first registration (GB/T 2260).
    #[must_use]
    pub fn address_code(&self) -> &str {
        &self.0[..6]
    }
}

fn date_of(id: &str) -> Option<Date> {
    let number = |from: usize, to: usize| id.get(from..to)?.parse::<u16>().ok();
    let month = Month::try_from(u8::try_from(number(10, 12)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(number(6, 10)?), month, u8::try_from(number(12, 14)?).ok()?).ok()
}

/// ISO 7064 MOD 11-2 over 17 digits.
fn check_character(digits: &[u8]) -> char {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    char::from(CHECKS[(sum % 11) as usize])
}
