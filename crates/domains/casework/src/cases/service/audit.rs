//! Proof that no event was altered: verify a chain, root the day, export (design §3).

use base::crypto::{Sm2Key, Sm2PublicKey, Sm3Hasher};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Casework;
use crate::cases::chain::{GENESIS, Link};
use crate::cases::store::{case, case_event};

mod root {
    use sea_orm::entity::prelude::*;

    /// `event_roots`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_roots")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub events: i64,
        pub root: String,
        pub previous_root: String,
        pub signature: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An event in an export: all that its hash covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedEvent {
    /// Case.
    pub case_id: Uuid,
    /// Number within the case.
    pub no: i64,
    /// Kind.
    pub kind: String,
    /// Unix seconds.
    pub at: i64,
    /// Who.
    pub actor_name: String,
    /// Text.
    pub text: String,
    /// Data, JSON text.
    pub data: String,
    /// Hash before.
    pub previous_hash: String,
    /// Hash.
    pub hash: String,
}

/// A day's root in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedRoot {
    /// Day in China.
    pub day: String,
    /// Events of that day.
    pub events: i64,
    /// SM3 over the day's hashes.
    pub root: String,
    /// Root of the day before.
    pub previous_root: String,
    /// SM2 signature over `previous_root|day|root`, hex.
    pub signature: String,
}

/// A whole export. Verifiable without the product: see docs/operations/audit.md.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Always `tongban-audit/1`.
    pub schema: String,
    /// Public key that signed the roots, PEM.
    pub public_key: String,
    /// Events by case and number.
    pub events: Vec<ExportedEvent>,
    /// Roots by day.
    pub roots: Vec<ExportedRoot>,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Cases looked at.
    pub cases: usize,
    /// Events looked at.
    pub events: usize,
    /// Roots looked at.
    pub roots: usize,
    /// Every fault, in words.
    pub faults: Vec<String>,
}

/// Verifies an export alone.
pub fn verify(export: &Export) -> Verdict {
    let mut faults = Vec::new();
    let mut by_case: std::collections::BTreeMap<Uuid, Vec<&ExportedEvent>> = Default::default();
    for event in &export.events {
        by_case.entry(event.case_id).or_default().push(event);
    }
    for (case, events) in &mut by_case {
        events.sort_by_key(|event| event.no);
        let mut previous = GENESIS.to_owned();
        for (at, event) in events.iter().enumerate() {
            if event.no != i64::try_from(at).unwrap_or(-1) + 1 {
                faults.push(format!("办件 {case} 缺少第 {} 条记录", at + 1));
                break;
            }
            if event.previous_hash != previous || event.hash != hash_of(event) {
                faults.push(format!("办件 {case} 第 {} 条记录被改动", event.no));
                break;
            }
            previous.clone_from(&event.hash);
        }
    }
    let key = Sm2PublicKey::from_pem(&export.public_key);
    let mut previous = GENESIS.to_owned();
    let mut by_day: std::collections::HashMap<String, Vec<&str>> = Default::default();
    for event in &export.events {
        by_day.entry(day_of(event.at)).or_default().push(&event.hash);
    }
    for root in &export.roots {
        let mut hashes = by_day.remove(&root.day).unwrap_or_default();
        hashes.sort_unstable();
        if root.previous_root != previous {
            faults.push(format!("{} 的日根没有接上前一天", root.day));
        }
        if root_of(&hashes) != root.root || i64::try_from(hashes.len()) != Ok(root.events) {
            faults.push(format!("{} 的记录与日根不符，有增删", root.day));
        }
        let signed = base::encoding::from_hex(&root.signature)
            .zip(key.as_ref().ok())
            .is_some_and(|(signature, key)| key.verify(signed_text(root).as_bytes(), &signature).is_ok());
        if !signed {
            faults.push(format!("{} 的日根签名不对", root.day));
        }
        previous.clone_from(&root.root);
    }
    Verdict { cases: by_case.len(), events: export.events.len(), roots: export.roots.len(), faults }
}

fn signed_text(root: &ExportedRoot) -> String {
    format!("{}|{}|{}", root.previous_root, root.day, root.root)
}

fn hash_of(event: &ExportedEvent) -> String {
    Link {
        case_id: event.case_id,
        no: event.no,
        kind: &event.kind,
        at: OffsetDateTime::from_unix_timestamp(event.at).unwrap_or(OffsetDateTime::UNIX_EPOCH),
        actor_name: &event.actor_name,
        text: &event.text,
        data: &event.data,
        previous: &event.previous_hash,
    }
    .hash()
}

fn root_of(hashes: &[&str]) -> String {
    let mut hasher = Sm3Hasher::new();
    for hash in hashes {
        hasher.update(hash.as_bytes());
    }
    base::encoding::to_hex(&hasher.finish())
}

fn day_of(at: i64) -> String {
    OffsetDateTime::from_unix_timestamp(at).map(|at| base::zone::china_date(at).to_string()).unwrap_or_default()
}

fn exported(row: case_event::Model) -> ExportedEvent {
    ExportedEvent {
        case_id: row.case_id,
        no: row.no,
        kind: row.kind,
        at: row.at.unix_timestamp(),
        actor_name: row.actor_name,
        text: row.text,
        data: row.data,
        previous_hash: row.previous_hash,
        hash: row.hash,
    }
}

