//! The steps a flow has made, kept as the texts they were stored as until a return or a jump needs to read them.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::FlowError;

/// A token resting on a sequence flow before a join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    #[serde(rename = "i")]
    pub id: u32,
    /// Id of the sequence flow.
    #[serde(rename = "f")]
    pub flow: String,
}

/// One step that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fired {
    /// The element: a boundary event when it cut a task short.
    #[serde(rename = "e")]
    pub element: String,
    /// Number of the task, call or timer; 0 for automatic steps.
    #[serde(rename = "i", default, skip_serializing_if = "is_zero")]
    pub id: u32,
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub took: Vec<u32>,
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub gave: Vec<Token>,
    /// Numbers of the tasks of a joint review.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<u32>,
}

impl Fired {
    /// Whether it ended the task of this number.
    pub fn ended(&self, number: u32) -> bool {
        number != 0 && (self.id == number || self.seats.contains(&number))
    }
}

/// Whether a number is not worth keeping in the text of an instance.
pub(crate) fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Firings in the order of happening.
#[derive(Clone, Default)]
pub(crate) struct History {
    /// Stored before, not read yet; they come first.
    stored: Vec<Box<RawValue>>,
    made: Vec<Fired>,
}

impl History {
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty() && self.made.is_empty()
    }

    pub fn push(&mut self, fired: Fired) {
        self.made.push(fired);
    }

    /// All firings.
    pub fn all(&self) -> Result<Cow<'_, [Fired]>, FlowError> {
        if self.stored.is_empty() {
            return Ok(Cow::Borrowed(&self.made));
        }
        let mut all = read(&self.stored)?;
        all.extend(self.made.iter().cloned());
        Ok(Cow::Owned(all))
    }

    /// All firings, to be changed.
    pub fn open(&mut self) -> Result<&mut Vec<Fired>, FlowError> {
        if !self.stored.is_empty() {
            let mut all = read(&self.stored)?;
            self.stored.clear();
            all.append(&mut self.made);
            self.made = all;
        }
        Ok(&mut self.made)
    }
}

fn read(stored: &[Box<RawValue>]) -> Result<Vec<Fired>, FlowError> {
    let each = stored.iter().map(|text| serde_json::from_str(text.get()).map_err(|_| FlowError::Damaged));
    each.collect()
}

impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().fmt(f)
    }
}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.stored.len() + self.made.len()))?;
        for text in &self.stored {
            list.serialize_element(text)?;
        }
        for fired in &self.made {
            list.serialize_element(fired)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { stored: Vec::deserialize(deserializer)?, made: Vec::new() })
    }
}
