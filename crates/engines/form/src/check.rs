//! One value against its field: what is stored, what expressions see, what is wrong.

use crate::definition::{Bound, Field, FieldType};
use crate::formats;
use crate::plan::Step;
use base::money::Fen;
use serde_json::{Number, Value, json};
use time::Date;

/// Longest text where the form sets no length.
const LONGEST: usize = 10_000;
/// Most files where the form sets no number.
const MOST_FILES: usize = 10;
/// Integers that every runtime keeps exactly.
const EXACT: i64 = 9_007_199_254_740_991;

/// A code for programs and a message for the person.
pub(crate) type Wrong = (&'static str, String);

/// A value as it is stored and as expressions see it.
pub(crate) struct Checked {
    /// None: not filled in.
    pub(crate) data: Option<Value>,
    /// Null when the value is wrong in form.
    pub(crate) feel: Value,
    pub(crate) wrong: Option<Wrong>,
}

impl Checked {
    fn empty() -> Self {
        Self { data: None, feel: Value::Null, wrong: None }
    }

    fn right(data: Value) -> Self {
        Self { feel: data.clone(), data: Some(data), wrong: None }
    }

    /// Kept as it came so that the person sees it again; expressions do not see it.
    fn wrong(data: Value, code: &'static str, message: String) -> Self {
        Self { data: Some(data), feel: Value::Null, wrong: Some((code, message)) }
    }

    fn or(mut self, wrong: Option<Wrong>) -> Self {
        self.wrong = wrong;
        self
    }
}

/// Checks the value of a field that nests nothing. `read` tells whether an expression wants it.
pub(crate) fn check(field: &Field, step: &Step, value: &Value, today: Option<Date>) -> Checked {
    if is_empty(value) {
        // A switch nobody touched is off; it is never missing.
        return if field.kind == FieldType::Switch { Checked::right(json!(false)) } else { Checked::empty() };
    }
    let unreadable = || Checked::wrong(value.clone(), "type", format!("{}读不出来，请重新填写", field.label));
    match (field.kind, value) {
        (FieldType::Group | FieldType::Table, _) => Checked::empty(),
        (kind, _) if kind.is_valueless() => Checked::empty(),
        (kind, Value::Array(items)) if kind.is_files() && items.iter().all(is_stored) => {
            Checked::right(value.clone()).or(files(field, items))
        }
        (FieldType::Yesno | FieldType::Switch, Value::Bool(_)) => Checked::right(value.clone()),
        (FieldType::Number, Value::Number(_) | Value::String(_)) => number(field, value),
        (FieldType::Money, Value::Number(_) | Value::String(_)) => money(field, value),
        (FieldType::Checkboxes, Value::Array(items)) => checkboxes(field, items),
        (kind, Value::String(text)) if kind.is_text() => self::text(field, step, text, today),
        _ => unreadable(),
    }
}

/// Not filled in: null, blank text, no rows, nothing chosen.
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => trim(text).is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

fn text(field: &Field, step: &Step, text: &str, today: Option<Date>) -> Checked {
    let text = trim(text);
    let label = &field.label;
    let format = match field.kind {
        FieldType::Phone => formats::phone(label, text),
        FieldType::IdNumber => formats::id_number(label, text, today),
        FieldType::Uscc => formats::uscc(label, text),
        FieldType::Region => formats::region(label, text),
        FieldType::Email => formats::email(label, text),
        FieldType::Date => return date(field, text, today),
        FieldType::Time if !formats::is_time(text) => {
            let message = format!("{label}要写几点几分，例如 09:30");
            return Checked::wrong(Value::String(text.to_owned()), "format", message);
        }
        FieldType::Time => {
            return Checked {
                feel: json!({ "@": format!("{text}:00") }),
                ..Checked::right(Value::String(text.to_owned()))
            };
        }
        FieldType::Datetime => return datetime(field, text, today),
        FieldType::Select | FieldType::Radio if !field.options.iter().any(|option| option.value == text) => {
            return Checked::wrong(Value::String(text.to_owned()), "option", format!("从列出的选项里选择{label}"));
        }
        _ => Ok(text.to_owned()),
    };
    let text = match format {
        Ok(text) => text,
        Err(message) => return Checked::wrong(Value::String(text.to_owned()), "format", message),
    };
    let length = text.chars().count();
    let longest = field.max_length.unwrap_or(LONGEST);
    let wrong = if length > longest {
        Some(("length", format!("{label}最多 {longest} 个字，您填了 {length} 个字")))
    } else if field.min_length.is_some_and(|least| length < least) {
        Some(("length", format!("{label}至少 {} 个字，您填了 {length} 个字", field.min_length.unwrap_or_default())))
    } else if step.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(&text)) {
        let example = field.example.as_ref().map(|example| format!("，例如 {example}")).unwrap_or_default();
        Some(("pattern", format!("{label}的写法不对{example}")))
    } else {
        None
    };
    Checked::right(Value::String(text)).or(wrong)
}

