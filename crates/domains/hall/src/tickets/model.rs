//! States of a ticket, and the ticket as staff see it.

use platform::{Problem, Result};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 等候.
    Waiting,
    /// 已叫号.
    Called,
    /// 接待中.
    Serving,
    /// 挂起: the visitor fetches something and comes back.
    Held,
    /// 过号: called, nobody came.
    Missed,
    /// 转到别的窗口, waiting there.
    Transferred,
    /// 办完.
    Done,
    /// 作废.
    Cancelled,
}

const ALL: [State; 8] = [
    State::Waiting,
    State::Called,
    State::Serving,
    State::Held,
    State::Missed,
    State::Transferred,
    State::Done,
    State::Cancelled,
];

impl State {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Called => "called",
            Self::Serving => "serving",
            Self::Held => "held",
            Self::Missed => "missed",
            Self::Transferred => "transferred",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<Self> {
        ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等候",
            Self::Called => "已叫号",
            Self::Serving => "接待中",
            Self::Held => "挂起",
            Self::Missed => "过号",
            Self::Transferred => "转窗口",
            Self::Done => "办完",
            Self::Cancelled => "作废",
        }
    }

    /// What people read, for a column value.
    pub(crate) fn label_of(text: &str) -> &'static str {
        Self::parse(text).map_or("", Self::label)
    }

    /// Whether nothing more is expected of it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }

    /// Whether it has to name the window.
    pub fn at_window(self) -> bool {
        matches!(self, Self::Called | Self::Serving)
    }

    /// The state after a clerk takes the visitor over. Whoever missed the call and comes late is served all the same.
    ///
    /// # Errors
    /// 409 before the call and after the end.
    pub fn taken(self) -> Result<Self> {
        match self {
            Self::Called | Self::Serving | Self::Held | Self::Missed => Ok(Self::Serving),
            Self::Waiting | Self::Transferred => {
                Err(Problem::conflict("ticket_not_called", "这个号还没有叫到，请先在叫号器上叫号。"))
            }
            Self::Done | Self::Cancelled => Err(over()),
        }
    }

    /// The state after the clerk is done with the visitor.
    ///
    /// # Errors
    /// 409 for one nobody looks after.
    pub fn finished(self) -> Result<Self> {
        match self {
            Self::Called | Self::Serving | Self::Held | Self::Missed => Ok(Self::Done),
            Self::Waiting | Self::Transferred => {
                Err(Problem::conflict("ticket_not_called", "这个号还没有叫到，不能办完。"))
            }
            Self::Done | Self::Cancelled => Err(over()),
        }
    }
}

fn over() -> Problem {
    Problem::conflict("ticket_over", "这个号已经办完了。群众还有别的事，请重新取号，或者手工登记一个号。")
}

/// A case taken in for the visitor.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketCase {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
}

/// A ticket as staff see it, the visitor masked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Ticket {
    /// Id.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Number on it.
    pub number: String,
    /// Hall.
    pub hall_key: String,
    /// Its name.
    pub hall_name: String,
    /// `waiting`, `called`, `serving`, `held`, `missed`, `transferred`, `done`, `cancelled`.
    pub state: String,
    /// In words.
    pub state_label: &'static str,
    /// What it is for, in the queue system's words.
    pub business: String,
    /// Item, when the queue system names one that is offered.
    pub item_slug: Option<String>,
    /// Its name; empty without one.
    pub item_name: String,
    /// Window.
    pub window_key: Option<String>,
    /// Number and sign of the window; empty before the call.
    pub window_name: String,
    /// Visitor, masked; empty when not known.
    pub visitor_name: String,
    /// Whether name and number of the visitor are known.
    pub identified: bool,
    /// Whether elderly, disabled or other visitors to be served first.
    pub priority: bool,
    /// `queue` or `manual`.
    pub source: &'static str,
    /// The queue system, or 手工登记.
    pub source_name: String,
    /// How often it was called.
    pub calls: i64,
    /// When it was drawn.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub ticketed_at: OffsetDateTime,
    /// When it was called last.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub called_at: Option<OffsetDateTime>,
    /// When the visitor was done, or the ticket was given up.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<OffsetDateTime>,
    /// Who looks after the visitor; empty before.
    pub taken_by_name: String,
    /// Cases that came of it.
    pub cases: Vec<TicketCase>,
    /// What the caller may do now: `take`, `finish`.
    pub can: Vec<&'static str>,
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketStep {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// State from then on.
    pub state_label: &'static str,
    /// Window; empty without one.
    pub window_name: String,
    /// What happened.
    pub text: String,
}

/// A ticket with what happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketWhole {
    /// The ticket.
    pub ticket: Ticket,
    /// What happened, oldest first.
    pub steps: Vec<TicketStep>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only whoever was called is taken over and finished; whoever missed the call may come late, and nothing follows
    /// the end.
    ///
    /// req: CASE-011, HALL-028
    #[test]
    fn only_whoever_was_called_is_served() {
        for state in ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            let served = matches!(state, State::Called | State::Serving | State::Held | State::Missed);
            assert_eq!(state.taken().is_ok(), served, "{state:?}");
            assert_eq!(state.finished().is_ok(), served, "{state:?}");
            if state.is_over() {
                assert_eq!(state.taken().unwrap_err().code(), "ticket_over");
            }
        }
        assert_eq!(State::parse("gone"), None);
    }
}
