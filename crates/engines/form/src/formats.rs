//! Identity numbers, credit codes, telephones, regions and e-mail: what is wrong with a text, in words that say
//! what to do. The browser says the same words.

use time::Date;

/// Checks an 18-digit citizen identity number (GB 11643). `today` refuses births in the future.
pub(crate) fn id_number(label: &str, text: &str, today: Option<Date>) -> Result<(), String> {
    let length = text.chars().count();
    if length != 18 {
        return Err(format!("{label}要 18 位，您填了 {length} 位"));
    }
    let bytes = text.as_bytes();
    let (body, last) = (bytes.get(..17).unwrap_or_default(), bytes.get(17).copied().unwrap_or_default());
    if bytes.len() != 18 || !body.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || matches!(last, b'X' | b'x')) {
        return Err(format!("{label}只有数字，最后一位可以是 X"));
    }
    let birth = text.get(6..14).and_then(compact_date);
    if birth.is_none_or(|birth| today.is_some_and(|today| birth > today)) {
        return Err(format!("{label}里的出生日期不对，请对照证件核对"));
    }
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = b"10X98765432".get((sum % 11) as usize).copied();
    if check != Some(last.to_ascii_uppercase()) {
        return Err(format!("{label}最后一位对不上，请对照证件核对"));
    }
    Ok(())
}

/// Checks an 18-character unified social credit code (GB 32100).
pub(crate) fn uscc(label: &str, text: &str) -> Result<(), String> {
    const LETTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let length = text.chars().count();
    if length != 18 {
        return Err(format!("{label}要 18 位，您填了 {length} 位"));
    }
    let mut sum = 0;
    let mut weight = 1;
    let mut last = 0;
    for (index, letter) in text.chars().enumerate() {
        let Some(value) = LETTERS.find(letter) else {
            return Err(format!("{label}里不会有“{letter}”，请对照营业执照核对"));
        };
        if index < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
        last = value;
    }
    if (31 - sum % 31) % 31 != last {
        return Err(format!("{label}最后一位对不上，请对照营业执照核对"));
    }
    Ok(())
}

/// Checks a mobile number, or a fixed line with its area code.
pub(crate) fn phone(label: &str, text: &str) -> Result<(), String> {
    if !text.chars().all(|c| c.is_ascii_digit() || c == '-') {
        return Err(format!("{label}只有数字"));
    }
    if let Some(rest) = text.strip_prefix('0') {
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        let dashes = rest.bytes().filter(|b| *b == b'-').count();
        let fixed = (9..=11).contains(&digits) && dashes <= 1 && rest.find('-').is_none_or(|at| at == 2 || at == 3);
        return if fixed { Ok(()) } else { Err(format!("{label}要写区号和号码，例如 020-83000000")) };
    }
    let length = text.len();
    if length != 11 {
        return Err(format!("{label}要 11 位，您填了 {length} 位"));
    }
    if !text.starts_with('1') || matches!(text.as_bytes().get(1), Some(b'0'..=b'2')) {
        return Err(format!("{label}的开头不对，请核对"));
    }
    Ok(())
}

/// Checks a 12-digit region code.
pub(crate) fn region(label: &str, text: &str) -> Result<(), String> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("00") { Ok(()) } else { Err(format!("选择{label}")) }
}

/// Checks an e-mail address.
pub(crate) fn email(label: &str, text: &str) -> Result<(), String> {
    let wrong = || Err(format!("{label}要像 name@example.cn 这样写"));
    let Some((name, host)) = text.split_once('@') else { return wrong() };
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@\"<>(),;:\\".contains(c));
    let labels = host.split('.').all(|part| !part.is_empty());
    if plain(name) && plain(host) && host.contains('.') && labels { Ok(()) } else { wrong() }
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
    Date::from_calendar_date(year, time::Month::try_from(month).ok()?, text.get(6..)?.parse().ok()?).ok().filter(|_| year > 0)
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
    fn identity_numbers_and_credit_codes_carry_their_check_digit() {
        assert_eq!(id_number("身份证号", "11010519491231002X", None), Ok(()));
        assert_eq!(id_number("身份证号", "110105194912310021", None), Err("身份证号最后一位对不上，请对照证件核对".into()));
        assert_eq!(id_number("身份证号", "1101051949123100", None), Err("身份证号要 18 位，您填了 16 位".into()));
        assert_eq!(id_number("身份证号", "110105194913310024", None), Err("身份证号里的出生日期不对，请对照证件核对".into()));
        assert_eq!(uscc("统一社会信用代码", "91350100M000100Y43"), Ok(()));
        assert_eq!(uscc("统一社会信用代码", "91350100M000100Y44"), Err("统一社会信用代码最后一位对不上，请对照营业执照核对".into()));
    }

    /// req: FORM-015
    #[test]
    fn telephones() {
        assert_eq!(phone("手机号码", "1380013800"), Err("手机号码要 11 位，您填了 10 位".into()));
        assert_eq!(phone("手机号码", "13800138000"), Ok(()));
        assert_eq!(phone("联系电话", "020-83000000"), Ok(()));
        assert_eq!(phone("手机号码", "10800138000"), Err("手机号码的开头不对，请核对".into()));
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
