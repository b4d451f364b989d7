//! Impact assessments before data are used in a way that weighs on people (art. 55): what for,
//! whether it is needed, what may go wrong, what is done against it (art. 56). Written by one,
//! confirmed by another, kept; looked at again by a day.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Set};
use serde_json::json;
use time::macros::format_description;

use super::store::assessment;
use crate::Security;
use crate::risks::model::LEVELS;

/// When the law wants one.
pub(crate) const OCCASIONS: [(&str, &str); 5] = [
    ("sensitive", "处理敏感个人信息"),
    ("automated", "利用个人信息进行自动化决策"),
    ("entrusted", "委托处理、对外提供、公开个人信息"),
    ("abroad", "向境外提供个人信息"),
    ("other", "其他对个人权益有重大影响的处理"),
];

/// What is entered.
#[derive(Debug, Clone)]
pub struct NewAssessment {
    /// Title.
    pub title: String,
    /// Key of a purpose.
    pub purpose: String,
    /// Key of an occasion.
    pub occasion: String,
    /// Lawful, fair, needed?
    pub necessity: String,
    /// What may happen to people.
    pub risks: String,
    /// What is done against it.
    pub measures: String,
    /// `high`, `middle`, `low`.
    pub level: String,
    /// Day of the next look, `YYYY-MM-DD`.
    pub review_on: String,
}

impl Security {
    /// Enters an assessment.
    ///
    /// # Errors
    /// 422 names what is missing.
    pub async fn assess(&self, caller: &Principal, new: NewAssessment, once: Option<String>) -> Result<Uuid> {
        let words = |pointer: &str, text: &str, missing: &str| crate::text(pointer, text, missing);
        if self.purposes.find(&new.purpose).is_none() {
            return Err(Problem::invalid_field("/purpose", "option", "请选择处理目的。"));
        }
        if !OCCASIONS.iter().any(|(key, _)| *key == new.occasion) {
            return Err(Problem::invalid_field("/occasion", "option", "请选择为什么要评估。"));
        }
        if !LEVELS.iter().any(|(key, _)| *key == new.level) {
            return Err(Problem::invalid_field("/level", "option", "请选择风险等级。"));
        }
        let day = time::Date::parse(&new.review_on, format_description!("[year]-[month]-[day]"));
        if !day.is_ok_and(|day| day > base::zone::china_date(self.platform.now())) {
            return Err(Problem::invalid_field("/review_on", "date", "请填写今天以后的复评日期。"));
        }
        let id = self.platform.new_id();
        let row = assessment::ActiveModel {
            id: Set(id),
            title: Set(words("/title", &new.title, "请填写评估的名称。")?),
            purpose: Set(new.purpose),
            occasion: Set(new.occasion),
            necessity: Set(words("/necessity", &new.necessity, "请写明为什么合法、正当、必要。")?),
            risks: Set(words("/risks", &new.risks, "请写明对个人权益的影响和安全风险。")?),
            measures: Set(words("/measures", &new.measures, "请写明采取的保护措施。")?),
            level: Set(new.level),
            state: Set("draft".to_owned()),
            made_by: Set(caller.id),
            made_by_name: Set(caller.name.clone()),
            made_at: Set(self.platform.now()),
            confirmed_by_name: Set(None),
            confirmed_at: Set(None),
            review_on: Set(new.review_on),
            version: Set(1),
        };
        let line =
            Line::by(caller, self.platform.new_id(), "privacy.assess", format!("privacy_assessment:{id}"), json!({}));
        let by = caller.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = once
                        && let Some(made) = idempotency::claim(tx, by, "privacy.assess", &once, id).await?
                    {
                        return Ok(made);
                    }
                    assessment::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await
    }

    /// Assessments, newest first, before an id; with the total.
    pub(crate) async fn assessments(&self, before: Option<Uuid>, limit: u64) -> Result<(Vec<assessment::Model>, u64)> {
        let conn = self.platform.db.read();
        let total = assessment::Entity::find().count(conn).await?;
        let mut query = assessment::Entity::find().order_by_desc(assessment::Column::Id).limit(limit);
        if let Some(before) = before {
            query = query.filter(assessment::Column::Id.lt(before));
        }
        Ok((query.all(conn).await?, total))
    }

    /// One assessment.
    pub(crate) async fn assessment(&self, id: Uuid) -> Result<assessment::Model> {
        let row = assessment::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        row.ok_or_else(|| Problem::not_found("没有这次评估。"))
    }

    /// Confirms an assessment; never who wrote it.
    ///
    /// # Errors
    /// 403 for who wrote it, 409 for an old page or a confirmed one.
    pub async fn confirm_assessment(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let row = self.assessment(id).await?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if row.state != "draft" {
            return Err(Problem::conflict("confirmed", "这次评估已经确认过了。"));
        }
        if row.made_by == caller.id {
            return Err(Problem::forbidden("评估和确认要由两个人办。请另一位有权限的人员确认。"));
        }
        let line =
            Line::by(caller, self.platform.new_id(), "privacy.assess", format!("privacy_assessment:{id}"), json!({}))
                .entry()
                .changed(json!({ "state": "draft" }), json!({ "state": "confirmed" }));
        let name = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let changed = assessment::Entity::update_many()
                        .col_expr(assessment::Column::State, Expr::value("confirmed"))
                        .col_expr(assessment::Column::ConfirmedByName, Expr::value(name))
                        .col_expr(assessment::Column::ConfirmedAt, Expr::value(Some(tx.now())))
                        .col_expr(assessment::Column::Version, Expr::value(version + 1))
                        .filter(assessment::Column::Id.eq(id))
                        .filter(assessment::Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if changed.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}
