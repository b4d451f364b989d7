//! The ledger of promised materials: what is still to come, what is late, what came.

use std::collections::HashMap;

use platform::Result;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Condition, Expr, ExprTrait, Query};
use sea_orm::{Order, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::tolerance::{Column, Entity, Model};
use super::{OPEN, ToleranceView};
use crate::Casework;
use crate::cases::service::lists::{bad_cursor, id_part, moment_part, seconds};
use crate::cases::store::case;

/// Which promised materials.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ToleranceFilter {
    /// `open` (default), `overdue`, `supplied`, `lapsed` or `all`.
    pub state: Option<String>,
    /// Case number (also its end), applicant, credit code or identity number.
    pub q: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A row of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToleranceRow {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Applicant; a person's name is masked in lists.
    pub applicant_name: String,
    /// Department.
    pub org_name: String,
    /// State of the case in words.
    pub case_state_label: String,
    /// The promised material.
    #[serde(flatten)]
    pub material: ToleranceView,
    /// When it was promised.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub promised_at: time::OffsetDateTime,
    #[serde(skip)]
    cursor: Vec<String>,
}

/// The ledger with the numbers per state.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToleranceList {
    #[serde(flatten)]
    list: List<ToleranceRow>,
    /// Materials per state, `overdue` among `open`, under the other filters.
    #[schema(value_type = Object)]
    counts: std::collections::BTreeMap<String, u64>,
}

impl Casework {
    /// Promised materials within reach, the soonest due first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_tolerances(&self, caller: &Principal, filter: &ToleranceFilter) -> Result<ToleranceList> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let base = self.tolerances_within(caller, filter);
        let now = self.platform.now();
        let late = Column::DueAt.lte(now);
        let counted: Vec<(String, i64, i64)> = base
            .clone()
            .select_only()
            .column(Column::State)
            .column_as(Expr::cust("COUNT(*)"), "count")
            // A count of a CASE without ELSE: a sum of whole numbers is another type on PostgreSQL.
            .column_as(Expr::expr(Expr::case(late.clone(), 1_i64)).count(), "late")
            .group_by(Column::State)
            .into_tuple()
            .all(conn)
            .await?;
        let mut counts = std::collections::BTreeMap::new();
        for (state, count, late) in counted {
            if state == OPEN {
                counts.insert("overdue".to_owned(), u64::try_from(late).unwrap_or(0));
            }
            counts.insert(state, u64::try_from(count).unwrap_or(0));
        }
        let of = |state: &str| counts.get(state).copied().unwrap_or(0);
        let wanted = filter.state.as_deref().filter(|state| !state.is_empty()).unwrap_or(OPEN);
        let (select, total) = match wanted {
            "all" => (base, counts.iter().filter(|(state, _)| *state != "overdue").map(|(_, count)| count).sum()),
            "overdue" => (base.filter(Column::State.eq(OPEN)).filter(late), of("overdue")),
            state => (base.filter(Column::State.eq(state)), of(state)),
        };
        let rows = after(select, &page)?.limit(page.limit() + 1).all(conn).await?;
        let items = self.tolerance_rows(rows).await?;
        Ok(ToleranceList { list: List::cut(items, page.limit(), total, now, |row| row.cursor.clone()), counts })
    }

    /// The ledger as a file, at most 5,000 rows, names masked.
    ///
    /// # Errors
    /// 422 when there are more.
    pub async fn export_tolerances(&self, caller: &Principal, filter: &ToleranceFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = ToleranceFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.list_tolerances(caller, &filter).await?.list;
            if page.total > 5_000 {
                let message = format!("共 {} 条，一次最多导出 5,000 条，请缩小筛选范围。", page.total);
                return Err(platform::Problem::invalid_field("/filter", "too_many", message));
            }
            for row in page.items {
                let moment = |at: Option<time::OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
                lines.push(vec![
                    row.case_number,
                    row.item_name,
                    row.applicant_name,
                    row.org_name,
                    row.material.name,
                    row.material.state_label,
                    row.material.due_on.unwrap_or_default(),
                    row.material.closes_on.unwrap_or_default(),
                    moment(row.material.supplied_at),
                    row.material.supplied_by.unwrap_or_default(),
                ]);
            }
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        let line = platform::work::audit::Line::by(
            caller,
            self.platform.new_id(),
            "tolerance.export",
            "tolerances".to_owned(),
            serde_json::json!({ "rows": lines.len() }),
        );
        self.platform.leave(line).await?;
        Ok(lines)
    }

    fn tolerances_within(&self, caller: &Principal, filter: &ToleranceFilter) -> Select<Entity> {
        let mut select = Entity::find().filter(caller.within_taken(Column::OrgId, Column::ItemSlug, Column::TakenAt));
        if let Some(item) = filter.item.as_deref().filter(|item| !item.is_empty()) {
            select = select.filter(Column::ItemSlug.eq(item));
        }
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let found: Condition = self.text_condition(text);
            let cases = Query::select().column(case::Column::Id).from(case::Entity).cond_where(found).to_owned();
            select = select.filter(Column::CaseId.in_subquery(cases));
        }
        select
    }

    async fn tolerance_rows(&self, rows: Vec<Model>) -> Result<Vec<ToleranceRow>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let cases = case::Entity::find().filter(case::Column::Id.is_in(ids)).all(self.platform.db.read()).await?;
        let cases: HashMap<Uuid, _> = self.rows(cases).await?.into_iter().map(|row| (row.id, row)).collect();
        let now = self.platform.now();
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                let of = cases.get(&row.case_id)?;
                Some(ToleranceRow {
                    case_id: row.case_id,
                    case_number: of.case_number.clone(),
                    item_name: of.item_name.clone(),
                    applicant_name: of.applicant_name.clone(),
                    org_name: of.org_name.clone(),
                    case_state_label: of.state_label.clone(),
                    material: ToleranceView::of(&row, now),
                    promised_at: row.promised_at,
                    cursor: vec![seconds(row.due_at), row.case_id.to_string(), row.key],
                })
            })
            .collect())
    }
}

/// The soonest due first; what has no date yet comes last.
fn after(select: Select<Entity>, page: &PageQuery) -> Result<Select<Entity>> {
    let due = || Expr::col(Column::DueAt);
    let mut select = select;
    if let Some(parts) = page.cursor_parts(3)? {
        let case = id_part(parts.get(1))?;
        let key = parts.get(2).ok_or_else(bad_cursor)?.clone();
        let later = Cond::any()
            .add(Column::CaseId.gt(case))
            .add(Cond::all().add(Column::CaseId.eq(case)).add(Column::Key.gt(key)));
        select = match parts.first().map(String::as_str) {
            Some("") | None => select.filter(due().is_null()).filter(later),
            Some(text) => {
                let at = moment_part(text)?;
                select.filter(
                    Cond::any().add(due().is_null()).add(due().gt(at)).add(Cond::all().add(due().eq(at)).add(later)),
                )
            }
        };
    }
    Ok(select
        .order_by(due().is_null(), Order::Asc)
        .order_by(due(), Order::Asc)
        .order_by_asc(Column::CaseId)
        .order_by_asc(Column::Key))
}
