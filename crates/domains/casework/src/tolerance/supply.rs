//! What was promised comes in after acceptance: online by the applicant's side, or as paper or scan at the counter.
//! A supply that is no good is sent back, with the reason, and its days begin anew.

use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::store::{self, tolerance};
use super::{SUPPLIED, supplies};
use crate::Casework;
use crate::cases::model::{EventKind, State};
use crate::cases::service::acting::Step;
use crate::cases::service::change::Change;
use crate::cases::service::draft::{put_material, round};
use crate::cases::service::{Loaded, fresh};

/// Materials supplied by the applicant.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SupplyTolerated {
    /// Version of the page.
    pub version: i64,
    /// Files by material, uploaded before.
    pub materials: std::collections::BTreeMap<String, Vec<Uuid>>,
}

/// Materials brought to the counter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReceiveTolerated {
    /// Version of the page.
    pub version: i64,
    /// What was brought.
    pub materials: Vec<BroughtMaterial>,
}

/// A material brought to the counter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BroughtMaterial {
    /// Which.
    pub key: String,
    /// Scans, uploaded before; empty for paper alone.
    #[serde(default)]
    pub files: Vec<Uuid>,
}

/// A supply sent back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReturnTolerated {
    /// Version of the page.
    pub version: i64,
    /// Which.
    pub key: String,
    /// What is wrong and what to do.
    pub reason: String,
}

fn promised<'a>(open: &'a [tolerance::Model], key: &str) -> Result<&'a tolerance::Model> {
    open.iter().find(|row| row.key == key).ok_or_else(|| {
        let message = "这份材料没有约定后补，或者已经补交，请刷新后再看";
        Problem::invalid_field(format!("/materials/{key}"), "not_promised", message)
    })
}

fn nothing() -> Problem {
    Problem::invalid_field("/materials", "required", "选择要补交的材料")
}

