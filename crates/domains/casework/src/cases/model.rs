//! The state machine of a case: states, the 24 standard events, and which may follow which.
//!
//! Everything about "may this happen now" is decided here and nowhere else; services ask
//! [`State::after`] and refuse with 409 when it says no (CASE-041).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseState)]
pub enum State {
    /// 草稿: the applicant is still filling in.
    Draft,
    /// 待受理: handed in.
    Submitted,
    /// 预审通过: looked at, fit to be accepted.
    PreReviewed,
    /// 补正中: the applicant must mend something; the answer clock stands still.
    Correction,
    /// 已受理: accepted; the legal and promised clocks run.
    Accepted,
    /// 审查中: in the item's flow.
    InReview,
    /// 特别程序中: the clock stands still unless the procedure counts.
    Special,
    /// 已决定: decided, the result is being made.
    Decided,
    /// 已办结.
    Closed,
    /// 已领取.
    Delivered,
    /// 不予受理.
    NotAccepted,
    /// 已撤回.
    Withdrawn,
    /// 已作废.
    Voided,
}

impl State {
    /// All states in the order of the work.
    pub const ALL: [Self; 13] = [
        Self::Draft,
        Self::Submitted,
        Self::PreReviewed,
        Self::Correction,
        Self::Accepted,
        Self::InReview,
        Self::Special,
        Self::Decided,
        Self::Closed,
        Self::Delivered,
        Self::NotAccepted,
        Self::Withdrawn,
        Self::Voided,
    ];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::PreReviewed => "pre_reviewed",
            Self::Correction => "correction",
            Self::Accepted => "accepted",
            Self::InReview => "in_review",
            Self::Special => "special",
            Self::Decided => "decided",
            Self::Closed => "closed",
            Self::Delivered => "delivered",
            Self::NotAccepted => "not_accepted",
            Self::Withdrawn => "withdrawn",
            Self::Voided => "voided",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Submitted => "待受理",
            Self::PreReviewed => "预审通过",
            Self::Correction => "要您补正",
            Self::Accepted => "已受理",
            Self::InReview => "审查中",
            Self::Special => "特别程序",
            Self::Decided => "已决定",
            Self::Closed => "已办结",
            Self::Delivered => "已领取",
            Self::NotAccepted => "不予受理",
            Self::Withdrawn => "已撤回",
            Self::Voided => "已作废",
        }
    }

    /// Whether somebody still has to do something.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Submitted
                | Self::PreReviewed
                | Self::Correction
                | Self::Accepted
                | Self::InReview
                | Self::Special
                | Self::Decided
        )
    }

    /// Whether it has not been accepted yet: the five-day answer clock applies.
    pub fn is_intake(self) -> bool {
        matches!(self, Self::Submitted | Self::PreReviewed | Self::Correction)
    }

    /// The state after an event, or why that event can't happen now.
    ///
    /// # Errors
    /// [`OutOfOrder`].
    pub fn after(self, event: EventKind) -> Result<Self, OutOfOrder> {
        use EventKind as E;
        use State as S;
        let next = match (self, event) {
            (S::Draft, E::Apply) => S::Submitted,
            (S::Submitted, E::PreReview) => S::PreReviewed,
            (S::Submitted | S::PreReviewed, E::CorrectionAsk) => S::Correction,
            (S::Correction, E::CorrectionDone) => S::Submitted,
            // Received corrections are noted as part of accepting; the state is the intake state.
            (S::Submitted | S::PreReviewed, E::CorrectionReceive) => self,
            (S::Submitted | S::PreReviewed, E::Accept) => S::Accepted,
            (S::Submitted | S::PreReviewed | S::Correction, E::NotAccept) => S::NotAccepted,
            (S::Accepted | S::InReview, E::Review) => S::InReview,
            (S::Accepted | S::InReview, E::SpecialStart) => S::Special,
            (S::Special, E::SpecialEnd) => S::InReview,
            (S::Decided, E::Result) => S::Decided,
            (S::Decided, E::Close) => S::Closed,
            // Abort: an examination that can't go on is closed with a reason (CASE-020).
            (S::Accepted | S::InReview | S::Special, E::Close) => S::Closed,
            (S::Closed, E::Collect) => S::Delivered,
            (S::Submitted | S::PreReviewed | S::Correction | S::Accepted | S::InReview | S::Special, E::Withdraw) => {
                S::Withdrawn
            }
            (S::Closed | S::Delivered, E::Revoke) => S::Voided,
            // Records beside the main line leave the state alone.
            (S::Draft, _) => return Err(OutOfOrder { state: self, event }),
            (
                _,
                E::Document
                | E::ArchiveFile
                | E::AttachmentDownload
                | E::FeeDetail
                | E::FeeOrder
                | E::MaterialHandOver
                | E::MaterialSignFor,
            ) => self,
            (state, E::DeliveryChange) if state.is_open() || state == S::Closed => self,
            (S::Decided | S::Closed, E::CourierOrder) => self,
            _ => return Err(OutOfOrder { state: self, event }),
        };
        Ok(next)
    }

    /// The events that may happen now.
    pub fn possible(self) -> Vec<EventKind> {
        EventKind::ALL.into_iter().filter(|event| self.after(*event).is_ok()).collect()
    }

    /// The state after the decision of the examination. A decision is an approval event
    /// (办件审批) of the deciding step, so the step, not the event, moves the case.
    ///
    /// # Errors
    /// [`OutOfOrder`] unless the case is being examined.
    pub fn decided(self) -> Result<Self, OutOfOrder> {
        match self {
            Self::Accepted | Self::InReview => Ok(Self::Decided),
            _ => Err(OutOfOrder { state: self, event: EventKind::Review }),
        }
    }
}

