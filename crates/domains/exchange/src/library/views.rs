//! Pulled items as editors see them, and what they do: pull now, take elements over into the draft.

use catalogue::{EditItem, OfferedContent};
use platform::web::guard::{Allowed, Principal};
use platform::web::page::{List, PageQuery};
use platform::work::asked::Asked;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::pull::differing;
use super::store::{self, item, run};
use super::{ELEMENTS, label};
use crate::{Exchange, ReadItemSync, RunItemSync};

/// Pulls shown.
const RUNS: u64 = 30;
/// Rows one download may have.
const EXPORT: usize = 5_000;

/// Which pulled items.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct LibraryFilter {
    /// Part of the name or the implementation code.
    q: Option<String>,
    /// `added`, `changed`, `removed`, `same`, `all`; what differs when absent.
    difference: Option<String>,
    /// Rows wanted, 1 to 100.
    limit: Option<u64>,
    /// Cursor of the next page.
    cursor: Option<String>,
}

/// An element that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DifferingElement {
    /// Key.
    key: String,
    /// In words.
    label: String,
    /// As offered here.
    #[schema(value_type = Object)]
    ours: Value,
    /// As the library has it.
    #[schema(value_type = Object)]
    theirs: Value,
}

/// An item of the library above.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LibraryItem {
    /// Implementation code.
    task_code: String,
    /// Name there.
    name: String,
    /// Version there.
    version: i64,
    /// `added`, `changed`, `removed`, `same`, as of the last pull.
    difference: String,
    /// In words.
    difference_label: &'static str,
    /// Our item; absent when there is none.
    slug: Option<String>,
    /// What differs now.
    elements: Vec<DifferingElement>,
    /// When it changed there, as far as we saw.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    changed_at: OffsetDateTime,
}

/// A pull.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct LibraryRun {
    /// One item; absent for all.
    task_code: Option<String>,
    /// Who had it made; 系统 for the daily one.
    by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    ended_at: OffsetDateTime,
    /// `ok` or `failed`.
    state: String,
    /// Items received.
    received: i64,
    /// New since the pull before.
    added: i64,
    /// Changed since.
    changed: i64,
    /// Gone since.
    removed: i64,
    /// Why it failed.
    reason: Option<String>,
}

/// The latest pulls, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LibraryRuns {
    /// Whether there is a library above.
    on: bool,
    items: Vec<LibraryRun>,
}

/// What to pull.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct PullLibrary {
    /// One item; all when absent.
    task_code: Option<String>,
}

/// What to take over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct TakeElements {
    /// Keys of elements.
    elements: Vec<String>,
}

impl From<run::Model> for LibraryRun {
    fn from(row: run::Model) -> Self {
        Self {
            task_code: row.task_code,
            by: row.by_name,
            started_at: row.started_at,
            ended_at: row.ended_at,
            state: row.state,
            received: row.received,
            added: row.added,
            changed: row.changed,
            removed: row.removed,
            reason: row.reason,
        }
    }
}

fn element_label(key: &str) -> &'static str {
    ELEMENTS.iter().find(|(known, _)| *known == key).map_or("", |(_, label)| label)
}

fn view(row: item::Model, here: Option<&OfferedContent>) -> LibraryItem {
    let keys = here.map(|here| differing(&row.elements, &here.content)).unwrap_or_default();
    let value = |of: Option<&Value>| of.cloned().unwrap_or(Value::Null);
    let elements = keys.into_iter().map(|key| DifferingElement {
        key: key.to_owned(),
        label: element_label(key).to_owned(),
        ours: value(here.and_then(|here| here.content.get(key))),
        theirs: value(row.elements.get(key)),
    });
    LibraryItem {
        elements: elements.collect(),
        difference_label: label(&row.difference),
        task_code: row.task_code,
        name: row.name,
        version: row.version,
        difference: row.difference,
        slug: row.slug,
        changed_at: row.changed_at,
    }
}

/// Items of bodies in view, and those that nobody here offers yet.
fn within(caller: &Principal) -> Cond {
    Cond::any().add(item::Column::OrgId.is_null()).add(item::Column::OrgId.is_in(caller.visible_orgs.iter().copied()))
}

fn text(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(str::trim).filter(|one| !one.is_empty())
}