impl Casework {
    /// The applicant's side supplies what was promised.
    ///
    /// # Errors
    /// 422 for a material that was not promised or has no file; 409 before acceptance, after the end and for an old
    /// page; 403 when the grant does not allow it.
    pub async fn supply_tolerated(&self, caller: &Principal, id: Uuid, supply: SupplyTolerated) -> Result<()> {
        if supply.materials.is_empty() {
            return Err(nothing());
        }
        let (account, step) = (caller.id, Step::new(Action::Supply));
        let mut doing = vec![step.clone()];
        for key in supply.materials.keys() {
            doing.push(Step::with(Action::Upload, key, &self.material_name(id, key).await?));
        }
        let (casework, owner) = (self.clone(), caller.clone());
        let supplied = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &owner, id, &step).await?;
                    fresh(&loaded.row, supply.version)?;
                    supplies(&loaded)?;
                    let open = store::open_of(tx.conn(), id).await?;
                    let actor = standing.actor(&owner);
                    let mut names = Vec::new();
                    for (key, files) in &supply.materials {
                        let wanted = promised(&open, key)?;
                        if files.is_empty() {
                            let message = format!("上传“{}”", wanted.name);
                            return Err(Problem::invalid_field(
                                format!("/materials/{key}"),
                                "material_missing",
                                message,
                            ));
                        }
                        let handing_in = Step::with(Action::Upload, key, &wanted.name);
                        // The grant may leave out this material though it allows supplying.
                        casework.stands(tx.conn(), owner.id, &loaded.row, &handing_in).await?;
                        casework.record_step(tx, &owner, &loaded.row, &standing, &handing_in).await?;
                        let found = platform::files::find(tx.conn(), files).await?;
                        let row = casework.material_row_of(
                            &loaded,
                            key,
                            "upload",
                            files,
                            &found,
                            Some(owner.id),
                            round::PROMISED,
                        )?;
                        put_material(tx, row).await?;
                        store::supplied(tx.conn(), (id, key.as_str()), &actor.name, "upload", tx.now()).await?;
                        names.push(wanted.name.clone());
                    }
                    let mut change = Change::of(loaded.row, actor);
                    casework.came_in(&mut change, &names, supply.materials.keys().cloned().collect(), "网上补交")?;
                    casework.release(tx, &mut change).await?;
                    let row = change.save(&casework.platform, tx).await?;
                    casework.record_step(tx, &owner, &row, &standing, &step).await
                })
            })
            .await;
        self.noted_each(account, id, &doing, supplied).await
    }

    /// The counter takes what was promised, as paper or scanned.
    ///
    /// # Errors
    /// 422 for a material that was not promised; 409 before acceptance and after the end; 404 outside one's reach.
    pub async fn receive_tolerated(&self, caller: &Principal, id: Uuid, brought: ReceiveTolerated) -> Result<()> {
        if brought.materials.is_empty() {
            return Err(nothing());
        }
        let (casework, clerk) = (self.clone(), caller.clone());
        self.act(caller, id, brought.version, "case.tolerance_receive", move |tx, loaded, mut change| {
            Box::pin(async move {
                supplies(&loaded)?;
                let open = store::open_of(tx.conn(), id).await?;
                let (mut names, mut keys) = (Vec::new(), Vec::new());
                for one in &brought.materials {
                    let wanted = promised(&open, &one.key)?;
                    let found = platform::files::find(tx.conn(), &one.files).await?;
                    let mut row = casework.material_row_of(
                        &loaded,
                        &one.key,
                        "upload",
                        &one.files,
                        &found,
                        Some(clerk.id),
                        round::PROMISED,
                    )?;
                    // Paper in hand: the clerk has seen it, whatever channel the application came by.
                    row.handing = if one.files.is_empty() { "paper" } else { "scan" }.to_owned();
                    let handing = row.handing.clone();
                    put_material(tx, row).await?;
                    store::supplied(tx.conn(), (id, one.key.as_str()), &clerk.name, &handing, tx.now()).await?;
                    names.push(wanted.name.clone());
                    keys.push(one.key.clone());
                }
                casework.came_in(&mut change, &names, keys, "窗口收到")?;
                casework.release(tx, &mut change).await?;
                Ok(change)
            })
        })
        .await
    }

    /// Sends a supply back: what is wrong, and the days again.
    ///
    /// # Errors
    /// 422 without a reason or for a material that did not come; 409 once the case is decided.
    pub async fn return_tolerated(&self, caller: &Principal, id: Uuid, sent_back: ReturnTolerated) -> Result<()> {
        let why = sent_back.reason.trim().to_owned();
        if why.chars().count() < 4 {
            return Err(Problem::invalid_field("/reason", "required", "写明哪里不对、怎么补，申请人才能一次补齐"));
        }
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, sent_back.version, "case.tolerance_return", move |tx, loaded, mut change| {
            Box::pin(async move {
                if !examining(&loaded)? {
                    return Err(Problem::conflict("tolerance_over", "只有审查中的办件可以退回容缺材料。"));
                }
                let rows = store::of_case(tx.conn(), id).await?;
                let row = rows
                    .iter()
                    .find(|row| row.key == sent_back.key && row.state == SUPPLIED)
                    .ok_or_else(|| Problem::invalid_field("/key", "not_supplied", "这份材料还没有补交，不用退回"))?;
                let dates = super::dates(&calendar, tx.now(), row.days, row.grace_days)?;
                store::reopened(tx.conn(), (id, row.key.as_str()), &why, tx.now(), dates).await?;
                change.record(
                    &casework.platform,
                    EventKind::Document,
                    format!("退回容缺后补的“{}”：{why}", row.name),
                    json!({ "tolerance": "returned", "key": row.key, "reason": why }),
                )?;
                change.announce("case.tolerance_returned");
                Ok(change)
            })
        })
        .await
    }

    fn came_in(&self, change: &mut Change, names: &[String], keys: Vec<String>, how: &str) -> Result<()> {
        let names = names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join("、");
        change.record(
            &self.platform,
            EventKind::MaterialSignFor,
            format!("{how}容缺后补的{names}"),
            json!({ "tolerance": "supplied", "keys": keys }),
        )?;
        change.announce("case.tolerance_supplied");
        Ok(())
    }
}

fn examining(loaded: &Loaded) -> Result<bool> {
    Ok(matches!(loaded.state()?, State::Accepted | State::InReview | State::Special))
}
