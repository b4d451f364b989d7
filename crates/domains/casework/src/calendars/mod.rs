//! Working calendars (SUPV-001): holidays and make-up days per year, kept by an operator.
//!
//! A change recalculates every open deadline and is logged. A year that is missing makes dates
//! unknown, never guessed.

pub mod http;

use std::sync::Arc;

use base::calendar::{Calendar, YearCalendar};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Platform, Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, Set};
use serde_json::json;
use time::OffsetDateTime;

/// The whole country; a region's own rows lie over it.
pub const NATIONAL: &str = "000000000000";

mod row {
    use super::*;

    /// `calendars`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendars")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub region: String,
        pub content: Json,
        pub updated_at: OffsetDateTime,
        pub updated_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The calendar service. Cheap to clone.
#[derive(Clone)]
pub struct Calendars {
    platform: Platform,
    cached: moka::future::Cache<(), Arc<Calendar>>,
}

impl Calendars {
    /// On the platform.
    pub fn new(platform: Platform) -> Self {
        // Few seconds: another node's change shows within that time.
        let cached =
            moka::future::Cache::builder().max_capacity(1).time_to_live(std::time::Duration::from_secs(5)).build();
        Self { platform, cached }
    }

    /// The calendar that counts now.
    ///
    /// # Errors
    /// When the database refuses or a stored year is broken.
    pub async fn current(&self) -> Result<Arc<Calendar>> {
        if let Some(calendar) = self.cached.get(&()).await {
            return Ok(calendar);
        }
        let years: Vec<YearCalendar> = self.list().await?.into_iter().map(|(year, _, _)| year).collect();
        let calendar = Arc::new(Calendar::new(&years)?);
        self.cached.insert((), Arc::clone(&calendar)).await;
        Ok(calendar)
    }

    /// Years with who changed them last and when.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn list(&self) -> Result<Vec<(YearCalendar, OffsetDateTime, String)>> {
        row::Entity::find()
            .filter(row::Column::Region.eq(NATIONAL))
            .order_by_asc(row::Column::Year)
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| Ok((serde_json::from_value(row.content)?, row.updated_at, row.updated_by)))
            .collect()
    }

    /// Sets a year. Open deadlines are to be recalculated afterwards, see
    /// [`crate::Casework::recalculate_deadlines`].
    ///
    /// # Errors
    /// 422 when the year contradicts itself.
    pub async fn put(&self, year: YearCalendar, by: Option<&Principal>) -> Result<()> {
        // Building it checks it: a make-up day on a weekday, a day twice, a wrong control sum.
        Calendar::new(std::slice::from_ref(&year))
            .map_err(|error| Problem::invalid_field("/holidays", "calendar_wrong", error.to_string()))?;
        let name = by.map_or("系统", |by| by.name.as_str()).to_owned();
        let line = by.map(|by| {
            Line::by(
                by,
                self.platform.new_id(),
                "calendar.edit",
                format!("calendar:{}", year.year),
                json!({ "holidays": year.holidays.len(), "make_up": year.adjusted_workdays.len() }),
            )
        });
        let content = serde_json::to_value(&year)?;
        let number = i64::from(year.year);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let old = row::Entity::find_by_id((number, NATIONAL.to_owned())).one(tx.conn()).await?;
                    let after = content.clone();
                    row::Entity::insert(row::ActiveModel {
                        year: Set(number),
                        region: Set(NATIONAL.to_owned()),
                        content: Set(content),
                        updated_at: Set(tx.now()),
                        updated_by: Set(name),
                    })
                    .on_conflict(
                        OnConflict::columns([row::Column::Year, row::Column::Region])
                            .update_columns([row::Column::Content, row::Column::UpdatedAt, row::Column::UpdatedBy])
                            .to_owned(),
                    )
                    .exec_without_returning(tx.conn())
                    .await?;
                    if let Some(line) = line {
                        tx.audit(line.entry().changed(old.map_or(serde_json::Value::Null, |old| old.content), after));
                    }
                    Ok(())
                })
            })
            .await?;
        self.cached.invalidate(&()).await;
        Ok(())
    }

    /// Removes a year.
    ///
    /// # Errors
    /// 404 when it is not there.
    pub async fn delete(&self, year: i32, by: &Principal) -> Result<()> {
        let line = Line::by(by, self.platform.new_id(), "calendar.delete", format!("calendar:{year}"), json!({}));
        let gone = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    let gone =
                        row::Entity::delete_by_id((i64::from(year), NATIONAL.to_owned())).exec(tx.conn()).await?;
                    Ok(gone.rows_affected)
                })
            })
            .await?;
        self.cached.invalidate(&()).await;
        if gone == 0 { Err(Problem::not_found("没有这一年的日历。")) } else { Ok(()) }
    }
}
