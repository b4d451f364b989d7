//! Review of the amount 核价: what the rules give, or what the clerk gives a reason for; the payment notice.

use casework::cases::service::change::Actor;
use platform::web::guard::Allowed;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::end::cancel_orders;
use super::views::FeeView;
use super::{announce, detail, fresh};
use crate::Fulfilment;
use crate::fees::compute::{self, Line};
use crate::fees::model::FeeState;
use crate::fees::{FEE_DUE, store};
use crate::permissions::ReviewFees;

/// Largest amount of one line, fen.
const MOST: i64 = 100_000_000_000;
/// Longest reason.
const REASON: usize = 500;

/// The clerk's word on the amount.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = FeeReview)]
pub struct Review {
    /// Version of the fee.
    pub version: i64,
    /// Reductions the clerk has seen the ground of, by name.
    #[serde(default)]
    pub reductions: Vec<String>,
    /// Amounts that differ from the rules; the others stay as computed.
    #[serde(default)]
    pub amounts: Vec<LineAmount>,
    /// Why they differ.
    #[serde(default)]
    pub reason: String,
}

/// The amount of one line.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = FeeLineAmount)]
pub struct LineAmount {
    /// Name of the fee.
    pub name: String,
    /// Fen.
    pub amount_fen: i64,
}

/// Puts the clerk's amounts over the computed ones.
fn settled(mut lines: Vec<Line>, review: &Review) -> Result<Vec<Line>> {
    let mut problems = Vec::new();
    for (at, wanted) in review.amounts.iter().enumerate() {
        match lines.iter_mut().find(|line| line.name == wanted.name) {
            None => problems.push(FieldProblem::new(
                format!("/amounts/{at}/name"),
                "unknown_fee",
                format!("这件没有“{}”这个收费项目", wanted.name),
            )),
            Some(_) if !(0..=MOST).contains(&wanted.amount_fen) => problems.push(FieldProblem::new(
                format!("/amounts/{at}/amount_fen"),
                "amount",
                "金额不小于 0，最多 10 亿元",
            )),
            Some(line) => line.amount_fen = wanted.amount_fen,
        }
    }
    let reason = review.reason.trim().chars().count();
    let changed = lines.iter().any(|line| line.amount_fen != line.computed_fen);
    if changed && reason < 2 {
        let message = "金额和系统算的不一样，写明改动的理由";
        problems.push(FieldProblem::new("/reason", "required", message));
    }
    if reason > REASON {
        problems.push(FieldProblem::new("/reason", "length", format!("理由最多 {REASON} 字")));
    }
    for line in lines.iter().filter(|line| line.standard_fen.is_none()) {
        if !review.amounts.iter().any(|one| one.name == line.name) {
            let message = format!("“{}”系统算不出来，请按标准填写金额", line.name);
            problems.push(FieldProblem::new("/amounts", "required", message));
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(Problem::invalid(problems)) }
}

impl Fulfilment {
    /// Settles the amount and issues the payment notice; an open order for another amount is stopped.
    ///
    /// # Authorisation
    /// `fee.review`; a case outside the caller's reach is 404.
    ///
    /// # Errors
    /// 404, 409 for an old page or once it is paid, 422 naming what is missing.
    ///
    /// req: CASE-026
    pub async fn review_fee(&self, caller: &Allowed<ReviewFees>, case: Uuid, review: Review) -> Result<FeeView> {
        let facts = self.casework.facts_for(caller, case).await?;
        let fees = facts.item.item.fees.clone();
        let offered = compute::offered(&fees);
        if let Some(at) = review.reductions.iter().position(|name| !offered.iter().any(|one| one.name == *name)) {
            let message = "没有这种减免，或者它由系统自动判断";
            return Err(Problem::invalid_field(format!("/reductions/{at}"), "option", message));
        }
        let lines = self.fee_lines(case, &fees, &review.reductions).await?;
        let computed: i64 = lines.iter().map(|line| line.computed_fen).sum();
        let lines = settled(lines, &review)?;
        let (domain, who) = (self.clone(), (**caller).clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let mut row = fresh(tx, case, review.version).await?;
                    let amount = compute::total(&lines);
                    let state = row.state()?.reviewed(amount)?;
                    row.state = state.as_str().to_owned();
                    row.lines = serde_json::to_value(&lines)?;
                    row.computed_fen = computed;
                    row.amount_fen = amount;
                    let reason = review.reason.trim();
                    row.review_reason = (!reason.is_empty()).then(|| reason.to_owned());
                    row.reviewed_by = Some(who.name.clone());
                    row.reviewed_at = Some(tx.now());
                    row.notice_id = None;
                    row.notice_number = None;
                    let mut records = cancel_orders(&domain, tx, row.id).await?;
                    records.push(detail(&row, &lines));
                    let made = domain.casework.record_beside(tx, case, Actor::of(&who), "fee.review", records).await?;
                    if let Some(notice) = made.into_iter().flatten().next_back() {
                        row.notice_id = Some(notice.id);
                        row.notice_number = notice.number;
                    }
                    if state == FeeState::Due {
                        announce(&domain.platform, tx, FEE_DUE, &row);
                    }
                    store::save(tx.conn(), row, tx.now()).await
                })
            })
            .await?;
        self.fee_of(caller, case).await
    }
}
