//! Recognition 身份互认: who a person of Tongban is elsewhere, and who somebody from elsewhere is here.
//!
//! Stands on `identity`, which alone knows accounts and opens sessions.

pub mod arrivals;
pub mod bindings;
pub mod cards;
pub mod codes;
mod http;
pub mod identifying;
pub mod jumps;
pub mod links;
pub mod mobile;
pub mod office;
mod once;
mod outbound;
pub mod outward;
mod permissions;

use std::sync::Arc;

use axum::extract::FromRef;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::personal::{HeldData, Keep, Whose};
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;

pub use http::routes;
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "recognition_0001", sql: include_str!("../migrations/0001_recognition.sql") },
    Migration { name: "recognition_0002_codes", sql: include_str!("../migrations/0002_codes.sql") },
    Migration { name: "recognition_0003_kept", sql: include_str!("../migrations/0003_kept.sql") },
    Migration { name: "recognition_0004_made_links", sql: include_str!("../migrations/0004_made_links.sql") },
];

/// Columns that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "bindings",
        column: "external_sealed",
        key: "id",
        place: "binding:{id}:external",
        label: "绑定的对方账号",
    },
    SealedColumn {
        table: "bindings",
        column: "name_sealed",
        key: "id",
        place: "binding:{id}:name",
        label: "绑定的对方账号名称",
    },
    SealedColumn {
        table: "pending_bindings",
        column: "external_sealed",
        key: "id",
        place: "pending_binding:{id}:external",
        label: "等待绑定的对方账号",
    },
    SealedColumn {
        table: "pending_bindings",
        column: "name_sealed",
        key: "id",
        place: "pending_binding:{id}:name",
        label: "等待绑定的对方账号名称",
    },
    SealedColumn {
        table: "identifications",
        column: "data_sealed",
        key: "id",
        place: "identification:{id}",
        label: "窗口核验的身份资料",
    },
    SealedColumn {
        table: "mobile_links",
        column: "user_sealed",
        key: "id",
        place: "mobile_link:{id}",
        label: "移动政务平台用户标识",
    },
];

/// Logs of this domain, kept as long as all logs are.
pub const LOGS: &[platform::logs::KeptLog] =
    &[platform::logs::KeptLog { table: "ticket_log", at: "at", label: "去其他系统的记录" }];

/// What this domain holds of citizens.
pub const HELD: &[HeldData] = &[
    HeldData {
        key: "recognition.identifications",
        table: "identifications",
        parts: &[],
        whose: Whose::Number("person_index = $1"),
        since: "at",
        label: "窗口核验记录",
        content: "核验的方式、时间和用途，姓名（打码）；号码和住址用完即删，最多留一小时",
        source: "您在窗口出示的证件或者身份码",
        purpose: "service",
        keep: Keep::Law("核验记录说明申请是谁交的、结果是谁领的，随办件保存到办件的保管期满。"),
    },
    HeldData {
        key: "recognition.bindings",
        table: "bindings",
        parts: &[],
        whose: Whose::Account("account_id = $1 AND audience = 'portal' AND ended_at IS NULL"),
        since: "bound_at",
        label: "绑定的其他系统账号",
        content: "您在其他系统的账号和那边的名称",
        source: "您绑定时在那个系统确认",
        purpose: "account",
        keep: Keep::Own("/my/systems", "接入系统"),
    },
    HeldData {
        key: "recognition.tickets",
        table: "ticket_log",
        parts: &["tickets"],
        whose: Whose::Account("account_id = $1 AND audience = 'portal'"),
        since: "at",
        label: "去其他系统的记录",
        content: "什么时候带着登录去了哪个系统、从哪里过来、网络地址",
        source: "登录时记录",
        purpose: "security",
        keep: Keep::Law("《网络安全法》第二十一条：网络日志至少保存六个月，其间不能修改、删除。"),
    },
];

/// The recognition domain. Cheap to clone.
#[derive(Clone)]
pub struct Recognition {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) cases: Option<Arc<dyn jumps::Cases>>,
    pub(crate) codes: Arc<dyn codes::CodePlatform>,
    pub(crate) mobile: Arc<dyn mobile::MobilePlatform>,
    pub(crate) desk: Option<Arc<dyn office::StaffDesk>>,
}

impl Recognition {
    /// The domain over a platform. The guard asks it about phones from here on.
    #[must_use]
    pub fn new(platform: Platform, identity: Identity) -> Self {
        let codes = Arc::new(codes::HttpCodePlatform::new(platform.clone(), identity.clone()));
        let mobile: Arc<dyn mobile::MobilePlatform> =
            Arc::new(mobile::HttpMobilePlatform::new(platform.clone(), identity.clone()));
        platform.sessions.plug_gate(Arc::new(mobile::gate::LinkGate { mobile: Arc::downgrade(&mobile) }));
        Self { platform, identity, cases: None, codes, mobile, desk: None }
    }

    /// The same, with somebody who knows of cases; asked when case data are pushed along with a jump.
    #[must_use]
    pub fn with_cases(mut self, cases: Arc<dyn jumps::Cases>) -> Self {
        self.cases = Some(cases);
        self
    }

    /// Adds the events this domain listens to.
    #[must_use]
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        subscriptions.on(identity::ACCOUNT_CHANGED, bindings::CHANGED_JOB)
    }

    /// Adds the handlers of this domain's jobs.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (changed, sync, push, told) = (self.clone(), self.clone(), self.clone(), self.clone());
        handlers
            .with(bindings::CHANGED_JOB, move |_, payload| {
                let recognition = changed.clone();
                Box::pin(async move { recognition.account_changed_job(payload).await })
            })
            .with(bindings::SYNC_JOB, move |_, payload| {
                let recognition = sync.clone();
                Box::pin(async move { recognition.sync_job(payload).await })
            })
            .with(mobile::TOLD_JOB, move |_, payload| {
                let recognition = told.clone();
                Box::pin(async move { recognition.tell_of_link(payload).await })
            })
            .with(jumps::PUSH_JOB, move |_, payload| {
                let recognition = push.clone();
                Box::pin(async move { recognition.push_job(payload).await })
            })
    }

    /// The same, with somebody who knows what waits for staff. Casework keeps the plain one: it must
    /// not be held by something that it holds.
    #[must_use]
    pub fn with_desk(mut self, desk: Arc<dyn office::StaffDesk>) -> Self {
        self.desk = Some(desk);
        self
    }
}

impl FromRef<Recognition> for Platform {
    fn from_ref(recognition: &Recognition) -> Self {
        recognition.platform.clone()
    }
}

impl FromRef<Recognition> for Identity {
    fn from_ref(recognition: &Recognition) -> Self {
        recognition.identity.clone()
    }
}

#[cfg(test)]
mod desk_tests;
#[cfg(test)]
mod tests;
