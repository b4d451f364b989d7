//! Papers given to connected systems 材料调用: the interface is opened in the register of systems, each kind of paper
//! here, with a ground and an end. Calls are signed (docs/api.md); every call, refused ones too, is in the ledger, every
//! paper that was read in the log and on its owner's page.

pub mod http;
mod serve;

use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::Materials;
use crate::store::grant::{Column, Entity, Model};
use crate::store::{all_set, grant};
use crate::words::{bad_cursor, full, kept_day, some_day, text};

/// Which grants.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct GrantFilter {
    /// Part of a system's name or its app id.
    pub q: Option<String>,
    /// Kind.
    pub kind: Option<String>,
    /// `live` or `ended`.
    pub state: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A kind of paper a system may read.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MaterialGrant)]
pub struct GrantView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// App id.
    pub app_id: String,
    /// Name of the system.
    pub system_name: String,
    /// Kind.
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// Ground.
    pub reason: String,
    /// Last day; absent when it has none.
    pub valid_until: Option<String>,
    /// Whether it counts today.
    pub live: bool,
    /// Who gave it.
    pub given_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub given_at: OffsetDateTime,
    /// Who ended it.
    pub ended_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
}

/// Lets a system read a kind of paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewMaterialGrant {
    /// App id of the system.
    pub app_id: String,
    /// Kind.
    pub kind: String,
    /// Ground; 4 to 200 characters.
    pub reason: String,
    /// Last day; empty for none.
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// The version read.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EndMaterialGrant {
    /// Version of the page.
    pub version: i64,
}

fn unknown() -> Problem {
    Problem::not_found("没有找到这条授权。")
}

impl Materials {
    /// Name of a kind: of the pack, else its key.
    pub(crate) fn kind_name(&self, key: &str) -> String {
        self.rules.kind(key).map_or_else(|| key.to_owned(), |kind| kind.name.clone())
    }

    fn grant_view(&self, row: Model) -> GrantView {
        let today = self.today();
        let over = kept_day(row.valid_until.as_deref()).is_some_and(|until| until < today);
        GrantView {
            kind_name: self.kind_name(&row.kind),
            live: row.ended_at.is_none() && !over,
            id: row.id,
            version: row.version,
            app_id: row.app_id,
            system_name: row.system_name,
            kind: row.kind,
            reason: row.reason,
            valid_until: row.valid_until,
            given_by_name: row.given_by_name,
            given_at: row.given_at,
            ended_by_name: row.ended_by_name,
            ended_at: row.ended_at,
        }
    }

