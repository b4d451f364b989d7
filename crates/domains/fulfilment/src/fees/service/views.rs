//! What pages show of a fee.

use catalogue::items::model::FeeReduction;
use platform::web::guard::{Allowed, Principal};
use platform::{Problem, Result};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Fulfilment;
use crate::fees::compute::{self, Line};
use crate::fees::model::{FeeState, OrderState};
use crate::fees::store::{self, fee, order};
use crate::permissions::PayMyFee;

/// The fee of a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FeeView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Where it stands.
    pub state: FeeState,
    /// The same in words.
    pub state_label: &'static str,
    /// Law or rule the fee rests on.
    pub basis: String,
    /// Line by line.
    pub lines: Vec<Line>,
    /// What the rules give, fen.
    pub computed_fen: i64,
    /// What is charged, fen.
    pub amount_fen: i64,
    /// Whether the decision waits for the payment; otherwise the delivery does.
    pub before_decision: bool,
    /// Reductions a clerk may grant.
    pub offered: Vec<FeeReduction>,
    /// Why the amount differs from the rules.
    pub review_reason: Option<String>,
    /// Who reviewed it.
    pub reviewed_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reviewed_at: Option<OffsetDateTime>,
    /// Payment notice: document of the case.
    pub notice_id: Option<Uuid>,
    /// Its number.
    pub notice_number: Option<String>,
    /// 网上缴费 or 银行缴费.
    pub way_label: Option<&'static str>,
    /// When it was paid.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<OffsetDateTime>,
    /// Number of the payment or of the bank's receipt.
    pub receipt_number: Option<String>,
    /// Receipt: document of the case.
    pub receipt_id: Option<Uuid>,
    /// Who confirmed it at the window.
    pub confirmed_by: Option<String>,
    /// The case ended without a positive result after it was paid: decide about giving it back.
    pub refund_due: bool,
    /// Why it was given back.
    pub refund_reason: Option<String>,
    /// Number of the refund.
    pub refund_number: Option<String>,
    /// When it was given back.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub refunded_at: Option<OffsetDateTime>,
    /// Code of the invoice.
    pub invoice_code: Option<String>,
    /// Number of the invoice.
    pub invoice_number: Option<String>,
    /// When it was noted.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub invoiced_at: Option<OffsetDateTime>,
    /// Tries to pay, oldest first; staff only.
    pub orders: Vec<OrderView>,
    /// Whether one can pay online.
    pub online: bool,
}

/// One try to pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FeeOrderView)]
pub struct OrderView {
    /// Order number.
    pub number: String,
    /// 网上缴费 or 银行缴费.
    pub way_label: &'static str,
    /// Fen.
    pub amount_fen: i64,
    /// Where it stands.
    pub state: OrderState,
    /// The same in words.
    pub state_label: &'static str,
    /// What the payment platform said last, when it failed.
    pub error: Option<String>,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: OffsetDateTime,
    /// When it was paid.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub paid_at: Option<OffsetDateTime>,
}

/// The fee of a case, or that there is none.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseFee {
    /// Whether the item charges at all.
    pub charges: bool,
    /// The fee; absent when the item is free or it was not computed yet.
    pub fee: Option<FeeView>,
}

pub(crate) fn way_label(way: Option<&str>) -> &'static str {
    match way {
        Some("bank") => "银行缴费",
        _ => "网上缴费",
    }
}

impl OrderView {
    fn new(row: order::Model) -> Result<Self> {
        let state = OrderState::parse(&row.state)?;
        Ok(Self {
            number: row.number,
            way_label: way_label(Some(&row.way)),
            amount_fen: row.amount_fen,
            state,
            state_label: state.label(),
            error: row.error,
            created_at: row.created_at,
            paid_at: row.paid_at,
        })
    }
}

impl Fulfilment {
    /// The fee of a case in the caller's reach.
    ///
    /// # Errors
    /// 404 outside the reach.
    pub async fn case_fee(&self, caller: &Principal, case: Uuid) -> Result<CaseFee> {
        let facts = self.casework.facts_for(caller, case).await?;
        let charges = facts.item.item.fees.charge;
        let Some(row) = store::of_case(self.platform.db.read(), case).await? else {
            return Ok(CaseFee { charges, fee: None });
        };
        let orders = store::orders(self.platform.db.read(), row.id).await?;
        let fees = &facts.item.item.fees;
        let offered = compute::offered(fees).into_iter().cloned().collect();
        let mut view = self.fee_view(row, fees.before_decision())?;
        view.offered = offered;
        view.orders = orders.into_iter().map(OrderView::new).collect::<Result<_>>()?;
        Ok(CaseFee { charges, fee: Some(view) })
    }

    pub(crate) async fn fee_of(&self, caller: &Principal, case: Uuid) -> Result<FeeView> {
        self.case_fee(caller, case).await?.fee.ok_or_else(|| Problem::internal("a fee vanished"))
    }

    /// The fee of an own case; nothing while the amount is still being reviewed but that it is.
    ///
    /// # Authorisation
    /// `my_fee.pay`; another's case is 404.
    ///
    /// # Errors
    /// 404.
    pub async fn my_fee(&self, caller: &Allowed<PayMyFee>, case: Uuid) -> Result<CaseFee> {
        let facts = self.casework.facts_of_mine(caller, case).await?;
        let fees = &facts.item.item.fees;
        let Some(row) = store::of_case(self.platform.db.read(), case).await? else {
            return Ok(CaseFee { charges: fees.charge, fee: None });
        };
        let mut view = self.fee_view(row, fees.before_decision())?;
        // Who reviewed and confirmed is the office's own business.
        view.reviewed_by = None;
        view.confirmed_by = None;
        Ok(CaseFee { charges: fees.charge, fee: Some(view) })
    }

    fn fee_view(&self, row: fee::Model, before_decision: bool) -> Result<FeeView> {
        let state = row.state()?;
        Ok(FeeView {
            lines: row.lines()?,
            id: row.id,
            version: row.version,
            state,
            state_label: state.label(),
            basis: row.basis,
            computed_fen: row.computed_fen,
            amount_fen: row.amount_fen,
            before_decision,
            offered: Vec::new(),
            review_reason: row.review_reason,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
            notice_id: row.notice_id,
            notice_number: row.notice_number,
            way_label: row.way.as_deref().map(|way| way_label(Some(way))),
            paid_at: row.paid_at,
            receipt_number: row.receipt_number,
            receipt_id: row.receipt_id,
            confirmed_by: row.confirmed_by,
            refund_due: row.refund_due,
            refund_reason: row.refund_reason,
            refund_number: row.refund_number,
            refunded_at: row.refunded_at,
            invoice_code: row.invoice_code,
            invoice_number: row.invoice_number,
            invoiced_at: row.invoiced_at,
            orders: Vec::new(),
            online: self.payments.is_on(),
        })
    }
}
