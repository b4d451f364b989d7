//! The pack's texts of messages: read once, and the one chosen that fits an event, a result and a delivery (CASE-031).

use std::collections::BTreeMap;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;

/// Texts by event, from `packs/platform/messages.yaml`; their words may be edited ([`crate::messages::texts`]).
#[derive(Debug, Clone, Default)]
pub struct Texts {
    texts: Vec<Text>,
    signature: String,
    values: BTreeMap<String, ValueName>,
}

/// One text of the pack.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Text {
    pub event: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    when: When,
    pub sms: String,
    pub in_app: String,
    /// What it may name.
    #[serde(default)]
    pub placeholders: Vec<String>,
    pub channels: Vec<String>,
}

/// What texts may name, in words and as an example.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ValueName {
    pub label: String,
    pub sample: String,
}

/// For which result and delivery a text is; nothing said is for all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct When {
    /// `granted`, `refused` or `aborted`.
    result: Option<String>,
    /// `self`, `post` or `electronic`.
    delivery: Option<String>,
}

impl When {
    /// How closely it fits; nothing when it does not.
    fn fits(&self, result: &str, delivery: &str) -> Option<u8> {
        let part = |wanted: &Option<String>, is: &str| match wanted {
            None => Some(0),
            Some(wanted) if wanted == is => Some(1),
            Some(_) => None,
        };
        Some(part(&self.result, result)? + part(&self.delivery, delivery)?)
    }
}

impl Text {
    /// Event, result and delivery in one word.
    pub(crate) fn key(&self) -> String {
        let parts = [Some(&self.event), self.when.result.as_ref(), self.when.delivery.as_ref()];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(".")
    }

    /// For which result and delivery, in words; empty for all.
    pub(crate) fn condition(&self) -> String {
        let result = self.when.result.as_deref().map(|result| match result {
            "refused" => "不予批准",
            "aborted" => "中止办理",
            _ => "准予",
        });
        let delivery = self.when.delivery.as_deref().map(|way| match way {
            "self" => "窗口领取",
            "post" => "邮寄",
            _ => "电子送达",
        });
        result.into_iter().chain(delivery).collect::<Vec<_>>().join("，")
    }

    pub(crate) fn goes_by(&self, channel: &str) -> bool {
        self.channels.iter().any(|one| one == channel)
    }
}

#[derive(Deserialize)]
struct TextFile {
    #[serde(default)]
    sms_signature: String,
    #[serde(default)]
    values: BTreeMap<String, ValueName>,
    messages: Vec<Text>,
}

impl Texts {
    /// Reads the file.
    ///
    /// # Errors
    /// Names the file when it is absent or broken.
    pub fn load(path: &Path) -> Result<Self> {
        let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let file: TextFile = serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
        Ok(Self::of(file))
    }

    fn of(file: TextFile) -> Self {
        Self { texts: file.messages, signature: file.sms_signature, values: file.values }
    }

    /// All texts, in the order of the pack.
    pub(crate) fn all(&self) -> &[Text] {
        &self.texts
    }

    /// What the gateway puts before an SMS.
    pub(crate) fn signature(&self) -> &str {
        &self.signature
    }

    /// What texts may name.
    pub(crate) fn values(&self) -> &BTreeMap<String, ValueName> {
        &self.values
    }

    /// The text that fits an event, a result and a delivery most closely.
    pub(crate) fn pick(&self, event: &str, result: &str, delivery: &str) -> Option<&Text> {
        let fitting = self.texts.iter().filter(|text| text.event == event);
        let judged = fitting.filter_map(|text| Some((text.when.fits(result, delivery)?, text)));
        judged.max_by_key(|(closeness, _)| *closeness).map(|(_, text)| text)
    }

    /// What people call the texts of an event.
    pub(crate) fn title(&self, event: &str) -> Option<&str> {
        let named = self.texts.iter().find(|text| text.event == event && !text.title.is_empty());
        named.map(|text| text.title.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(yaml: &str) -> Texts {
        let file: TextFile = serde_yaml_ng::from_str(yaml).unwrap();
        Texts::of(file)
    }

    /// req: CASE-031
    #[test]
    fn the_closest_text_is_taken_and_a_plain_one_stands_in() {
        let texts = texts(
            "messages:\n\
             - {event: closed, sms: plain, in_app: '', channels: [sms]}\n\
             - {event: closed, when: {result: granted}, sms: granted, in_app: '', channels: [sms]}\n\
             - {event: closed, when: {result: granted, delivery: post}, sms: posted, in_app: '', channels: [sms]}\n\
             - {event: closed, when: {result: refused}, sms: refused, in_app: '', channels: [sms]}\n",
        );
        let said = |result: &str, delivery: &str| texts.pick("closed", result, delivery).unwrap().sms.clone();
        assert_eq!(said("granted", "self"), "granted");
        assert_eq!(said("granted", "post"), "posted");
        assert_eq!(said("refused", "post"), "refused");
        assert_eq!(said("aborted", "self"), "plain");
        assert!(texts.pick("opened", "", "").is_none());
    }
}
