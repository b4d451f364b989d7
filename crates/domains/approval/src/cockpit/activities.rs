//! Party-building activities 党建活动: simple entries that departments publish for the cockpit.

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, row};
use crate::Approval;

/// Which activities.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ActivityFilter {
    /// Department.
    pub org: Option<Uuid>,
    /// Part of the title.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An activity.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Activity {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Department.
    pub org_id: Uuid,
    /// Its name.
    pub org_name: String,
    /// Day, `YYYY-MM-DD`.
    pub held_on: String,
    /// Title.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Who published it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub published_at: OffsetDateTime,
}

/// Publishes one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewActivity {
    /// Department; the caller's own when absent.
    #[serde(default)]
    pub org_id: Option<Uuid>,
    /// Day, `YYYY-MM-DD`.
    pub held_on: String,
    /// Title, at most 60 characters.
    pub title: String,
    /// What happened, at most 2000 characters.
    pub text: String,
}

/// Changes one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeActivity {
    /// Version of the page.
    pub version: i64,
    /// Day.
    pub held_on: String,
    /// Title.
    pub title: String,
    /// What happened.
    pub text: String,
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这项活动。")
}

struct Words {
    held_on: String,
    title: String,
    text: String,
}

fn words(held_on: &str, title: &str, text: &str) -> Result<Words> {
    let held_on = super::day("/held_on", held_on.trim())?.to_string();
    let (title, text) = (title.trim().to_owned(), text.trim().to_owned());
    if title.is_empty() || title.chars().count() > 60 {
        return Err(Problem::invalid_field("/title", "length", "写明活动名称，最多 60 字"));
    }
    if text.is_empty() || text.chars().count() > 2000 {
        return Err(Problem::invalid_field("/text", "length", "写明活动内容，最多 2000 字"));
    }
    Ok(Words { held_on, title, text })
}

impl Approval {
    /// Activities within reach, the latest first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn activities(&self, caller: &Principal, filter: &ActivityFilter) -> Result<List<Activity>> {
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let wanted = (filter.org, filter.q.as_deref());
        let (rows, total) = store::page(self.platform.db.read(), &caller.visible_orgs, wanted, &page).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.push(self.activity_view(row).await?);
        }
        let key = |one: &Activity| vec![one.held_on.clone(), one.id.to_string()];
        Ok(List::cut(items, page.limit(), total, self.platform.now(), key))
    }

    /// Publishes one.
    ///
    /// # Errors
    /// 422 naming the field; another's department is one.
    pub async fn publish_activity(
        &self,
        caller: &Principal,
        new: NewActivity,
        key: Option<String>,
    ) -> Result<Activity> {
        let words = words(&new.held_on, &new.title, &new.text)?;
        let org_id = new.org_id.or(caller.org_id).unwrap_or_default();
        if !caller.visible_orgs.contains(&org_id) {
            return Err(Problem::invalid_field("/org_id", "out_of_reach", "只能给自己管的部门发布活动"));
        }
        let row = row::Model {
            id: self.platform.new_id(),
            version: 1,
            org_id,
            held_on: words.held_on,
            title: words.title,
            text: words.text,
            by_id: caller.id,
            by_name: caller.name.clone(),
            published_at: self.platform.now(),
            deleted_at: None,
        };
        let line = self.activity_line(caller, "party_activity.publish", &row);
        let (who, id, kept) = (caller.id, row.id, row.clone());
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "party_activity.publish", key, id).await?
                    {
                        return Ok(made);
                    }
                    tx.audit(line);
                    store::insert(tx.conn(), kept).await?;
                    Ok(id)
                })
            })
            .await?;
        let row = if made == row.id { row } else { self.reached_activity(caller, made).await? };
        self.activity_view(row).await
    }

    /// Changes one.
    ///
    /// # Errors
    /// 404 outside one's reach, 409 for an old page, 422 naming the field.
    pub async fn change_activity(&self, caller: &Principal, id: Uuid, change: ChangeActivity) -> Result<Activity> {
        let words = words(&change.held_on, &change.title, &change.text)?;
        let mut row = self.reached_activity(caller, id).await?;
        row.held_on = words.held_on;
        row.title = words.title;
        row.text = words.text;
        self.put_activity(caller, "party_activity.change", change.version, row).await
    }

    /// Takes one down.
    ///
    /// # Errors
    /// 404 outside one's reach, 409 for an old page.
    pub async fn delete_activity(&self, caller: &Principal, id: Uuid, version: i64) -> Result<()> {
        let mut row = self.reached_activity(caller, id).await?;
        row.deleted_at = Some(self.platform.now());
        self.put_activity(caller, "party_activity.delete", version, row).await?;
        Ok(())
    }

    async fn reached_activity(&self, caller: &Principal, id: Uuid) -> Result<row::Model> {
        store::find(self.platform.db.read(), id)
            .await?
            .filter(|row| row.deleted_at.is_none() && caller.visible_orgs.contains(&row.org_id))
            .ok_or_else(unknown)
    }

    async fn put_activity(
        &self,
        caller: &Principal,
        act: &'static str,
        version: i64,
        mut row: row::Model,
    ) -> Result<Activity> {
        if row.version != version {
            return Err(Problem::stale());
        }
        let (line, kept) = (self.activity_line(caller, act, &row), row.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    store::update(tx.conn(), kept).await
                })
            })
            .await?;
        row.version += 1;
        self.activity_view(row).await
    }

    async fn activity_view(&self, row: row::Model) -> Result<Activity> {
        let orgs = self.identity.orgs().await?;
        Ok(Activity {
            id: row.id,
            version: row.version,
            org_name: orgs.get(row.org_id).map(|org| org.name.clone()).unwrap_or_default(),
            org_id: row.org_id,
            held_on: row.held_on,
            title: row.title,
            text: row.text,
            by: row.by_name,
            published_at: row.published_at,
        })
    }

    fn activity_line(&self, caller: &Principal, act: &'static str, row: &row::Model) -> Line {
        let told = json!({ "title": row.title, "held_on": row.held_on });
        Line::by(caller, self.platform.new_id(), act, format!("party_activity:{}", row.id), told)
    }
}
