//! What can be done with a fee, one file per act.

pub mod assess;
pub mod confirm;
pub mod end;
pub mod lists;
pub mod pay;
pub mod reconcile;
pub mod refund;
pub mod review;
pub mod tell;
pub mod views;

use casework::cases::model::EventKind;
use casework::cases::service::beside::{NewPaper, Record};
use platform::work::outbox::Event;
use platform::{Platform, Problem, Result, Tx};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::compute::Line;
use super::model::{OrderState, yuan};
use super::store::{self, fee, order};

/// Tries when the case is changed by somebody at the same moment.
pub(crate) const TRIES: usize = 4;

/// The fee of a case, read in a command, as the page knew it.
///
/// # Errors
/// 404 without one, 409 for an old page.
pub(crate) async fn fresh(tx: &Tx, case: Uuid, version: i64) -> Result<fee::Model> {
    let row = store::of_case(tx.conn(), case).await?.ok_or_else(no_fee)?;
    if row.version == version { Ok(row) } else { Err(Problem::stale()) }
}

pub(crate) fn no_fee() -> Problem {
    Problem::not_found("这件没有收费。")
}

/// 收费明细 of the standard, with the payment notice when money is wanted.
pub(crate) fn detail(row: &fee::Model, lines: &[Line]) -> Record {
    let fees: Vec<Value> = lines.iter().map(|one| json!({ "name": one.name, "amount_fen": one.amount_fen })).collect();
    let text = if row.amount_fen == 0 {
        "已核价，免缴费用".to_owned()
    } else {
        format!("收费 {} 项，共 {}", lines.len(), yuan(row.amount_fen))
    };
    Record {
        kind: EventKind::FeeDetail,
        text,
        data: json!({ "fees": fees, "total_fen": row.amount_fen, "reason": row.review_reason }),
        paper: (row.amount_fen > 0).then(|| NewPaper {
            key: "payment-notice",
            title: "缴费通知书",
            series: Some("缴"),
            more: fee_words(row, lines),
        }),
    }
}

/// 收费订单 of the standard.
pub(crate) fn order_event(order: &order::Model, paper: Option<NewPaper>) -> Result<Record> {
    let (state, label) = match OrderState::parse(&order.state)? {
        OrderState::Created => ("created", "待缴费"),
        OrderState::Paid => ("paid", "已缴费"),
        OrderState::Cancelled => ("cancelled", "已取消"),
        OrderState::Late => ("paid", "取消后到账，将原路退回"),
        OrderState::Refunding => ("paid", "正在退费"),
        OrderState::Refunded => ("refunded", "已退费"),
    };
    Ok(Record {
        kind: EventKind::FeeOrder,
        text: format!("收费订单 {}，{}，{label}", order.number, yuan(order.amount_fen)),
        data: json!({ "order_number": order.number, "amount_fen": order.amount_fen, "state": state, "way": order.way }),
        paper,
    })
}

/// What the papers of a fee say.
pub(crate) fn fee_words(row: &fee::Model, lines: &[Line]) -> Map<String, Value> {
    let charged: Vec<Value> = lines
        .iter()
        .map(|one| {
            json!({
                "name": one.name,
                "standard": one.standard,
                "reductions": one.reductions.iter().map(|less| &less.name).collect::<Vec<_>>(),
                "amount_fen": one.amount_fen,
            })
        })
        .collect();
    let mut more = Map::new();
    more.insert("basis".into(), json!(row.basis));
    more.insert("lines".into(), Value::Array(charged));
    more.insert("total_fen".into(), json!(row.amount_fen));
    more
}

/// The receipt for a payment.
pub(crate) fn receipt(row: &fee::Model, lines: &[Line]) -> NewPaper {
    let mut more = fee_words(row, lines);
    more.insert("way".into(), json!(views::way_label(row.way.as_deref())));
    more.insert("receipt_number".into(), json!(row.receipt_number));
    more.insert("paid_on".into(), json!(row.paid_at.map(|at| base::zone::china_date(at).to_string())));
    NewPaper { key: "payment-receipt", title: "缴费凭证", series: Some("收"), more }
}

/// Tells whoever listens.
pub(crate) fn announce(platform: &Platform, tx: &Tx, topic: &'static str, row: &fee::Model) {
    tx.publish(Event {
        id: platform.new_id(),
        topic,
        subject: format!("case:{}:{}", row.org_id, row.case_id),
        payload: json!({
            "topic": topic,
            "case_id": row.case_id,
            "fee_id": row.id,
            "amount_fen": row.amount_fen,
            "version": row.version,
        }),
    });
}

/// The id in a job's payload.
pub(crate) fn id_of(payload: &Value, key: &str) -> Result<Uuid> {
    Ok(serde_json::from_value(payload.get(key).cloned().unwrap_or(Value::Null))?)
}
