//! Before acceptance: pre-review, acceptance, refusal to accept (CASE-010, CASE-012).

use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::change::{Actor, Change};
use super::documents::DocumentKind;
use super::draft::handed;
use super::external::message::carried;
use super::{Casework, Loaded, fresh, reach};
use crate::cases::clock;
use crate::cases::model::{Closing, EventKind};
use crate::cases::store::{self, task};

/// Pre-review.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PreReview {
    /// Version of the page.
    pub version: i64,
    /// `pass` or `refuse`.
    pub result: String,
    /// Note; the reason when refused.
    #[serde(default)]
    pub note: String,
}

/// Acceptance.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Accept {
    /// Version of the page.
    pub version: i64,
    /// Note.
    #[serde(default)]
    pub note: String,
    /// Materials that may follow (容缺).
    #[serde(default)]
    pub tolerated: Vec<String>,
}

/// Refusal to accept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NotAccept {
    /// Version of the page.
    pub version: i64,
    /// Why, and where to instead.
    pub reason: String,
}

impl Casework {
    /// Pre-reviews an application.
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason for a refusal.
    pub async fn pre_review(&self, caller: &Principal, id: Uuid, review: PreReview) -> Result<()> {
        if review.result == "refuse" {
            return self.not_accept(caller, id, NotAccept { version: review.version, reason: review.note }).await;
        }
        if review.result != "pass" {
            return Err(Problem::invalid_field("/result", "option", "选择预审结果：通过，或不予受理"));
        }
        let casework = self.clone();
        self.act(caller, id, review.version, "case.pre_review", move |tx, loaded, mut change| {
            Box::pin(async move {
                let _ = (tx, loaded);
                let text =
                    if review.note.trim().is_empty() { "材料看过，可以受理".to_owned() } else { review.note };
                change.record(&casework.platform, EventKind::PreReview, text, json!({ "result": "1" }))?;
                change.announce("case.pre_reviewed");
                Ok(change)
            })
        })
        .await
    }

    /// Accepts: numbered notice, clocks start, the item's flow begins.
    ///
    /// # Errors
    /// 409 out of order or without a calendar; 422 when a tolerated material may not be left out.
    pub async fn accept(&self, caller: &Principal, id: Uuid, accept: Accept) -> Result<()> {
        let casework = self.clone();
        let calendar = self.calendars.current().await?;
        self.act(caller, id, accept.version, "case.accept", move |tx, loaded, mut change| {
            Box::pin(async move {
                let materials = store::materials(tx.conn(), id).await?;
                let missing = casework.check_tolerated(tx, &loaded, &materials, &accept.tolerated).await?;
                if loaded.row.corrected {
                    change.record(&casework.platform, EventKind::CorrectionReceive, "收到补正，内容齐了", json!({}))?;
                }
                change.row.accepted_at = Some(tx.now());
                let around = store::around(tx.conn(), id).await?;
                clock::set_due(&mut change.row, &loaded.item.item, &around, &calendar, tx.now())?;
                let document = casework
                    .document(&change.row, &loaded.item, DocumentKind::Acceptance, Some(tx), Map::new())
                    .await?;
                let mut text = "已受理".to_owned();
                if !missing.is_empty() {
                    let names = missing.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、");
                    text = format!("主要材料齐全，容缺受理；{names}约定后补");
                }
                if !accept.note.trim().is_empty() {
                    text = format!("{text}。{}", accept.note.trim());
                }
                change.record(
                    &casework.platform,
                    EventKind::Accept,
                    text,
                    json!({
                        "document_id": document.id,
                        "number": document.number,
                        "tolerated": missing.iter().map(|(key, _)| key).collect::<Vec<_>>(),
                    }),
                )?;
                close_tasks(tx, id, "intake", caller_of(&change), "accepted", &accept.note).await?;
                casework.keep_document(tx, document).await?;
                if !missing.is_empty() {
                    casework.promise_later(tx, &mut change, &loaded, &missing).await?;
                }
                casework.moment_notices(tx, &mut change, &loaded, crate::papers::PaperMoment::Accepted).await?;
                casework.start_flow(tx, &mut change, &loaded).await?;
                change.announce("case.accepted");
                Ok(change)
            })
        })
        .await
    }

    /// Tells once, in writing, what is promised, until when and what follows from lateness (CASE-013).
    async fn promise_later(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        missing: &[(String, String)],
    ) -> Result<()> {
        let words = self.promise(tx, &change.row, &loaded.item.item, missing).await?;
        let more = object(json!({ "tolerance": words }));
        let document = self.document(&change.row, &loaded.item, DocumentKind::Tolerance, Some(tx), more).await?;
        change.record(
            &self.platform,
            EventKind::Document,
            format!("出具{}", document.name),
            json!({ "document_id": document.id, "number": document.number }),
        )?;
        self.keep_document(tx, document).await?;
        change.announce("case.tolerance_promised");
        Ok(())
    }

    /// Only tolerable materials may be missing at acceptance (CASE-013); returns their keys and names.
    async fn check_tolerated(
        &self,
        tx: &Tx,
        loaded: &Loaded,
        materials: &[store::case_material::Model],
        tolerated: &[String],
    ) -> Result<Vec<(String, String)>> {
        let form = self.form_of(tx.conn(), loaded.row.id).await?;
        let situations = serde_json::from_value(form.situations)?;
        let resolution = catalogue::items::resolve::resolve(
            &loaded.item.item,
            self.design.expressions(),
            &loaded.row.handle_item,
            &situations,
            &Default::default(),
        );
        let mut names = Vec::new();
        for material in resolution.materials.iter().filter(|material| material.needed && !material.generated) {
            let one = handed(materials, &material.key);
            let there = one.has_files
                || matches!(one.handing.as_str(), "licence" | "paper" | "window")
                || material.necessity == "2";
            if there {
                continue;
            }
            let may_follow = material.necessity == "3" && loaded.item.item.tolerance.supported;
            let promised = one.handing == "later" || tolerated.contains(&material.key);
            if !may_follow || !promised {
                return Err(Problem::invalid_field(
                    format!("/materials/{}", material.key),
                    "material_missing",
                    format!("“{}”还没有交。能后补的请勾选容缺，不能后补的请发补正告知。", material.name),
                ));
            }
            names.push((material.key.clone(), material.name.clone()));
        }
        Ok(names)
    }

