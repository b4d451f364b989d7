//! The scan: a job that looks at some columns, notes how far it is and leaves the rest to the next.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::work::asked::Asked;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::detect::{self, Detector};
use super::store::{finding, scan};
use crate::Security;
use crate::classification::store::field;
use crate::protection::rows::{self, Order, Row, Table};

/// Job that looks at some tables.
pub const SCAN_JOB: &str = "security.scan";
/// Values looked at per column: the oldest and the newest of the table, half each.
pub const SAMPLE: u64 = 400;
/// Tables in one job: well inside its lease.
const TABLES: usize = 12;

#[derive(Serialize, Deserialize)]
struct Payload {
    scan: Uuid,
    position: i64,
}

/// What a sample of one column holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Seen {
    sampled: i64,
    hits: BTreeMap<Detector, (i64, String)>,
}

impl Security {
    /// Begins a scan; one at a time.
    ///
    /// # Errors
    /// 409 while another runs.
    pub async fn start_scan(&self, caller: &Principal, key: Option<String>) -> Result<Uuid> {
        self.take_inventory(None).await?;
        let conn = self.platform.db.read();
        let running = scan::Entity::find().filter(scan::Column::State.eq("running")).count(conn).await?;
        let total = i64::try_from(rows::tables(conn).await?.len()).unwrap_or(0);
        let (id, job, line_id) = (self.platform.new_id(), self.platform.new_id(), self.platform.new_id());
        let asked = Asked::new(id, caller.id, "扫描敏感数据", "/protection/discovery");
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "discovery.run", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    if running > 0 {
                        return Err(Problem::conflict("scan_running", "正在扫描，等这一次完成再开始。"));
                    }
                    scan::Entity::insert(scan::ActiveModel {
                        id: Set(id),
                        state: Set("running".to_owned()),
                        position: Set(0),
                        total: Set(total),
                        sample: Set(i64::try_from(SAMPLE).unwrap_or(0)),
                        values_seen: Set(0),
                        found: Set(0),
                        started_by_name: Set(caller.name.clone()),
                        started_at: Set(tx.now()),
                        finished_at: Set(None),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.ask(asked, next_job(job, id, 0));
                    tx.audit(Line::by(
                        &caller,
                        line_id,
                        "discovery.run",
                        format!("scan:{id}"),
                        json!({ "act": "start" }),
                    ));
                    Ok(id)
                })
            })
            .await
    }

    /// Looks at some tables and leaves the rest to the next job. Run again for the same place it
    /// changes nothing: findings are by column and content, and the scan is already further.
    ///
    /// # Errors
    /// When the database refuses; the job is tried again.
    pub async fn scan_some(&self, payload: Value) -> Result<()> {
        let payload: Payload = serde_json::from_value(payload)?;
        let conn = self.platform.db.read();
        let Some(scan) = scan::Entity::find_by_id(payload.scan).one(conn).await? else {
            return Err(Problem::not_found("没有这次扫描。"));
        };
        if scan.state != "running" || scan.position != payload.position {
            return Ok(());
        }
        let tables = rows::tables(conn).await?;
        let from = usize::try_from(scan.position).unwrap_or(0);
        let fields = self.fields_by_place().await?;
        let mut found = Vec::new();
        let mut values = 0;
        for table in tables.iter().skip(from).take(TABLES) {
            let seen = self.look_at(table).await?;
            for (column, seen) in table.columns.iter().zip(seen) {
                values += seen.sampled;
                let Some(row) = fields.get(&(table.name.clone(), column.name.clone())) else { continue };
                found.extend(self.findings_of(scan.id, row, &seen));
            }
        }
        let position = i64::try_from((from + TABLES).min(tables.len())).unwrap_or(i64::MAX);
        let done = from + TABLES >= tables.len();
        let (job, line_id) = (self.platform.new_id(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut open = 0;
                    for one in found {
                        open += i64::from(keep(tx, one).await?);
                    }
                    let mut change = scan::Entity::update_many()
                        .col_expr(scan::Column::Position, Expr::value(position))
                        .col_expr(scan::Column::Total, Expr::value(i64::try_from(tables.len()).unwrap_or(0)))
                        .col_expr(scan::Column::ValuesSeen, Expr::value(scan.values_seen + values))
                        .col_expr(scan::Column::Found, Expr::value(scan.found + open));
                    if done {
                        change = change
                            .col_expr(scan::Column::State, Expr::value("done"))
                            .col_expr(scan::Column::FinishedAt, Expr::value(Some(tx.now())));
                        tx.audit(Line {
                            id: line_id,
                            actor_id: None,
                            actor_name: "系统".to_owned(),
                            action: "discovery.done",
                            subject: format!("scan:{}", scan.id),
                            detail: json!({ "values": scan.values_seen + values, "found": scan.found + open }),
                        });
                        let said = match scan.found + open {
                            0 => "没有要确认的内容。".to_owned(),
                            found => format!("有 {found} 处要确认。"),
                        };
                        tx.came_out(false, said).await?;
                    } else {
                        tx.go_on(next_job(job, scan.id, position));
                    }
                    change.filter(scan::Column::Id.eq(scan.id)).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Samples a table from both ends and looks at every text.
    async fn look_at(&self, table: &Table) -> Result<Vec<Seen>> {
        let half = SAMPLE / 2;
        let mut sample = table.page(&self.platform, &self.sealed, &[], half, Order::Oldest).await?;
        if sample.len() as u64 == half {
            let newest = table.page(&self.platform, &self.sealed, &[], half, Order::Newest).await?;
            let known: Vec<Vec<String>> = sample.iter().map(|row| row.after.clone()).collect();
            sample.extend(newest.into_iter().filter(|row| !known.contains(&row.after)));
        }
        Ok(table.columns.iter().enumerate().map(|(at, column)| seen_in(&sample, at, column.kind)).collect())
    }

    async fn fields_by_place(&self) -> Result<BTreeMap<(String, String), field::Model>> {
        let rows = field::Entity::find().filter(field::Column::GoneAt.is_null()).all(self.platform.db.read()).await?;
        Ok(rows.into_iter().map(|row| ((row.table_name.clone(), row.column_name.clone()), row)).collect())
    }

    /// Contents frequent enough to say something, with what they propose. A content that the column's
    /// level covers already is evidence, not a question.
    fn findings_of(&self, scan: Uuid, row: &field::Model, seen: &Seen) -> Vec<finding::Model> {
        let level = row.strict_level();
        seen.hits
            .iter()
            .filter_map(|(what, (hits, example))| {
                let content = self.pack.content(*what)?;
                (hits * 100 >= seen.sampled * content.share).then(|| finding::Model {
                    id: self.platform.new_id(),
                    scan_id: scan,
                    field_id: row.id,
                    table_name: row.table_name.clone(),
                    column_name: row.column_name.clone(),
                    detector: what.as_str().to_owned(),
                    hits: *hits,
                    sampled: seen.sampled,
                    example: example.clone(),
                    level_before: level,
                    level: content.level,
                    class: content.class.clone(),
                    state: if content.level > level { "open" } else { "covered" }.to_owned(),
                    seen_at: self.platform.now(),
                    decided_by_name: None,
                    decided_at: None,
                    reason: String::new(),
                    version: 1,
                })
            })
            .collect()
    }
}

fn seen_in(sample: &[Row], at: usize, kind: &str) -> Seen {
    let mut seen = Seen::default();
    if !matches!(kind, "text" | "json") {
        return seen;
    }
    for text in sample.iter().filter_map(|row| row.cells.get(at)?.as_deref()).filter(|text| !text.trim().is_empty()) {
        seen.sampled += 1;
        let mut here: Vec<Detector> = Vec::new();
        for hit in detect::detect(text) {
            if here.contains(&hit.what) {
                continue;
            }
            here.push(hit.what);
            let entry = seen.hits.entry(hit.what).or_insert_with(|| (0, hit.what.mask(hit.piece)));
            entry.0 += 1;
        }
    }
    seen
}

/// Enters a finding, or brings a known one up to date; what a person dismissed stays dismissed. Says
/// whether it is an open question.
async fn keep(tx: &Tx, new: finding::Model) -> Result<bool> {
    let known = finding::Entity::find()
        .filter(finding::Column::FieldId.eq(new.field_id))
        .filter(finding::Column::Detector.eq(new.detector.as_str()))
        .one(tx.conn())
        .await?;
    let Some(known) = known else {
        let open = new.state == "open";
        let row = sea_orm::ActiveModelTrait::reset_all(finding::ActiveModel::from(new));
        finding::Entity::insert(row).exec_without_returning(tx.conn()).await?;
        return Ok(open);
    };
    // Accepted before and lowered since, or covered by now: asked again, or closed by what is so now.
    let state = if known.state == "dismissed" { known.state } else { new.state };
    let open = state == "open";
    finding::Entity::update_many()
        .col_expr(finding::Column::ScanId, Expr::value(new.scan_id))
        .col_expr(finding::Column::Hits, Expr::value(new.hits))
        .col_expr(finding::Column::Sampled, Expr::value(new.sampled))
        .col_expr(finding::Column::Example, Expr::value(new.example))
        .col_expr(finding::Column::LevelBefore, Expr::value(new.level_before))
        .col_expr(finding::Column::State, Expr::value(state))
        .col_expr(finding::Column::SeenAt, Expr::value(tx.now()))
        .col_expr(finding::Column::Version, Expr::value(known.version + 1))
        .filter(finding::Column::Id.eq(known.id))
        .exec(tx.conn())
        .await?;
    Ok(open)
}

fn next_job(id: Uuid, scan: Uuid, position: i64) -> NewJob {
    NewJob {
        id,
        kind: SCAN_JOB,
        payload: json!({ "scan": scan, "position": position }),
        run_at: None,
        key: Some(format!("scan:{scan}:{position}")),
    }
}
