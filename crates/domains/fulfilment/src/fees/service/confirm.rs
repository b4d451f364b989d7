//! A payment is there: the payment platform says so, or the window has seen the bank's receipt.

use casework::cases::service::change::Actor;
use platform::web::guard::Allowed;
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use platform::{Problem, Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::end::cancel_orders;
use super::views::FeeView;
use super::{TRIES, announce, fresh, order_event, receipt, refund};
use crate::Fulfilment;
use crate::fees::model::{Confirmation, FeeState, OrderState};
use crate::fees::store::{self, fee, order};
use crate::fees::{FEE_PAID, store::receipt_used};
use crate::permissions::ConfirmFees;

/// What the payment platform says of an order.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PaymentNotice {
    /// Our order number.
    pub number: String,
    /// Number over there.
    pub provider_number: String,
    /// Fen.
    pub amount_fen: i64,
    /// `paid`.
    pub state: String,
}

/// What became of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentTaken {
    /// `paid`, `repeated`, or `late`: the order was cancelled, the money goes back.
    pub result: &'static str,
}

/// A payment at a bank, with its receipt.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct BankPayment {
    /// Version of the fee.
    pub version: i64,
    /// Number of the bank's receipt.
    pub receipt_number: String,
}

/// The invoice that was given out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = FeeInvoice)]
pub struct Invoice {
    /// Version of the fee.
    pub version: i64,
    /// Code 票据代码.
    pub code: String,
    /// Number 票据号码.
    pub number: String,
}