/// An event that can't follow the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("“{}”的办件不能{}", .state.label(), .event.label())]
pub struct OutOfOrder {
    /// Present state.
    pub state: State,
    /// What was wanted.
    pub event: EventKind,
}

/// The 24 standard events (办件标准事件, CASE-041).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// 办件申请
    Apply,
    /// 补正完成
    CorrectionDone,
    /// 办件预审
    PreReview,
    /// 办件受理
    Accept,
    /// 办件审批
    Review,
    /// 办件办结
    Close,
    /// 特别程序申请
    SpecialStart,
    /// 特别程序结束
    SpecialEnd,
    /// 补正告知
    CorrectionAsk,
    /// 补正受理
    CorrectionReceive,
    /// 不予受理
    NotAccept,
    /// 领取登记
    Collect,
    /// 办件撤回
    Withdraw,
    /// 办件撤销
    Revoke,
    /// 过程文书
    Document,
    /// 结果领取方式变更
    DeliveryChange,
    /// 办件结果
    Result,
    /// 邮寄下单
    CourierOrder,
    /// 收费明细
    FeeDetail,
    /// 收费订单
    FeeOrder,
    /// 材料交接
    MaterialHandOver,
    /// 材料签收
    MaterialSignFor,
    /// 可归档电子文件
    ArchiveFile,
    /// 附件下载
    AttachmentDownload,
}

impl EventKind {
    /// All of them, in the order of the standard's list.
    pub const ALL: [Self; 24] = [
        Self::Apply,
        Self::CorrectionDone,
        Self::PreReview,
        Self::Accept,
        Self::Review,
        Self::Close,
        Self::SpecialStart,
        Self::SpecialEnd,
        Self::CorrectionAsk,
        Self::CorrectionReceive,
        Self::NotAccept,
        Self::Collect,
        Self::Withdraw,
        Self::Revoke,
        Self::Document,
        Self::DeliveryChange,
        Self::Result,
        Self::CourierOrder,
        Self::FeeDetail,
        Self::FeeOrder,
        Self::MaterialHandOver,
        Self::MaterialSignFor,
        Self::ArchiveFile,
        Self::AttachmentDownload,
    ];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::CorrectionDone => "correction_done",
            Self::PreReview => "pre_review",
            Self::Accept => "accept",
            Self::Review => "review",
            Self::Close => "close",
            Self::SpecialStart => "special_start",
            Self::SpecialEnd => "special_end",
            Self::CorrectionAsk => "correction_ask",
            Self::CorrectionReceive => "correction_receive",
            Self::NotAccept => "not_accept",
            Self::Collect => "collect",
            Self::Withdraw => "withdraw",
            Self::Revoke => "revoke",
            Self::Document => "document",
            Self::DeliveryChange => "delivery_change",
            Self::Result => "result",
            Self::CourierOrder => "courier_order",
            Self::FeeDetail => "fee_detail",
            Self::FeeOrder => "fee_order",
            Self::MaterialHandOver => "material_hand_over",
            Self::MaterialSignFor => "material_sign_for",
            Self::ArchiveFile => "archive_file",
            Self::AttachmentDownload => "attachment_download",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The standard's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Apply => "办件申请",
            Self::CorrectionDone => "补正完成",
            Self::PreReview => "办件预审",
            Self::Accept => "办件受理",
            Self::Review => "办件审批",
            Self::Close => "办件办结",
            Self::SpecialStart => "特别程序申请",
            Self::SpecialEnd => "特别程序结束",
            Self::CorrectionAsk => "补正告知",
            Self::CorrectionReceive => "补正受理",
            Self::NotAccept => "不予受理",
            Self::Collect => "领取登记",
            Self::Withdraw => "办件撤回",
            Self::Revoke => "办件撤销",
            Self::Document => "过程文书",
            Self::DeliveryChange => "结果领取方式变更",
            Self::Result => "办件结果",
            Self::CourierOrder => "邮寄下单",
            Self::FeeDetail => "收费明细",
            Self::FeeOrder => "收费订单",
            Self::MaterialHandOver => "材料交接",
            Self::MaterialSignFor => "材料签收",
            Self::ArchiveFile => "可归档电子文件",
            Self::AttachmentDownload => "附件下载",
        }
    }

    /// The ten-event public view (PORTAL-025); `None` for records the public view leaves out.
    pub fn public(self) -> Option<&'static str> {
        match self {
            Self::Apply => Some("申办"),
            Self::PreReview => Some("网上预受理"),
            Self::Accept | Self::NotAccept => Some("受理"),
            Self::Review => Some("审批"),
            Self::CorrectionAsk => Some("补交告知"),
            Self::CorrectionDone | Self::CorrectionReceive => Some("补交受理"),
            Self::SpecialStart => Some("特别程序申请"),
            Self::SpecialEnd => Some("特别程序结果"),
            Self::Close | Self::Withdraw | Self::Revoke => Some("办结"),
            Self::Collect => Some("领取登记"),
            _ => None,
        }
    }
}

