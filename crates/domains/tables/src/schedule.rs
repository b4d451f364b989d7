//! Reports on schedule: a job makes the file with the rights the owner has then, and puts it into the owner's list.

use base::zone;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::web::page::{List, PageQuery};
use platform::work::asked::{self, Asked};
use platform::work::jobs::NewJob;
use platform::{Platform, Problem, Result, files};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, Time};
use utoipa::ToSchema;

use crate::Tables;
use crate::sheets::XLSX;
use crate::store::{definition, output, template};

/// Job that makes a report; payload `{"template": …, "at": unix seconds}`.
pub(crate) const REPORT_JOB: &str = "tables.report";
/// What its files are stored for.
const PURPOSE: &str = "table.report";

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableScheduleEvery)]
pub enum Every {
    /// Every day.
    Day,
    /// Once a week.
    Week,
    /// Once a month.
    Month,
}

/// When a report is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableSchedule)]
pub struct Schedule {
    /// How often.
    pub every: Every,
    /// Weekday, 1 Monday to 7; day of the month, 1 to 28. Of no matter every day.
    #[serde(default)]
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
}

impl Schedule {
    pub(crate) fn wrong(&self) -> Option<&'static str> {
        let day = match self.every {
            Every::Day => true,
            Every::Week => (1..=7).contains(&self.day),
            Every::Month => (1..=28).contains(&self.day),
        };
        match (day, self.hour < 24) {
            (true, true) => None,
            (false, _) => Some("选一天：每周是星期一到星期日，每月是 1 日到 28 日"),
            (_, false) => Some("选 0 点到 23 点之间的整点"),
        }
    }

    /// The next moment after one.
    pub(crate) fn next(&self, after: OffsetDateTime) -> Option<OffsetDateTime> {
        let hour = Time::from_hms(self.hour, 0, 0).ok()?;
        let first = zone::china_date(after);
        (0..=62).map(|days| first + Duration::days(days)).find_map(|date| {
            let fits = match self.every {
                Every::Day => true,
                Every::Week => date.weekday().number_from_monday() == self.day,
                Every::Month => date.day() == self.day,
            };
            Some(zone::at(date, hour)).filter(|at| fits && *at > after)
        })
    }
}

/// The job of a report at a moment; ordered twice it is one.
pub(crate) fn order_report(platform: &Platform, template: Uuid, at: OffsetDateTime) -> NewJob {
    NewJob {
        id: platform.new_id(),
        kind: REPORT_JOB,
        payload: json!({ "template": template, "at": at.unix_timestamp() }),
        run_at: Some(at),
        key: Some(format!("{REPORT_JOB}:{template}:{}", at.unix_timestamp())),
    }
}

/// A file made on schedule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableOutput)]
pub(crate) struct OutputView {
    pub id: Uuid,
    /// Title of the report.
    pub title: String,
    /// Whether there is a file.
    pub ready: bool,
    /// Why there is none.
    pub problem: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
}

