//! Alarm rules: data, read from `packs/platform/alarms.yaml`.

use std::collections::BTreeMap;
use std::path::Path;

use platform::work::audit::chain::Record;
use platform::{Problem, Result};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::LEVELS;

/// By whom lines are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Who acted.
    Actor,
    /// Where from.
    Address,
    /// What it was done to.
    Subject,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Key.
    pub key: String,
    /// Title of the alarm.
    pub title: String,
    /// `high`, `middle`, `low`.
    pub level: String,
    /// The rule in words.
    pub says: String,
    /// Acts it looks at; empty = all.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Types of act it looks at; empty = all.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Result it looks at.
    #[serde(default)]
    pub result: Option<String>,
    /// By whom lines are taken together.
    pub group: Group,
    /// How far back it looks.
    pub within_minutes: i64,
    /// Lines that raise it.
    #[serde(default)]
    pub count: Option<i64>,
    /// A number of the detail that is added up instead.
    #[serde(default)]
    pub sum: Option<String>,
    /// Sum that raises it.
    #[serde(default)]
    pub at_least: Option<i64>,
    /// Only between these hours (China); the second may lie on the next day.
    #[serde(default)]
    pub hours: Option<(u8, u8)>,
    /// Whether it is in use.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    rules: Vec<Rule>,
}

/// Reads and checks a rule file.
///
/// # Errors
/// Names the file and the rule that is wrong.
pub fn load(path: &Path) -> Result<Vec<Rule>> {
    let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let file: File = serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if file.schema != "tongban-alarms/1" {
        return Err(wrong(format!("unknown schema {:?}", file.schema)));
    }
    for (at, rule) in file.rules.iter().enumerate() {
        let measured = rule.count.is_some() != (rule.sum.is_some() && rule.at_least.is_some());
        let picks = !rule.actions.is_empty() || !rule.kinds.is_empty();
        let known = LEVELS.iter().any(|(level, _)| *level == rule.level);
        let hours = rule.hours.is_none_or(|(from, to)| from < 24 && to < 24);
        let alone = !file.rules.iter().take(at).any(|other| other.key == rule.key);
        if !(measured && picks && known && hours && alone && (1..=7 * 24 * 60).contains(&rule.within_minutes)) {
            return Err(wrong(format!(
                "rule {}: needs actions or kinds, count or sum with at_least, a known level, hours under 24, within a week, a key of its own",
                rule.key
            )));
        }
    }
    Ok(file.rules)
}

/// Lines of one group that a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Group.
    pub group: String,
    /// Group for people: a name, an address, never a number.
    pub who: String,
    /// Lines or sum.
    pub count: i64,
    /// First of them.
    pub first_at: OffsetDateTime,
    /// Last of them.
    pub last_at: OffsetDateTime,
    /// The lines, oldest first.
    pub lines: Vec<Uuid>,
}

impl Rule {
    /// Groups that reach the threshold; `known` gives for a group the last line that an earlier event of
    /// it has seen, so that one line never counts twice.
    pub fn hits(&self, records: &[Record], known: impl Fn(&str) -> Option<Uuid>) -> Vec<Hit> {
        let mut groups: BTreeMap<String, Hit> = BTreeMap::new();
        for record in records {
            let Ok(at) = OffsetDateTime::from_unix_timestamp(record.at) else { continue };
            if !self.in_hours(at) {
                continue;
            }
            let (group, who) = match self.group {
                Group::Actor => match record.actor_id {
                    Some(id) => (id.to_string(), record.actor_name.clone()),
                    None => continue,
                },
                Group::Address if record.address.is_empty() => continue,
                Group::Address => (record.address.clone(), record.address.clone()),
                Group::Subject if record.actor_name.is_empty() => (record.subject.clone(), "未知账号".to_owned()),
                Group::Subject => (record.subject.clone(), record.actor_name.clone()),
            };
            if known(&group).is_some_and(|last| record.id <= last) {
                continue;
            }
            let weight = match &self.sum {
                Some(name) => serde_json::from_str::<serde_json::Value>(&record.detail)
                    .ok()
                    .and_then(|detail| detail.get(name)?.as_i64())
                    .unwrap_or(0),
                None => 1,
            };
            let hit = groups.entry(group.clone()).or_insert_with(|| Hit {
                group,
                who,
                count: 0,
                first_at: at,
                last_at: at,
                lines: Vec::new(),
            });
            hit.count = hit.count.saturating_add(weight);
            hit.last_at = hit.last_at.max(at);
            hit.lines.push(record.id);
        }
        groups.into_values().collect()
    }

    /// Threshold.
    pub fn threshold(&self) -> i64 {
        self.count.or(self.at_least).unwrap_or(1)
    }

    fn in_hours(&self, at: OffsetDateTime) -> bool {
        let Some((from, to)) = self.hours else { return true };
        let hour = (at.to_offset(time::UtcOffset::UTC) + time::Duration::hours(8)).hour();
        if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_shipped_are_whole_and_a_night_goes_over_midnight() {
        let rules = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/alarms.yaml")).unwrap();
        assert!(rules.len() >= 10);
        let night = rules.iter().find(|rule| rule.key == "night_use").unwrap();
        let at = |text: &str| OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap();
        assert!(night.in_hours(at("2026-09-21T23:30:00+08:00")) && night.in_hours(at("2026-09-21T05:59:59+08:00")));
        assert!(!night.in_hours(at("2026-09-21T06:00:00+08:00")) && !night.in_hours(at("2026-09-21T21:59:59+08:00")));
    }
}
