//! A copy made: a job writes one file of one table at a time and leaves the rest to the next.

use std::collections::BTreeMap;

use platform::files;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::asked::Asked;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::Duration;

use super::mask::Masker;
use super::store::{copy, copy_file};
use crate::Security;
use crate::classification::model::{Export, Masking};
use crate::classification::store::field;
use crate::protection::rows::{self, Order, Row, Table};

/// Job that writes one file.
pub const COPY_JOB: &str = "security.copy";
/// Rows of one file: some megabytes, written well inside the lease of a job.
pub const ROWS: u64 = 2_000;
/// Days a copy may be kept at most.
pub const MOST_DAYS: i64 = 30;
/// What a copy is for.
pub const USES: [(&str, &str); 3] = [("test", "测试"), ("statistics", "统计"), ("outside", "对外提供")];

/// A copy to be made.
#[derive(Debug, Clone)]
pub struct NewCopy {
    /// What it is needed for.
    pub purpose: String,
    /// `test`, `statistics` or `outside`.
    pub use_kind: String,
    /// `csv` or `jsonl`.
    pub format: String,
    /// Tables.
    pub tables: Vec<String>,
    /// Days until it is removed.
    pub days: i64,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    copy: Uuid,
    position: i64,
    table: usize,
    after: Vec<String>,
}

/// A column in a copy and how it is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Covered {
    column: String,
    class: String,
    level: i64,
    masking: Masking,
    #[serde(skip)]
    kind: &'static str,
    #[serde(skip)]
    at: usize,
}

