//! Values of rows: how they are found again, masked, and said in words.
//!
//! What is searched, filtered, sorted and counted stands beside the rows as a text and a number. Numbers are
//! whole: ten-thousandths of a number, fen of money, so that sums are exact on both databases.

use form::{Field, FieldType};
use serde_json::{Map, Value};

/// The number of an empty field: smaller than all others, so that order is the same on both databases.
pub(crate) const EMPTY: i64 = i64::MIN + 1;
/// Parts a number is counted in.
pub(crate) const PARTS: i64 = 10_000;
/// Greatest number: sums of a hundred thousand of them stay exact.
const MOST: i64 = 100_000_000_000;
/// Characters of a text that are found.
const FOUND: usize = 200;

/// How the values of a field are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// By text; dates and times are texts that sort.
    Text,
    /// By number.
    Number,
    /// By each of several answers.
    Many,
    /// By equality of a blind index.
    Sealed,
    /// Not at all.
    Nested,
}

impl Class {
    pub(crate) fn of(field: &Field, sealed: bool) -> Self {
        match field.kind {
            _ if sealed => Self::Sealed,
            kind if kind.nests() || kind.is_files() => Self::Nested,
            FieldType::Number | FieldType::Money => Self::Number,
            FieldType::Checkboxes => Self::Many,
            _ => Self::Text,
        }
    }

    /// Whether a list is sorted by it.
    pub(crate) fn sorts(self) -> bool {
        matches!(self, Self::Text | Self::Number)
    }
}

/// One line of `table_values`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Indexed {
    pub text: String,
    pub number: i64,
}

impl Indexed {
    fn empty() -> Self {
        Self { text: String::new(), number: EMPTY }
    }

    fn text(text: &str) -> Self {
        Self { text: text.chars().take(FOUND).collect(), number: EMPTY }
    }
}

/// Lines of a field's value, at least one; none for what is not found.
pub(crate) fn indexed(
    field: &Field,
    class: Class,
    value: Option<&Value>,
    blind: &dyn Fn(&str) -> String,
) -> Vec<Indexed> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return if class == Class::Nested { Vec::new() } else { vec![Indexed::empty()] };
    };
    match class {
        Class::Nested => Vec::new(),
        Class::Sealed => vec![Indexed::text(&blind(&plain(value)))],
        Class::Number => {
            let text = plain(value);
            let number = scaled(field, &text);
            vec![number.map_or_else(Indexed::empty, |number| Indexed { text, number })]
        }
        Class::Many => {
            let chosen: Vec<Indexed> =
                value.as_array().into_iter().flatten().map(|one| Indexed::text(&plain(one))).collect();
            if chosen.is_empty() { vec![Indexed::empty()] } else { chosen }
        }
        Class::Text => vec![Indexed::text(&plain(value))],
    }
}

/// A value without its quotes.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

/// A number as it is counted; none when it is too great or too fine to stay exact.
pub(crate) fn scaled(field: &Field, text: &str) -> Option<i64> {
    if field.kind == FieldType::Money {
        return text.parse().ok();
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || fraction.len() > 4 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = whole.parse().ok().filter(|whole| *whole <= MOST)?;
    let fraction: i64 = format!("{fraction:0<4}").parse().ok()?;
    let number = whole * PARTS + fraction;
    Some(if negative { -number } else { number })
}

/// A counted number as people write it; `average` may fall between two of them.
pub(crate) fn written(field: Option<&Field>, number: f64) -> String {
    let (value, places) = match field.map(|field| field.kind) {
        Some(FieldType::Money) => (number / 100.0, 2),
        Some(_) => (number / PARTS as f64, 4),
        None => (number, 0),
    };
    let text = format!("{value:.places$}");
    if places == 4 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What others read of a sealed value.
pub(crate) fn masked(field: &Field, value: &Value) -> String {
    let text = plain(value);
    match field.kind {
        FieldType::IdNumber => base::mask::citizen_id(&text),
        FieldType::Phone => base::mask::phone(&text),
        FieldType::Email => base::mask::email(&text),
        FieldType::Address => base::mask::address(&text),
        _ if field.label.contains("姓名") || field.label.ends_with('人') => base::mask::name(&text),
        kind if kind.is_text() && !kind.is_chosen() => base::mask::certificate(&text),
        _ => "***".to_owned(),
    }
}

/// What the search box looks through, small letters.
pub(crate) fn searched<'a>(fields: impl Iterator<Item = (&'a Field, Class)>, data: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (field, class) in fields {
        let Some(value) = data.get(&field.key) else { continue };
        let words = match class {
            Class::Text | Class::Many => form::words(field, value, &|_| None),
            Class::Number => value.clone(),
            Class::Sealed | Class::Nested => continue,
        };
        text.push_str(&plain(&words).to_lowercase());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(kind: &str) -> Field {
        serde_json::from_value(json!({ "key": "f", "type": kind, "label": "数量" })).unwrap()
    }

    /// req: FORM-034
    #[test]
    fn numbers_are_counted_exactly_or_not_at_all() {
        let number = field("number");
        assert_eq!(scaled(&number, "12.5"), Some(125_000));
        assert_eq!(scaled(&number, "-0.0001"), Some(-1));
        assert_eq!(scaled(&number, "0.10000"), Some(1_000));
        assert_eq!(scaled(&number, "0.00001"), None, "too fine");
        assert_eq!(scaled(&number, "100000000001"), None, "too great");
        assert_eq!(scaled(&number, "1e-6"), None);
        assert_eq!(scaled(&field("money"), "120050"), Some(120_050));
        assert_eq!(written(Some(&number), 125_000.0), "12.5");
        assert_eq!(written(Some(&field("money")), 120_050.0), "1200.50");
        assert_eq!(written(None, 3.0), "3");
    }

    /// req: FORM-033
    #[test]
    fn every_field_leaves_a_line_and_a_sealed_one_only_its_index() {
        let blind = |text: &str| format!("b{}", text.len());
        let none = indexed(&field("text"), Class::Text, None, &blind);
        assert_eq!(none, [Indexed::empty()]);
        let phone = indexed(&field("phone"), Class::Sealed, Some(&json!("19900000101")), &blind);
        assert_eq!(phone[0].text, "b11");
        let many = indexed(&field("checkboxes"), Class::Many, Some(&json!(["a", "b"])), &blind);
        assert_eq!(many.len(), 2);
        assert!(indexed(&field("table"), Class::Nested, Some(&json!([])), &blind).is_empty());
        assert!(EMPTY < scaled(&field("number"), "-100000000000").unwrap());
    }

    /// req: FORM-033
    #[test]
    fn the_search_box_never_finds_what_is_sealed() {
        let text = field("text");
        let data = json!({ "f": "Toner 墨粉" });
        let found = searched([(&text, Class::Text)].into_iter(), data.as_object().unwrap());
        assert_eq!(found, "toner 墨粉\n");
        assert_eq!(searched([(&text, Class::Sealed)].into_iter(), data.as_object().unwrap()), "");
    }
}
