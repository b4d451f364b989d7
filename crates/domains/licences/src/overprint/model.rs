//! Sheets of stock, offsets of printers, and what may be printed. Pure.

use platform::web::problem::{FieldProblem, Problem, Result};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Farthest a printer may be off, tenths of a millimetre.
const MAX_OFFSET: i64 = 300;
/// Longest number of a blank.
const MAX_NUMBER: usize = 32;
/// Longest name of a printer.
const MAX_PRINTER: usize = 40;
/// Longest reason.
const MAX_REASON: usize = 200;

/// How far a printer is off, in tenths of a millimetre: whole numbers, so that what was set is what is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrinterOffset)]
pub struct Offset {
    /// To the right; negative to the left.
    #[serde(default)]
    pub x: i64,
    /// Downwards; negative upwards.
    #[serde(default)]
    pub y: i64,
}

impl Offset {
    /// Within what a printer can be adjusted by.
    ///
    /// # Errors
    /// 422 naming the side.
    pub fn check(self) -> Result<Self> {
        let errors: Vec<FieldProblem> = [("/offset/x", self.x, "左右"), ("/offset/y", self.y, "上下")]
            .into_iter()
            .filter(|(_, value, _)| value.abs() > MAX_OFFSET)
            .map(|(place, _, side)| {
                let message = format!("{side}最多偏移 {} 毫米，再多请检查纸张是否放正", MAX_OFFSET / 10);
                FieldProblem::new(place, "range", message)
            })
            .collect();
        if errors.is_empty() { Ok(self) } else { Err(Problem::invalid(errors)) }
    }
}

/// What became of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StockState)]
pub enum SheetState {
    /// A licence was printed on it.
    Used,
    /// Written off.
    Spoiled,
}

impl SheetState {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Spoiled => "spoiled",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        if text == "spoiled" { Self::Spoiled } else { Self::Used }
    }

    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Used => "已使用",
            Self::Spoiled => "已作废",
        }
    }
}

/// A sheet of stock that was printed on or written off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Id.
    pub id: Uuid,
    /// Kind of licence the stock is for.
    pub type_key: String,
    /// Serial number on the blank.
    pub number: String,
    /// State.
    pub state: SheetState,
    /// The licence printed on it; none for a blank spoiled unprinted.
    pub licence: Option<Uuid>,
    /// Its number.
    pub licence_number: Option<String>,
    /// How often it went through the printer.
    pub prints: i64,
    /// Name of the printer; empty for a blank spoiled unprinted.
    pub printer: String,
    /// Offset of the last print.
    pub offset: Offset,
    /// Why it was printed again.
    pub reason: Option<String>,
    /// Who printed last.
    pub printed_by: Option<String>,
    /// When.
    pub printed_at: Option<OffsetDateTime>,
    /// Who wrote it off.
    pub spoiled_by: Option<String>,
    /// When.
    pub spoiled_at: Option<OffsetDateTime>,
    /// Why.
    pub spoil_reason: Option<String>,
}

/// A request to print.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrintOverprint)]
pub struct Print {
    /// Serial number on the blank that lies in the printer.
    pub stock_number: String,
    /// Name of the printer, to remember the offset by.
    #[serde(default)]
    pub printer: String,
    /// Its offset.
    #[serde(default)]
    pub offset: Offset,
    /// Why it is printed again; wanted from the second time on.
    #[serde(default)]
    pub reason: String,
}

impl Print {
    /// Tidied and checked; `printed` is how often this licence was printed before.
    ///
    /// # Errors
    /// 422 naming each field.
    pub fn check(mut self, printed: i64) -> Result<Self> {
        self.offset.check()?;
        self.stock_number = stock_number(&self.stock_number)?;
        self.printer = self.printer.trim().to_owned();
        self.reason = self.reason.trim().to_owned();
        if self.printer.chars().count() > MAX_PRINTER {
            return Err(Problem::invalid_field("/printer", "length", format!("打印机名称最多 {MAX_PRINTER} 个字")));
        }
        if self.reason.chars().count() > MAX_REASON {
            return Err(Problem::invalid_field("/reason", "length", format!("重打的原因最多 {MAX_REASON} 个字")));
        }
        if printed > 0 && self.reason.is_empty() {
            let message = format!("这份证照已经打印过 {printed} 次，请写明再打一次的原因");
            return Err(Problem::invalid_field("/reason", "required", message));
        }
        Ok(self)
    }
}

/// The number of a blank as it is kept: capitals, no spaces.
///
/// # Errors
/// 422 when it is none.
pub fn stock_number(text: &str) -> Result<String> {
    let number: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let fit = (1..=MAX_NUMBER).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fit {
        Ok(number)
    } else {
        let message = format!("填写空白证上印的编号，只有字母、数字和连字符，最多 {MAX_NUMBER} 位");
        Err(Problem::invalid_field("/stock_number", "stock_number", message))
    }
}

/// Why a sheet is written off.
///
/// # Errors
/// 422 when empty or too long.
pub fn spoil_reason(text: &str) -> Result<String> {
    let reason = text.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let message = format!("写明作废的原因，1 到 {MAX_REASON} 个字");
        return Err(Problem::invalid_field("/reason", "required", message));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(number: &str, x: i64, reason: &str) -> Print {
        Print {
            stock_number: number.into(),
            printer: " 窗口 3 ".into(),
            offset: Offset { x, y: 0 },
            reason: reason.into(),
        }
    }

    /// req: LIC-028
    #[test]
    fn printing_again_wants_a_reason_and_a_number_is_tidied() {
        let fine = print(" jy 0001-a ", -12, "").check(0).unwrap();
        assert_eq!((fine.stock_number.as_str(), fine.printer.as_str()), ("JY0001-A", "窗口 3"));
        let again = print("JY0002", 0, " ").check(2).unwrap_err();
        assert_eq!(again.field_errors()[0].pointer, "/reason");
        assert!(again.field_errors()[0].message.contains("2 次"));
        assert!(print("JY0002", 0, "卡纸").check(2).is_ok());
        for wrong in ["", "  ", "编号", &"1".repeat(33)] {
            assert_eq!(print(wrong, 0, "").check(0).unwrap_err().field_errors()[0].pointer, "/stock_number", "{wrong}");
        }
        assert_eq!(print("1", 301, "").check(0).unwrap_err().field_errors()[0].pointer, "/offset/x");
    }
}
