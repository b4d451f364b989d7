//! Orders and reminders of one's reach, the newest first.

use platform::Result;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::acts::unknown;
use super::{Stage, Supervision};
use crate::Casework;
use crate::cases::service::lists::{bad_cursor, within};
use crate::cases::store::{case, urge};

/// Which orders.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SupervisionFilter {
    /// `issued`, `signed`, `answered` or `closed`; all when absent.
    pub stage: Option<String>,
    /// `order` or `urge`; both when absent.
    pub kind: Option<String>,
    /// Those the caller gave only.
    pub own: bool,
    /// Of one case.
    pub case_id: Option<Uuid>,
    /// Case number, applicant or words.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// Orders with the numbers per stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupervisionList {
    #[serde(flatten)]
    list: List<Supervision>,
    /// Orders per stage under the other filters.
    #[schema(value_type = Object)]
    counts: std::collections::BTreeMap<&'static str, u64>,
}

impl SupervisionList {
    /// The rows of the page.
    pub fn items(&self) -> &[Supervision] {
        &self.list.items
    }
}

const STAGES: [&str; 4] = ["issued", "signed", "answered", "closed"];

fn at_stage(stage: &str) -> Option<Cond> {
    let (signed, answered, closed) = (urge::Column::SignedAt, urge::Column::RepliedAt, urge::Column::ClosedAt);
    Some(match stage {
        "issued" => Cond::all().add(signed.is_null()).add(answered.is_null()).add(closed.is_null()),
        "signed" => Cond::all().add(signed.is_not_null()).add(answered.is_null()).add(closed.is_null()),
        "answered" => Cond::all().add(answered.is_not_null()).add(closed.is_null()),
        "closed" => Cond::all().add(closed.is_not_null()),
        _ => return None,
    })
}

impl Casework {
    /// Orders and reminders within reach.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_supervisions(&self, caller: &Principal, filter: &SupervisionFilter) -> Result<SupervisionList> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let base = self.supervisions_within(caller, filter);
        let mut counting = base.clone().select_only();
        for stage in STAGES {
            let condition = at_stage(stage).unwrap_or_else(Cond::all);
            // A count of a CASE without ELSE: a sum of whole numbers is another type on PostgreSQL.
            counting = counting.column_as(Expr::expr(Expr::case(condition, 1_i64)).count(), stage);
        }
        let numbers: (i64, i64, i64, i64) = counting.into_tuple().one(conn).await?.unwrap_or_default();
        let numbers = [numbers.0, numbers.1, numbers.2, numbers.3].map(|count| u64::try_from(count).unwrap_or(0));
        let counts: std::collections::BTreeMap<&'static str, u64> = STAGES.into_iter().zip(numbers).collect();
        let stage = filter.stage.as_deref().filter(|stage| !stage.is_empty());
        let total = match stage {
            Some(stage) => counts.get(stage).copied().unwrap_or(0),
            None => counts.values().sum(),
        };
        let mut select = match stage {
            Some(stage) => base.filter(at_stage(stage).unwrap_or_else(|| Cond::all().add(urge::Column::Id.is_null()))),
            None => base,
        };
        if let Some(parts) = page.cursor_parts(1)? {
            let before = parts.first().and_then(|part| Uuid::parse_str(part).ok()).ok_or_else(bad_cursor)?;
            select = select.filter(urge::Column::Id.lt(before));
        }
        let rows: Vec<(urge::Model, Option<case::Model>)> =
            select.select_also(case::Entity).order_by_desc(urge::Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.supervision_rows(caller, rows).await?;
        let now = self.platform.now();
        Ok(SupervisionList {
            list: List::cut(items, page.limit(), total, now, |row: &Supervision| vec![row.id.to_string()]),
            counts,
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// 404 outside one's reach.
    pub async fn supervision(&self, caller: &Principal, id: Uuid) -> Result<Supervision> {
        let filter = SupervisionFilter::default();
        let rows: Vec<(urge::Model, Option<case::Model>)> = self
            .supervisions_within(caller, &filter)
            .filter(urge::Column::Id.eq(id))
            .select_also(case::Entity)
            .all(self.platform.db.read())
            .await?;
        self.supervision_rows(caller, rows).await?.pop().ok_or_else(unknown)
    }

    fn supervisions_within(&self, caller: &Principal, filter: &SupervisionFilter) -> Select<urge::Entity> {
        let to_case: sea_orm::RelationDef =
            urge::Entity::belongs_to(case::Entity).from(urge::Column::CaseId).to(case::Column::Id).into();
        let mut select = urge::Entity::find().join(sea_orm::JoinType::InnerJoin, to_case).filter(within(caller));
        if let Some(kind) = filter.kind.as_deref().filter(|kind| !kind.is_empty()) {
            select = select.filter(urge::Column::Kind.eq(kind));
        }
        if filter.own {
            select = select.filter(urge::Column::ById.eq(caller.id));
        }
        if let Some(case_id) = filter.case_id {
            select = select.filter(urge::Column::CaseId.eq(case_id));
        }
        if let Some(text) = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let pattern = format!("%{}%", text.replace(['%', '_'], ""));
            select = select.filter(Cond::any().add(self.text_condition(text)).add(urge::Column::Text.like(pattern)));
        }
        select
    }

    async fn supervision_rows(
        &self,
        caller: &Principal,
        rows: Vec<(urge::Model, Option<case::Model>)>,
    ) -> Result<Vec<Supervision>> {
        let (orders, cases): (Vec<_>, Vec<_>) = rows.into_iter().filter_map(|(order, row)| Some((order, row?))).unzip();
        let cases = self.rows(cases).await?;
        Ok(orders
            .into_iter()
            .zip(cases)
            .map(|(order, row)| {
                let stage = Stage::of(&order);
                Supervision {
                    id: order.id,
                    case_id: row.id,
                    case_number: row.case_number,
                    item_name: row.item_name,
                    applicant_name: row.applicant_name,
                    org_name: row.org_name,
                    case_state_label: row.state_label,
                    order: order.kind == "order",
                    text: order.text,
                    by: order.by_name,
                    own: order.by_id == Some(caller.id),
                    at: order.at,
                    stage,
                    stage_label: stage.label(),
                    reminders: order.reminders,
                    reminded_at: order.reminded_at,
                    signed_at: order.signed_at,
                    signed_by: order.signed_by_name,
                    reply: order.reply,
                    replied_by: order.replied_by_name,
                    replied_at: order.replied_at,
                    closed_by: order.closed_by_name,
                    closed_at: order.closed_at,
                    closing_note: order.closing_note,
                }
            })
            .collect())
    }
}
