//! States of a fee and of an order, and what may follow what. Pure.

use platform::web::problem::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a fee stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeeState {
    /// 待核价: computed, nobody has looked at it.
    ToReview,
    /// 待缴费.
    Due,
    /// 已缴费.
    Paid,
    /// 免缴: reviewed, nothing to pay.
    Waived,
    /// 退费中.
    Refunding,
    /// 已退费.
    Refunded,
    /// 已取消: the case ended before it was paid.
    Cancelled,
}

impl FeeState {
    /// All, in the order of the work.
    pub const ALL: [Self; 7] =
        [Self::ToReview, Self::Due, Self::Paid, Self::Waived, Self::Refunding, Self::Refunded, Self::Cancelled];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToReview => "to_review",
            Self::Due => "due",
            Self::Paid => "paid",
            Self::Waived => "waived",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a column value.
    ///
    /// # Errors
    /// Internal problem for an unknown one.
    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Problem::internal(format!("a fee in the state {text}")))
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToReview => "待核价",
            Self::Due => "待缴费",
            Self::Paid => "已缴费",
            Self::Waived => "免缴",
            Self::Refunding => "退费中",
            Self::Refunded => "已退费",
            Self::Cancelled => "已取消",
        }
    }

    /// The state after a review of the amount; what was given back may be asked for anew.
    ///
    /// # Errors
    /// 409 once it is paid or ended.
    pub fn reviewed(self, amount_fen: i64) -> Result<Self> {
        match self {
            Self::ToReview | Self::Due | Self::Waived | Self::Refunded => {
                Ok(if amount_fen == 0 { Self::Waived } else { Self::Due })
            }
            Self::Paid => Err(Problem::conflict("fee_paid", "这笔费用已经缴了，不能再改金额。")
                .detail("收多了的，先退费，再重新核价。")),
            Self::Refunding => Err(Problem::conflict("fee_refunding", "这笔费用正在退，退到账以后再核价。")),
            Self::Cancelled => Err(cancelled()),
        }
    }

    /// The state after a payment.
    ///
    /// # Errors
    /// 409 when nothing is to be paid.
    pub fn paid(self) -> Result<Self> {
        match self {
            Self::Due => Ok(Self::Paid),
            Self::ToReview => Err(Problem::conflict("fee_not_reviewed", "金额还没有核定，现在不用缴。核定后通知您。")),
            Self::Paid | Self::Refunding => Err(Problem::conflict("fee_paid", "这笔费用已经缴过了，不用再缴。")),
            Self::Waived => Err(Problem::conflict("fee_waived", "这件免缴费用，不用缴。")),
            Self::Refunded => Err(Problem::conflict("fee_refunded", "这笔费用已经退了。还要缴的，请窗口重新核价。")),
            Self::Cancelled => Err(cancelled()),
        }
    }

    /// The state once somebody decided to give the money back.
    ///
    /// # Errors
    /// 409 unless it is paid.
    pub fn refunding(self) -> Result<Self> {
        match self {
            Self::Paid => Ok(Self::Refunding),
            Self::Refunding => Err(Problem::conflict("fee_refunding", "这笔费用已经在退了，请等支付平台的结果。")),
            Self::Refunded => Err(Problem::conflict("fee_refunded", "这笔费用已经退过了。")),
            _ => Err(Problem::conflict("fee_not_paid", "没有缴过的费用不用退。")),
        }
    }
}

fn cancelled() -> Problem {
    Problem::conflict("fee_cancelled", "办件已经结束，这笔费用取消了，不用缴。")
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// 待支付.
    Created,
    /// 已支付.
    Paid,
    /// 已取消.
    Cancelled,
    /// 取消后到账: to be given back.
    Late,
    /// 退款中.
    Refunding,
    /// 已退款.
    Refunded,
}

/// What a confirmation of the payment platform comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// The order is paid now.
    Takes,
    /// It was told before: nothing to do.
    Repeats,
    /// The order was cancelled meanwhile: the money goes back.
    ComesLate,
}

impl OrderState {
    const ALL: [Self; 6] = [Self::Created, Self::Paid, Self::Cancelled, Self::Late, Self::Refunding, Self::Refunded];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Late => "late",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
        }
    }

    /// Reads a column value.
    ///
    /// # Errors
    /// Internal problem for an unknown one.
    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Problem::internal(format!("an order in the state {text}")))
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Created => "待支付",
            Self::Paid => "已支付",
            Self::Cancelled => "已取消",
            Self::Late => "取消后到账，待退款",
            Self::Refunding => "退款中",
            Self::Refunded => "已退款",
        }
    }

    /// What it means when the payment platform says it was paid.
    pub fn confirmed(self) -> Confirmation {
        match self {
            Self::Created => Confirmation::Takes,
            Self::Cancelled => Confirmation::ComesLate,
            Self::Paid | Self::Late | Self::Refunding | Self::Refunded => Confirmation::Repeats,
        }
    }
}

/// An amount as people read it: `80.00 元`.
pub fn yuan(fen: i64) -> String {
    format!("{} 元", base::money::Fen(fen).plain())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-026
    #[test]
    fn what_is_paid_is_paid_once_and_what_is_given_back_may_be_asked_for_anew() {
        use FeeState as S;
        assert_eq!(S::ToReview.reviewed(8000).unwrap(), S::Due);
        assert_eq!(S::ToReview.reviewed(0).unwrap(), S::Waived);
        assert_eq!(S::Due.paid().unwrap(), S::Paid);
        for (state, code) in [
            (S::ToReview, "fee_not_reviewed"),
            (S::Paid, "fee_paid"),
            (S::Waived, "fee_waived"),
            (S::Cancelled, "fee_cancelled"),
        ] {
            assert_eq!(state.paid().unwrap_err().code(), code);
        }
        assert_eq!(S::Paid.reviewed(1).unwrap_err().code(), "fee_paid");
        assert_eq!(S::Paid.refunding().unwrap(), S::Refunding);
        assert_eq!(S::Due.refunding().unwrap_err().code(), "fee_not_paid");
        assert_eq!(S::Refunded.reviewed(500).unwrap(), S::Due);
        assert!(S::ALL.iter().all(|state| S::parse(state.as_str()).unwrap() == *state));
    }

    /// req: CASE-026
    #[test]
    fn a_confirmation_told_twice_is_one_and_one_after_the_cancelling_comes_late() {
        assert_eq!(OrderState::Created.confirmed(), Confirmation::Takes);
        assert_eq!(OrderState::Paid.confirmed(), Confirmation::Repeats);
        assert_eq!(OrderState::Cancelled.confirmed(), Confirmation::ComesLate);
        assert_eq!(OrderState::Late.confirmed(), Confirmation::Repeats);
        assert!(OrderState::ALL.iter().all(|state| OrderState::parse(state.as_str()).unwrap() == *state));
    }
}