impl Exchange {
    /// Pulled items within view, by code.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub(crate) async fn library_items(
        &self,
        caller: &Allowed<ReadItemSync>,
        filter: &LibraryFilter,
    ) -> Result<List<LibraryItem>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = store::select(within(caller), text(&filter.q), text(&filter.difference));
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            select = select.filter(item::Column::TaskCode.gt(parts.first().cloned().unwrap_or_default()));
        }
        let rows = select.order_by_asc(item::Column::TaskCode).limit(page.limit() + 1).all(conn).await?;
        let codes: Vec<String> = rows.iter().map(|row| row.task_code.clone()).collect();
        let here = self.casework.catalogue.offered_by_code(&codes).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let own = here.get(&row.task_code);
                view(row, own)
            })
            .collect();
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &LibraryItem| vec![one.task_code.clone()]))
    }

    /// The same as lines of a file.
    ///
    /// # Errors
    /// 422 when there are more than 5,000.
    pub(crate) async fn library_lines(
        &self,
        caller: &Allowed<ReadItemSync>,
        filter: &LibraryFilter,
    ) -> Result<Vec<Vec<String>>> {
        let select = store::select(within(caller), text(&filter.q), text(&filter.difference));
        let most = u64::try_from(EXPORT).unwrap_or(u64::MAX);
        let rows = select.order_by_asc(item::Column::TaskCode).limit(most + 1).all(self.platform.db.read()).await?;
        if rows.len() > EXPORT {
            return Err(Problem::invalid_field("/filter", "too_many", "超过 5,000 条，请缩小筛选范围。"));
        }
        let line = |row: item::Model| {
            vec![
                row.task_code,
                row.name,
                row.version.to_string(),
                label(&row.difference).to_owned(),
                row.slug.unwrap_or_default(),
                base::zone::moment_text(row.changed_at),
            ]
        };
        Ok(rows.into_iter().map(line).collect())
    }

    /// The latest pulls.
    pub(crate) async fn library_runs(&self) -> Result<LibraryRuns> {
        let rows = store::runs(self.platform.db.read(), RUNS).await?;
        Ok(LibraryRuns { on: self.upper.is_on(), items: rows.into_iter().map(LibraryRun::from).collect() })
    }

    /// Has items pulled now.
    ///
    /// # Errors
    /// 409 when there is no library above.
    pub(crate) async fn pull_now(&self, caller: &Allowed<RunItemSync>, asked: &PullLibrary) -> Result<()> {
        if !self.upper.is_on() {
            return Err(Problem::conflict("library_off", "还没有设上级平台的地址，不能同步。"));
        }
        let code = text(&asked.task_code);
        let subject = code.map_or_else(|| "items".to_owned(), |code| format!("item_code:{code}"));
        let line = Line::by(caller, self.platform.new_id(), "item_sync.run", subject, json!({}));
        let job = self.pull_job(code, &caller.name, None);
        let asked = Asked::new(self.platform.new_id(), caller.id, "事项同步", "/item-sync");
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    tx.ask(asked, job);
                    Ok(())
                })
            })
            .await
    }

    /// Takes elements over into the draft of our item, judged by all its rules.
    ///
    /// # Errors
    /// 404 for an item out of view or one we don't offer; 409 for an old draft; 422 without elements, or when the
    /// draft would break a rule.
    pub(crate) async fn take_elements(
        &self,
        caller: &Allowed<EditItem>,
        code: &str,
        asked: &TakeElements,
    ) -> Result<()> {
        let row = self.library_item(code).await?;
        let missing = || Problem::not_found("本地没有这个事项，请先在事项管理里新增。");
        let here = self.casework.catalogue.offered_by_code(&[code.to_owned()]).await?;
        let own = here.get(code).filter(|own| caller.visible_orgs.contains(&own.org_id)).ok_or_else(missing)?;
        let differ = differing(&row.elements, &own.content);
        let taken: Map<String, Value> = asked
            .elements
            .iter()
            .filter(|key| differ.contains(&key.as_str()))
            .filter_map(|key| Some((key.clone(), row.elements.get(key)?.clone())))
            .collect();
        if taken.is_empty() || taken.len() != asked.elements.len() {
            let message = "选择要采用的内容；已经一致的不用再采用，请刷新后再选";
            return Err(Problem::invalid_field("/elements", "required", message));
        }
        self.casework.catalogue.take_elements(caller, &own.slug, taken).await
    }
}