fn date(field: &Field, text: &str, today: Option<Date>) -> Checked {
    let data = Value::String(text.to_owned());
    let Some(date) = formats::date(text) else {
        return Checked::wrong(data, "format", format!("{}要写年、月、日，例如 2026-09-24", field.label));
    };
    Checked { feel: json!({ "@": text }), data: Some(data), wrong: days(field, date, today) }
}

fn datetime(field: &Field, text: &str, today: Option<Date>) -> Checked {
    let data = Value::String(text.to_owned());
    let day = text.split_once('T').filter(|(_, time)| formats::is_time(time)).and_then(|(day, _)| formats::date(day));
    match day {
        Some(day) => {
            Checked { feel: json!({ "@": format!("{text}:00") }), data: Some(data), wrong: days(field, day, today) }
        }
        None => Checked::wrong(data, "format", format!("{}要写日期和时间", field.label)),
    }
}

/// Earliest and latest day.
fn days(field: &Field, date: Date, today: Option<Date>) -> Option<Wrong> {
    let label = &field.label;
    let bound = |bound: &Option<Bound>| match bound {
        Some(Bound::Text(text)) if text == "today" => today,
        Some(Bound::Text(text)) => formats::date(text),
        _ => None,
    };
    let said = |limit: Date| {
        let day = format!("{}月{}日", u8::from(limit.month()), limit.day());
        if Some(limit) == today { format!("今天（{day}）") } else { format!("{}年{day}", limit.year()) }
    };
    match (bound(&field.min), bound(&field.max)) {
        (Some(least), _) if date < least => Some(("range", format!("{label}不能早于{}", said(least)))),
        (_, Some(most)) if date > most => Some(("range", format!("{label}不能晚于{}", said(most)))),
        _ => None,
    }
}

/// A file as a form keeps it.
fn is_stored(value: &Value) -> bool {
    let text = |key: &str| value.get(key).is_some_and(Value::is_string);
    text("id") && text("name")
}

/// How many files and of which kinds; their contents were judged when they were uploaded.
fn files(field: &Field, items: &[Value]) -> Option<Wrong> {
    let label = &field.label;
    let most = if field.kind == FieldType::Signature { 1 } else { field.max_files.unwrap_or(MOST_FILES) };
    if items.len() > most {
        return Some(("files", format!("{label}最多 {most} 个文件，您传了 {} 个", items.len())));
    }
    let usual: &[&str] = match field.kind {
        FieldType::File => &["pdf", "jpg", "png"],
        FieldType::Image => &["jpg", "png"],
        _ => &["png", "jpg"],
    };
    let endings: Vec<&str> =
        if field.accept.is_empty() { usual.to_vec() } else { field.accept.iter().map(String::as_str).collect() };
    let name = |item: &Value| item.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ending = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase().replacen("jpeg", "jpg", 1);
    let strange = items.iter().map(name).find(|name| !endings.contains(&ending(name).as_str()))?;
    let kinds = endings.join("、").to_uppercase();
    Some(("files", format!("{label}里的“{strange}”打不开，请换成 {kinds}")))
}

/// The digits of a JSON number or decimal string; None when it is neither.
pub(crate) fn digits(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => trim(text).to_owned(),
        _ => return None,
    };
    let text = text.strip_suffix(".0").map(str::to_owned).unwrap_or(text);
    formats::decimal(&text).is_some().then_some(text)
}

