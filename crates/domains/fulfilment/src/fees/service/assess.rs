//! Computing what a case costs, once it is accepted.

use casework::cases::model::State;
use casework::cases::service::beside::CaseFacts;
use catalogue::items::model::Fees;
use platform::web::guard::Allowed;
use platform::{Problem, Result};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{id_of, views::FeeView};
use crate::Fulfilment;
use crate::fees::compute::{self, Line};
use crate::fees::model::FeeState;
use crate::fees::store::{self, fee};
use crate::permissions::ReviewFees;

/// The job behind `case.accepted`.
pub const JOB: &str = "fulfilment.assess_fee";

impl Fulfilment {
    /// Computes the fee of an accepted case whose item charges; twice makes one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn assess_job(&self, payload: Value) -> Result<()> {
        let Some(case) = self.casework.facts(id_of(&payload, "case_id")?).await? else { return Ok(()) };
        if case.item.item.fees.charge && !has_ended(case.state) {
            self.assess(&case).await?;
        }
        Ok(())
    }

    /// The same by hand, for a case accepted before its item charged by rules.
    ///
    /// # Authorisation
    /// `fee.review`; a case outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 when the item charges nothing or the case is not accepted.
    pub async fn assess_fee(&self, caller: &Allowed<ReviewFees>, case: Uuid) -> Result<FeeView> {
        let facts = self.casework.facts_for(caller, case).await?;
        if !facts.item.item.fees.charge {
            return Err(Problem::conflict("fee_free", "这个事项不收费。"));
        }
        if facts.state.is_intake() || has_ended(facts.state) {
            return Err(Problem::conflict("fee_not_now", format!("“{}”的办件不用核价。", facts.state.label())));
        }
        self.assess(&facts).await?;
        self.fee_of(caller, case).await
    }

    async fn assess(&self, case: &CaseFacts) -> Result<()> {
        if store::of_case(self.platform.db.read(), case.id).await?.is_some() {
            return Ok(());
        }
        let fees = &case.item.item.fees;
        let lines = self.fee_lines(case.id, fees, &[]).await?;
        let total = compute::total(&lines);
        let now = self.platform.now();
        let row = fee::Model {
            id: self.platform.new_id(),
            case_id: case.id,
            version: 1,
            case_number: case.case_number.clone(),
            item_slug: case.item_slug.clone(),
            item_name: case.item_name.clone(),
            org_id: case.org_id,
            taken_at: case.taken_at,
            account_id: case.account_id,
            applicant_name: case.applicant_name.clone(),
            state: FeeState::ToReview.as_str().to_owned(),
            basis: fees.basis.clone().unwrap_or_default(),
            lines: serde_json::to_value(&lines)?,
            computed_fen: total,
            amount_fen: total,
            review_reason: None,
            reviewed_by: None,
            reviewed_at: None,
            notice_id: None,
            notice_number: None,
            way: None,
            paid_at: None,
            receipt_number: None,
            receipt_id: None,
            confirmed_by: None,
            refund_due: false,
            refund_reason: None,
            refund_number: None,
            refunded_at: None,
            invoice_code: None,
            invoice_number: None,
            invoiced_by: None,
            invoiced_at: None,
            created_at: now,
            updated_at: now,
        };
        let made =
            self.platform.db.write(now, move |tx| Box::pin(async move { store::insert(tx.conn(), row).await })).await;
        match made {
            Ok(()) => Ok(()),
            // Job and clerk at once: the other one has made it.
            Err(problem) if store::of_case(self.platform.db.read(), case.id).await?.is_some() => {
                tracing::debug!(cause = %problem, "a fee was computed twice at once");
                Ok(())
            }
            Err(problem) => Err(problem),
        }
    }

    /// The lines of a case by the rules of its item.
    pub(crate) async fn fee_lines(&self, case: Uuid, fees: &Fees, granted: &[String]) -> Result<Vec<Line>> {
        let context: Map<String, Value> = self.casework.feel_context(case).await?;
        let feel = self.casework.design.expressions();
        Ok(compute::lines(fees, granted, &|text: &str| match feel.value(text, &context) {
            Ok(value) => value,
            Err(error) => {
                tracing::warn!(%case, expression = text, cause = error, "a fee could not be worked out");
                Value::Null
            }
        }))
    }
}

fn has_ended(state: State) -> bool {
    matches!(state, State::NotAccepted | State::Withdrawn | State::Voided)
}
