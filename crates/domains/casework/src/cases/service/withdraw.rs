//! What an applicant can still do after submission: withdraw before the decision, change the delivery (CASE-009).

use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::acting::Step;
use super::change::Change;
use super::draft::update_form;
use super::special::reason;
use super::{Address, Casework, Delivery, fresh};
use crate::cases::model::EventKind;

/// Withdraws.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Withdraw {
    /// Version of the page.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Changes how the result is delivered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangeDelivery {
    /// Version of the page.
    pub version: i64,
    /// `electronic`, `self` or `post`.
    pub way: String,
    /// Where to, for post.
    pub address: Option<Address>,
}

impl Casework {
    /// Withdraws an own case before it is decided.
    ///
    /// # Errors
    /// 409 after the decision, 422 without a reason.
    pub async fn withdraw(&self, caller: &Principal, id: Uuid, withdraw: Withdraw) -> Result<()> {
        let why = reason("/reason", &withdraw.reason)?;
        let (account, step) = (caller.id, Step::new(Action::Withdraw));
        let doing = step.clone();
        let casework = self.clone();
        let caller = caller.clone();
        let withdrawn = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &caller, id, &step).await?;
                    fresh(&loaded.row, withdraw.version)?;
                    let mut change = Change::of(loaded.row.clone(), standing.actor(&caller));
                    change.record(
                        &casework.platform,
                        EventKind::Withdraw,
                        format!("{}撤回了申请：{why}", standing.subject()),
                        json!({ "reason": why }),
                    )?;
                    change.row.closing_reason = Some(why);
                    change.row.closed_at = Some(tx.now());
                    change.row.due_at = None;
                    casework.stop_examination(tx, &mut change, &loaded, "申请人撤回").await?;
                    change.announce("case.withdrawn");
                    let row = change.save(&casework.platform, tx).await?;
                    casework.record_step(tx, &caller, &row, &standing, &step).await
                })
            })
            .await;
        self.noted(account, id, &doing, withdrawn).await
    }

    /// Changes the delivery of an own case.
    ///
    /// # Errors
    /// 409 once it is delivered or ended, 422 for an incomplete address.
    pub async fn change_delivery(&self, caller: &Principal, id: Uuid, wanted: ChangeDelivery) -> Result<()> {
        let delivery = Delivery { way: wanted.way, address: wanted.address };
        check_delivery(&delivery)?;
        let (account, step) = (caller.id, Step::new(Action::ChangeDelivery));
        let doing = step.clone();
        let casework = self.clone();
        let caller = caller.clone();
        let changed = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &caller, id, &step).await?;
                    fresh(&loaded.row, wanted.version)?;
                    let mut form = casework.form_of(tx.conn(), id).await?;
                    form.delivery_sealed = casework.seal(&delivery, id, "delivery")?;
                    let mut change = Change::of(loaded.row, standing.actor(&caller));
                    change.record(
                        &casework.platform,
                        EventKind::DeliveryChange,
                        format!("领取方式改为：{}", delivery.label()),
                        json!({ "way": delivery.way }),
                    )?;
                    update_form(tx, form).await?;
                    let row = change.save(&casework.platform, tx).await?;
                    casework.record_step(tx, &caller, &row, &standing, &step).await
                })
            })
            .await;
        self.noted(account, id, &doing, changed).await
    }
}

/// A delivery that can be carried out.
pub(crate) fn check_delivery(delivery: &Delivery) -> Result<()> {
    let mut problems = Vec::new();
    super::judge::delivery_problems(delivery, &mut |_, pointer: String, code: &str, message: String| {
        problems.push(platform::web::problem::FieldProblem::new(pointer, code, message));
    });
    if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
}
