//! How personal data is shown to those who may not see it whole (GB/T 35273,
//! PIPL). Masking happens on the server; the full value needs a right, a reason
//! and a log entry, which are the caller's business. USCC and company names are
//! public and not masked.

fn stars(count: usize) -> String {
    "*".repeat(count)
}

fn keep(text: &str, head: usize, tail: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= head + tail {
        return stars(characters.len());
    }
    let middle = characters.len() - head - tail;
    characters[..head]
        .iter()
        .copied()
        .chain(std::iter::repeat_n('*', middle))
        .chain(characters[head + middle..].iter().copied())
        .collect()
}

/// `张*`, `李*明`, `欧**娜`: first character, and the last from three on.
#[must_use]
pub fn name(text: &str) -> String {
    let text = text.trim();
    match text.chars().count() {
        0 => String::new(),
        1 => "*".to_owned(),
        2 => keep(text, 1, 0),
        _ => keep(text, 1, 1),
    }
}

/// `440***********123X`: first 3, last 4. Works for other papers too.
#[must_use]
pub fn citizen_id(text: &str) -> String {
    keep(text.trim(), 3, 4)
}

/// `4****************X`: for screens everybody sees.
#[must_use]
pub fn citizen_id_public(text: &str) -> String {
    keep(text.trim(), 1, 1)
}

/// `138****1234`; a fixed line keeps its area code and last two digits.
#[must_use]
pub fn phone(text: &str) -> String {
    let text = text.trim();
    if let Some((area, number)) = text.split_once('-') {
        return format!("{area}-{}", keep(number, 0, 2));
    }
    if text.chars().count() >= 11 { keep(text, 3, 4) } else { keep(text, 0, 2) }
}

/// `**** **** **** 1234`.
#[must_use]
pub fn bank_card(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() <= 4 {
        return stars(digits.len());
    }
    let tail: String = digits[digits.len() - 4..].iter().collect();
    format!("**** **** **** {tail}")
}

/// Kept up to the street, the rest masked: `示例市示例区人民路****`. Without a
/// street word it is kept up to the town or county; without any of them only
/// the first three characters stay.
#[must_use]
pub fn address(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let end_of_first = |words: &[&str]| {
        words.iter().filter_map(|word| text.find(word).filter(|at| *at > 0).map(|at| at + word.len())).min()
    };
    let end = end_of_first(&["大道", "路", "大街", "街", "巷", "胡同", "弄"])
        .map(|end| if text[end..].starts_with("道") { end + "道".len() } else { end })
        .or_else(|| end_of_first(&["镇", "乡"]))
        .or_else(|| end_of_first(&["区", "县", "旗"]))
        .unwrap_or_else(|| text.char_indices().nth(3).map_or(0, |(at, _)| at));
    format!("{}****", &text[..end])
}

/// `z***@example.com`.
#[must_use]
pub fn email(text: &str) -> String {
    match text.trim().split_once('@') {
        Some((user, domain)) => format!("{}***@{domain}", user.chars().next().map(String::from).unwrap_or_default()),
        None => stars(text.trim().chars().count()),
    }
}

/// A certificate number or licence plate with its middle masked: `粤A****88`.
#[must_use]
pub fn certificate(text: &str) -> String {
    keep(text.trim(), 2, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: IDENT-034
    /// req: DATASEC-004
    #[test]
    fn personal_data_is_shown_masked() {
        assert_eq!(name("张三"), "张*");
        assert_eq!(name("王海燕"), "王*燕");
        assert_eq!(name("欧阳海燕"), "欧**燕");
        assert_eq!(citizen_id("44010619900307123X"), "440***********123X");
        assert_eq!(citizen_id_public("44010619900307123X"), "4****************X");
        assert_eq!(phone("13812341234"), "138****1234");
        assert_eq!(phone("020-87654321"), "020-******21");
        assert_eq!(bank_card("6222 0210 0112 3456 789"), "**** **** **** 6789");
        assert_eq!(address("示例市示例区人民路12号3栋501"), "示例市示例区人民路****");
        assert_eq!(address("示例市示例区中山大道西3号"), "示例市示例区中山大道****");
        assert_eq!(address("示例市城关街道新华社区2栋"), "示例市城关街道****");
        assert_eq!(address("示例县柳镇三组8号"), "示例县柳镇****");
        assert_eq!(email("zhang.san@example.com"), "z***@example.com");
        assert_eq!(certificate("粤A12388"), "粤A***88");
    }

    #[test]
    fn a_short_value_shows_nothing() {
        assert_eq!(name("张"), "*");
        assert_eq!(citizen_id("1234567"), "*******");
        assert_eq!(bank_card("1234"), "****");
        assert_eq!(phone("12345"), "***45");
        assert_eq!(address(""), "");
        assert_eq!(email("nobody"), "******");
    }
}
