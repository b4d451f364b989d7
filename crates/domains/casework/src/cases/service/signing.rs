//! Signing a step by hand (CASE-038): the handler's own signature and opinion, drawn on a phone, go with his word.
//!
//! Whose drawings exist and which of them are switched on is known above; casework asks by [`Handwriting`] and keeps the
//! file with the task. What was signed stays signed: switching a signature off later changes no case. The event of the
//! case tells the digests of the drawings, so that the chain vouches for them too.

use async_trait::async_trait;
use platform::web::guard::Principal;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::{Value, json};

use super::Casework;
use crate::cases::store::{self, task};

/// Something somebody drew, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// A signature.
    Signature(Uuid),
    /// An opinion.
    Opinion(Uuid),
}

/// Knows what staff have drawn.
#[async_trait]
pub trait Handwriting: Send + Sync {
    /// File of a drawing that is this person's own and in use.
    ///
    /// # Errors
    /// When the database refuses.
    async fn file(&self, staff: Uuid, drawing: Drawing) -> Result<Option<Uuid>>;
}

/// Nobody has drawn anything.
pub struct NoHandwriting;

#[async_trait]
impl Handwriting for NoHandwriting {
    async fn file(&self, _: Uuid, _: Drawing) -> Result<Option<Uuid>> {
        Ok(None)
    }
}

/// What goes with a handler's word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signed {
    signature: Option<(Uuid, String)>,
    opinion: Option<(Uuid, String)>,
}

impl Signed {
    /// The event's data with the digests of what was drawn.
    pub(crate) fn told_in(&self, mut data: Value) -> Value {
        for (name, drawn) in [("signature", &self.signature), ("written_opinion", &self.opinion)] {
            if let (Some((file, digest)), Some(data)) = (drawn, data.as_object_mut()) {
                data.insert(name.to_owned(), json!({ "file": file, "sm3": digest }));
            }
        }
        data
    }
}

impl Casework {
    /// Finds what the caller signs with.
    ///
    /// # Errors
    /// 422 for another person's drawing, or one that is switched off or deleted.
    pub(crate) async fn signed(
        &self,
        caller: &Principal,
        signature: Option<Uuid>,
        opinion: Option<Uuid>,
    ) -> Result<Signed> {
        let refused = |pointer: &str, message: &str| Problem::invalid_field(pointer, "not_yours", message);
        let mut signed = Signed::default();
        if let Some(id) = signature {
            let found = self.drawn(caller.id, Drawing::Signature(id)).await?;
            let message = "这个签名没有启用，或者已经删除。到“我的签名”里启用一个再签批";
            signed.signature = Some(found.ok_or_else(|| refused("/signature", message))?);
        }
        if let Some(id) = opinion {
            let found = self.drawn(caller.id, Drawing::Opinion(id)).await?;
            let message = "这条手写意见已经删除，请重新写一条";
            signed.opinion = Some(found.ok_or_else(|| refused("/written_opinion", message))?);
        }
        Ok(signed)
    }

    async fn drawn(&self, staff: Uuid, drawing: Drawing) -> Result<Option<(Uuid, String)>> {
        let Some(file) = self.handwriting.file(staff, drawing).await? else { return Ok(None) };
        let Some(picture) = self.picture(&file.to_string()).await? else { return Ok(None) };
        Ok(Some((file, base::encoding::to_hex(&base::crypto::sm3(&picture)))))
    }
}

/// Keeps the drawings with the task.
pub(crate) async fn keep(tx: &Tx, task_id: Uuid, signed: &Signed) -> Result<()> {
    let file = |drawn: &Option<(Uuid, String)>| drawn.as_ref().map(|(file, _)| *file);
    let (signature, opinion) = (file(&signed.signature), file(&signed.opinion));
    if signature.is_none() && opinion.is_none() {
        return Ok(());
    }
    task::Entity::update_many()
        .col_expr(task::Column::SignatureFile, Expr::value(signature))
        .col_expr(task::Column::OpinionFile, Expr::value(opinion))
        .filter(task::Column::Id.eq(task_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What was written by hand on the way to the decision, in the order of the steps, for its document.
pub(crate) async fn signatures(tx: &Tx, id: Uuid) -> Result<Vec<Value>> {
    let mut told = Vec::new();
    for task in store::tasks(tx.conn(), id).await? {
        let day = task.done_at.map(|at| base::zone::china_date(at).to_string());
        if let Some(file) = task.opinion_file {
            told.push(json!({ "label": format!("{}意见", task.name), "file": file, "tall": true }));
        }
        if let Some(file) = task.signature_file {
            let who = task.done_by_name.unwrap_or_default();
            told.push(json!({ "label": format!("{}（{who}）", task.name), "file": file, "day": day }));
        }
    }
    Ok(told)
}