    /// Refuses to accept, in writing, with the reason and the remedies.
    ///
    /// # Errors
    /// 409 out of order, 422 without a reason.
    pub async fn not_accept(&self, caller: &Principal, id: Uuid, refusal: NotAccept) -> Result<()> {
        if refusal.reason.trim().chars().count() < 5 {
            return Err(Problem::invalid_field("/reason", "required", "写明不予受理的理由，并告诉申请人可以去哪里办"));
        }
        let casework = self.clone();
        self.act(caller, id, refusal.version, "case.not_accept", move |tx, loaded, mut change| {
            Box::pin(async move {
                let more = object(json!({ "reasons": [refusal.reason.trim()] }));
                let document =
                    casework.document(&change.row, &loaded.item, DocumentKind::NotAccepted, Some(tx), more).await?;
                change.record(
                    &casework.platform,
                    EventKind::NotAccept,
                    refusal.reason.trim().to_owned(),
                    json!({ "document_id": document.id, "number": document.number }),
                )?;
                change.row.due_at = None;
                change.row.paused_left = None;
                change.row.closed_at = Some(tx.now());
                change.row.closing = Some(Closing::Returned.as_str().to_owned());
                change.row.closing_reason = Some(refusal.reason.trim().to_owned());
                change.row.step_name = String::new();
                close_tasks(tx, id, "intake", caller_of(&change), "not_accepted", &refusal.reason).await?;
                casework.keep_document(tx, document).await?;
                change.announce("case.not_accepted");
                Ok(change)
            })
        })
        .await
    }

    /// One staff act on a case: reach, freshness, the act, audit, saved in one transaction.
    pub(crate) async fn act<F>(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        permission: &'static str,
        act: F,
    ) -> Result<()>
    where
        F: for<'t> FnOnce(&'t Tx, Loaded, Change) -> futures::future::BoxFuture<'t, Result<Change>> + Send + 'static,
    {
        self.act_within(caller, id, version, (permission, false), act).await
    }

    /// The same on a task of a case: a task that names the caller opens the case for him, wherever it belongs.
    pub(crate) async fn act_on_task<F>(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        permission: &'static str,
        act: F,
    ) -> Result<()>
    where
        F: for<'t> FnOnce(&'t Tx, Loaded, Change) -> futures::future::BoxFuture<'t, Result<Change>> + Send + 'static,
    {
        self.act_within(caller, id, version, (permission, true), act).await
    }

    /// On the heap: a case's acts meet in handlers and messages, whose stack would hold them all.
    fn act_within<F>(
        &self,
        caller: &Principal,
        id: Uuid,
        version: i64,
        (permission, on_task): (&'static str, bool),
        act: F,
    ) -> futures::future::BoxFuture<'_, Result<()>>
    where
        F: for<'t> FnOnce(&'t Tx, Loaded, Change) -> futures::future::BoxFuture<'t, Result<Change>> + Send + 'static,
    {
        let casework = self.clone();
        let caller = caller.clone();
        // Read here: the writer runs the command in a task of its own.
        let carried = carried();
        Box::pin(async move {
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        let loaded = casework.load(tx, id).await?;
                        if on_task {
                            casework.reaches(tx.conn(), &caller, &loaded.row).await?;
                        } else {
                            reach(&caller, &loaded.row)?;
                        }
                        fresh(&loaded.row, version)?;
                        let mut change = Change::of(loaded.row.clone(), Actor::of(&caller));
                        if let Some(carried) = &carried {
                            change.carry(carried.origin());
                        }
                        let change = act(tx, loaded, change).await?;
                        let change = change.named(permission);
                        let row = change.save(&casework.platform, tx).await?;
                        if let Some(carried) = &carried {
                            carried.keep(tx, &row).await?;
                        }
                        Ok(())
                    })
                })
                .await
        })
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(crate) fn caller_of(change: &Change) -> Actor {
    change.actor().clone()
}

/// Ends the open tasks of a stage.
pub(crate) async fn close_tasks(
    tx: &Tx,
    case: Uuid,
    stage: &str,
    by: Actor,
    outcome: &str,
    opinion: &str,
) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("done"))
        .col_expr(task::Column::DoneAt, Expr::value(Some(tx.now())))
        .col_expr(task::Column::DoneBy, Expr::value(by.id))
        .col_expr(task::Column::DoneByName, Expr::value(Some(by.name)))
        .col_expr(task::Column::Outcome, Expr::value(Some(outcome)))
        .col_expr(task::Column::Opinion, Expr::value(Some(opinion)))
        .filter(task::Column::CaseId.eq(case))
        .filter(task::Column::Stage.eq(stage))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Withdraws every open task of a case.
pub(crate) async fn cancel_tasks(tx: &Tx, case: Uuid) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::State, Expr::value("cancelled"))
        .filter(task::Column::CaseId.eq(case))
        .filter(task::Column::State.eq("open"))
        .exec(tx.conn())
        .await?;
    Ok(())
}
