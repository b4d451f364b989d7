//! Static masking of one value or column, pure.
//!
//! Replacing and hashing go by a key of the run: within one copy equal values stay equal, so that
//! tables still join; between two copies, or against the original, nothing can be compared. What
//! stands for a person is made of numbers nobody has: telephones beginning with 100, region 990000.

use base::codes::CitizenId;
use base::crypto::hmac_sm3;
use base::encoding::to_hex;
use serde_json::Value;
use time::{Date, Month};

use crate::classification::model::Masking;
use crate::discovery::detect::{self, Detector};

/// Masks with the key of one run.
#[derive(Clone)]
pub struct Masker {
    key: Vec<u8>,
}

impl Masker {
    /// With a key.
    pub fn new(key: &[u8]) -> Self {
        Self { key: key.to_vec() }
    }

    /// A value masked; `None` when the column is left out. A document is masked leaf by leaf. Values that
    /// are not masked still lose the codes that tell of a person.
    pub fn value(&self, how: Masking, kind: &str, text: &str) -> Option<String> {
        if text.is_empty() {
            return (how != Masking::Omit).then(String::new);
        }
        match how {
            Masking::Omit => None,
            Masking::None | Masking::Shuffle => {
                Some(if matches!(kind, "text" | "json") { detect::scrub(text) } else { text.to_owned() })
            }
            _ => Some(match document(text) {
                Some(mut whole) => {
                    self.leaves(how, &mut whole);
                    whole.to_string()
                }
                None => self.leaf(how, kind, text),
            }),
        }
    }

    /// Values of a column in another order; of a single one another value is made.
    pub fn shuffle(&self, column: &str, values: &mut [Option<String>]) {
        let present: Vec<usize> =
            values.iter().enumerate().filter(|(_, value)| value.is_some()).map(|(at, _)| at).collect();
        if let [only] = present.as_slice() {
            if let Some(Some(text)) = values.get_mut(*only) {
                *text = self.leaf(Masking::Replace, "text", text);
            }
            return;
        }
        let mut order = present.clone();
        order.sort_by_cached_key(|at| self.digest(&format!("{column}\u{0}{at}")));
        let taken: Vec<Option<String>> = order.iter().map(|at| values.get(*at).cloned().flatten()).collect();
        for (at, value) in present.into_iter().zip(taken) {
            if let Some(cell) = values.get_mut(at) {
                *cell = value;
            }
        }
    }

    fn leaves(&self, how: Masking, value: &mut Value) {
        match value {
            Value::String(text) if !text.is_empty() => *text = self.leaf(how, "text", text),
            Value::Number(_) => *value = Value::from(0),
            Value::Array(items) => items.iter_mut().for_each(|item| self.leaves(how, item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.leaves(how, field)),
            _ => {}
        }
    }

    fn leaf(&self, how: Masking, kind: &str, text: &str) -> String {
        let masked = match how {
            Masking::Cover => cover(text),
            Masking::Hash => to_hex(self.digest(text).get(..16).unwrap_or_default()),
            Masking::Truncate => truncate(kind, text),
            _ => self.replace(text),
        };
        // A mask that changes nothing would let the original out.
        if masked == text { "*".repeat(text.chars().count() + 1) } else { masked }
    }

    fn digest(&self, text: &str) -> [u8; 32] {
        hmac_sm3(&self.key, text.as_bytes())
    }

    /// A number out of a text, below `most`.
    fn number(&self, text: &str, most: u64) -> u64 {
        let bytes = self.digest(text);
        let eight = bytes.first_chunk::<8>().copied().unwrap_or_default();
        u64::from_be_bytes(eight) % most.max(1)
    }

    fn replace(&self, text: &str) -> String {
        let whole = detect::detect(text).into_iter().find(|hit| hit.piece == text.trim()).map(|hit| hit.what);
        let number = |most| self.number(text, most);
        match whole {
            Some(Detector::IdNumber) => {
                let (year, month, day) = (1950 + number(60), 1 + number(12), 1 + number(28));
                let birth = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok()).and_then(|month| {
                    Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()
                });
                let order = u16::try_from(number(999)).unwrap_or(1);
                birth
                    .and_then(|birth| CitizenId::build("990000", birth, order).ok())
                    .map_or_else(|| self.word(text), |id| id.as_str().to_owned())
            }
            Some(Detector::Phone) => format!("100{:08}", number(100_000_000)),
            Some(Detector::BankCard) => format!("0000{:012}", number(1_000_000_000_000)),
            Some(Detector::Email) => format!("u{}@example.invalid", self.word(text).trim_start_matches("示例")),
            Some(Detector::Address) => format!("示例市示例区示例路{}号", 1 + number(9_999)),
            Some(Detector::Name) => format!("测{:03}", number(1_000)),
            _ => self.word(text),
        }
    }

