//! Why a command was refused. A refused command changes nothing.

use thiserror::Error;

/// Refusals of the engine. The caller's faults first, then faults of the definition met while running.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FlowError {
    /// The instance is finished or cancelled.
    #[error("流程已经结束，不能再办理")]
    NotRunning,
    /// No task of this number was ever created.
    #[error("没有“{0}”这个待办")]
    UnknownTask(String),
    /// The task was completed before.
    #[error("待办“{0}”已经办过了")]
    AlreadyCompleted(String),
    /// The task was taken back: by a return, a timer or a cancelled branch.
    #[error("待办“{0}”已经撤销")]
    TaskCancelled(String),
    /// No service call or timer of this number is waiting.
    #[error("“{0}”没有在等待")]
    UnknownToken(String),
    /// The element is not in this definition.
    #[error("流程里没有“{0}”这个元素")]
    UnknownElement(String),
    /// Return to something that is not a user task.
    #[error("“{0}”不是人工环节，不能退回到这里")]
    NotATask(String),
    /// Return to a task that was not done yet.
    #[error("“{0}”还没有办过，不能退回到这里")]
    NotVisited(String),
    /// Return to a task that was done, but in another branch of a parallel split, not before this task.
    #[error("“{0}”不在这个待办之前，不能退回到这里")]
    NotEarlier(String),
    /// Taking back a task whose outcome somebody or something has already gone on with.
    #[error("后面的环节已经办了，不能收回")]
    TooLate,
    /// Taking back one's part in a joint review that has come to its end.
    #[error("会签已经有了结论，不能收回")]
    JointDecided,
    /// More handlers than one joint review may have.
    #[error("一个环节最多 {0} 个人会签")]
    TooManySigners(usize),
    /// Jump or migration: from there the flow could not come to its end.
    #[error("到“{0}”以后流程走不到结束：并行的分支会等不齐。换一个环节")]
    NoWayFrom(String),
    /// Migration: the other version does not have this element.
    #[error("新版本里没有“{0}”这个环节。指定换到哪个环节")]
    NoCounterpart(String),
    /// Migration: the element of the other version is of another kind.
    #[error("“{0}”在新版本里不是同一种环节。指定换到哪个环节")]
    OtherKind(String),
    /// Definition: it does not have exactly one start event.
    #[error("流程要有且只有一个开始")]
    NoSingleStart,
    /// Definition: no way out of this element fits.
    #[error("“{0}”没有一个走向符合条件")]
    NoWayOut(String),
    /// Definition: an element the engine cannot run.
    #[error("“{0}”不能办理：流程没有通过检查")]
    Unsupported(String),
    /// Definition: a condition could not be evaluated.
    #[error("连线“{flow}”的条件算不出来：{message}")]
    Condition {
        /// Id of the sequence flow.
        flow: String,
        /// What the expression language says.
        message: String,
    },
    /// Definition: what a called flow is handed or gives back could not be worked out.
    #[error("调用“{call}”的数据算不出来：{message}")]
    Handing {
        /// Id of the call.
        call: String,
        /// What the expression language says.
        message: String,
    },
    /// Definition: a loop without a person or a clock in it.
    #[error("自动环节连续走了 {0} 步还没有停下")]
    TooManySteps(usize),
    /// Definition: tokens are left at this join and nothing can move any more.
    #[error("“{0}”等不到其余分支，流程走不下去")]
    Stuck(String),
    /// The stored steps of an instance can't be read.
    #[error("办理记录读不出来")]
    Damaged,
    /// Simulation: no answer was prepared for this task.
    #[error("没有准备“{0}”的办理结果")]
    MissingAnswer(String),
}

impl FlowError {
    /// Stable code for problem reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotRunning => "flow_not_running",
            Self::UnknownTask(_) => "flow_unknown_task",
            Self::AlreadyCompleted(_) => "flow_task_already_completed",
            Self::TaskCancelled(_) => "flow_task_cancelled",
            Self::UnknownToken(_) => "flow_unknown_token",
            Self::UnknownElement(_) => "flow_unknown_element",
            Self::NotATask(_) => "flow_not_a_task",
            Self::NotVisited(_) => "flow_not_visited",
            Self::NotEarlier(_) => "flow_not_earlier",
            Self::TooLate => "flow_too_late",
            Self::JointDecided => "flow_joint_decided",
            Self::TooManySigners(_) => "flow_too_many_signers",
            Self::NoWayFrom(_) => "flow_no_way_from",
            Self::NoCounterpart(_) => "flow_no_counterpart",
            Self::OtherKind(_) => "flow_other_kind",
            Self::NoSingleStart => "flow_no_single_start",
            Self::NoWayOut(_) => "flow_no_way_out",
            Self::Unsupported(_) => "flow_unsupported",
            Self::Condition { .. } => "flow_condition",
            Self::Handing { .. } => "flow_handing",
            Self::TooManySteps(_) => "flow_too_many_steps",
            Self::Stuck(_) => "flow_stuck",
            Self::Damaged => "flow_damaged",
            Self::MissingAnswer(_) => "flow_missing_answer",
        }
    }

    /// Whether the definition is to blame, not the command.
    #[must_use]
    pub fn is_definition_fault(&self) -> bool {
        matches!(
            self,
            Self::NoSingleStart
                | Self::NoWayOut(_)
                | Self::Unsupported(_)
                | Self::Condition { .. }
                | Self::Handing { .. }
                | Self::TooManySteps(_)
                | Self::Stuck(_)
                | Self::UnknownElement(_)
                | Self::Damaged
        )
    }
}