    fn live_grants(&self) -> Cond {
        let until = Cond::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gte(self.today().to_string()));
        Cond::all().add(Column::EndedAt.is_null()).add(until)
    }

    /// Grants, given last first.
    ///
    /// # Errors
    /// 400 for a cursor, 422 for an unknown state.
    pub async fn material_grants(&self, filter: &GrantFilter) -> Result<List<GrantView>> {
        let conn = self.platform.db.read();
        let mut select = Entity::find();
        if let Some(words) = full(&filter.q) {
            let pattern = platform::db::containing(words);
            let any = Cond::any().add(Column::AppId.like(&pattern)).add(Column::SystemName.like(&pattern));
            select = select.filter(any);
        }
        if let Some(kind) = full(&filter.kind) {
            select = select.filter(Column::Kind.eq(kind));
        }
        select = match full(&filter.state) {
            None => select,
            Some("live") => select.filter(self.live_grants()),
            Some("ended") => select.filter(self.live_grants().not()),
            Some(_) => return Err(Problem::invalid_field("/state", "option", "状态只能选有效或已结束")),
        };
        let total = select.clone().count(conn).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|part| part.parse().ok()).ok_or_else(bad_cursor)?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let views: Vec<GrantView> = rows.into_iter().map(|row| self.grant_view(row)).collect();
        Ok(List::cut(views, page.limit(), total, self.platform.now(), |one| vec![one.id.to_string()]))
    }

    /// Lets a system read a kind of paper.
    ///
    /// # Errors
    /// 422 names what is wrong, 409 when it may already.
    pub async fn grant_material(
        &self,
        caller: &Principal,
        new: NewMaterialGrant,
        key: Option<String>,
    ) -> Result<GrantView> {
        let reason = text("/reason", &new.reason, 4, 200, "写明依据，至少 4 个字，例如数据共享申请的批复")?;
        let until = some_day("/valid_until", new.valid_until.as_deref())?;
        if until.is_some_and(|until| until < self.today()) {
            return Err(Problem::invalid_field("/valid_until", "over", "有效期不能早于今天"));
        }
        if self.rules.kind(&new.kind).is_none() {
            return Err(Problem::invalid_field("/kind", "option", "选择哪一种材料"));
        }
        let system = self.identity.live_system(new.app_id.trim()).await?;
        let system = system.ok_or_else(|| {
            Problem::invalid_field("/app_id", "unknown_system", "没有这个启用的接入系统，请核对应用标识")
        })?;
        if system.grant("materials", self.platform.now()).is_none() {
            let message = "这个系统还没有开通“材料调用”接口，请先在接入系统里开通";
            return Err(Problem::invalid_field("/app_id", "interface", message));
        }
        let before = Entity::find()
            .filter(Column::AppId.eq(&system.app_id))
            .filter(Column::Kind.eq(&new.kind))
            .filter(self.live_grants())
            .one(self.platform.db.read())
            .await?;
        if before.is_some() && key.is_none() {
            return Err(Problem::conflict("granted", "这个系统已经能调用这种材料。要改期限，请先结束原来的授权。"));
        }
        let id = self.platform.new_id();
        let row = Model {
            id,
            version: 1,
            app_id: system.app_id,
            system_name: system.name,
            kind: new.kind,
            reason,
            valid_until: until.map(|day| day.to_string()),
            given_by_name: caller.name.clone(),
            given_at: self.platform.now(),
            ended_at: None,
            ended_by_name: String::new(),
        };
        let detail = json!({ "app_id": row.app_id, "kind": row.kind, "until": row.valid_until, "reason": row.reason });
        let line = Line::by(caller, self.platform.new_id(), "material.grant", format!("system:{}", row.app_id), detail);
        let (who, kept, taken) = (caller.id, row.clone(), before.is_some());
        let made = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, who, "material.grant", key, id).await?
                    {
                        return Ok(made);
                    }
                    if taken {
                        let told = "这个系统已经能调用这种材料。要改期限，请先结束原来的授权。";
                        return Err(Problem::conflict("granted", told));
                    }
                    tx.audit(line);
                    grant::Entity::insert(all_set::<_, grant::ActiveModel>(kept))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(id)
                })
            })
            .await?;
        let row = Entity::find_by_id(made).one(self.platform.db.read()).await?.ok_or_else(unknown)?;
        Ok(self.grant_view(row))
    }

    /// Ends a grant at once.
    ///
    /// # Errors
    /// 404 for an unknown one, 409 for an old page or one that ended.
    pub async fn end_material_grant(&self, caller: &Principal, id: Uuid, version: i64) -> Result<GrantView> {
        let mut row = Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or_else(unknown)?;
        if row.version != version {
            return Err(Problem::stale());
        }
        if row.ended_at.is_some() {
            return Err(Problem::conflict("grant_ended", "这条授权已经结束。"));
        }
        row.ended_at = Some(self.platform.now());
        row.ended_by_name.clone_from(&caller.name);
        row.version += 1;
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "material.grant_end",
            format!("system:{}", row.app_id),
            json!({ "kind": row.kind }),
        );
        let kept = row.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let done = grant::Entity::update_many()
                        .set(all_set::<_, grant::ActiveModel>(kept))
                        .filter(Column::Id.eq(id))
                        .filter(Column::Version.eq(version))
                        .exec(tx.conn())
                        .await?;
                    if done.rows_affected == 0 {
                        return Err(Problem::stale());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(self.grant_view(row))
    }
}
