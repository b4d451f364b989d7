//! The life of a field key: made → active → retired → revoked → destroyed.
//!
//! The key keeper makes and destroys, the security administrator activates and revokes, and nobody
//! does both on one key. Only one key is active; the one before it opens until the last value it
//! sealed is sealed anew.

use std::collections::BTreeMap;

use platform::web::guard::Principal;
use platform::work::asked::Asked;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{QueryOrder, Set};
use serde_json::json;
use time::OffsetDateTime;

use super::reseal::RESEAL_JOB;
use super::store::{key, rotation};
use crate::Security;

/// Algorithm of field keys.
pub(crate) const FIELD_ALGORITHM: &str = "SM4-CTR + HMAC-SM3";

/// States of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// There, not in use yet.
    Made,
    /// Seals and opens.
    Active,
    /// Opens only.
    Retired,
    /// Not to be used any more; opens what is left until that is sealed anew.
    Revoked,
    /// Gone.
    Destroyed,
}

impl KeyState {
    /// All with key and name.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Made, "made", "已生成"),
        (Self::Active, "active", "使用中"),
        (Self::Retired, "retired", "只解密"),
        (Self::Revoked, "revoked", "已吊销"),
        (Self::Destroyed, "destroyed", "已销毁"),
    ];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(state, ..)| *state == self).map_or("made", |(_, key, _)| key)
    }

    /// Chinese name of a column value.
    pub fn label(text: &str) -> &'static str {
        Self::ALL.iter().find(|(_, key, _)| *key == text).map_or("", |(.., name)| name)
    }
}

/// A key with how many values it sealed.
pub(crate) struct Counted {
    pub(crate) row: key::Model,
    pub(crate) values: i64,
}

