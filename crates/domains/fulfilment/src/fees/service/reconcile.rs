//! Comparing a day with the statement of the payment platform 对账.

use std::collections::BTreeMap;

use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::Fulfilment;
use crate::fees::StatementLine;
use crate::fees::store::{self, order, statement};
use crate::permissions::ReconcileFees;

/// Orders of one day that are compared.
const MOST: u64 = 100_000;

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FeeDifference)]
pub struct Difference {
    /// Order number.
    pub number: String,
    /// `missing_here`, `missing_there` or `amount`.
    pub kind: String,
    /// The same in words.
    pub label: String,
    /// Fen here.
    pub ours_fen: Option<i64>,
    /// Fen there.
    pub theirs_fen: Option<i64>,
}

/// One day compared.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FeeStatement)]
pub struct Reconciliation {
    /// Day, `YYYY-MM-DD`.
    pub day: String,
    /// Orders that agree.
    pub matched: i64,
    /// Sum here, fen.
    pub ours_fen: i64,
    /// Sum there, fen.
    pub theirs_fen: i64,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Who compared.
    pub made_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
}

/// Orders that agree, and what differs.
fn compare(ours: &[order::Model], theirs: &[StatementLine]) -> (i64, Vec<Difference>) {
    let here: BTreeMap<&str, i64> = ours.iter().map(|one| (one.number.as_str(), one.amount_fen)).collect();
    let there: BTreeMap<&str, i64> = theirs.iter().map(|one| (one.number.as_str(), one.amount_fen)).collect();
    let numbers: std::collections::BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
    let (mut matched, mut differences) = (0, Vec::new());
    for number in numbers {
        let (mine, other) = (here.get(number).copied(), there.get(number).copied());
        let (kind, label) = match (mine, other) {
            (Some(mine), Some(other)) if mine == other => {
                matched += 1;
                continue;
            }
            (Some(_), Some(_)) => ("amount", "两边金额不一样"),
            (None, _) => ("missing_here", "支付平台有，这里没有到账"),
            (_, None) => ("missing_there", "这里到账，支付平台没有"),
        };
        differences.push(Difference {
            number: number.to_owned(),
            kind: kind.to_owned(),
            label: label.to_owned(),
            ours_fen: mine,
            theirs_fen: other,
        });
    }
    (matched, differences)
}

impl Reconciliation {
    fn of(row: statement::Model) -> Result<Self> {
        Ok(Self {
            day: row.day,
            matched: row.matched,
            ours_fen: row.ours_fen,
            theirs_fen: row.theirs_fen,
            differences: serde_json::from_value(row.differences).map_err(Problem::internal)?,
            made_by: row.made_by,
            made_at: row.made_at,
        })
    }
}

impl Fulfilment {
    /// Compares a day; again replaces the earlier result.
    ///
    /// # Authorisation
    /// `fee.reconcile`. The statement is the whole installation's, so the right is not by organisation.
    ///
    /// # Errors
    /// 422 for a day that is not over, 503 when the payment platform does not answer.
    ///
    /// req: CASE-026
    pub async fn reconcile_fees(&self, caller: &Allowed<ReconcileFees>, day: &str) -> Result<Reconciliation> {
        let parsed = Date::parse(day.trim(), time::macros::format_description!("[year]-[month]-[day]"));
        let day = parsed.map_err(|_| Problem::invalid_field("/day", "date", "日期要写成 2026-09-24 的样子"))?;
        let now = self.platform.now();
        if day > base::zone::china_date(now) {
            return Err(Problem::invalid_field("/day", "future", "还没有到这一天，不能对账"));
        }
        let theirs = self.payments.statement(day).await?;
        let (from, until) = (base::zone::start_of_day(day), base::zone::end_of_day(day));
        let ours = store::paid_between(self.platform.db.read(), from, until, MOST).await?;
        let (matched, differences) = compare(&ours, &theirs);
        let row = statement::Model {
            day: day.to_string(),
            matched,
            ours_fen: ours.iter().map(|one| one.amount_fen).sum(),
            theirs_fen: theirs.iter().map(|one| one.amount_fen).sum(),
            differences: serde_json::to_value(&differences)?,
            made_by: caller.name.clone(),
            made_at: now,
        };
        let detail = json!({ "day": row.day, "matched": matched, "differences": differences.len() });
        let line = Line::by(caller, self.platform.new_id(), "fee.reconcile", format!("fees:{day}"), detail);
        let kept = row.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    use statement::Column;
                    let columns = [
                        Column::Matched,
                        Column::OursFen,
                        Column::TheirsFen,
                        Column::Differences,
                        Column::MadeBy,
                        Column::MadeAt,
                    ];
                    statement::Entity::insert(kept.into_active_model().reset_all())
                        .on_conflict(OnConflict::column(Column::Day).update_columns(columns).to_owned())
                        .exec_without_returning(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Reconciliation::of(row)
    }

    /// Days compared, newest first.
    ///
    /// # Authorisation
    /// `fee.reconcile`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fee_statements(
        &self,
        _caller: &Allowed<ReconcileFees>,
        page: &PageQuery,
    ) -> Result<List<Reconciliation>> {
        let conn = self.platform.db.read();
        let total = statement::Entity::find().count(conn).await?;
        let mut select = statement::Entity::find();
        if let Some(parts) = page.cursor_parts(1)? {
            select = select.filter(statement::Column::Day.lt(parts.first().cloned().unwrap_or_default()));
        }
        let rows = select.order_by_desc(statement::Column::Day).limit(page.limit() + 1).all(conn).await?;
        let items = rows.into_iter().map(Reconciliation::of).collect::<Result<_>>()?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &Reconciliation| vec![one.day.clone()]))
    }
}
