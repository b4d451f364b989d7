//! Unpaid cases wait: before the decision or before the delivery, as the item says (CASE-026).

use async_trait::async_trait;
use casework::cases::service::barrier::{Barrier, Moment, Passing};
use platform::{Problem, Result, Tx};

use super::model::{FeeState, yuan};
use super::store;

/// Holds back cases whose fee is not settled. `app` plugs it into casework.
pub struct Unpaid;

#[async_trait]
impl Barrier for Unpaid {
    async fn pass(&self, tx: &Tx, passing: &Passing<'_>) -> Result<()> {
        if !passing.fees.charge || (passing.moment == Moment::Decision && !passing.fees.before_decision()) {
            return Ok(());
        }
        let next = match passing.moment {
            Moment::Decision => "作出准予决定",
            Moment::Delivery => "发放结果",
        };
        let Some(fee) = store::of_case(tx.conn(), passing.case_id).await? else {
            return Err(Problem::conflict("fee_not_reviewed", format!("这件要收费，还没有核价，不能{next}。"))
                .detail("请窗口在办件的“收费”里核价；免缴的也要核一次。"));
        };
        match fee.state()? {
            FeeState::Paid | FeeState::Waived => Ok(()),
            FeeState::ToReview => Err(Problem::conflict("fee_not_reviewed", format!("这件还没有核价，不能{next}。"))
                .detail("请窗口在办件的“收费”里核价；免缴的也要核一次。")),
            FeeState::Due => {
                Err(Problem::conflict("fee_unpaid", format!("这件还有 {} 没有缴，不能{next}。", yuan(fee.amount_fen)))
                    .detail("申请人可以在办件页面缴费，也可以在银行缴费后把回单交给窗口确认。"))
            }
            FeeState::Refunding | FeeState::Refunded | FeeState::Cancelled => {
                Err(Problem::conflict("fee_unpaid", format!("这件的费用{}，不能{next}。", fee.state()?.label()))
                    .detail("还要办的，请窗口在办件的“收费”里重新核价。"))
            }
        }
    }
}