impl Security {
    /// Begins a copy.
    ///
    /// # Errors
    /// 422 names what is wrong.
    pub async fn start_copy(&self, caller: &Principal, new: NewCopy, key: Option<String>) -> Result<Uuid> {
        let live = rows::tables(self.platform.db.read()).await?;
        let mut faults = Vec::new();
        let known = |list: &[(&str, &str)], key: &str| list.iter().any(|(one, _)| *one == key);
        if !known(&USES, &new.use_kind) {
            faults.push(FieldProblem::new("/use_kind", "option", "请选用途：测试、统计或对外提供。"));
        }
        if !["csv", "jsonl"].contains(&new.format.as_str()) {
            faults.push(FieldProblem::new("/format", "option", "格式请选 csv 或 jsonl。"));
        }
        if !(1..=MOST_DAYS).contains(&new.days) {
            faults.push(FieldProblem::new("/days", "range", format!("保留 1 到 {MOST_DAYS} 天。")));
        }
        let unknown: Vec<&str> = new
            .tables
            .iter()
            .filter(|name| !live.iter().any(|table| table.name == **name))
            .map(String::as_str)
            .collect();
        if new.tables.is_empty() {
            faults.push(FieldProblem::new("/tables", "required", "请选至少一张表。"));
        } else if !unknown.is_empty() {
            faults.push(FieldProblem::new("/tables", "option", format!("没有这些表：{}。", unknown.join("、"))));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let purpose = crate::text("/purpose", &new.purpose, "请写明做什么用、给谁用。")?;
        self.take_inventory(None).await?;
        let mut tables = new.tables.clone();
        tables.sort();
        tables.dedup();
        let id = self.platform.new_id();
        let (job, line_id) = (self.platform.new_id(), self.platform.new_id());
        let mut run_key = [0_u8; 32];
        self.platform.randomness.fill(&mut run_key);
        let sealed = self.platform.seal(&base::encoding::to_hex(&run_key), &key_place(id));
        let use_label = USES.iter().find(|(key, _)| *key == new.use_kind).map_or("", |(_, label)| *label);
        let asked =
            Asked::new(id, caller.id, format!("制作脱敏副本（{use_label}）"), format!("/protection/copies/{id}"));
        let detail = json!({ "act": "start", "purpose": purpose, "use": new.use_kind, "tables": tables });
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "copy.run", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    copy::Entity::insert(copy::ActiveModel {
                        id: Set(id),
                        purpose: Set(purpose),
                        use_kind: Set(new.use_kind),
                        format: Set(new.format),
                        total: Set(i64::try_from(tables.len()).unwrap_or(0)),
                        tables: Set(json!(tables)),
                        state: Set("running".to_owned()),
                        position: Set(0),
                        rows_done: Set(0),
                        columns_masked: Set(0),
                        run_key_sealed: Set(Some(sealed)),
                        error: Set(String::new()),
                        started_by: Set(caller.id),
                        started_by_name: Set(caller.name.clone()),
                        started_at: Set(tx.now()),
                        finished_at: Set(None),
                        expires_at: Set(tx.now() + Duration::days(new.days)),
                        version: Set(1),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.ask(asked, next_job(job, &Payload { copy: id, position: 0, table: 0, after: Vec::new() }));
                    tx.audit(Line::by(&caller, line_id, "copy.run", format!("copy:{id}"), detail));
                    Ok(id)
                })
            })
            .await
    }

    /// Writes one file and leaves the rest to the next job. Run again for the same place it does nothing:
    /// the copy is already further.
    ///
    /// # Errors
    /// When the disk or the database refuses; the job is tried again.
    pub async fn copy_some(&self, payload: Value) -> Result<()> {
        let payload: Payload = serde_json::from_value(payload)?;
        let Some(copy) = copy::Entity::find_by_id(payload.copy).one(self.platform.db.read()).await? else {
            return Err(Problem::not_found("没有这份副本。"));
        };
        if copy.state != "running" || copy.position != payload.position {
            return Ok(());
        }
        let wanted: Vec<String> = serde_json::from_value(copy.tables.clone())?;
        let live = rows::tables(self.platform.db.read()).await?;
        let Some(table) = wanted.get(payload.table).and_then(|name| live.iter().find(|table| table.name == *name))
        else {
            return self.finish_copy(copy).await;
        };
        let sealed = copy.run_key_sealed.clone().unwrap_or_default();
        let run_key =
            base::encoding::from_hex(&self.platform.unseal(&sealed, &key_place(copy.id))?).unwrap_or_default();
        let masker = Masker::new(&run_key);
        let covered = self.covered(table, &copy.use_kind).await?;
        let page = table.page(&self.platform, &self.sealed, &payload.after, ROWS, Order::Oldest).await?;
        let last = (page.len() as u64) < ROWS;
        let masked = masked(&masker, table, &covered, &page);
        let bytes = written(&copy.format, &covered, &masked);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let first = payload.after.is_empty();
        let name = format!("{}-{:04}.{}", table.name, copy.position + 1, copy.format);
        let media = if copy.format == "csv" { "text/csv" } else { "application/x-ndjson" };
        let made = files::store_made(&self.platform, "masked_copy", &name, media, bytes.into()).await?;
        let file = copy_file::ActiveModel {
            id: Set(self.platform.new_id()),
            copy_id: Set(copy.id),
            no: Set(copy.position + 1),
            table_name: Set(table.name.clone()),
            rows_in: Set(i64::try_from(page.len()).unwrap_or(0)),
            file_id: Set(made.id()),
            file_size: Set(size),
            digest: Set(made.digest().to_owned()),
            columns: Set(serde_json::to_value(&covered)?),
        };
        let next = Payload {
            copy: copy.id,
            position: copy.position + 1,
            table: if last { payload.table + 1 } else { payload.table },
            after: if last { Vec::new() } else { page.last().map(|row| row.after.clone()).unwrap_or_default() },
        };
        let covering = covered.iter().filter(|one| one.masking != Masking::None).count();
        let left_out = table.columns.len() - covered.len();
        let more = if first { i64::try_from(covering + left_out).unwrap_or(0) } else { 0 };
        let rows = i64::try_from(page.len()).unwrap_or(0);
        let job = self.platform.new_id();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let changed = copy::Entity::update_many()
                        .col_expr(copy::Column::Position, Expr::value(copy.position + 1))
                        .col_expr(copy::Column::RowsDone, Expr::value(copy.rows_done + rows))
                        .col_expr(copy::Column::ColumnsMasked, Expr::value(copy.columns_masked + more))
                        .filter(copy::Column::Id.eq(copy.id))
                        .filter(copy::Column::Position.eq(copy.position))
                        .filter(copy::Column::State.eq("running"))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Ok(());
                    }
                    made.keep(tx).await?;
                    copy_file::Entity::insert(file).exec_without_returning(tx.conn()).await?;
                    tx.go_on(next_job(job, &next));
                    Ok(())
                })
            })
            .await
    }

    /// Ends a copy and drops its key: from here on nobody can replay its replacements.
    async fn finish_copy(&self, copy: copy::Model) -> Result<()> {
        let digests: BTreeMap<String, String> = self
            .copy_files(copy.id)
            .await?
            .into_iter()
            .map(|file| (format!("{:04} {}", file.no, file.table_name), file.digest))
            .collect();
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: "系统".to_owned(),
            action: "copy.done",
            subject: format!("copy:{}", copy.id),
            detail: json!({ "rows": copy.rows_done, "columns_masked": copy.columns_masked, "files": digests }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    copy::Entity::update_many()
                        .col_expr(copy::Column::State, Expr::value("done"))
                        .col_expr(copy::Column::RunKeySealed, Expr::value(None::<String>))
                        .col_expr(copy::Column::FinishedAt, Expr::value(Some(tx.now())))
                        .col_expr(copy::Column::Version, Expr::value(copy.version + 1))
                        .filter(copy::Column::Id.eq(copy.id))
                        .exec(tx.conn())
                        .await?;
                    tx.audit(line);
                    let said = format!("共 {} 行，{} 列做了遮盖或者去掉了。", copy.rows_done, copy.columns_masked);
                    tx.came_out(false, said).await
                })
            })
            .await
    }

    /// Columns that go into a copy. What may never be exported does not go outside.
    async fn covered(&self, table: &Table, use_kind: &str) -> Result<Vec<Covered>> {
        let known: BTreeMap<String, field::Model> = field::Entity::find()
            .filter(field::Column::TableName.eq(table.name.as_str()))
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| (row.column_name.clone(), row))
            .collect();
        let goes = |(at, column): (usize, &crate::protection::schema::Column)| {
            // A column the inventory does not know yet is not let out.
            let row = known.get(&column.name)?;
            let masking = row.strict_masking();
            let outside = use_kind == "outside" && row.strict_export() == Export::Never;
            (masking != Masking::Omit && !outside).then(|| Covered {
                column: column.name.clone(),
                class: row.class.clone(),
                level: row.strict_level(),
                masking,
                kind: column.kind,
                at,
            })
        };
        Ok(table.columns.iter().enumerate().filter_map(goes).collect())
    }
}