impl Security {
    /// Field keys, oldest first, with how many values each sealed. Keys that the provider has and the
    /// register does not (the first one; a step cut short) are entered.
    pub(crate) async fn keys(&self) -> Result<Vec<Counted>> {
        self.register_keys().await?;
        let sealed = self.values_by_key().await?;
        let rows = key::Entity::find().order_by_asc(key::Column::MadeAt).order_by_asc(key::Column::Id);
        Ok(rows
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| Counted { values: sealed.get(&row.id).copied().unwrap_or(0), row })
            .collect())
    }

    async fn register_keys(&self) -> Result<()> {
        let held = self.platform.crypto.provider().field_keys()?;
        let known: BTreeMap<String, String> = key::Entity::find()
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| (row.id, row.state))
            .collect();
        let missing: Vec<String> =
            held.keys.iter().map(|(id, _)| id.clone()).filter(|id| !known.contains_key(id)).collect();
        let active = held.active;
        if missing.is_empty() && known.get(&active).is_some_and(|state| state == KeyState::Active.as_str()) {
            return Ok(());
        }
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    for id in missing {
                        key::Entity::insert(new_key(id, None, "系统".to_owned(), tx.now()))
                            .on_conflict(
                                sea_orm::sea_query::OnConflict::column(key::Column::Id).do_nothing().to_owned(),
                            )
                            .try_insert()
                            .exec_without_returning(tx.conn())
                            .await?;
                    }
                    put_active(tx, &active, "系统").await
                })
            })
            .await
    }

    /// The rotation under way or the last one.
    pub(crate) async fn rotation(&self) -> Result<Option<rotation::Model>> {
        Ok(rotation::Entity::find().order_by_desc(rotation::Column::Id).one(self.platform.db.read()).await?)
    }

    /// Makes a field key.
    ///
    /// # Errors
    /// 422 without a reason.
    pub async fn make_key(&self, caller: &Principal, reason: &str, once: Option<String>) -> Result<String> {
        let reason = crate::text("/reason", reason, "请写明为什么生成新密钥。")?;
        let by = caller.id;
        // Asked first: a key is made beside the database, and must not be made for nothing.
        if let Some(once) = once.clone() {
            let earlier = self.platform.db.write(self.platform.now(), move |tx| {
                Box::pin(async move { idempotency::earlier(tx, by, "key.make", &once).await })
            });
            if let Some(number) = earlier.await? {
                return Ok(format!("k{}", number.as_u128()));
            }
        }
        self.register_keys().await?;
        let rows = key::Entity::find().all(self.platform.db.read()).await?;
        let last = rows.iter().filter_map(|row| row.id.strip_prefix('k')?.parse::<u32>().ok()).max().unwrap_or(0);
        let id = format!("k{}", last + 1);
        let number = Uuid::from_u128(u128::from(last + 1));
        self.platform.crypto.provider().make_field_key(&id, self.platform.randomness.as_ref())?;
        self.platform.crypto.reload()?;
        let line = self.key_line(caller, "key.make", &id, &reason);
        let (row, made) = (new_key(id.clone(), Some(caller.id), caller.name.clone(), self.platform.now()), id);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(once) = once
                        && let Some(number) = idempotency::claim(tx, by, "key.make", &once, number).await?
                    {
                        return Ok(format!("k{}", number.as_u128()));
                    }
                    key::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    tx.audit(line);
                    Ok(made)
                })
            })
            .await
    }

    /// Seals with this key from now on and begins to seal old values anew.
    ///
    /// # Errors
    /// 409 for who made it, for a state other than made or retired, for an old page.
    pub async fn activate_key(&self, caller: &Principal, id: &str, version: i64, reason: &str) -> Result<()> {
        let reason = crate::text("/reason", reason, "请写明为什么启用。")?;
        let row = self.key_row(id, version).await?;
        if row.made_by == Some(caller.id) {
            return Err(Problem::conflict("same_person", "密钥由您生成，要由另一个人启用。"));
        }
        if ![KeyState::Made.as_str(), KeyState::Retired.as_str()].contains(&row.state.as_str()) {
            return Err(wrong_state());
        }
        self.platform.crypto.provider().activate_field_key(id)?;
        self.platform.crypto.reload()?;
        let total = self.stale_values().await?;
        let line = self
            .key_line(caller, "key.activate", id, &reason)
            .entry()
            .changed(json!({ "state": row.state }), json!({ "state": "active", "values": total }));
        let (rotation_id, job_id) = (self.platform.new_id(), self.platform.new_id());
        let asked = Asked::new(rotation_id, caller.id, "用新密钥重新加密", "/keys");
        let (id, name) = (id.to_owned(), caller.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    put_active(tx, &id, &name).await?;
                    rotation::Entity::insert(rotation::ActiveModel {
                        id: Set(rotation_id),
                        key_id: Set(id),
                        total: Set(total),
                        done: Set(0),
                        state: Set("running".to_owned()),
                        started_at: Set(tx.now()),
                        finished_at: Set(None),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    let job = NewJob {
                        id: job_id,
                        kind: RESEAL_JOB,
                        payload: json!({ "rotation": rotation_id, "step": 0 }),
                        run_at: None,
                        key: Some(format!("reseal:{rotation_id}:0")),
                    };
                    tx.ask(asked, job);
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Takes a key out of use for good; what it sealed still opens until it is sealed anew.
    ///
    /// # Errors
    /// 409 for the active key.
    pub async fn revoke_key(&self, caller: &Principal, id: &str, version: i64, reason: &str) -> Result<()> {
        let reason = crate::text("/reason", reason, "请写明为什么吊销。")?;
        let row = self.key_row(id, version).await?;
        if row.state == KeyState::Active.as_str() {
            return Err(Problem::conflict("key_in_use", "这把密钥正在使用。请先启用另一把，再吊销它。"));
        }
        if ![KeyState::Made.as_str(), KeyState::Retired.as_str()].contains(&row.state.as_str()) {
            return Err(wrong_state());
        }
        self.end(caller, row, KeyState::Revoked, "key.revoke", reason).await
    }

    /// Destroys a revoked key that nothing needs any more.
    ///
    /// # Errors
    /// 409 while it is not revoked, while values need it, or for who activated its end.
    pub async fn destroy_key(&self, caller: &Principal, id: &str, version: i64, reason: &str) -> Result<()> {
        let reason = crate::text("/reason", reason, "请写明为什么销毁。")?;
        let row = self.key_row(id, version).await?;
        if row.state != KeyState::Revoked.as_str() {
            return Err(Problem::conflict("not_revoked", "先由安全管理员吊销，才能销毁。"));
        }
        if row.ended_by_name.as_deref() == Some(caller.name.as_str()) {
            return Err(Problem::conflict("same_person", "这把密钥由您吊销，要由另一个人销毁。"));
        }
        let left = self.values_by_key().await?.get(id).copied().unwrap_or(0);
        if left > 0 {
            return Err(Problem::conflict(
                "still_sealed",
                format!("还有 {left} 个值用这把密钥加密，换密完成后才能销毁。"),
            ));
        }
        self.platform.crypto.provider().destroy_field_key(id)?;
        self.platform.crypto.reload()?;
        self.end(caller, row, KeyState::Destroyed, "key.destroy", reason).await
    }

    async fn key_row(&self, id: &str, version: i64) -> Result<key::Model> {
        self.register_keys().await?;
        let row = key::Entity::find_by_id(id.to_owned())
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::not_found("没有这把密钥。"))?;
        if row.version == version { Ok(row) } else { Err(Problem::stale()) }
    }

    fn key_line(&self, caller: &Principal, action: &'static str, id: &str, reason: &str) -> Line {
        Line::by(caller, self.platform.new_id(), action, format!("key:{id}"), json!({ "reason": reason }))
    }

    async fn end(
        &self,
        caller: &Principal,
        row: key::Model,
        state: KeyState,
        action: &'static str,
        reason: String,
    ) -> Result<()> {
        let line = self
            .key_line(caller, action, &row.id, &reason)
            .entry()
            .changed(json!({ "state": row.state }), json!({ "state": state.as_str() }));
        let name = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let changed = key::Entity::update_many()
                        .col_expr(key::Column::State, Expr::value(state.as_str()))
                        .col_expr(key::Column::EndedByName, Expr::value(name))
                        .col_expr(key::Column::EndedAt, Expr::value(tx.now()))
                        .col_expr(key::Column::Version, Expr::value(row.version + 1))
                        .filter(key::Column::Id.eq(row.id))
                        .filter(key::Column::Version.eq(row.version))
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

fn wrong_state() -> Problem {
    Problem::conflict("wrong_state", "这把密钥现在的状态不能这样办。")
}

fn new_key(id: String, by: Option<Uuid>, name: String, now: OffsetDateTime) -> key::ActiveModel {
    key::ActiveModel {
        id: Set(id),
        purpose: Set("field".to_owned()),
        algorithm: Set(FIELD_ALGORITHM.to_owned()),
        state: Set(KeyState::Made.as_str().to_owned()),
        made_by: Set(by),
        made_by_name: Set(name),
        made_at: Set(now),
        activated_by_name: Set(None),
        activated_at: Set(None),
        ended_by_name: Set(None),
        ended_at: Set(None),
        version: Set(1),
    }
}

/// Makes one key the active one; whatever was active opens only.
async fn put_active(tx: &platform::Tx, id: &str, by: &str) -> Result<()> {
    key::Entity::update_many()
        .col_expr(key::Column::State, Expr::value(KeyState::Retired.as_str()))
        .col_expr(key::Column::Version, Expr::col(key::Column::Version).add(1))
        .filter(key::Column::State.eq(KeyState::Active.as_str()))
        .filter(key::Column::Id.ne(id))
        .exec(tx.conn())
        .await?;
    key::Entity::update_many()
        .col_expr(key::Column::State, Expr::value(KeyState::Active.as_str()))
        .col_expr(key::Column::ActivatedByName, Expr::value(by))
        .col_expr(key::Column::ActivatedAt, Expr::value(tx.now()))
        .col_expr(key::Column::Version, Expr::col(key::Column::Version).add(1))
        .filter(key::Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
