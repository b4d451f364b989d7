//! Decisions as checks: what is wrong with a binding, and what a check says that is not met (FORM-016).

use crate::bindings::{Binding, is_day};
use crate::decision::Decisions;
use crate::error::RuleError;
use serde_json::{Map, Value as Json};

/// Channels a check may name.
const CHANNELS: [&str; 4] = ["web", "mobile", "kiosk", "window"];

impl Binding {
    /// What is wrong with the binding itself, for the person who writes rules.
    pub fn defects(&self, decisions: &Decisions) -> Vec<String> {
        let mut found = Vec::new();
        if !decisions.names().contains(&self.decision.as_str()) {
            found.push(format!("绑定的决策“{}”不在这份规则里，请重新选择", self.decision));
        }
        for (day, what) in [(&self.from, "开始"), (&self.until, "结束")] {
            if day.as_deref().is_some_and(|day| !is_day(day)) {
                found.push(format!("绑定的{what}日期写成 2026-12-01 这样"));
            }
        }
        if let (Some(from), Some(until)) = (&self.from, &self.until)
            && until < from
        {
            found.push("绑定的结束日期早于开始日期，请改过来".to_owned());
        }
        if let Some(other) = self.channels.iter().find(|one| !CHANNELS.contains(&one.as_str())) {
            found.push(format!("没有“{other}”这个渠道；渠道有 web、mobile、kiosk、window"));
        }
        found
    }
}

impl Decisions {
    /// Asks a check: none when it is met, otherwise what the person reads. A check is not met when the
    /// decision gives `false` (then the binding's message is told) or a text (then the text is). Null,
    /// because something is not filled in yet, meets it.
    ///
    /// # Errors
    /// As [`Decisions::decide`].
    pub fn unmet(&self, binding: &Binding, input: &Map<String, Json>) -> Result<Option<String>, RuleError> {
        Ok(told(&self.decide(&binding.decision, input)?.value, &binding.message))
    }
}

fn told(value: &Json, message: &str) -> Option<String> {
    match value {
        Json::Bool(false) if message.is_empty() => Some("填写的内容不符合规则，请核对后改正".to_owned()),
        Json::Bool(false) => Some(message.to_owned()),
        Json::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Json::Array(all) => {
            let texts: Vec<String> = all.iter().filter_map(|one| told(one, message)).collect();
            (!texts.is_empty()).then(|| texts.join("；"))
        }
        _ => None,
    }
}