/// Where an application came from (网上申办渠道 and 提交方式 of the standards, joined).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Web pages.
    Web,
    /// Phone.
    Mobile,
    /// Counter.
    Window,
    /// Self-service machine.
    Terminal,
    /// WeChat.
    Wechat,
    /// Platform for cases of other areas.
    CrossArea,
    /// The province's unified acceptance.
    Province,
    /// Another system.
    Exchange,
}

impl Channel {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Mobile => "mobile",
            Self::Window => "window",
            Self::Terminal => "terminal",
            Self::Wechat => "wechat",
            Self::CrossArea => "cross_area",
            Self::Province => "province",
            Self::Exchange => "exchange",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Web,
            Self::Mobile,
            Self::Window,
            Self::Terminal,
            Self::Wechat,
            Self::CrossArea,
            Self::Province,
            Self::Exchange,
        ];
        all.into_iter().find(|one| one.as_str() == text)
    }

    /// What people read, for a column value.
    pub fn label_of(text: &str) -> &'static str {
        match text {
            "mobile" => "手机申请",
            "window" => "窗口收件",
            "terminal" => "自助机",
            "wechat" => "微信申请",
            "cross_area" => "跨域通办平台",
            "province" => "省统一受理平台",
            "exchange" => "系统对接",
            _ => "网上申请",
        }
    }
}

/// How a case ended (办结结果, the Guangdong list; one map per peer, standards trap 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// 0 出证办结
    Licence,
    /// 1 退回办结
    Returned,
    /// 2 作废办结
    Voided,
    /// 5 补正不来办结
    NoCorrection,
    /// 6 办结
    Plain,
}

impl Closing {
    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Returned => "returned",
            Self::Voided => "voided",
            Self::NoCorrection => "no_correction",
            Self::Plain => "plain",
        }
    }

    /// Code of the interface list.
    pub fn code(self) -> &'static str {
        match self {
            Self::Licence => "0",
            Self::Returned => "1",
            Self::Voided => "2",
            Self::NoCorrection => "5",
            Self::Plain => "6",
        }
    }

    /// What people read, for a column value.
    pub fn label_of(text: &str) -> &'static str {
        match text {
            "licence" => "出证办结",
            "returned" => "退回办结",
            "voided" => "作废办结",
            "no_correction" => "补正不来办结",
            _ => "办结",
        }
    }

    /// The standard's code, for a column value.
    pub fn code_of(text: &str) -> &'static str {
        let all = [Self::Licence, Self::Returned, Self::Voided, Self::NoCorrection, Self::Plain];
        all.into_iter().find(|one| one.as_str() == text).map_or("6", Self::code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-041
    #[test]
    fn the_vocabulary_has_24_events_that_read_back() {
        let names: std::collections::BTreeSet<_> = EventKind::ALL.iter().map(|kind| kind.label()).collect();
        assert_eq!(names.len(), 24);
        assert!(EventKind::ALL.iter().all(|kind| EventKind::parse(kind.as_str()) == Some(*kind)));
        assert!(State::ALL.iter().all(|state| State::parse(state.as_str()) == Some(*state)));
    }

    /// req: CASE-041
    #[test]
    fn the_public_view_knows_ten_names() {
        let names: std::collections::BTreeSet<_> = EventKind::ALL.iter().filter_map(|kind| kind.public()).collect();
        assert_eq!(names.len(), 10);
    }

    /// req: CASE-041
    #[test]
    fn the_main_line_is_allowed_and_an_illegal_order_refused() {
        use EventKind as E;
        let mut state = State::Draft;
        for event in
            [E::Apply, E::CorrectionAsk, E::CorrectionDone, E::Accept, E::Review, E::SpecialStart, E::SpecialEnd]
        {
            state = state.after(event).unwrap();
        }
        state = state.decided().unwrap().after(E::Result).unwrap().after(E::Close).unwrap().after(E::Collect).unwrap();
        assert_eq!(state, State::Delivered);
        assert!(State::Draft.after(E::Accept).is_err());
        assert!(State::Decided.after(E::Withdraw).is_err(), "a decided case can't be withdrawn (CASE-009)");
        assert!(State::Special.after(E::Review).is_err(), "nothing is examined while the clock stands still");
        assert!(State::Withdrawn.after(E::Accept).is_err());
        assert!(State::Draft.after(E::Document).is_err());
    }
}