impl Casework {
    /// Roots every finished day that has none yet; returns the days rooted. Runs daily and may run twice.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn root_days(&self, key: &Sm2Key) -> Result<Vec<String>> {
        let conn = self.platform.db.read();
        let last = root::Entity::find().order_by_desc(root::Column::Day).one(conn).await?;
        let mut previous = last.as_ref().map_or_else(|| GENESIS.to_owned(), |last| last.root.clone());
        let format = time::macros::format_description!("[year]-[month]-[day]");
        let mut day = match &last {
            Some(last) => time::Date::parse(&last.day, format).map_err(Problem::internal)?.next_day(),
            None => {
                let first = case_event::Entity::find().order_by_asc(case_event::Column::At).one(conn).await?;
                first.map(|first| base::zone::china_date(first.at))
            }
        };
        let today = base::zone::china_date(self.platform.now());
        let mut rooted = Vec::new();
        while let Some(date) = day.filter(|date| *date < today) {
            let hashes: Vec<String> = case_event::Entity::find()
                .filter(case_event::Column::At.gte(base::zone::start_of_day(date)))
                .filter(case_event::Column::At.lt(base::zone::end_of_day(date)))
                .select_only()
                .column(case_event::Column::Hash)
                .order_by_asc(case_event::Column::Hash)
                .into_tuple()
                .all(conn)
                .await?;
            let refs: Vec<&str> = hashes.iter().map(String::as_str).collect();
            let mut root = ExportedRoot {
                day: date.to_string(),
                events: i64::try_from(hashes.len()).map_err(Problem::internal)?,
                root: root_of(&refs),
                previous_root: previous.clone(),
                signature: String::new(),
            };
            root.signature =
                base::encoding::to_hex(&key.sign(signed_text(&root).as_bytes()).map_err(Problem::internal)?);
            previous.clone_from(&root.root);
            rooted.push(root.day.clone());
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        root::Entity::insert(root::ActiveModel {
                            day: Set(root.day),
                            events: Set(root.events),
                            root: Set(root.root),
                            previous_root: Set(root.previous_root),
                            signature: Set(root.signature),
                        })
                        .exec_without_returning(tx.conn())
                        .await?;
                        Ok(())
                    })
                })
                .await?;
            day = date.next_day();
        }
        Ok(rooted)
    }

    /// Verifies the chains of the newest cases, without the roots of days.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn verify_newest(&self, cases: u64) -> Result<Verdict> {
        let conn = self.platform.db.read();
        let newest: Vec<Uuid> = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .order_by_desc(case::Column::Id)
            .limit(cases)
            .into_tuple()
            .all(conn)
            .await?;
        let rows = case_event::Entity::find().filter(case_event::Column::CaseId.is_in(newest)).all(conn).await?;
        let events = rows.into_iter().map(exported).collect();
        let schema = "tongban-audit/1".to_owned();
        Ok(verify(&Export { schema, public_key: String::new(), events, roots: Vec::new() }))
    }

    /// Everything needed to verify the event log without the product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn export_events(&self, key: &Sm2Key) -> Result<Export> {
        let conn = self.platform.db.read();
        let mut events = Vec::new();
        let mut after: Option<Uuid> = None;
        loop {
            let mut page = case_event::Entity::find().order_by_asc(case_event::Column::Id);
            if let Some(after) = after {
                page = page.filter(case_event::Column::Id.gt(after));
            }
            let rows = page.limit(1_000).all(conn).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            events.extend(rows.into_iter().map(exported));
        }
        let roots = root::Entity::find().order_by_asc(root::Column::Day).all(conn).await?;
        Ok(Export {
            schema: "tongban-audit/1".to_owned(),
            public_key: key.public().to_pem().map_err(Problem::internal)?,
            events,
            roots: roots
                .into_iter()
                .map(|root| ExportedRoot {
                    day: root.day,
                    events: root.events,
                    root: root.root,
                    previous_root: root.previous_root,
                    signature: root.signature,
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn export() -> Export {
        let key = Sm2Key::from_bytes(&[7; 32]).unwrap();
        let case_id = Uuid::nil();
        let mut events: Vec<ExportedEvent> = Vec::new();
        for (no, text) in [(1, "提交"), (2, "受理"), (3, "办结")] {
            let mut event = ExportedEvent {
                case_id,
                no,
                kind: "apply".into(),
                at: 1_790_000_000 + no,
                actor_name: "王海燕".into(),
                text: text.into(),
                data: "{}".into(),
                previous_hash: events.last().map_or_else(|| GENESIS.to_owned(), |last| last.hash.clone()),
                hash: String::new(),
            };
            event.hash = hash_of(&event);
            events.push(event);
        }
        let mut hashes: Vec<&str> = events.iter().map(|event| event.hash.as_str()).collect();
        hashes.sort_unstable();
        let mut root = ExportedRoot {
            day: day_of(1_790_000_001),
            events: 3,
            root: root_of(&hashes),
            previous_root: GENESIS.into(),
            signature: String::new(),
        };
        root.signature = base::encoding::to_hex(&key.sign(signed_text(&root).as_bytes()).unwrap());
        Export {
            schema: "tongban-audit/1".into(),
            public_key: key.public().to_pem().unwrap(),
            events,
            roots: vec![root],
        }
    }

    #[test]
    fn an_untouched_log_verifies_and_every_touch_is_found() {
        assert!(verify(&export()).faults.is_empty());
        let mut changed = export();
        changed.events[1].text = "不予受理".into();
        assert!(verify(&changed).faults.iter().any(|fault| fault.contains("第 2 条")));
        let mut removed = export();
        removed.events.pop();
        assert!(verify(&removed).faults.iter().any(|fault| fault.contains("日根不符")));
        let mut forged = export();
        forged.roots[0].root = GENESIS.into();
        assert!(verify(&forged).faults.iter().any(|fault| fault.contains("签名不对")));
    }
}
