//! Codes of service items and cases (GB/T 39554.1-2020, structure checked on
//! live codes): basic 12 ⊂ task 31 ⊂ handle 33, and the case number built on the
//! task code.

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use super::{Uscc, normalise, text_code, text_code_reading};

/// 事项类型 (GB/T 39046 A.1). 11 to 19 and 21 up are free extensions, kept by
/// the basic code as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemType {
    /// 行政许可
    #[serde(rename = "01")]
    Licence,
    /// 行政处罚
    #[serde(rename = "02")]
    Punishment,
    /// 行政强制
    #[serde(rename = "03")]
    Coercion,
    /// 行政征收
    #[serde(rename = "04")]
    Levy,
    /// 行政给付
    #[serde(rename = "05")]
    Benefit,
    /// 行政检查
    #[serde(rename = "06")]
    Inspection,
    /// 行政确认
    #[serde(rename = "07")]
    Confirmation,
    /// 行政奖励
    #[serde(rename = "08")]
    Award,
    /// 行政裁决
    #[serde(rename = "09")]
    Ruling,
    /// 其他行政权力
    #[serde(rename = "10")]
    OtherPower,
    /// 公共服务
    #[serde(rename = "20")]
    PublicService,
}

impl ItemType {
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Licence, "01", "行政许可"),
        (Self::Punishment, "02", "行政处罚"),
        (Self::Coercion, "03", "行政强制"),
        (Self::Levy, "04", "行政征收"),
        (Self::Benefit, "05", "行政给付"),
        (Self::Inspection, "06", "行政检查"),
        (Self::Confirmation, "07", "行政确认"),
        (Self::Award, "08", "行政奖励"),
        (Self::Ruling, "09", "行政裁决"),
        (Self::OtherPower, "10", "其他行政权力"),
        (Self::PublicService, "20", "公共服务"),
    ];

    /// The type with this code; `None` for extensions.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == code).map(|(kind, ..)| *kind)
    }

    /// Two digits.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, code, _)| code)
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., name)| name)
    }

    /// Whether people apply for it (shown in the hall), by 国发〔2022〕5号; the
    /// others are acts of office.
    #[must_use]
    pub fn is_on_application(self) -> bool {
        !matches!(self, Self::Punishment | Self::Coercion | Self::Levy | Self::Inspection)
    }
}

/// Why a text is no such code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceCodeError {
    /// Wrong length.
    #[error("{name}要 {expected} 位，您填了 {found} 位")]
    Length {
        /// Name of the code.
        name: &'static str,
        /// Length expected, as text.
        expected: &'static str,
        /// Length found.
        found: usize,
    },
    /// Letters where digits belong.
    #[error("{0}的这一段只能是数字，请核对")]
    Digits(&'static str),
    /// The implementing body is no USCC.
    #[error("实施编码的前 18 位要是实施机构的统一社会信用代码")]
    Body,
    /// Not 1 to 7.
    #[error("行使层级要在 1 到 7 之间")]
    Level,
    /// Running number outside its range.
    #[error("顺序号超出范围")]
    Running,
    /// The day in a case number does not exist.
    #[error("办件编号里的日期不真实，请核对")]
    Date,
}

const BASIC: &str = "基本编码";
const TASK: &str = "实施编码";
const HANDLE: &str = "业务办理项编码";
const CASE: &str = "办件编号";

fn of_length(
    text: &str,
    name: &'static str,
    length: usize,
    expected: &'static str,
) -> Result<String, ServiceCodeError> {
    let code = normalise(text);
    let found = code.chars().count();
    if found != length {
        return Err(ServiceCodeError::Length { name, expected, found });
    }
    if !code.is_ascii() {
        return Err(ServiceCodeError::Digits(name));
    }
    Ok(code)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

/// 基本编码: region 2 (00 national, else province) + type 2 + main item 5 + sub
/// item 3 (000: none).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BasicCode(String);

text_code!(BasicCode);
text_code_reading!(BasicCode, ServiceCodeError);

impl BasicCode {
    /// Reads and checks.
    ///
    /// # Errors
    /// [`ServiceCodeError`].
    pub fn parse(text: &str) -> Result<Self, ServiceCodeError> {
        let code = of_length(text, BASIC, 12, "12")?;
        if is_digits(&code) { Ok(Self(code)) } else { Err(ServiceCodeError::Digits(BASIC)) }
    }

    /// Province digits, 00 for national.
    #[must_use]
    pub fn province(&self) -> &str {
        &self.0[..2]
    }

    /// Item type digits.
    #[must_use]
    pub fn type_code(&self) -> &str {
        &self.0[2..4]
    }

    /// Item type, unless it is an extension.
    #[must_use]
    pub fn item_type(&self) -> Option<ItemType> {
        ItemType::from_code(self.type_code())
    }

    /// Main item, five digits.
    #[must_use]
    pub fn main(&self) -> &str {
        &self.0[4..9]
    }

    /// Sub item, three digits; `None` for a main item without sub items.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        Some(&self.0[9..]).filter(|sub| *sub != "000")
    }

    /// The main item this one belongs to.
    #[must_use]
    pub fn main_item(&self) -> Self {
        Self(format!("{}000", &self.0[..9]))
    }
}

