//! Giving money back: a decision with a reason, then the payment platform; a bank's refund is noted.

use casework::cases::service::change::Actor;
use platform::web::guard::Allowed;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::end::again_when_stale;
use super::views::FeeView;
use super::{announce, fresh, id_of, order_event};
use crate::Fulfilment;
use crate::fees::model::{FeeState, OrderState};
use crate::fees::store::{self, order};
use crate::fees::{FEE_REFUNDED, RefundAsk};
use crate::permissions::RefundFees;

/// Job that gives the money of an order back.
pub const JOB: &str = "fulfilment.refund_order";

/// Gives back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = FeeRefund)]
pub struct Refund {
    /// Version of the fee.
    pub version: i64,
    /// Why.
    pub reason: String,
    /// For a payment at a bank: number of the bank's refund slip.
    #[serde(default)]
    pub refund_number: String,
}

impl Fulfilment {
    /// Gives a payment back by the way it came.
    ///
    /// # Authorisation
    /// `fee.refund`; a case outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page, an unpaid fee or a result handed over, 422 without a reason.
    ///
    /// req: CASE-026
    pub async fn refund_fee(&self, caller: &Allowed<RefundFees>, case: Uuid, refund: Refund) -> Result<FeeView> {
        let facts = self.casework.facts_for(caller, case).await?;
        if facts.delivered_at.is_some() {
            return Err(Problem::conflict("result_delivered", "结果已经发放，不能退费。"));
        }
        let reason = refund.reason.trim().to_owned();
        if !(2..=200).contains(&reason.chars().count()) {
            return Err(Problem::invalid_field("/reason", "required", "写明退费的理由，2 到 200 字"));
        }
        let slip = refund.refund_number.trim().to_owned();
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = fresh(tx, case, refund.version).await?;
                    row.state = row.state()?.refunding()?.as_str().to_owned();
                    row.refund_reason = Some(reason.clone());
                    row.refund_due = false;
                    let orders = store::orders(tx.conn(), row.id).await?;
                    let paid = orders.into_iter().rev().find(|one| one.state == OrderState::Paid.as_str());
                    let mut order = paid.ok_or_else(|| Problem::internal("a paid fee without its order"))?;
                    let read = order.state.clone();
                    let detail = json!({ "reason": reason, "amount_fen": order.amount_fen, "way": order.way });
                    tx.audit(Line::by(&who, domain.platform.new_id(), "fee.refund", format!("case:{case}"), detail));
                    if order.way == "bank" {
                        if slip.is_empty() || slip.chars().count() > 40 {
                            let message = "银行缴的费由银行退，填写银行退款单的号码，最多 40 位";
                            return Err(Problem::invalid_field("/refund_number", "required", message));
                        }
                        order.state = OrderState::Refunded.as_str().to_owned();
                        order.closed_at = Some(tx.now());
                        row.state = FeeState::Refunded.as_str().to_owned();
                        row.refund_number = Some(slip);
                        row.refunded_at = Some(tx.now());
                        let record = order_event(&order, None)?;
                        domain.casework.record_beside(tx, case, Actor::of(&who), "fee.refund", vec![record]).await?;
                        announce(&domain.platform, tx, FEE_REFUNDED, &row);
                    } else {
                        order.state = OrderState::Refunding.as_str().to_owned();
                        tx.enqueue(NewJob {
                            id: domain.platform.new_id(),
                            kind: JOB,
                            payload: json!({ "order_id": order.id }),
                            run_at: None,
                            key: Some(format!("{JOB}:{}", order.id)),
                        });
                    }
                    store::save_order(tx.conn(), order, &read).await?;
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        self.fee_of(caller, case).await
    }

    /// Gives the money of an order back through the payment platform: of a fee somebody decided about,
    /// or of an order that was paid after it was cancelled. The platform pays back once for a number.
    ///
    /// # Errors
    /// 503 when it does not answer: tried again; 409 when it refuses for good: final and visible.
    pub async fn refund_job(&self, payload: Value) -> Result<()> {
        let id = id_of(&payload, "order_id")?;
        let Some(order) = order::Entity::find_by_id(id).one(self.platform.db.read()).await? else { return Ok(()) };
        let state = OrderState::parse(&order.state)?;
        if !matches!(state, OrderState::Late | OrderState::Refunding) {
            return Ok(());
        }
        let row = store::of_case(self.platform.db.read(), order.case_id).await?;
        let reason = row.and_then(|row| row.refund_reason).filter(|_| state == OrderState::Refunding);
        let refund_number = format!("T{}", order.number);
        let ask = RefundAsk {
            number: order.number.clone(),
            refund_number: refund_number.clone(),
            amount_fen: order.amount_fen,
            reason: reason.unwrap_or_else(|| "订单取消后到账，原路退回".to_owned()),
        };
        if let Err(problem) = self.payments.refund(&ask).await {
            let text = problem.title().to_owned();
            self.note_order_error(id, text).await?;
            return Err(problem);
        }
        let domain = self.clone();
        let done = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut order) = order::Entity::find_by_id(id).one(tx.conn()).await? else { return Ok(()) };
                    let read = std::mem::replace(&mut order.state, OrderState::Refunded.as_str().to_owned());
                    if read == order.state {
                        return Ok(());
                    }
                    order.closed_at = Some(tx.now());
                    order.error = None;
                    let record = order_event(&order, None)?;
                    domain
                        .casework
                        .record_beside(tx, order.case_id, Actor::system(), "fee.refund", vec![record])
                        .await?;
                    let row = store::of_case(tx.conn(), order.case_id).await?;
                    if let Some(mut row) = row.filter(|_| read == OrderState::Refunding.as_str()) {
                        row.state = FeeState::Refunded.as_str().to_owned();
                        row.refund_number = Some(refund_number);
                        row.refunded_at = Some(tx.now());
                        announce(&domain.platform, tx, FEE_REFUNDED, &row);
                        store::save(tx.conn(), row, tx.now()).await?;
                    }
                    store::save_order(tx.conn(), order, &read).await
                })
            })
            .await;
        again_when_stale(done)
    }

    async fn note_order_error(&self, id: Uuid, text: String) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    order::Entity::update_many()
                        .col_expr(order::Column::Error, Expr::value(Some(text)))
                        .filter(order::Column::Id.eq(id))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
