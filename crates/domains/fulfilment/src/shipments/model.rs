//! States of a shipment, and what may follow what. Pure.

use platform::web::problem::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a shipment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShipmentState {
    /// 下单中: wanted, not taken by the courier yet.
    Ordering,
    /// 下单失败: refused, or tried too often; somebody has to look.
    Failed,
    /// 待揽收: ordered, the courier comes to fetch it.
    Ordered,
    /// 已揽收.
    Collected,
    /// 运输中.
    OnTheWay,
    /// 已签收.
    Delivered,
    /// 已取消.
    Cancelled,
}

impl ShipmentState {
    /// All, in the order of the way.
    pub const ALL: [Self; 7] = [
        Self::Ordering,
        Self::Failed,
        Self::Ordered,
        Self::Collected,
        Self::OnTheWay,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ordering => "ordering",
            Self::Failed => "failed",
            Self::Ordered => "ordered",
            Self::Collected => "collected",
            Self::OnTheWay => "on_the_way",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a column value.
    ///
    /// # Errors
    /// Internal problem for an unknown one.
    pub fn parse(text: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| Problem::internal(format!("a shipment in the state {text}")))
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ordering => "下单中",
            Self::Failed => "下单失败",
            Self::Ordered => "待揽收",
            Self::Collected => "已揽收",
            Self::OnTheWay => "运输中",
            Self::Delivered => "已签收",
            Self::Cancelled => "已取消",
        }
    }

    /// Whether the courier has it, or is about to.
    pub fn is_moving(self) -> bool {
        matches!(self, Self::Ordered | Self::Collected | Self::OnTheWay)
    }

    /// Whether it stands in the way of another shipment of the same result.
    pub fn is_live(self) -> bool {
        self != Self::Cancelled
    }

    /// The state after what the courier says; never back, and what is over stays so.
    #[must_use]
    pub fn told(self, courier: &str) -> Self {
        let next = match courier {
            "created" => Self::Ordered,
            "collected" => Self::Collected,
            "on_the_way" => Self::OnTheWay,
            "delivered" => Self::Delivered,
            _ => return self,
        };
        let rank = |state: Self| Self::ALL.iter().position(|one| *one == state);
        if self.is_moving() && rank(next) > rank(self) { next } else { self }
    }

    /// Another try after a failed order.
    ///
    /// # Errors
    /// 409 unless it failed.
    pub fn again(self) -> Result<Self> {
        match self {
            Self::Failed => Ok(Self::Ordering),
            Self::Ordering => Err(Problem::conflict("shipment_ordering", "正在下单，不用再点，稍后看结果。")),
            _ => Err(Problem::conflict("shipment_ordered", format!("这个包裹{}，不用重新下单。", self.label()))),
        }
    }

    /// Calling it off.
    ///
    /// # Errors
    /// 409 once the courier has it.
    pub fn called_off(self) -> Result<Self> {
        match self {
            Self::Ordering | Self::Failed | Self::Ordered => Ok(Self::Cancelled),
            Self::Cancelled => Err(Problem::conflict("shipment_cancelled", "这个包裹已经取消了。")),
            _ => Err(Problem::conflict("shipment_collected", format!("包裹{}，不能取消了。", self.label()))
                .detail("要拦下来，请直接打快递的电话。")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-030
    #[test]
    fn a_parcel_goes_forward_only_and_is_called_off_until_it_is_fetched() {
        use ShipmentState as S;
        assert_eq!(S::Ordered.told("on_the_way"), S::OnTheWay, "a step that was not told is no matter");
        assert_eq!(S::OnTheWay.told("collected"), S::OnTheWay, "an old answer does not send it back");
        assert_eq!(S::Delivered.told("collected"), S::Delivered);
        assert_eq!(S::Failed.told("delivered"), S::Failed);
        assert_eq!(S::Ordered.told("lost"), S::Ordered);
        assert_eq!(S::Failed.again().unwrap(), S::Ordering);
        assert_eq!(S::Delivered.again().unwrap_err().code(), "shipment_ordered");
        assert_eq!(S::Ordered.called_off().unwrap(), S::Cancelled);
        assert_eq!(S::Collected.called_off().unwrap_err().code(), "shipment_collected");
        assert!(S::ALL.iter().all(|state| S::parse(state.as_str()).unwrap() == *state));
    }
}
