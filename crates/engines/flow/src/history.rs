//! The steps a flow has made, kept as the texts they were stored as until a return or a jump needs to read them.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::FlowError;
use crate::instance::Fired;

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