/// A number as it stands on a paper: letters, digits and hyphens.
fn paper_number(pointer: &str, label: &str, text: &str, most: usize) -> Result<String> {
    let text = text.trim();
    let good =
        (1..=most).contains(&text.chars().count()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if good {
        return Ok(text.to_owned());
    }
    Err(Problem::invalid_field(pointer, "number", format!("{label}只有字母、数字和连字符，最多 {most} 位")))
}

impl Fulfilment {
    /// Takes a confirmation of the payment platform; told twice it counts once, told after the order was
    /// cancelled the money goes back.
    ///
    /// # Errors
    /// 404 for an unknown order, 422 for another amount or state: nothing is booked.
    ///
    /// req: CASE-026
    pub async fn confirm_online(&self, notice: PaymentNotice) -> Result<PaymentTaken> {
        if notice.state != "paid" {
            return Err(Problem::invalid_field("/state", "option", "只接收已支付（paid）的通知"));
        }
        let mut last = Problem::stale();
        for _ in 0..TRIES {
            let (domain, notice) = (self.clone(), notice.clone());
            let done = self
                .platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move { domain.take_confirmation(tx, &notice).await })
                })
                .await;
            match done {
                // Somebody changed the case at the same moment: look again.
                Err(problem) if problem.code() == "stale_version" => last = problem,
                done => return done,
            }
        }
        Err(last)
    }

    async fn take_confirmation(&self, tx: &Tx, notice: &PaymentNotice) -> Result<PaymentTaken> {
        let order = store::order_by_number(tx.conn(), &notice.number).await?;
        let mut order = order.ok_or_else(|| Problem::not_found("没有这个订单。"))?;
        if order.amount_fen != notice.amount_fen {
            let message = format!("订单金额是 {} 分，通知的是 {} 分", order.amount_fen, notice.amount_fen);
            return Err(Problem::invalid_field("/amount_fen", "amount_differs", message));
        }
        let read = order.state.clone();
        let confirmation = OrderState::parse(&read)?.confirmed();
        if confirmation == Confirmation::Repeats {
            return Ok(PaymentTaken { result: "repeated" });
        }
        order.provider_number = Some(notice.provider_number.clone());
        order.paid_at = Some(tx.now());
        let row = store::of_case(tx.conn(), order.case_id).await?;
        let row = row.ok_or_else(|| Problem::internal("an order without its fee"))?;
        // An open order whose fee needs no money any more has come late too.
        if confirmation == Confirmation::ComesLate || row.state()? != FeeState::Due {
            order.state = OrderState::Late.as_str().to_owned();
            tx.enqueue(NewJob {
                id: self.platform.new_id(),
                kind: refund::JOB,
                payload: json!({ "order_id": order.id }),
                run_at: None,
                key: Some(format!("{}:{}", refund::JOB, order.id)),
            });
            let record = order_event(&order, None)?;
            let case = order.case_id;
            store::save_order(tx.conn(), order, &read).await?;
            self.casework.record_beside(tx, case, Actor::system(), "fee.confirm", vec![record]).await?;
            return Ok(PaymentTaken { result: "late" });
        }
        order.state = OrderState::Paid.as_str().to_owned();
        let number = notice.provider_number.clone();
        self.book(tx, row, order.clone(), number, None, Actor::system()).await?;
        store::save_order(tx.conn(), order, &read).await?;
        Ok(PaymentTaken { result: "paid" })
    }

    /// The fee is paid by an order: receipt, event, announcement.
    async fn book(
        &self,
        tx: &Tx,
        mut row: fee::Model,
        order: order::Model,
        receipt_number: String,
        confirmed_by: Option<String>,
        actor: Actor,
    ) -> Result<()> {
        row.state = row.state()?.paid()?.as_str().to_owned();
        row.way = Some(order.way.clone());
        row.paid_at = Some(tx.now());
        row.receipt_number = Some(receipt_number);
        row.confirmed_by = confirmed_by;
        row.refund_reason = None;
        row.refund_number = None;
        row.refunded_at = None;
        let paper = receipt(&row, &row.lines()?);
        let record = order_event(&order, Some(paper))?;
        let made = self.casework.record_beside(tx, row.case_id, actor, "fee.confirm", vec![record]).await?;
        row.receipt_id = made.into_iter().flatten().next().map(|one| one.id);
        announce(&self.platform, tx, FEE_PAID, &row);
        store::save(tx.conn(), row, tx.now()).await
    }

    /// The window has the bank's receipt in hand. Open orders are stopped.
    ///
    /// # Authorisation
    /// `fee.confirm`; a case outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page, when nothing is to be paid, or for a receipt used before; 422.
    ///
    /// req: CASE-026
    pub async fn confirm_bank(&self, caller: &Allowed<ConfirmFees>, case: Uuid, paid: BankPayment) -> Result<FeeView> {
        self.casework.facts_for(caller, case).await?;
        let number = paper_number("/receipt_number", "回单号", &paid.receipt_number, 40)?;
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = fresh(tx, case, paid.version).await?;
                    row.state()?.paid()?;
                    if receipt_used(tx.conn(), &number, row.id).await? {
                        return Err(Problem::conflict(
                            "receipt_used",
                            "这张回单已经用来缴过另一件的费用，请核对回单号。",
                        ));
                    }
                    let stopped = cancel_orders(&domain, tx, row.id).await?;
                    if !stopped.is_empty() {
                        domain.casework.record_beside(tx, case, Actor::of(&who), "fee.confirm", stopped).await?;
                    }
                    let id = domain.platform.new_id();
                    let mut order = domain.new_order(tx, &row, id, "bank", OrderState::Paid).await?;
                    order.paid_at = Some(tx.now());
                    order.provider_number = Some(number.clone());
                    store::insert_order(tx.conn(), order.clone()).await?;
                    domain.book(tx, row, order, number, Some(who.name.clone()), Actor::of(&who)).await
                })
            })
            .await?;
        self.fee_of(caller, case).await
    }

    /// Notes the invoice that was given out.
    ///
    /// # Authorisation
    /// `fee.confirm`; a case outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page or an unpaid fee, 422.
    pub async fn invoice_fee(&self, caller: &Allowed<ConfirmFees>, case: Uuid, invoice: Invoice) -> Result<FeeView> {
        self.casework.facts_for(caller, case).await?;
        let code = paper_number("/code", "票据代码", &invoice.code, 20)?;
        let number = paper_number("/number", "票据号码", &invoice.number, 20)?;
        let (platform, who) = (self.platform.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = fresh(tx, case, invoice.version).await?;
                    if row.state()? != FeeState::Paid {
                        return Err(Problem::conflict("fee_not_paid", "缴了费才能开票。"));
                    }
                    let detail = json!({ "code": code, "number": number, "before": row.invoice_number });
                    tx.audit(Line::by(&who, platform.new_id(), "fee.invoice", format!("case:{case}"), detail));
                    row.invoice_code = Some(code);
                    row.invoice_number = Some(number);
                    row.invoiced_by = Some(who.name.clone());
                    row.invoiced_at = Some(tx.now());
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        self.fee_of(caller, case).await
    }
}
