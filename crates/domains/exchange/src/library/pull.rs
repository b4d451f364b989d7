//! One pull: asked page by page, compared, kept whole.

use std::collections::BTreeMap;

use catalogue::OfferedContent;
use platform::calls::{self, Direction, Entry};
use platform::work::asked;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::store::{self, item, run};
use super::{ADDED, CHANGED, ELEMENTS, REMOVED, SAME};
use crate::Exchange;

/// Pages of one pull at most; with five hundred items each.
const MOST_PAGES: usize = 200;

/// A page of the library.
#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Given>,
    #[serde(default)]
    next: Option<String>,
}

/// An item of the library.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Given {
    task_code: String,
    name: String,
    version: i64,
    /// Whether it is offered.
    in_use: bool,
    #[serde(default)]
    elements: Map<String, Value>,
}

/// What a pull came to.
#[derive(Debug, Default)]
struct Tally {
    received: i64,
    added: i64,
    changed: i64,
    removed: i64,
}

/// Elements of which the library says something else than we.
pub(crate) fn differing(elements: &Value, content: &Value) -> Vec<&'static str> {
    let theirs = |key: &str| elements.get(key).filter(|value| !value.is_null());
    ELEMENTS
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| theirs(key).is_some_and(|theirs| content.get(*key) != Some(theirs)))
        .collect()
}

/// How an item of the library stands to what is offered here.
pub(crate) fn difference(in_use: bool, elements: &Value, here: Option<&OfferedContent>) -> &'static str {
    match here {
        None if in_use => ADDED,
        None => SAME,
        Some(_) if !in_use => REMOVED,
        Some(here) if differing(elements, &here.content).is_empty() => SAME,
        Some(_) => CHANGED,
    }
}

impl Exchange {
    /// The job behind [`super::JOB`]: pulls one item, or all.
    ///
    /// # Errors
    /// When our own database refuses; a library that fails is written down instead.
    pub async fn pull_library(&self, task_code: Option<String>, by: String) -> Result<()> {
        let started = self.platform.now();
        let given = self.ask_library(task_code.as_deref()).await?;
        let mut row = run::Model {
            id: self.platform.new_id(),
            task_code: task_code.clone(),
            by_name: by,
            started_at: started,
            ended_at: started,
            state: "ok".to_owned(),
            received: 0,
            added: 0,
            changed: 0,
            removed: 0,
            reason: None,
        };
        let mut kept = Vec::new();
        match given {
            Ok(given) => {
                let tally;
                (kept, tally) = self.compared(task_code.as_deref(), given, started).await?;
                (row.received, row.added) = (tally.received, tally.added);
                (row.changed, row.removed) = (tally.changed, tally.removed);
            }
            Err(reason) => {
                row.state = "failed".to_owned();
                row.reason = Some(reason.chars().take(500).collect());
            }
        }
        row.ended_at = self.platform.now();
        let (id, failed) = (row.id, row.reason.clone());
        let said = failed.as_ref().map_or_else(
            || format!("新增 {} 项，变化 {} 项，上级取消 {} 项。", row.added, row.changed, row.removed),
            |reason| format!("原来的数据没有动。原因：{}请再同步一次。", asked::sentence(reason)),
        );
        self.platform
            .db
            .write(row.ended_at, move |tx| {
                Box::pin(async move {
                    store::keep(tx.conn(), kept).await?;
                    let failed = row.reason.is_some();
                    store::note(tx.conn(), row).await?;
                    tx.came_out(failed, said).await
                })
            })
            .await?;
        let Some(reason) = failed else { return Ok(()) };
        // Who asked for it is told by the end of the job.
        let asker = asked::asker(&self.platform).await?;
        let staff = self.identity.staff_holding("item_sync.run").await?;
        let ids: Vec<Uuid> = staff.into_iter().map(|one| one.id).filter(|id| Some(*id) != asker).collect();
        let text = format!("事项同步没有成功，原来的数据没有动。原因：{reason}。请在“事项同步”里再同步一次。");
        self.casework.tell_desk(&ids, "item_sync", &format!("item_sync:{id}"), &text).await
    }

