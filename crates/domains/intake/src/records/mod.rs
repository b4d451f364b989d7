//! In-only and out-only cases 只进不出件, 只出不进件 (CASE-016).
//!
//! In-only: taken at the counter, handled elsewhere; what comes of it is written down, nothing is handed over here.
//! Out-only: a result received for a case taken elsewhere; only the hand-over happens here. Neither runs a flow or a
//! clock of ours, so neither is a case of casework: both count in volumes, none in times (docs/adr/0056).

pub mod acts;
pub mod http;
pub mod list;
pub(crate) mod store;

use platform::Problem;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecordKind)]
pub enum Kind {
    /// 只进不出件.
    #[default]
    InOnly,
    /// 只出不进件.
    OutOnly,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InOnly => "in_only",
            Self::OutOnly => "out_only",
        }
    }

    /// What people read, for a column value.
    pub(crate) fn label_of(text: &str) -> &'static str {
        if text == "in_only" { "只进不出件" } else { "只出不进件" }
    }

    /// Letter in its number.
    fn letter(self) -> char {
        match self {
            Self::InOnly => 'J',
            Self::OutOnly => 'C',
        }
    }
}

/// Where a record stands, and what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// In-only: taken at the counter.
    Taken,
    /// In-only: sent to where it is handled.
    Sent,
    /// In-only: the result is known. The end.
    Resulted,
    /// Out-only: the result lies here.
    Received,
    /// Out-only: handed over. The end.
    Delivered,
}

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Send,
    Result,
    Deliver,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Sent => "sent",
            Self::Resulted => "resulted",
            Self::Received => "received",
            Self::Delivered => "delivered",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Taken, Self::Sent, Self::Resulted, Self::Received, Self::Delivered]
            .into_iter()
            .find(|state| state.as_str() == text)
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Taken => "已收件",
            Self::Sent => "已转出",
            Self::Resulted => "已有结果",
            Self::Received => "待领取",
            Self::Delivered => "已领取",
        }
    }

    /// The state after a step.
    ///
    /// # Errors
    /// 409 when it can't follow.
    pub(crate) fn after(self, step: Step) -> Result<Self, Problem> {
        match (self, step) {
            (Self::Taken, Step::Send) => Ok(Self::Sent),
            (Self::Taken | Self::Sent, Step::Result) => Ok(Self::Resulted),
            (Self::Received, Step::Deliver) => Ok(Self::Delivered),
            _ => Err(Problem::conflict(
                "record_out_of_order",
                format!("“{}”的记录不能做这一步，请刷新后按最新的状态办理。", self.label()),
            )),
        }
    }
}

/// Where its approval result came to.
pub(crate) fn result_label(result: &str) -> &'static str {
    match result {
        "granted" => "准予",
        "refused" => "不予批准",
        _ => "",
    }
}

/// A record as people see it, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = IntakeRecord)]
pub struct RecordView {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Its number.
    pub number: String,
    /// `in_only` or `out_only`.
    pub kind: String,
    /// In words.
    pub kind_label: &'static str,
    /// `taken`, `sent`, `resulted`, `received`, `delivered`.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// Item.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Department.
    pub org_name: String,
    /// `person` or `enterprise`.
    pub applicant_kind: String,
    /// A person's name is masked.
    pub applicant_name: String,
    /// Masked; a credit code in full.
    pub id_masked: String,
    /// Masked.
    pub phone_masked: String,
    /// Which papers came with it.
    pub materials_note: String,
    /// Where it is handled, or was taken.
    pub elsewhere_name: String,
    /// Its number there.
    pub elsewhere_number: String,
    /// `granted`, `refused` or empty.
    pub result: String,
    /// In words.
    pub result_label: &'static str,
    /// Name of the result.
    pub result_name: String,
    /// Number of the result.
    pub result_number: String,
    /// Day of the decision.
    pub result_on: String,
    /// Who collected it; masked.
    pub receiver_name: String,
    /// When it was taken, or the result came.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub received_at: OffsetDateTime,
    /// When it was handed over.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub delivered_at: Option<OffsetDateTime>,
    /// Who took it.
    pub created_by_name: String,
    /// What the caller may do now: `send`, `result`, `deliver`.
    pub can: Vec<&'static str>,
}

/// One thing done with a record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = IntakeRecordStep)]
pub struct StepView {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who.
    pub by_name: String,
    /// What.
    pub text: String,
}

/// A record with what was done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeRecordWhole)]
pub struct RecordWhole {
    /// The record.
    pub record: RecordView,
    /// What was done, oldest first.
    pub steps: Vec<StepView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In-only ends with its result, out-only with its hand-over; neither takes the other's step.
    ///
    /// req: CASE-016
    #[test]
    fn each_kind_has_its_own_way() {
        assert_eq!(State::Taken.after(Step::Send).unwrap(), State::Sent);
        assert_eq!(State::Sent.after(Step::Result).unwrap(), State::Resulted);
        assert_eq!(State::Taken.after(Step::Result).unwrap(), State::Resulted);
        assert_eq!(State::Received.after(Step::Deliver).unwrap(), State::Delivered);
        for (state, step) in [
            (State::Taken, Step::Deliver),
            (State::Resulted, Step::Deliver),
            (State::Resulted, Step::Result),
            (State::Received, Step::Result),
            (State::Received, Step::Send),
            (State::Delivered, Step::Deliver),
        ] {
            assert_eq!(state.after(step).unwrap_err().code(), "record_out_of_order");
        }
    }
}
