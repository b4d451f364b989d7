//! Variables of a running flow, read as little as possible.
//!
//! A case carries its whole form through its flow, and most steps ask for none of it or for one field. So each variable
//! stays the text it was stored as until somebody asks for it ([`Values::get`]), and of an object only the members that
//! are wanted need to be read ([`Values::value`]). What nobody asked for is written back as it came.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Marks a date or another value that JSON does not have; an object of this one member is no object.
const MARK: &str = "@";

/// Variables by name.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Values(IndexMap<String, Slot>);

#[derive(Clone, Deserialize)]
#[serde(from = "Box<RawValue>")]
enum Slot {
    Text(Box<RawValue>),
    Read(Value),
}

impl From<Box<RawValue>> for Slot {
    fn from(text: Box<RawValue>) -> Self {
        Self::Text(text)
    }
}

impl Slot {
    fn whole(&self) -> Cow<'_, Value> {
        match self {
            // It was JSON when it was taken in.
            Self::Text(text) => Cow::Owned(serde_json::from_str(text.get()).unwrap_or_default()),
            Self::Read(value) => Cow::Borrowed(value),
        }
    }

    fn part(&self, members: &[String]) -> Cow<'_, Value> {
        match self {
            Self::Text(text) => {
                let mut reader = serde_json::Deserializer::from_str(text.get());
                Cow::Owned(Part(members).deserialize(&mut reader).unwrap_or_default())
            }
            Self::Read(value) => Cow::Borrowed(value),
        }
    }
}

impl Values {
    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.0.get(name).map(Slot::whole)
    }

    /// The same, but of an object, or of the objects in a list, at least these members and not always the others.
    #[must_use]
    pub fn value(&self, name: &str, members: Option<&[String]>) -> Option<Cow<'_, Value>> {
        let slot = self.0.get(name)?;
        Some(members.map_or_else(|| slot.whole(), |members| slot.part(members)))
    }

    /// Sets a variable.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), Slot::Read(value));
    }

    /// Takes a variable away.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name).map(|slot| slot.whole().into_owned())
    }

    /// All of them, read.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        self.0.iter().map(|(name, slot)| (name.clone(), slot.whole().into_owned())).collect()
    }
}

impl From<Map<String, Value>> for Values {
    fn from(map: Map<String, Value>) -> Self {
        Self(map.into_iter().map(|(name, value)| (name, Slot::Read(value))).collect())
    }
}

/// By what they say, read or not.
impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().all(|(name, slot)| other.get(name).is_some_and(|value| *value == *slot.whole()))
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_map().fmt(f)
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            Self::Read(value) => value.serialize(serializer),
        }
    }
}

/// What is known at a place of a flow: its own variables first, then those of what is around it.
#[derive(Debug, Clone)]
pub struct Known<'a>(Vec<&'a Values>);

impl<'a> Known<'a> {
    pub(crate) fn of(values: &'a Values) -> Self {
        Self(vec![values])
    }

    pub(crate) fn chain(innermost_first: Vec<&'a Values>) -> Self {
        Self(innermost_first)
    }

    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'a, Value>> {
        self.0.iter().find_map(|values| values.get(name))
    }

    /// As [`Values::value`].
    #[must_use]
    pub fn value(&self, name: &str, members: Option<&[String]>) -> Option<Cow<'a, Value>> {
        self.0.iter().find_map(|values| values.value(name, members))
    }
}

/// Reads a value, of objects only some members.
struct Part<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element_seed(Part(self.0))? {
            all.push(one);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut found = Map::new();
        let mut others = false;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == MARK || self.0.iter().any(|member| *member == key) {
                found.insert(key.into_owned(), map.next_value()?);
            } else {
                others = true;
                map.next_value::<IgnoredAny>()?;
            }
        }
        if others && found.len() == 1 {
            // What is left must not look like a marked value.
            found.shift_remove(MARK);
        }
        Ok(Value::Object(found))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What nobody asks for goes back as it came; what is asked for is what a whole reading gives.
    #[test]
    fn only_what_is_wanted_is_read() {
        let text = r#"{"form":{"area":180.50,"rows":[{"n":1,"m":2},{"m":3}],"day":{"@":"2026-01-10"}},"kind":"new"}"#;
        let mut values: Values = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&values).unwrap(), text);
        let members = ["area".to_owned(), "none".to_owned()];
        assert_eq!(*values.value("form", Some(&members)).unwrap(), json!({ "area": 180.5 }));
        assert_eq!(values.get("form").unwrap()["rows"][1], json!({ "m": 3 }));
        let rows: Values =
            serde_json::from_str(r#"{"rows":[{"n":1,"m":2},{"m":3},4,{"@":"2026-01-10"},{"@":1,"x":2}]}"#).unwrap();
        let part = rows.value("rows", Some(&["n".to_owned()])).unwrap().into_owned();
        assert_eq!(part, json!([{ "n": 1 }, {}, 4, { "@": "2026-01-10" }, {}]));
        values.insert("kind", json!("renew"));
        assert_eq!(values.to_map()["kind"], json!("renew"));
        assert_eq!(values, Values::from(values.to_map()));
        assert_eq!(values.remove("form").unwrap()["day"], json!({ "@": "2026-01-10" }));
        assert_eq!(serde_json::to_string(&values).unwrap(), r#"{"kind":"renew"}"#);
    }
}