impl Tables {
    /// The job: makes the file and orders the next one. A schedule changed since, or a template deleted, makes
    /// nothing; what the owner may no longer do is told in the owner's list.
    pub(crate) async fn report_by_job(&self, payload: &Value) -> Result<()> {
        let id: Option<Uuid> = payload.get("template").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let at = payload.get("at").and_then(Value::as_i64).and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        let (Some(id), Some(at)) = (id, at) else {
            return Err(Problem::conflict("bad_job", "the job names no report"));
        };
        let conn = self.platform.db.read();
        let Some(row) = template::Entity::find_by_id(id).one(conn).await? else { return Ok(()) };
        let schedule: Option<Schedule> = row.schedule.clone().map(serde_json::from_value).transpose()?;
        let (Some(schedule), true) = (schedule, row.run_at == Some(at)) else { return Ok(()) };
        let owner = PrincipalSource::principal(&self.identity, &self.platform, Audience::Desk, row.owner_id).await?;
        let made = match owner {
            Some(owner) => self.make(&owner, &row).await,
            None => return Ok(()),
        };
        let (file, problem) = match made {
            Ok(bytes) => {
                let name = format!("{}-{}.xlsx", row.title, crate::query::day_text(at));
                let file = files::store_made(&self.platform, PURPOSE, &name, XLSX, bytes.into()).await?;
                (Some(file), None)
            }
            Err(problem) if problem.status().is_client_error() => (None, Some(problem.title().to_owned())),
            Err(problem) => return Err(problem),
        };
        // Late, it is not made again for every turn that was missed.
        let next = schedule.next(self.platform.now().max(at));
        let order = next.map(|next| order_report(&self.platform, id, next));
        let output_id = self.platform.new_id();
        let asked = Asked::new(output_id, row.owner_id, format!("定时报表“{}”", row.title), "/table-outputs");
        let said = problem.as_deref().map_or_else(
            || "可以下载了。".to_owned(),
            |why| format!("{}请核对这张表的权限和统计设置。", asked::sentence(why)),
        );
        let platform = self.platform.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let failed = problem.is_some();
                    let moved = template::Entity::update_many()
                        .col_expr(template::Column::RunAt, Expr::value(next))
                        .filter(template::Column::Id.eq(id))
                        .filter(template::Column::RunAt.eq(at))
                        .exec(tx.conn())
                        .await?;
                    if moved.rows_affected == 0 {
                        return Ok(());
                    }
                    output::Entity::insert(output::ActiveModel {
                        id: Set(output_id),
                        template_id: Set(id),
                        table_id: Set(row.table_id),
                        owner_id: Set(row.owner_id),
                        title: Set(row.title),
                        file_id: Set(file.as_ref().map(files::NewFile::id)),
                        problem: Set(problem),
                        made_at: Set(tx.now()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    if let Some(file) = file {
                        file.keep(tx).await?;
                    }
                    order.into_iter().for_each(|order| tx.enqueue(order));
                    asked::tell(&platform, tx, &asked, failed, &said).await
                })
            })
            .await
    }

    async fn make(&self, owner: &Principal, row: &template::Model) -> Result<Vec<u8>> {
        let conn = self.platform.db.read();
        let table = definition::Entity::find_by_id(row.table_id).one(conn).await?;
        let table = table.ok_or_else(crate::access::not_there)?;
        if !owner.may("table.use") {
            return Err(Problem::forbidden("您的岗位没有使用业务表的权限了。"));
        }
        self.export_report(owner, &table.key, &row.title, &crate::reports::stored(&row.content)?).await
    }

    /// Files made for the caller, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn outputs(&self, caller: &Principal, page: &PageQuery) -> Result<List<OutputView>> {
        let conn = self.platform.db.read();
        let own = output::Entity::find().filter(output::Column::OwnerId.eq(caller.id));
        let total = own.clone().count(conn).await?;
        let mut found = own.order_by_desc(output::Column::Id).limit(page.limit() + 1);
        if let Some(after) = page.cursor_parts(1)?.and_then(|parts| parts.first()?.parse::<Uuid>().ok()) {
            found = found.filter(output::Column::Id.lt(after));
        }
        let rows = found.all(conn).await?.into_iter().map(|row| OutputView {
            id: row.id,
            title: row.title,
            ready: row.file_id.is_some(),
            problem: row.problem,
            made_at: row.made_at,
        });
        Ok(List::cut(rows.collect(), page.limit(), total, self.platform.now(), |row| vec![row.id.to_string()]))
    }

    /// A file made for the caller.
    ///
    /// # Errors
    /// 404 for somebody else's.
    pub(crate) async fn output(&self, caller: &Principal, id: Uuid) -> Result<(files::FileRef, bytes::Bytes)> {
        let gone = || Problem::not_found("没有找到这份报表。");
        let row = output::Entity::find_by_id(id)
            .filter(output::Column::OwnerId.eq(caller.id))
            .one(self.platform.db.read())
            .await?
            .ok_or_else(gone)?;
        files::read(&self.platform, row.file_id.ok_or_else(gone)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    /// req: FORM-034
    #[test]
    fn the_next_moment_is_reckoned_in_china() {
        // Monday 2026-09-21 09:00 in China.
        let now = testkit::story_start();
        let next = |every, day, hour| Schedule { every, day, hour }.next(now).unwrap();
        assert_eq!(next(Every::Day, 0, 10), datetime!(2026-09-21 02:00 UTC));
        assert_eq!(next(Every::Day, 0, 9), datetime!(2026-09-22 01:00 UTC), "now is not after now");
        assert_eq!(next(Every::Day, 0, 2), datetime!(2026-09-21 18:00 UTC));
        assert_eq!(next(Every::Week, 1, 8), datetime!(2026-09-28 00:00 UTC));
        assert_eq!(next(Every::Month, 1, 8), datetime!(2026-10-01 00:00 UTC));
        assert!(Schedule { every: Every::Month, day: 29, hour: 8 }.wrong().is_some());
        assert!(Schedule { every: Every::Week, day: 0, hour: 8 }.wrong().is_some());
        assert!(Schedule { every: Every::Day, day: 0, hour: 24 }.wrong().is_some());
        assert!(Schedule { every: Every::Week, day: 7, hour: 0 }.wrong().is_none());
    }
}
