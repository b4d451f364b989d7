//! Beginning a run or a trial, and looking at runs.

use identity::administration::Table;
use platform::files;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::asked::Asked;
use platform::work::audit::Line as AuditLine;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::JOB;
use super::mapping::Mapping;
use super::store::{self, mapping, problem, run};
use crate::Archive;
use crate::sets::list::{bad_cursor, full};

/// A file to bring in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = NewLegacyRun)]
pub struct NewRun {
    /// Name of the earlier system, at most 50 characters.
    pub source: String,
    /// Name of the file; `.xlsx` or `.csv`.
    pub file_name: String,
    /// Its content.
    pub content_base64: String,
    /// Columns and values; the one kept for this source when absent.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// Only tried: everything is checked and nothing is taken.
    #[serde(default)]
    pub trial: bool,
}

/// Totals of one organisation, of the file and of what stands here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LegacyTotal)]
pub struct Total {
    /// Name.
    pub name: String,
    /// Lines of the file.
    pub source: u64,
    /// Records here.
    pub target: u64,
}

/// File and database compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = LegacyReport)]
pub struct Report {
    /// Lines of the file.
    pub source_rows: u64,
    /// Of them, records here.
    pub target_rows: u64,
    /// Sum of the digests of the lines that could be read.
    pub source_sum: String,
    /// Sum of the digests of the records, computed from what is stored.
    pub target_sum: String,
    /// Lines that are not here, or differ.
    pub differences: u64,
    /// By organisation.
    pub totals: Vec<Total>,
}

/// A run or a trial.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LegacyRun)]
pub struct RunView {
    /// Id.
    pub id: Uuid,
    /// Version, to go on with it.
    pub version: i64,
    /// Earlier system.
    pub source: String,
    /// Only tried.
    pub trial: bool,
    /// `running`, `comparing`, `done` or `stopped`.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// File.
    pub file_name: String,
    /// SM3 of the table as it was read, hex.
    pub file_digest: String,
    /// Lines in it.
    pub rows_total: i64,
    /// Lines looked at.
    pub rows_done: i64,
    /// New here, or would be.
    pub created: i64,
    /// Changed here, or would be.
    pub updated: i64,
    /// Here already, alike.
    pub unchanged: i64,
    /// Not taken.
    pub failed: i64,
    /// Comparison; of a run that is done.
    pub report: Option<Report>,
    /// Why it stopped.
    pub problem: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// Who began it.
    pub started_by_name: String,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<OffsetDateTime>,
}

/// A line that was not taken, or that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LegacyProblem)]
pub struct ProblemView {
    /// Id.
    pub id: Uuid,
    /// `line` or `difference`.
    pub kind: String,
    /// Line of the file.
    pub line: i64,
    /// Number in the earlier system.
    pub source_number: String,
    /// What is wrong.
    pub message: String,
}

/// Page of the problems of a run.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ProblemFilter {
    /// `line` or `difference`.
    pub kind: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// The mapping kept for a source.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = KeptLegacyMapping)]
pub struct KeptMapping {
    /// Earlier system.
    pub source: String,
    /// Version.
    pub version: i64,
    /// Columns and values.
    pub mapping: Mapping,
    /// When it was changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    /// Who changed it.
    pub changed_by_name: String,
}

fn state_label(state: &str) -> &'static str {
    match state {
        "running" => "导入中",
        "comparing" => "核对中",
        "done" => "已完成",
        _ => "已停下",
    }
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这次导入。")
}

pub(super) fn view(row: run::Model) -> Result<RunView> {
    let report: Report = serde_json::from_value(row.report)?;
    Ok(RunView {
        id: row.id,
        version: row.version,
        source: row.source,
        trial: row.trial,
        state_label: if row.trial && row.state == "running" { "试运行中" } else { state_label(&row.state) },
        report: (row.state == "done" && !row.trial).then_some(report),
        state: row.state,
        file_name: row.file_name,
        file_digest: row.file_digest,
        rows_total: row.rows_total,
        rows_done: row.next_row,
        created: row.created,
        updated: row.updated,
        unchanged: row.unchanged,
        failed: row.failed,
        problem: row.problem,
        started_at: row.started_at,
        started_by_name: row.started_by_name,
        finished_at: row.finished_at,
    })
}

