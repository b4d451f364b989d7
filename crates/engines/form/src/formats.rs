//! Identity numbers, credit codes, telephones, regions and e-mail: the codes themselves are the base's, here they
//! speak of the field by its label. Also dates and exact decimals.

use base::codes::{CitizenId, Phone, Uscc};
use base::region::RegionCode;
use time::Date;

/// Says of the field what the base says of the code.
fn of_field(label: &str, name: &str, message: &str) -> String {
    message.strip_prefix(name).map_or_else(|| message.to_owned(), |rest| format!("{label}{rest}"))
}

/// Reads a citizen identity number (GB 11643). `today` refuses births in the future.
pub(crate) fn id_number(label: &str, text: &str, today: Option<Date>) -> Result<String, String> {
    let read = today.map_or_else(|| CitizenId::restore(text), |today| CitizenId::parse(text, today));
    read.map(|id| id.to_string()).map_err(|error| of_field(label, "身份证号码", &error.to_string()))
}

/// Reads a unified social credit code (GB 32100).
pub(crate) fn uscc(label: &str, text: &str) -> Result<String, String> {
    Uscc::parse(text)
        .map(|code| code.to_string())
        .map_err(|error| of_field(label, "统一社会信用代码", &error.to_string()))
}

/// `HH:MM` of a day.
pub(crate) fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let two = |text: &str, below: u8| {
        text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u8>().is_ok_and(|n| n < below)
    };
    two(hours, 24) && two(minutes, 60)
}

/// Reads a mobile number, or a fixed line with its area code.
pub(crate) fn phone(label: &str, text: &str) -> Result<String, String> {
    Phone::parse(text).map(|phone| phone.to_string()).map_err(|error| of_field(label, "手机号码", &error.to_string()))
}

/// Reads a region code and fills it up to 12 digits.
pub(crate) fn region(label: &str, text: &str) -> Result<String, String> {
    match RegionCode::parse(text) {
        Ok(region) if region != RegionCode::COUNTRY => Ok(region.as_str().to_owned()),
        _ => Err(format!("选择{label}")),
    }
}

/// Checks an e-mail address.
pub(crate) fn email(label: &str, text: &str) -> Result<String, String> {
    let wrong = || Err(format!("{label}要像 name@example.cn 这样写"));
    let Some((name, host)) = text.split_once('@') else { return wrong() };
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@\"<>(),;:\\".contains(c));
    let labels = host.split('.').all(|part| !part.is_empty());
    if plain(name) && plain(host) && host.contains('.') && labels { Ok(text.to_owned()) } else { wrong() }
}

/// Reads `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    compact_date(&text.replace('-', ""))
}

fn compact_date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i32 = text.get(..4)?.parse().ok()?;
    let month: u8 = text.get(4..6)?.parse().ok()?;
    Date::from_calendar_date(year, time::Month::try_from(month).ok()?, text.get(6..)?.parse().ok()?)
        .ok()
        .filter(|_| year > 0)
}

/// A decimal number as a count of 10⁻¹⁸: exact to compare. At most 18 digits on each side of the point.
pub(crate) fn decimal(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let number: i128 = format!("{whole}{fraction:0<18}").parse().ok()?;
    Some(if negative { -number } else { number })
}

/// Decimals a number is written with, trailing zeros apart.
pub(crate) fn decimals(text: &str) -> u32 {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('0').len() as u32)
}

/// Rounds a decimal text half up (away from zero) to `places`.
pub(crate) fn round(text: &str, places: u32) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let cut: String = fraction.chars().take(18).collect();
    let number = decimal(&if cut.is_empty() { whole.to_owned() } else { format!("{whole}.{cut}") })?;
    let unit = 10_i128.pow(18 - places.min(18));
    let half = if number < 0 { -(unit / 2) } else { unit / 2 };
    let rounded = (number + half) / unit;
    let digits = format!("{:0>width$}", rounded.unsigned_abs(), width = places as usize + 1);
    let (before, after) = digits.split_at(digits.len() - places as usize);
    let sign = if rounded < 0 { "-" } else { "" };
    let after = after.trim_end_matches('0');
    Some(if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: FORM-015
    #[test]
    fn codes_are_read_as_people_write_them_and_spoken_of_by_the_label() {
        assert_eq!(id_number("经办人身份证号", "11010519491231002x", None).as_deref(), Ok("11010519491231002X"));
        assert_eq!(
            id_number("经办人身份证号", "1101051949123100", None),
            Err("经办人身份证号要 18 位，您填了 16 位".into())
        );
        assert_eq!(phone("联系电话", "1380013800"), Err("联系电话要 11 位，您填了 10 位".into()));
        assert_eq!(phone("联系电话", "138 0013 8000").as_deref(), Ok("13800138000"));
        assert_eq!(region("所在区划", "440106").as_deref(), Ok("440106000000"));
        assert_eq!(region("所在区划", "44010"), Err("选择所在区划".into()));
    }

    #[test]
    fn decimals_are_exact() {
        assert!(decimal("0.30") == decimal("0.3") && decimal("-1.5") < decimal("-1.4"));
        assert_eq!(decimal("1e3"), None);
        assert_eq!(round("0.3333333333333333333333", 2).as_deref(), Some("0.33"));
        assert_eq!(round("2.675", 2).as_deref(), Some("2.68"));
        assert_eq!(round("-0.005", 2).as_deref(), Some("-0.01"));
        assert_eq!(round("1.999", 2).as_deref(), Some("2"));
    }
}
