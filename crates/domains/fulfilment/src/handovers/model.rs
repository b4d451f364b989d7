//! States of a hand-over, and what may follow what. Pure.

use platform::web::problem::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandOverState {
    /// 待签出: listed, still with the sender.
    Prepared,
    /// 待签收: signed out.
    Sent,
    /// 已签收.
    Received,
    /// 签收有缺: signed in, but pieces are missing.
    Missing,
    /// 已取消.
    Cancelled,
}

impl HandOverState {
    /// All, in the order of the way.
    pub const ALL: [Self; 5] = [Self::Prepared, Self::Sent, Self::Received, Self::Missing, Self::Cancelled];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Missing => "missing",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a column value.
    ///
    /// # Errors
    /// Internal problem for an unknown one.
    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Problem::internal(format!("a hand-over in the state {text}")))
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Prepared => "待签出",
            Self::Sent => "待签收",
            Self::Received => "已签收",
            Self::Missing => "签收有缺",
            Self::Cancelled => "已取消",
        }
    }

    /// Signing out.
    ///
    /// # Errors
    /// 409 unless it is still with the sender.
    pub fn sent(self) -> Result<Self> {
        match self {
            Self::Prepared => Ok(Self::Sent),
            other => Err(Problem::conflict("hand_over_state", format!("这份交接单{}，不用再签出。", other.label()))),
        }
    }

    /// Signing in; what was missing may come later and is signed in again.
    ///
    /// # Errors
    /// 409 unless it is on the way or incomplete.
    pub fn signed_in(self, complete: bool) -> Result<Self> {
        match self {
            Self::Sent | Self::Missing => Ok(if complete { Self::Received } else { Self::Missing }),
            Self::Prepared => {
                Err(Problem::conflict("hand_over_not_sent", "对方还没有签出，不能签收。请对方先扫码签出。"))
            }
            other => Err(Problem::conflict("hand_over_state", format!("这份交接单{}，不用再签收。", other.label()))),
        }
    }

    /// Calling it off.
    ///
    /// # Errors
    /// 409 once it was signed out.
    pub fn called_off(self) -> Result<Self> {
        match self {
            Self::Prepared => Ok(Self::Cancelled),
            other => Err(Problem::conflict("hand_over_state", format!("这份交接单{}，不能取消。", other.label()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-024
    #[test]
    fn paper_is_signed_out_before_it_is_signed_in_and_what_was_missing_may_follow() {
        use HandOverState as S;
        assert_eq!(S::Prepared.sent().unwrap(), S::Sent);
        assert_eq!(S::Prepared.signed_in(true).unwrap_err().code(), "hand_over_not_sent");
        assert_eq!(S::Sent.signed_in(false).unwrap(), S::Missing);
        assert_eq!(S::Missing.signed_in(true).unwrap(), S::Received);
        assert!(S::Received.signed_in(true).is_err() && S::Sent.sent().is_err() && S::Sent.called_off().is_err());
        assert!(S::ALL.iter().all(|state| S::parse(state.as_str()).unwrap() == *state));
    }
}
