//! Personal data as the law gives them back to their owner (DATASEC-012, Personal Information
//! Protection Law art. 6, 14, 15, 44 to 50, 55, 56).
//!
//! * [`purposes`]: what data are used for, as content of a pack, and what people decided about it;
//! * [`holdings`]: what is held about one person, who looked at it, who outside got it;
//! * [`requests`]: to correct or delete, answered by a clerk before a day;
//! * [`carry_out`]: what is corrected, erased or kept at each place when a request is answered;
//! * [`assessments`]: impact assessments, confirmed by a second person.
//!
//! Other domains declare what they hold ([`platform::personal`]); this one asks the lists.

pub(crate) mod assessments;
pub(crate) mod carry_out;
pub(crate) mod holdings;
pub(crate) mod model;
pub mod purposes;
pub(crate) mod requests;
pub(crate) mod store;

use std::sync::Arc;

use platform::personal::{HeldData, PersonalKeeper, PersonalSource, WorkingDays};

pub use holdings::DISCLOSE_JOB;
pub use requests::ANSWERED_JOB;

/// What `app` hands over of the domains above.
#[derive(Clone)]
pub struct Personal {
    /// What every domain holds.
    pub held: Vec<HeldData>,
    /// Who knows of looks and disclosures.
    pub sources: Vec<Arc<dyn PersonalSource>>,
    /// Who corrects what it holds.
    pub keepers: Vec<Arc<dyn PersonalKeeper>>,
    /// The calendar.
    pub days: Arc<dyn WorkingDays>,
}

/// Personal data in this domain's own tables.
pub const HELD: &[HeldData] = &[
    HeldData {
        key: "privacy.requests",
        table: "privacy_requests",
        parts: &["privacy_places"],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "asked_at",
        label: "更正和删除请求",
        content: "您提出的请求和答复",
        source: "您本人提出",
        purpose: "account",
        keep: platform::personal::Keep::Law("处理记录要能备查：《个人信息保护法》第五十六条，至少保存三年。"),
    },
    HeldData {
        key: "privacy.consents",
        table: "privacy_consents",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1"),
        since: "at",
        label: "同意和拒绝的记录",
        content: "您对每个用途作出的选择和时间",
        source: "您本人选择",
        purpose: "account",
        keep: platform::personal::Keep::Law("同意的证据要能备查，至少保存三年。"),
    },
];
