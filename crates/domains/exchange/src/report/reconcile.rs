//! What was reported on a day, compared with what the upper platform has of it (CASE-042).
//!
//! Both sides name each message by its digest: ours from the ledger, theirs asked from the platform. What they lack can
//! be sent again; what they have and we did not send is shown.

use std::collections::BTreeMap;

use platform::calls::{self, Wanted};
use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::{Exchange, ReadExchange, ResendReports};

/// Messages of one day that are compared.
const MOST: u64 = 50_000;
/// Differences kept of one day and side.
const KEPT: usize = 200;

pub(crate) mod day {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "exchange_reconciliations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub ours: i64,
        pub theirs: i64,
        pub missing: String,
        pub extra: String,
        pub compared_at: OffsetDateTime,
        pub compared_by: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A message that only one side has.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct DayDifference {
    /// Case number.
    pub case_number: String,
    /// What was reported.
    pub what: String,
    /// SM3 of the message.
    pub digest: String,
}

/// A day compared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayReconciliation {
    /// Day in China, `YYYY-MM-DD`.
    day: String,
    /// Messages we sent and they took, by our ledger.
    ours: i64,
    /// Messages they have.
    theirs: i64,
    /// Whether both sides have the same.
    equal: bool,
    /// Ours that they lack; at most 200.
    missing: Vec<DayDifference>,
    /// Theirs that we did not send; at most 200.
    extra: Vec<DayDifference>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    compared_at: OffsetDateTime,
    compared_by: String,
}

impl TryFrom<day::Model> for DayReconciliation {
    type Error = Problem;

    fn try_from(row: day::Model) -> Result<Self> {
        let missing: Vec<DayDifference> = serde_json::from_str(&row.missing)?;
        let extra: Vec<DayDifference> = serde_json::from_str(&row.extra)?;
        Ok(Self {
            equal: missing.is_empty() && extra.is_empty(),
            day: row.day,
            ours: row.ours,
            theirs: row.theirs,
            missing,
            extra,
            compared_at: row.compared_at,
            compared_by: row.compared_by,
        })
    }
}

/// What the upper platform says of a day.
#[derive(Deserialize)]
struct TheirDay {
    items: Vec<TheirMessage>,
}

#[derive(Deserialize)]
struct TheirMessage {
    case_number: String,
    #[serde(default)]
    event_name: String,
    sm3: String,
}

fn read_day(text: &str) -> Result<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::invalid_field("/day", "date", "日期要写成 2026-09-24 的样子"))
}

impl Exchange {
    /// Days compared, newest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub(crate) async fn reconciliations(
        &self,
        _caller: &Allowed<ReadExchange>,
        page: &PageQuery,
    ) -> Result<List<DayReconciliation>> {
        let mut select = day::Entity::find();
        let total = select.clone().count(self.platform.db.read()).await?;
        if let Some(before) = page.cursor_parts(1)?.and_then(|parts| parts.into_iter().next()) {
            select = select.filter(day::Column::Day.lt(before));
        }
        let rows = select.order_by_desc(day::Column::Day).limit(page.limit() + 1).all(self.platform.db.read()).await?;
        let items = rows.into_iter().map(DayReconciliation::try_from).collect::<Result<Vec<_>>>()?;
        let now = self.platform.now();
        Ok(List::cut(items, page.limit(), total, now, |one: &DayReconciliation| vec![one.day.clone()]))
    }

    /// Compares a day with the upper platform; comparing again replaces what was found.
    ///
    /// # Errors
    /// 409 without an upper platform, 422 for a day to come, 503 when it does not answer.
    pub(crate) async fn reconcile(&self, caller: &Allowed<ResendReports>, text: &str) -> Result<DayReconciliation> {
        let date = read_day(text)?;
        let now = self.platform.now();
        if base::zone::start_of_day(date) > now {
            return Err(Problem::invalid_field("/day", "future", "这一天还没有到"));
        }
        if !self.upper.is_on() {
            return Err(Problem::conflict("no_upper", "没有设置上级平台，没有可以核对的。"));
        }
        let wanted = Wanted {
            direction: Some("out".to_owned()),
            party: Some(self.upper.target().app_id),
            result: Some("ok".to_owned()),
            from: Some(base::zone::start_of_day(date)),
            until: Some(base::zone::end_of_day(date)),
            ..Wanted::default()
        };
        let (rows, total) = calls::all(self.platform.db.read(), &wanted, MOST).await?;
        if total > MOST {
            return Err(Problem::conflict("too_many", "这一天的上报超过 5 万条，请在数据库里核对。"));
        }
        let reported = rows.into_iter().filter(|row| row.operation.starts_with("上报"));
        let ours: BTreeMap<String, (String, String)> =
            reported.map(|row| (row.digest, (row.case_number.unwrap_or_default(), row.operation))).collect();
        let answer = self.upper.day(json!({ "day": date.to_string() }).to_string()).await;
        let answer =
            answer.map_err(|refused| Problem::unavailable("上级平台没有回应，请稍后再核对。", &refused.reason))?;
        let theirs: TheirDay = serde_json::from_str(&answer)
            .map_err(|error| Problem::unavailable("上级平台的回应读不出来，请联系对方。", error))?;
        let theirs: BTreeMap<String, (String, String)> =
            theirs.items.into_iter().map(|one| (one.sm3, (one.case_number, one.event_name))).collect();
        let only = |these: &BTreeMap<String, (String, String)>, those: &BTreeMap<String, (String, String)>| {
            let rest = these.iter().filter(|(digest, _)| !those.contains_key(*digest));
            let rest = rest.take(KEPT).map(|(digest, (number, what))| DayDifference {
                case_number: number.clone(),
                what: what.clone(),
                digest: digest.clone(),
            });
            serde_json::to_string(&rest.collect::<Vec<_>>())
        };
        let row = day::Model {
            day: date.to_string(),
            ours: i64::try_from(ours.len()).unwrap_or(i64::MAX),
            theirs: i64::try_from(theirs.len()).unwrap_or(i64::MAX),
            missing: only(&ours, &theirs)?,
            extra: only(&theirs, &ours)?,
            compared_at: now,
            compared_by: caller.name.clone(),
        };
        let detail: Value = json!({ "day": row.day, "ours": row.ours, "theirs": row.theirs });
        let line = Line::by(caller, self.platform.new_id(), "exchange.reconcile", format!("day:{}", row.day), detail);
        let kept = row.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    use day::Column as C;
                    day::Entity::insert(kept.into_active_model().reset_all())
                        .on_conflict(
                            OnConflict::column(C::Day)
                                .update_columns([
                                    C::Ours,
                                    C::Theirs,
                                    C::Missing,
                                    C::Extra,
                                    C::ComparedAt,
                                    C::ComparedBy,
                                ])
                                .to_owned(),
                        )
                        .exec_without_returning(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        row.try_into()
    }
}
