//! A request for a proof: its states, what is asked for, what is shown of it.

use platform::files::FileRef;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// State of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProofState)]
pub enum State {
    /// Asked, not answered.
    Open,
    /// The paper is there; whoever asked has not taken it over.
    Answered,
    /// Taken over.
    Received,
    /// The body said no.
    Refused,
    /// Taken back by who asked.
    Withdrawn,
}

impl State {
    pub(super) const ALL: [Self; 5] = [Self::Open, Self::Answered, Self::Received, Self::Refused, Self::Withdrawn];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Problem::internal(format!("a proof request has state {text}")))
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Open => "等对方答复",
            Self::Answered => "已出具，待收下",
            Self::Received => "已收下",
            Self::Refused => "对方不能出具",
            Self::Withdrawn => "已撤回",
        }
    }

    /// What may follow.
    ///
    /// # Errors
    /// 409 when it may not.
    pub(super) fn then(self, next: Self) -> Result<Self> {
        match (self, next) {
            (Self::Open, Self::Answered | Self::Refused | Self::Withdrawn) | (Self::Answered, Self::Received) => {
                Ok(next)
            }
            _ => Err(Problem::conflict(
                "proof_not_open",
                format!("这次调证现在是“{}”，不能这样办。请刷新后再看。", self.label()),
            )),
        }
    }
}

/// Which requests.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ProofFilter {
    /// `asked`: by the own side; `received`: of the own body.
    pub side: Option<String>,
    /// Part of the proof's name, of a case number or of a purpose, or a holder's whole number.
    pub q: Option<String>,
    /// State, or `late` for open ones after their day.
    pub state: Option<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A proof asked for, masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ProofRequest)]
pub struct ProofView {
    /// Id.
    pub id: Uuid,
    /// Version.
    pub version: i64,
    /// Kind.
    pub kind: String,
    /// Name of the proof.
    pub name: String,
    /// Holder, masked.
    pub holder_name: String,
    /// `person` or `enterprise`.
    pub holder_kind: String,
    /// Number, masked.
    pub holder_number: String,
    /// What for.
    pub purpose: String,
    /// Case it is for.
    pub case_id: Option<Uuid>,
    /// Its number.
    pub case_number: String,
    /// Its item.
    pub item_name: String,
    /// Material that takes it.
    pub material_key: String,
    /// Its name.
    pub material_name: String,
    /// Body that asked.
    pub org_name: String,
    /// Who asked.
    pub asked_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: OffsetDateTime,
    /// Body that is asked.
    pub to_org_name: String,
    /// Last day, `YYYY-MM-DD`.
    pub due_on: String,
    /// Days left; negative after the last day; absent when nothing is waited for.
    pub days_left: Option<i64>,
    /// State.
    pub state: State,
    /// In words.
    pub state_label: &'static str,
    /// Why it was refused or withdrawn, or the note with the answer.
    pub reason: String,
    /// Who answered.
    pub answered_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answered_at: Option<OffsetDateTime>,
    /// The paper that came.
    pub file: Option<FileRef>,
    /// Its last day.
    pub valid_until: Option<String>,
    /// Who received or withdrew.
    pub ended_by_name: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// Whether the caller may answer.
    pub may_answer: bool,
    /// Whether the caller may withdraw or receive.
    pub may_end: bool,
}

/// Asks for a proof.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewProof {
    /// Kind.
    pub kind: String,
    /// Body.
    pub to_org_id: Uuid,
    /// What for; 4 to 200 characters.
    pub purpose: String,
    /// Last day, `YYYY-MM-DD`.
    pub due_on: String,
    /// Case it is for; then the holder is its applicant.
    #[serde(default)]
    pub case_id: Option<Uuid>,
    /// Material of the case that takes it.
    #[serde(default)]
    pub material_key: String,
    /// `person` or `enterprise`, without a case.
    #[serde(default)]
    pub holder_kind: String,
    /// Holder's name, without a case.
    #[serde(default)]
    pub holder_name: String,
    /// Holder's whole number, without a case.
    #[serde(default)]
    pub number: String,
}

/// Answers with a paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AnswerProof {
    /// Version of the page.
    pub version: i64,
    /// File, uploaded before.
    pub file: Uuid,
    /// Last day of the paper; empty for none.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// Note.
    #[serde(default)]
    pub note: String,
}

/// Refuses or withdraws.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EndProof {
    /// Version of the page.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// Takes a paper over.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ReceiveProof {
    /// Version of the page.
    pub version: i64,
    /// Material of the case that takes it; as asked when absent, none when empty.
    #[serde(default)]
    pub material_key: Option<String>,
}

/// Sees whose proof it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RevealProof {
    /// Why; 4 to 1000 characters, logged.
    pub reason: String,
}

/// Whose proof it is, raw.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofHolder {
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request is answered once, received after that, and taken back only while nobody has answered.
    ///
    /// req: CASE-045
    #[test]
    fn a_request_goes_one_way() {
        assert!(State::Open.then(State::Answered).is_ok() && State::Open.then(State::Withdrawn).is_ok());
        assert!(State::Answered.then(State::Received).is_ok());
        for (from, to) in [
            (State::Open, State::Received),
            (State::Answered, State::Withdrawn),
            (State::Answered, State::Answered),
            (State::Refused, State::Answered),
            (State::Withdrawn, State::Answered),
            (State::Received, State::Received),
        ] {
            assert_eq!(from.then(to).unwrap_err().code(), "proof_not_open");
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()).unwrap(), state);
        }
    }
}