impl Archive {
    pub(super) fn legacy_part(&self, run: &run::Model) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind: JOB,
            payload: json!({ "run": run.id }),
            run_at: None,
            key: Some(format!("{JOB}:{}:{}:{}", run.id, run.state, run.version)),
        }
    }

    /// What who begins it, or goes on with it, is told of at the end.
    fn legacy_asked(&self, who: &Principal, run: &run::Model) -> Asked {
        let act = if run.trial { "试导入" } else { "导入" };
        Asked::new(self.platform.new_id(), who.id, format!("{act}“{}”", run.file_name), format!("/legacy/{}", run.id))
    }

    /// Begins a run or a trial: the file and the mapping are kept, the lines are read by a job.
    ///
    /// # Errors
    /// 422 for a file that can't be read, a source without name or a mapping that leaves needed fields out.
    pub async fn begin_legacy(&self, caller: &Principal, new: NewRun, key: Option<String>) -> Result<RunView> {
        let source = new.source.trim().to_owned();
        if !(1..=50).contains(&source.chars().count()) {
            return Err(Problem::invalid_field("/source", "required", "填写原系统的名称，最多 50 字"));
        }
        let table = Table::sent(&new.file_name, &new.content_base64)?;
        let mapping = match new.mapping {
            Some(mapping) => mapping,
            None => self.kept_mapping(&source).await?.map(|kept| kept.mapping).unwrap_or_default(),
        };
        mapping.check()?;
        mapping.columns_of(&table.header)?;
        // The table as it was read is kept, so that a run that goes on reads the same lines whatever the file was.
        let bytes = serde_json::to_vec(&Kept { header: table.header, rows: table.rows })?;
        let kept: Kept = serde_json::from_slice(&bytes)?;
        let file =
            files::store_made(&self.platform, "legacy", &new.file_name, "application/json", bytes.into()).await?;
        let id = self.platform.new_id();
        let row = run::Model {
            id,
            version: 1,
            source: source.clone(),
            trial: new.trial,
            state: "running".to_owned(),
            file_id: file.id(),
            file_name: new.file_name.chars().take(120).collect(),
            file_digest: file.digest().to_owned(),
            mapping: serde_json::to_value(&mapping)?,
            rows_total: i64::try_from(kept.rows.len()).map_err(Problem::internal)?,
            next_row: 0,
            created: 0,
            updated: 0,
            unchanged: 0,
            failed: 0,
            report: json!({}),
            problem: String::new(),
            started_at: self.platform.now(),
            started_by: caller.id,
            started_by_name: caller.name.clone(),
            finished_at: None,
        };
        let (archive, who, made) = (self.clone(), caller.clone(), row.clone());
        let kept = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(earlier) = idempotency::claim(tx, who.id, "legacy.run", key, id).await?
                    {
                        return store::run_of(tx.conn(), earlier).await?.ok_or_else(not_found);
                    }
                    file.keep(tx).await?;
                    store::insert_run(tx.conn(), row.clone()).await?;
                    archive.keep_mapping(tx, &who, &source, &mapping).await?;
                    tx.ask(archive.legacy_asked(&who, &row), archive.legacy_part(&row));
                    let detail =
                        json!({ "source": source, "file": row.file_name, "rows": row.rows_total, "trial": row.trial });
                    tx.audit(AuditLine::by(
                        &who,
                        archive.platform.new_id(),
                        "legacy.run",
                        format!("legacy_run:{id}"),
                        detail,
                    ));
                    Ok(made)
                })
            })
            .await?;
        view(kept)
    }

    /// Keeps a mapping for the next file of its source.
    async fn keep_mapping(&self, tx: &Tx, who: &Principal, source: &str, new: &Mapping) -> Result<()> {
        let found = mapping::Entity::find().filter(mapping::Column::Source.eq(source)).one(tx.conn()).await?;
        let value = serde_json::to_value(new)?;
        match found {
            Some(row) if row.mapping == value => {}
            Some(row) => {
                let row = mapping::Model {
                    version: row.version + 1,
                    mapping: value,
                    changed_at: tx.now(),
                    changed_by_name: who.name.clone(),
                    ..row
                };
                let id = row.id;
                mapping::Entity::update_many()
                    .set(row.into_active_model().reset_all())
                    .filter(mapping::Column::Id.eq(id))
                    .exec(tx.conn())
                    .await?;
            }
            None => {
                let row = mapping::Model {
                    id: self.platform.new_id(),
                    version: 1,
                    source: source.to_owned(),
                    mapping: value,
                    changed_at: tx.now(),
                    changed_by_name: who.name.clone(),
                };
                mapping::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await?;
            }
        }
        Ok(())
    }

    /// The mapping kept for a source.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn kept_mapping(&self, source: &str) -> Result<Option<KeptMapping>> {
        let found =
            mapping::Entity::find().filter(mapping::Column::Source.eq(source.trim())).one(self.platform.db.read());
        found.await?.map(kept).transpose()
    }

    /// Mappings kept, by name of the source; at most 200.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn kept_mappings(&self) -> Result<Vec<KeptMapping>> {
        let rows = mapping::Entity::find().order_by_asc(mapping::Column::Source).limit(200);
        rows.all(self.platform.db.read()).await?.into_iter().map(kept).collect()
    }

    /// Runs and trials, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_legacy_runs(&self, page: &PageQuery) -> Result<List<RunView>> {
        let conn = self.platform.db.read();
        let mut select = run::Entity::find();
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(run::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(run::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let rows = rows.into_iter().map(view).collect::<Result<Vec<_>>>()?;
        Ok(List::cut(rows, page.limit(), total, self.platform.now(), |one: &RunView| vec![one.id.to_string()]))
    }

    /// One run.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn legacy_run(&self, id: Uuid) -> Result<RunView> {
        view(store::run_of(self.platform.db.read(), id).await?.ok_or_else(not_found)?)
    }

    /// Lines that were not taken and differences of a run, in the order of the file.
    ///
    /// # Errors
    /// 404 for an unknown run, 400 for a cursor that can't be read.
    pub async fn legacy_problems(&self, id: Uuid, filter: &ProblemFilter) -> Result<List<ProblemView>> {
        let conn = self.platform.db.read();
        store::run_of(conn, id).await?.ok_or_else(not_found)?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = problem::Entity::find().filter(problem::Column::RunId.eq(id));
        if let Some(kind) = full(&filter.kind) {
            select = select.filter(problem::Column::Kind.eq(kind));
        }
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(2)? {
            let line: i64 = parts.first().and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?;
            let after: Uuid = parts.get(1).and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(
                problem::Column::Line.gt(line).or(problem::Column::Line.eq(line).and(problem::Column::Id.gt(after))),
            );
        }
        let rows = select
            .order_by_asc(problem::Column::Line)
            .order_by_asc(problem::Column::Id)
            .limit(page.limit() + 1)
            .all(conn)
            .await?;
        let rows = rows.into_iter().map(|row| ProblemView {
            id: row.id,
            kind: row.kind,
            line: row.line,
            source_number: row.source_number,
            message: row.message,
        });
        let key = |one: &ProblemView| vec![one.line.to_string(), one.id.to_string()];
        Ok(List::cut(rows.collect(), page.limit(), total, self.platform.now(), key))
    }

    /// Goes on with a run that stopped, where it stopped.
    ///
    /// # Errors
    /// 404 for an unknown run, 409 for one that did not stop or an old page.
    pub async fn continue_legacy(&self, caller: &Principal, id: Uuid, version: i64) -> Result<RunView> {
        let (archive, who) = (self.clone(), caller.clone());
        let row = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = store::run_of(tx.conn(), id).await?.ok_or_else(not_found)?;
                    if row.version != version {
                        return Err(Problem::stale());
                    }
                    if row.state != "stopped" {
                        return Err(Problem::conflict("not_stopped", "这次导入没有停下，不用继续。"));
                    }
                    let row = run::Model { state: "running".to_owned(), problem: String::new(), ..row };
                    store::update_run(tx.conn(), row.clone()).await?;
                    let row = run::Model { version: row.version + 1, ..row };
                    tx.ask(archive.legacy_asked(&who, &row), archive.legacy_part(&row));
                    let line = AuditLine::by(
                        &who,
                        archive.platform.new_id(),
                        "legacy.continue",
                        format!("legacy_run:{id}"),
                        json!({ "from_row": row.next_row }),
                    );
                    tx.audit(line);
                    Ok(row)
                })
            })
            .await?;
        view(row)
    }
}

/// A table as it was read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Lines with their number in the file.
    pub rows: Vec<(usize, Vec<String>)>,
}

fn kept(row: mapping::Model) -> Result<KeptMapping> {
    Ok(KeptMapping {
        source: row.source,
        version: row.version,
        mapping: serde_json::from_value(row.mapping)?,
        changed_at: row.changed_at,
        changed_by_name: row.changed_by_name,
    })
}
