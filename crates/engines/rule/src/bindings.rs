//! Where the decisions of a file check what is filled in: the `tongban:bindings` of the file (FORM-016).

use crate::error::RuleError;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

/// What a check that is not met does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The form does not pass.
    #[default]
    Stop,
    /// The person is told, the form passes.
    Warn,
}

impl Severity {
    /// As it stands in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Warn => "warn",
        }
    }
}

/// One decision that checks forms. What is left out means every one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Name of the decision.
    pub decision: String,
    /// Key of the only form it checks.
    pub form: Option<String>,
    /// Key of the only item it checks.
    pub item: Option<String>,
    /// The only channels it checks: `web`, `mobile`, `kiosk`, `window`.
    pub channels: Vec<String>,
    /// Weight.
    pub severity: Severity,
    /// First China date, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last China date.
    pub until: Option<String>,
    /// What the person reads when the check is not met.
    pub message: String,
}

/// What is filled in, as far as a binding asks whether it is meant.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a> {
    /// Key of the form.
    pub form: &'a str,
    /// Key of the item.
    pub item: &'a str,
    /// `web`, `mobile`, `kiosk`, `window`; an unknown one is asked everything.
    pub channel: &'a str,
    /// China date.
    pub today: &'a str,
}

impl Binding {
    /// Whether the binding holds on a China date.
    pub fn in_force(&self, today: &str) -> bool {
        self.from.as_deref().is_none_or(|from| today >= from)
            && self.until.as_deref().is_none_or(|until| today <= until)
    }

    /// Whether the binding checks this.
    pub fn asks(&self, filled: &Filled<'_>) -> bool {
        self.form.as_deref().is_none_or(|form| form == filled.form)
            && self.item.as_deref().is_none_or(|item| item == filled.item)
            && (filled.channel.is_empty()
                || self.channels.is_empty()
                || self.channels.iter().any(|one| one == filled.channel))
            && self.in_force(filled.today)
    }
}

/// Whether a text is a China date, `YYYY-MM-DD`.
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, len: usize| {
        parts.get(at).filter(|part| part.len() == len && part.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()
    };
    parts.len() == 3
        && number(0, 4).is_some()
        && number(1, 2).is_some_and(|month| (1..=12).contains(&month))
        && number(2, 2).is_some_and(|day| (1..=31).contains(&day))
}

/// Whether a path ends so.
pub(crate) fn here(path: &[String], tail: &[&str]) -> bool {
    path.len() >= tail.len() && path.iter().rev().zip(tail.iter().rev()).all(|(step, name)| step == name)
}

/// The bindings of a file, which stand among the extension elements of its root.
pub(crate) fn read(dmn_xml: &str) -> Result<Vec<Binding>, RuleError> {
    const BINDING: &[&str] = &["definitions", "extensionElements", "bindings", "binding"];
    let mut reader = quick_xml::Reader::from_str(dmn_xml);
    let mut path: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let broken = |error: &dyn std::fmt::Display| RuleError::Model { reason: error.to_string() };
    loop {
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if here(&path, BINDING) {
                    found.push(binding(&start)?);
                }
            }
            Event::Empty(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if here(&path, BINDING) {
                    found.push(binding(&start)?);
                }
                path.pop();
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn binding(start: &BytesStart<'_>) -> Result<Binding, RuleError> {
    let text = |name: &str| -> Result<String, RuleError> {
        let broken = |reason: String| RuleError::Model { reason };
        let Some(found) = start.try_get_attribute(name).map_err(|error| broken(error.to_string()))? else {
            return Ok(String::new());
        };
        let value = found.normalized_value(XmlVersion::Implicit1_0).map_err(|error| broken(error.to_string()))?;
        Ok(value.trim().to_owned())
    };
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Ok(Binding {
        decision: text("decision")?,
        form: some(text("form")?),
        item: some(text("item")?),
        channels: text("channels")?.split_whitespace().map(str::to_owned).collect(),
        severity: if text("severity")? == "warn" { Severity::Warn } else { Severity::Stop },
        from: some(text("from")?),
        until: some(text("until")?),
        message: text("message")?,
    })
}