/// A JSON number where every runtime reads the same digits back, else the decimal string.
pub(crate) fn canonical(text: &str) -> Value {
    if let Ok(integer) = text.parse::<i64>()
        && integer.abs() <= EXACT
        && integer.to_string() == text
    {
        return json!(integer);
    }
    if let Ok(float) = text.parse::<f64>()
        && float.to_string() == text
        && float.abs() >= 1e-6
        && float.abs() <= EXACT as f64
        && let Some(number) = Number::from_f64(float)
    {
        return Value::Number(number);
    }
    Value::String(text.to_owned())
}

fn bound(bound: Option<&Bound>) -> Option<(i128, String)> {
    let text = match bound? {
        Bound::Number(number) => digits(&Value::Number(number.clone()))?,
        Bound::Text(text) => digits(&Value::String(text.clone()))?,
    };
    Some((formats::decimal(&text)?, text))
}

fn range(field: &Field, amount: i128, unit: &str, show: impl Fn(&str) -> String) -> Option<Wrong> {
    let label = &field.label;
    let least = bound(field.min.as_ref());
    let most = bound(field.max.as_ref());
    let below = least.as_ref().is_some_and(|(least, _)| amount < *least);
    let above = most.as_ref().is_some_and(|(most, _)| amount > *most);
    let message = match (least, most) {
        (Some((_, least)), Some((_, most))) if below || above => {
            format!("{label}要在 {} 到 {}{unit}之间", show(&least), show(&most))
        }
        (Some((_, least)), _) if below => format!("{label}不能小于 {}{unit}", show(&least)),
        (_, Some((_, most))) if above => format!("{label}不能大于 {}{unit}", show(&most)),
        _ => return None,
    };
    Some(("range", message.trim_end().to_owned()))
}

fn number(field: &Field, value: &Value) -> Checked {
    let label = &field.label;
    let Some(text) = digits(value) else {
        return Checked::wrong(value.clone(), "type", format!("{label}要填数字"));
    };
    let amount = formats::decimal(&text).unwrap_or_default();
    let unit = field.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_else(|| " ".to_owned());
    let wrong = match field.decimals {
        Some(0) if formats::decimals(&text) > 0 => Some(("decimals", format!("{label}要填整数"))),
        Some(places) if formats::decimals(&text) > places => Some(("decimals", format!("{label}最多 {places} 位小数"))),
        _ => range(field, amount, &unit, str::to_owned),
    };
    let data = canonical(&text);
    let feel = if data.is_string() { json!({ "@": text }) } else { data.clone() };
    Checked { data: Some(data), feel, wrong }
}

fn money(field: &Field, value: &Value) -> Checked {
    let label = &field.label;
    let fen = digits(value).filter(|text| formats::decimals(text) == 0).and_then(|text| text.parse::<i64>().ok());
    let Some(fen) = fen.filter(|fen| fen.abs() <= EXACT) else {
        return Checked::wrong(value.clone(), "type", format!("{label}要填金额，最多到分"));
    };
    let yuan = |fen: &str| fen.parse::<i64>().map_or_else(|_| fen.to_owned(), yuan);
    let wrong = range(field, formats::decimal(&fen.to_string()).unwrap_or_default(), " 元", yuan);
    Checked::right(json!(fen)).or(wrong)
}

/// Fen as yuan: 120050 is 1200.50, 120000 is 1200.
fn yuan(fen: i64) -> String {
    let text = Fen(fen).plain();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

fn checkboxes(field: &Field, items: &[Value]) -> Checked {
    let mut chosen: Vec<Value> = Vec::new();
    for item in items {
        if !chosen.contains(item) {
            chosen.push(item.clone());
        }
    }
    let known = |item: &Value| field.options.iter().any(|option| item.as_str() == Some(&option.value));
    if !chosen.iter().all(known) {
        return Checked::wrong(Value::Array(chosen), "option", format!("从列出的选项里选择{}", field.label));
    }
    Checked::right(Value::Array(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_strings_only_where_a_json_number_would_change_them() {
        assert_eq!(canonical("120"), json!(120));
        assert_eq!(canonical("0.6"), json!(0.6));
        assert_eq!(canonical("12.50"), json!("12.50"));
        assert_eq!(canonical("9007199254740993"), json!("9007199254740993"));
        assert_eq!(canonical("12345678901234567.25"), json!("12345678901234567.25"));
    }

    #[test]
    fn fen_are_shown_as_yuan() {
        assert_eq!((yuan(120_050), yuan(120_000), yuan(-5)), ("1200.50".into(), "1200".into(), "-0.05".into()));
    }
}
