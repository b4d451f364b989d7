//! Who is on duty: whom alarms and faults are told to.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::Date;

use crate::Operations;
use crate::store::duty;

/// Days a duty may last.
const LONGEST: i64 = 92;

impl Operations {
    /// Duties that are not over, the next first.
    pub(crate) async fn duties(&self) -> Result<Vec<duty::Model>> {
        let today = base::zone::china_date(self.platform.now()).to_string();
        Ok(duty::Entity::find()
            .filter(duty::Column::UntilDay.gte(today))
            .order_by_asc(duty::Column::FromDay)
            .order_by_asc(duty::Column::Id)
            .limit(200)
            .all(self.platform.db.read())
            .await?)
    }

    /// Puts somebody on duty.
    ///
    /// # Errors
    /// 422 names the field.
    pub async fn add_duty(
        &self,
        caller: &Principal,
        staff: Uuid,
        (from, until): (Date, Date),
        key: Option<String>,
    ) -> Result<Uuid> {
        let holders = self.identity.staff_holding("fault.handle").await?;
        let Some(staff) = holders.into_iter().find(|one| one.id == staff) else {
            return Err(Problem::invalid_field("/staff_id", "option", "请从名单里选：只有能处理故障的人才能值班。"));
        };
        if until < from {
            return Err(Problem::invalid_field("/until_day", "order", "最后一天不能早于第一天。"));
        }
        if (until - from).whole_days() > LONGEST {
            return Err(Problem::invalid_field("/until_day", "too_long", format!("一次最多排 {LONGEST} 天。")));
        }
        let (id, line) = (self.platform.new_id(), self.platform.new_id());
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key
                        && let Some(earlier) = idempotency::claim(tx, caller.id, "run.duty", &key, id).await?
                    {
                        return Ok(earlier);
                    }
                    duty::Entity::insert(duty::ActiveModel {
                        id: Set(id),
                        staff_id: Set(staff.id),
                        staff_name: Set(staff.name),
                        from_day: Set(from.to_string()),
                        until_day: Set(until.to_string()),
                        created_at: Set(tx.now()),
                        created_by_name: Set(caller.name.clone()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    tx.audit(Line::by(&caller, line, "run.duty", format!("duty:{id}"), json!({ "act": "add" })));
                    Ok(id)
                })
            })
            .await
    }

    /// Takes somebody off duty.
    ///
    /// # Errors
    /// 404 when there is no such duty.
    pub async fn remove_duty(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let (line, caller) = (self.platform.new_id(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let gone = duty::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    if gone.rows_affected == 0 {
                        return Err(Problem::not_found("没有找到这条值班安排。"));
                    }
                    tx.audit(Line::by(&caller, line, "run.duty", format!("duty:{id}"), json!({ "act": "remove" })));
                    Ok(())
                })
            })
            .await
    }
}
