//! How long audit lines are kept. The product removes none by itself, and the database refuses to;
//! the setting says from when on an archive outside may replace them. Never under six months
//! (Cybersecurity Law art. 21).

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::audit::read::{self, Filter};
use platform::{Problem, Result};
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use serde_json::json;
use time::OffsetDateTime;

use crate::Security;

/// Months that the law asks for.
pub const LEAST_MONTHS: i64 = 6;
/// Months that may be asked for at most: fifty years.
const MOST_MONTHS: i64 = 600;
const KEY: &str = "audit_retention_months";

mod row {
    use super::*;
    /// `security_settings`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "security_settings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub value: Json,
        pub version: i64,
        pub changed_by: String,
        pub changed_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The setting with what it means for the log as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Months kept at least.
    pub months: i64,
    /// Version; 0 = never changed.
    pub version: i64,
    /// Who changed it.
    pub changed_by: String,
    /// When.
    pub changed_at: Option<OffsetDateTime>,
    /// First line there is.
    pub oldest_line_at: Option<OffsetDateTime>,
    /// Lines there are.
    pub lines: u64,
    /// Lines older than the months.
    pub past_retention: u64,
}

impl Security {
    /// The setting.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retention(&self) -> Result<Retention> {
        let conn = self.platform.db.read();
        let row = row::Entity::find_by_id(KEY.to_owned()).one(conn).await?;
        let months = row.as_ref().and_then(|row| row.value.as_i64()).unwrap_or(LEAST_MONTHS).max(LEAST_MONTHS);
        let today = base::zone::china_date(self.platform.now());
        let limit = months_before(today, months);
        let past = Filter { until: Some(base::zone::start_of_day(limit)), ..Filter::default() };
        Ok(Retention {
            months,
            version: row.as_ref().map_or(0, |row| row.version),
            changed_by: row.as_ref().map(|row| row.changed_by.clone()).unwrap_or_default(),
            changed_at: row.map(|row| row.changed_at),
            oldest_line_at: read::first_at(conn, false).await?,
            lines: read::count(conn, &Filter::default()).await?,
            past_retention: read::count(conn, &past).await?,
        })
    }

    /// Moment from which on logs have to be kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn kept_from(&self, conn: &impl ConnectionTrait) -> Result<OffsetDateTime> {
        let row = row::Entity::find_by_id(KEY.to_owned()).one(conn).await?;
        let months = row.and_then(|row| row.value.as_i64()).unwrap_or(LEAST_MONTHS).max(LEAST_MONTHS);
        let limit = months_before(base::zone::china_date(self.platform.now()), months);
        Ok(base::zone::start_of_day(limit))
    }

    /// Changes the setting.
    ///
    /// # Errors
    /// 422 under the lawful time or without a reason, 409 when the page is old.
    pub async fn set_retention(&self, caller: &Principal, months: i64, version: i64, reason: &str) -> Result<()> {
        if months < LEAST_MONTHS {
            return Err(Problem::invalid_field(
                "/months",
                "too_short",
                format!("审计记录依法至少保存 {LEAST_MONTHS} 个月，请填 {LEAST_MONTHS} 或更大的数。"),
            ));
        }
        if months > MOST_MONTHS {
            return Err(Problem::invalid_field("/months", "too_long", format!("最多 {MOST_MONTHS} 个月。")));
        }
        let reason = crate::text("/reason", reason, "请写明为什么修改。")?;
        let before = self.retention().await?;
        if before.version != version {
            return Err(Problem::stale());
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "retention.edit",
            "setting:audit_retention_months".to_owned(),
            json!({ "reason": reason }),
        )
        .entry()
        .changed(json!({ "months": before.months }), json!({ "months": months }));
        let name = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    if version == 0 {
                        let new = row::ActiveModel {
                            key: Set(KEY.to_owned()),
                            value: Set(json!(months)),
                            version: Set(1),
                            changed_by: Set(name),
                            changed_at: Set(now),
                        };
                        row::Entity::insert(new).exec_without_returning(tx.conn()).await?;
                    } else {
                        let changed = row::Entity::update_many()
                            .col_expr(row::Column::Value, Expr::value(json!(months)))
                            .col_expr(row::Column::Version, Expr::value(version + 1))
                            .col_expr(row::Column::ChangedBy, Expr::value(name))
                            .col_expr(row::Column::ChangedAt, Expr::value(now))
                            .filter(row::Column::Key.eq(KEY))
                            .filter(row::Column::Version.eq(version))
                            .exec(tx.conn())
                            .await?;
                        if changed.rows_affected == 0 {
                            return Err(Problem::stale());
                        }
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

/// The same day some months earlier, or the last day of that month.
fn months_before(day: time::Date, months: i64) -> time::Date {
    let count = i64::from(day.year()) * 12 + i64::from(u8::from(day.month())) - 1 - months;
    let year = i32::try_from(count.div_euclid(12)).unwrap_or(1);
    let month = u8::try_from(count.rem_euclid(12) + 1).ok().and_then(|month| time::Month::try_from(month).ok());
    let month = month.unwrap_or(time::Month::January);
    (1..=day.day())
        .rev()
        .find_map(|day| time::Date::from_calendar_date(year, month, day).ok())
        .unwrap_or(time::Date::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_are_counted_back_by_the_calendar() {
        assert_eq!(months_before(date!(2026 - 09 - 21), 6), date!(2026 - 03 - 21));
        assert_eq!(months_before(date!(2026 - 08 - 31), 6), date!(2026 - 02 - 28));
        assert_eq!(months_before(date!(2026 - 01 - 01), 13), date!(2024 - 12 - 01));
    }
}
