//! Recognition 身份互认: who a person of Tongban is elsewhere, and who somebody from elsewhere is here.
//!
//! Stands on `identity`, which alone knows accounts and opens sessions.

pub mod arrivals;
pub mod bindings;
mod http;
pub mod jumps;
pub mod links;
mod outbound;
mod permissions;

use std::sync::{Arc, OnceLock};

use axum::extract::FromRef;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;

pub use http::routes;
pub use permissions::PERMISSIONS;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "recognition_0001", sql: include_str!("../migrations/0001_recognition.sql") }];

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
];

/// The recognition domain. Cheap to clone.
#[derive(Clone)]
pub struct Recognition {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) cases: Arc<OnceLock<Arc<dyn jumps::Cases>>>,
}

impl Recognition {
    /// The domain over a platform.
    #[must_use]
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity, cases: Arc::default() }
    }

    /// Says who knows of cases; asked when case data are pushed along with a jump.
    pub fn know_cases(&self, cases: Arc<dyn jumps::Cases>) {
        // The first one stays: an installation has one.
        let _ = self.cases.set(cases);
    }

    /// Adds the events this domain listens to.
    #[must_use]
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        subscriptions.on(identity::ACCOUNT_CHANGED, bindings::CHANGED_JOB)
    }

    /// Adds the handlers of this domain's jobs.
    #[must_use]
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (changed, sync, push) = (self.clone(), self.clone(), self.clone());
        handlers
            .with(bindings::CHANGED_JOB, move |_, payload| {
                let recognition = changed.clone();
                Box::pin(async move { recognition.account_changed_job(payload).await })
            })
            .with(bindings::SYNC_JOB, move |_, payload| {
                let recognition = sync.clone();
                Box::pin(async move { recognition.sync_job(payload).await })
            })
            .with(jumps::PUSH_JOB, move |_, payload| {
                let recognition = push.clone();
                Box::pin(async move { recognition.push_job(payload).await })
            })
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
mod tests;