    fn word(&self, text: &str) -> String {
        format!("示例{}", to_hex(self.digest(text).get(..4).unwrap_or_default()))
    }
}

/// An object or a list; a lone number or text is no document.
fn document(text: &str) -> Option<Value> {
    text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten()
}

fn cover(text: &str) -> String {
    let whole = detect::detect(text).into_iter().find(|hit| hit.piece == text.trim() && hit.what != Detector::Uscc);
    if let Some(hit) = whole {
        return hit.what.mask(hit.piece);
    }
    let letters = text.chars().count();
    if letters < 2 {
        return "*".to_owned();
    }
    text.chars().take(1).chain(std::iter::repeat_n('*', letters - 1)).collect()
}

/// A month of a moment, the network of an address, the first letters of anything else.
fn truncate(kind: &str, text: &str) -> String {
    if kind == "time" || is_day(text) {
        return text.chars().take(7).collect();
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return text.split('.').take(2).collect::<Vec<_>>().join(".");
    }
    text.chars().take((text.chars().count() / 3).min(4)).collect()
}

fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && bytes.iter().take(4).all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masker() -> Masker {
        Masker::new(b"a key of one run")
    }

    /// req: DATASEC-003
    #[test]
    fn each_rule_does_what_its_name_says() {
        let one = masker();
        let told = |how, kind, text| one.value(how, kind, text).unwrap();
        assert_eq!(told(Masking::Cover, "text", "13812341234"), "138****1234");
        assert_eq!(told(Masking::Cover, "text", "王海燕"), "王*燕");
        assert_eq!(told(Masking::Cover, "text", "什么都可以写"), "什*****");
        assert_eq!(told(Masking::Truncate, "time", "2026-09-21T01:00:00Z"), "2026-09");
        assert_eq!(told(Masking::Truncate, "text", "10.1.2.3"), "10.1");
        assert_eq!(told(Masking::Hash, "text", "a").len(), 32);
        assert_eq!(one.value(Masking::Omit, "text", "a"), None);
        let phone = told(Masking::Replace, "text", "13812341234");
        assert!(phone.starts_with("100") && phone.len() == 11, "{phone}");
        let id = told(Masking::Replace, "text", "449902198803120267");
        assert!(id.starts_with("990000") && CitizenId::restore(&id).is_ok(), "still an ID number by its form: {id}");
        assert_eq!(told(Masking::None, "text", "电话13812341234"), "电话138****1234", "free text loses its codes");
        let document =
            told(Masking::Replace, "json", r#"{"name":"王海燕","area":120,"ok":true,"list":["13812341234"]}"#);
        assert!(
            !document.contains("王海燕")
                && !document.contains("138")
                && !document.contains("120")
                && document.contains("true")
        );
    }

    /// req: DATASEC-003
    #[test]
    fn equal_values_stay_equal_in_one_run_and_differ_in_the_next() {
        let (one, other) = (masker(), Masker::new(b"another"));
        for how in [Masking::Hash, Masking::Replace] {
            let told = |masker: &Masker, text| masker.value(how, "text", text).unwrap();
            assert_eq!(told(&one, "449902198803120267"), told(&one, "449902198803120267"));
            assert_ne!(told(&one, "449902198803120267"), told(&other, "449902198803120267"));
        }
    }

    /// req: DATASEC-003
    #[test]
    fn shuffling_keeps_the_values_and_moves_them() {
        let mut values: Vec<Option<String>> = (0..50).map(|at| (at != 7).then(|| format!("v{at}"))).collect();
        let before = values.clone();
        masker().shuffle("t.c", &mut values);
        assert_ne!(values, before);
        assert_eq!(values[7], None, "what was empty stays empty");
        let sorted = |mut list: Vec<Option<String>>| {
            list.sort();
            list
        };
        assert_eq!(sorted(values), sorted(before));
        let mut lonely = vec![Some("张三".to_owned())];
        masker().shuffle("t.c", &mut lonely);
        assert_ne!(lonely[0].as_deref(), Some("张三"), "nothing to change places with");
    }
}
