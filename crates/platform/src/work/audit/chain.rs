//! The chains over the audit lines.
//!
//! One chain over all lines would be a lock every command waits for. So each transaction (a command,
//! or on SQLite a group of them) takes a chain of the day that nobody else holds, or begins a new
//! one, and gives it back after its commit: as many chains a day as transactions ran at once. A chain is named after its first line and is never
//! continued by another process or on another day, so nothing has to be read before writing. A
//! command that fails drops its chain; what was committed on it stays whole.
//!
//! The day's root covers the last hash of every chain, see the security domain.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Hash before the first line of a chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line as hashed, stored and exported. JSON parts are texts in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Time-ordered id.
    pub id: Uuid,
    /// Unix seconds.
    pub at: i64,
    /// Account or staff id.
    pub actor_id: Option<Uuid>,
    /// Name at that time.
    pub actor_name: String,
    /// Organisation of staff.
    pub org_id: Option<Uuid>,
    /// Network address.
    pub address: String,
    /// Browser or program.
    pub device: String,
    /// Type of act.
    pub kind: String,
    /// Act.
    pub action: String,
    /// Object.
    pub subject: String,
    /// Reason, field names, counts.
    pub detail: String,
    /// Content before.
    pub before: Option<String>,
    /// Content after.
    pub after: Option<String>,
    /// How it ended.
    pub result: String,
    /// Chain; none for lines older than the chains.
    pub chain: Option<Uuid>,
    /// Number within the chain, from 1.
    pub no: i64,
    /// Hash before.
    pub previous_hash: String,
    /// Hash.
    pub hash: String,
}

impl Record {
    /// SM3 over the length-prefixed parts, hex. The form is fixed: changing it would break old chains.
    pub fn computed_hash(&self) -> String {
        let mut hasher = base::crypto::Sm3Hasher::new();
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        // An absent content and an empty one are told apart by a sign before the text.
        let content = |text: &Option<String>| text.as_ref().map_or_else(String::new, |text| format!("={text}"));
        let (chain, own, actor, org) = (id(self.chain), self.id.to_string(), id(self.actor_id), id(self.org_id));
        let (no, at) = (self.no.to_string(), self.at.to_string());
        let (before, after) = (content(&self.before), content(&self.after));
        for part in [
            "audit1",
            &self.previous_hash,
            &chain,
            &no,
            &own,
            &at,
            &actor,
            &self.actor_name,
            &org,
            &self.address,
            &self.device,
            &self.kind,
            &self.action,
            &self.subject,
            &self.detail,
            &before,
            &after,
            &self.result,
        ] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        base::encoding::to_hex(&hasher.finish())
    }
}

/// Where a chain stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    chain: Uuid,
    day: Date,
    no: i64,
    hash: String,
}

impl Head {
    /// A new chain named after its first line.
    pub fn begin(first: Uuid, now: OffsetDateTime) -> Self {
        Self { chain: first, day: base::zone::china_date(now), no: 0, hash: GENESIS.to_owned() }
    }

    /// Whether a moment stands in its day.
    pub fn is_of(&self, now: OffsetDateTime) -> bool {
        self.day == base::zone::china_date(now)
    }

    /// Name.
    pub fn chain(&self) -> Uuid {
        self.chain
    }

    /// Number of the line to come.
    pub fn next_no(&self) -> i64 {
        self.no + 1
    }

    /// Hash of the last line.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// After one more line.
    #[must_use]
    pub fn after(&self, record: &Record) -> Self {
        Self { chain: self.chain, day: self.day, no: record.no, hash: record.hash.clone() }
    }
}

/// The chains of this process that no command holds.
#[derive(Debug, Default)]
pub struct Chains(Mutex<Vec<Head>>);

impl Chains {
    /// A free chain of the day; none when a new one has to begin.
    pub fn take(&self, now: OffsetDateTime) -> Option<Head> {
        let day = base::zone::china_date(now);
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Past days are over; the demonstration plays days in any order, so a later day stays away too.
        free.retain(|head| head.day == day);
        free.pop()
    }

    /// Gives a chain back after the commit of its lines.
    pub fn give(&self, head: Head) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(head);
    }
}

/// JSON with sorted keys and without spaces: the same text whatever a database made of it.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

/// The same before it becomes a text.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            Value::Object(
                keys.into_iter()
                    .filter_map(|key| Some((clean(key), sorted(map.get(key)?))))
                    .collect::<Map<String, Value>>(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::String(text) => Value::String(clean(text)),
        other => other.clone(),
    }
}

/// Text without NUL, which PostgreSQL does not take.
pub fn clean(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Record {
        let mut record = Record {
            id: Uuid::nil(),
            at: 1_790_000_000,
            actor_id: None,
            actor_name: "陈志远".into(),
            org_id: None,
            address: "10.0.0.1".into(),
            device: String::new(),
            kind: "change".into(),
            action: "case.accept".into(),
            subject: "case:1".into(),
            detail: "{}".into(),
            before: None,
            after: None,
            result: "ok".into(),
            chain: Some(Uuid::nil()),
            no: 1,
            previous_hash: GENESIS.into(),
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        record
    }

    /// req: DATASEC-011
    #[test]
    fn every_part_is_under_the_hash() {
        let whole = record();
        let changes: [fn(&mut Record); 13] = [
            |one| one.at += 1,
            |one| one.actor_id = Some(Uuid::max()),
            |one| one.actor_name = "陈志".into(),
            |one| one.org_id = Some(Uuid::max()),
            |one| one.address = "10.0.0.2".into(),
            |one| one.kind = "access".into(),
            |one| one.action = "case.read".into(),
            |one| one.subject = "case:2".into(),
            |one| one.detail = "{\"a\":1}".into(),
            |one| one.before = Some(String::new()),
            |one| one.result = "refused".into(),
            |one| one.no = 2,
            |one| one.previous_hash = "1".repeat(64),
        ];
        for change in changes {
            let mut changed = whole.clone();
            change(&mut changed);
            assert_ne!(changed.computed_hash(), whole.hash);
        }
    }

    #[test]
    fn a_chain_is_held_by_one_command_and_ends_with_its_day() {
        let chains = Chains::default();
        let now = time::macros::datetime!(2026-09-21 01:00:00 UTC);
        let first = record();
        assert_eq!(chains.take(now), None);
        chains.give(Head::begin(first.id, now).after(&first));
        let held = chains.take(now).unwrap();
        assert_eq!((held.next_no(), held.hash()), (2, first.hash.as_str()));
        assert_eq!(chains.take(now), None, "held by another");
        chains.give(held);
        assert_eq!(chains.take(now + time::Duration::days(1)), None, "another day, another chain");
    }

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        assert_eq!(
            canonical(&json!({ "b": [{ "d": 1, "c": "x\0" }], "a": null })),
            r#"{"a":null,"b":[{"c":"x","d":1}]}"#
        );
    }
}
