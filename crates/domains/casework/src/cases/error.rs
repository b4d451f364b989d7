//! What can go wrong with a case, and what the person reads.

use axum::http::StatusCode;
use platform::Problem;

use super::model::OutOfOrder;

/// A rule of the case that says no.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CaseError {
    /// The event can't follow the present state.
    #[error(transparent)]
    OutOfOrder(#[from] OutOfOrder),
    /// Nothing by that id, or not this caller's.
    #[error("没有找到这个办件。")]
    NotFound,
    /// The clerk's windows or organisation do not cover the case.
    #[error("这个办件不在您的窗口或科室。要看，请找科室管理员。")]
    OutOfReach,
    /// The task was done by someone else meanwhile.
    #[error("这个待办已经办完了。请刷新后看最新的进度。")]
    TaskGone,
    /// The task belongs to another role.
    #[error("这个环节由别的岗位办理。")]
    NotYourTask,
    /// Correction was asked once already (行政许可法 32: all at once).
    #[error("补正只能一次告知全部内容，这个办件已经告知过一次。")]
    CorrectionAskedBefore,
    /// A real-name account is needed (IDENT-001).
    #[error("网上办事要先完成实名认证。请到省统一身份认证完成实名后再申请。")]
    RealNameNeeded,
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        let title = error.to_string();
        match error {
            CaseError::OutOfOrder(_) => {
                Problem::new(StatusCode::CONFLICT, "case_out_of_order", title).detail("请刷新页面，按最新的状态办理。")
            }
            CaseError::NotFound | CaseError::OutOfReach => Problem::not_found("没有找到这个办件。"),
            CaseError::TaskGone => Problem::new(StatusCode::CONFLICT, "task_done", title),
            CaseError::NotYourTask => Problem::forbidden(title),
            CaseError::CorrectionAskedBefore => Problem::conflict("correction_asked_before", title),
            CaseError::RealNameNeeded => Problem::new(StatusCode::FORBIDDEN, "real_name_needed", title),
        }
    }
}

impl From<OutOfOrder> for Problem {
    fn from(error: OutOfOrder) -> Self {
        CaseError::from(error).into()
    }
}