    /// Everything the library says, or why it does not.
    async fn ask_library(&self, task_code: Option<&str>) -> Result<std::result::Result<Vec<Given>, String>> {
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let body = json!({ "task_code": task_code, "cursor": next }).to_string();
            let target = self.upper.target();
            let started = self.platform.clock.now();
            let mut entry = Entry::new(&self.platform, Direction::Out);
            entry.party.clone_from(&target.app_id);
            "上级事项库".clone_into(&mut entry.party_name);
            "事项同步".clone_into(&mut entry.operation);
            entry.address.clone_from(&target.address);
            entry.payload(body.as_bytes());
            let said = self.upper.items(body).await;
            match &said {
                Ok(_) => entry.succeeded(200, ""),
                Err(refused) => entry.failed(refused.status, &refused.reason),
            }
            calls::write(&self.platform, entry, started).await?;
            let text = match said {
                Ok(text) => text,
                Err(refused) => return Ok(Err(refused.reason)),
            };
            let page: Page = match serde_json::from_str(&text) {
                Ok(page) => page,
                Err(error) => return Ok(Err(format!("回应读不出来：{error}"))),
            };
            all.extend(page.items);
            next = page.next;
            if next.is_none() {
                return Ok(Ok(all));
            }
        }
        Ok(Err(format!("超过 {MOST_PAGES} 页还没有完，没有收下")))
    }

    /// Rows to keep, and what changed since the last pull.
    async fn compared(
        &self,
        task_code: Option<&str>,
        given: Vec<Given>,
        now: OffsetDateTime,
    ) -> Result<(Vec<item::Model>, Tally)> {
        let known: BTreeMap<String, item::Model> = store::known(self.platform.db.read(), task_code)
            .await?
            .into_iter()
            .map(|row| (row.task_code.clone(), row))
            .collect();
        let codes: Vec<String> = given.iter().map(|one| one.task_code.clone()).chain(known.keys().cloned()).collect();
        let here = self.casework.catalogue.offered_by_code(&codes).await?;
        let mut tally = Tally::default();
        let mut rows: BTreeMap<String, item::Model> = BTreeMap::new();
        for one in given {
            tally.received += 1;
            let own = here.get(&one.task_code);
            let elements = Value::Object(one.elements);
            let before = known.get(&one.task_code);
            let moved = before.is_none_or(|row| row.elements != elements || row.in_use != one.in_use);
            match before {
                None => tally.added += 1,
                Some(row) if row.in_use && !one.in_use => tally.removed += 1,
                Some(_) if moved => tally.changed += 1,
                Some(_) => {}
            }
            let row = item::Model {
                name: one.name,
                version: one.version,
                in_use: one.in_use,
                slug: own.map(|own| own.slug.clone()),
                org_id: own.map(|own| own.org_id),
                difference: difference(one.in_use, &elements, own).to_owned(),
                elements,
                changed_at: if moved { now } else { before.map_or(now, |row| row.changed_at) },
                seen_at: now,
                task_code: one.task_code.clone(),
            };
            rows.insert(one.task_code, row);
        }
        // What was there and is not named any more is not offered above any more.
        for (code, mut row) in known {
            if rows.contains_key(&code) {
                continue;
            }
            let own = here.get(&code);
            if row.in_use {
                tally.removed += 1;
                row.changed_at = now;
            }
            row.in_use = false;
            row.slug = own.map(|own| own.slug.clone());
            row.org_id = own.map(|own| own.org_id);
            row.difference = difference(false, &row.elements, own).to_owned();
            rows.insert(code, row);
        }
        Ok((rows.into_values().collect(), tally))
    }

    /// The row of a code.
    pub(crate) async fn library_item(&self, code: &str) -> Result<item::Model> {
        let row = item::Entity::find_by_id(code.to_owned()).one(self.platform.db.read()).await?;
        row.ok_or_else(|| Problem::not_found("没有找到这个事项，请先同步。"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: ITEM-010
    #[test]
    fn what_the_library_does_not_say_does_not_differ() {
        let content =
            json!({ "name": "甲", "on_site_times": 0, "legal_limit": { "value": 10, "unit": "working_day" } });
        let say = |elements: Value| differing(&elements, &content);
        assert!(say(json!({ "name": "甲" })).is_empty());
        assert!(say(json!({ "name": "甲", "on_site_times": null, "windows": 3 })).is_empty());
        assert_eq!(
            say(json!({ "name": "乙", "legal_limit": { "value": 15, "unit": "working_day" } })),
            ["name", "legal_limit"]
        );
    }
}