pub(super) fn key_place(copy: Uuid) -> String {
    format!("copy:{copy}:key")
}

fn next_job(id: Uuid, payload: &Payload) -> NewJob {
    NewJob {
        id,
        kind: COPY_JOB,
        key: Some(format!("copy:{}:{}", payload.copy, payload.position)),
        payload: serde_json::to_value(payload).unwrap_or_default(),
        run_at: None,
    }
}

/// The cells of a page, masked, column by column.
fn masked(masker: &Masker, table: &Table, covered: &[Covered], page: &[Row]) -> Vec<Vec<Option<String>>> {
    covered
        .iter()
        .map(|one| {
            let mut cells: Vec<Option<String>> = page
                .iter()
                .map(|row| {
                    let text = row.cells.get(one.at).and_then(Option::as_deref)?;
                    masker.value(one.masking, one.kind, text)
                })
                .collect();
            if one.masking == Masking::Shuffle {
                masker.shuffle(&format!("{}.{}", table.name, one.column), &mut cells);
            }
            cells
        })
        .collect()
}

/// The file: a head and a line per row.
fn written(format: &str, covered: &[Covered], columns: &[Vec<Option<String>>]) -> Vec<u8> {
    let rows = columns.first().map_or(0, Vec::len);
    let cell = |column: usize, row: usize| columns.get(column).and_then(|cells| cells.get(row)).cloned().flatten();
    let mut text = String::new();
    if format == "csv" {
        text.push('\u{feff}');
        text.push_str(&covered.iter().map(|one| crate::csv_cell(&one.column)).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    for row in 0..rows {
        if format == "csv" {
            let cells: Vec<String> = (0..covered.len())
                .map(|at| cell(at, row).map_or_else(String::new, |text| crate::csv_cell(&text)))
                .collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        } else {
            let line: serde_json::Map<String, Value> = covered
                .iter()
                .enumerate()
                .map(|(at, one)| (one.column.clone(), cell(at, row).map_or(Value::Null, Value::String)))
                .collect();
            text.push_str(&Value::Object(line).to_string());
            text.push('\n');
        }
    }
    text.into_bytes()
}