/// 实施编码: implementing body's USCC 18 + exercise level 1 + basic code 12.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskCode(String);

text_code!(TaskCode);
text_code_reading!(TaskCode, ServiceCodeError);

impl TaskCode {
    /// Reads and checks. The body's code is checked in form only, as live
    /// records hold codes of the transition time.
    ///
    /// # Errors
    /// [`ServiceCodeError`].
    pub fn parse(text: &str) -> Result<Self, ServiceCodeError> {
        let code = of_length(text, TASK, 31, "31")?;
        if Uscc::accept_despite_check(&code[..18]).is_err() {
            return Err(ServiceCodeError::Body);
        }
        if !matches!(code.as_bytes()[18], b'1'..=b'7') {
            return Err(ServiceCodeError::Level);
        }
        if !is_digits(&code[19..]) {
            return Err(ServiceCodeError::Digits(TASK));
        }
        Ok(Self(code))
    }

    /// Builds from the parts; `level` as in GB/T 39046 A.2 (1 国家级 … 7 分级管理).
    ///
    /// # Errors
    /// [`ServiceCodeError::Level`].
    pub fn build(body: &Uscc, level: char, basic: &BasicCode) -> Result<Self, ServiceCodeError> {
        Self::parse(&format!("{body}{level}{basic}"))
    }

    /// The implementing body's USCC.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.0[..18]
    }

    /// The exercise level, '1' to '7'.
    #[must_use]
    pub fn level(&self) -> char {
        char::from(self.0.as_bytes()[18])
    }

    /// The basic code.
    #[must_use]
    pub fn basic(&self) -> BasicCode {
        BasicCode(self.0[19..].to_owned())
    }
}

/// 业务办理项编码: task code 31 + order 2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandleCode(String);

text_code!(HandleCode);
text_code_reading!(HandleCode, ServiceCodeError);

impl HandleCode {
    /// Reads and checks.
    ///
    /// # Errors
    /// [`ServiceCodeError`].
    pub fn parse(text: &str) -> Result<Self, ServiceCodeError> {
        let code = of_length(text, HANDLE, 33, "33")?;
        TaskCode::parse(&code[..31])?;
        if is_digits(&code[31..]) { Ok(Self(code)) } else { Err(ServiceCodeError::Digits(HANDLE)) }
    }

    /// Builds from the parts; `order` 1 to 99.
    ///
    /// # Errors
    /// [`ServiceCodeError::Running`].
    pub fn build(task: &TaskCode, order: u8) -> Result<Self, ServiceCodeError> {
        if !(1..=99).contains(&order) {
            return Err(ServiceCodeError::Running);
        }
        Ok(Self(format!("{task}{order:02}")))
    }

    /// The task code.
    #[must_use]
    pub fn task(&self) -> TaskCode {
        TaskCode(self.0[..31].to_owned())
    }

    /// The order, two digits.
    #[must_use]
    pub fn order(&self) -> &str {
        &self.0[31..]
    }
}

/// 办件编号: task code 31 + yyyyMMdd + running number of the day, 4 digits and
/// up to 6 when the day is full. At most 50 characters are allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber(String);

text_code!(CaseNumber);
text_code_reading!(CaseNumber, ServiceCodeError);

impl CaseNumber {
    /// Reads and checks.
    ///
    /// # Errors
    /// [`ServiceCodeError`].
    pub fn parse(text: &str) -> Result<Self, ServiceCodeError> {
        let code = normalise(text);
        let found = code.chars().count();
        if !(43..=45).contains(&found) {
            return Err(ServiceCodeError::Length { name: CASE, expected: "43 到 45", found });
        }
        if !code.is_ascii() || !is_digits(&code[31..]) {
            return Err(ServiceCodeError::Digits(CASE));
        }
        TaskCode::parse(&code[..31])?;
        let number = Self(code);
        number.read_date().ok_or(ServiceCodeError::Date)?;
        Ok(number)
    }

    /// Builds from the parts; `running` 1 to 999999 within the item and day.
    ///
    /// # Errors
    /// [`ServiceCodeError::Running`].
    pub fn build(task: &TaskCode, date: Date, running: u32) -> Result<Self, ServiceCodeError> {
        if !(1..=999_999).contains(&running) || !(0..=9999).contains(&date.year()) {
            return Err(ServiceCodeError::Running);
        }
        Ok(Self(format!("{task}{:04}{:02}{:02}{running:04}", date.year(), u8::from(date.month()), date.day())))
    }

    /// The task code.
    #[must_use]
    pub fn task(&self) -> TaskCode {
        TaskCode(self.0[..31].to_owned())
    }

    /// The day it was given.
    #[must_use]
    pub fn date(&self) -> Date {
        // Checked when the value was made.
        self.read_date().unwrap_or(Date::MIN)
    }

    fn read_date(&self) -> Option<Date> {
        let number = |from: usize, to: usize| self.0[from..to].parse::<u16>().ok();
        let month = Month::try_from(u8::try_from(number(35, 37)?).ok()?).ok()?;
        Date::from_calendar_date(i32::from(number(31, 35)?), month, u8::try_from(number(37, 39)?).ok()?).ok()
    }

    /// The running number of the day.
    #[must_use]
    pub fn running(&self) -> u32 {
        self.0[39..].parse().unwrap_or(0)
    }
}
