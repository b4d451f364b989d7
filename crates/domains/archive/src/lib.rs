//! Archive: what stays of cases.
//!
//! * [`library`]: one record per case, queried and shared under rights (CASE-040);
//! * [`sets`]: the archivable file of an ended case, provable without the product (CASE-044);
//! * [`legacy`]: cases of earlier systems, brought in by a mapping (CASE-044);
//! * [`years`]: years of cases that are closed once all of them is kept (OPS-016).
//!
//! Nothing here changes a case. Start at [`Archive`]; words, tables and permissions are in README.md.

pub mod legacy;
pub mod library;
mod permissions;
pub mod sets;
pub mod years;

use std::sync::Arc;

use axum::extract::FromRef;
use base::crypto::Sm2Key;
use casework::Casework;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{
    CloseYears, DownloadSets, ExportLibrary, MakeSets, PERMISSIONS, ReadLegacy, ReadLibrary, ReadSets, ReadYears,
    RunLegacy,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "archive_0001", sql: include_str!("../migrations/0001_archive.sql") }];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[platform::personal::HeldData {
    key: "archive.legacy",
    table: "legacy_cases",
    parts: &[],
    whose: platform::personal::Whose::Number("applicant_index = $1"),
    since: "changed_at",
    label: "原系统的历史办件",
    content: "申请人姓名、证件号码、联系电话、办理结果",
    source: "从原来的业务系统迁入",
    purpose: "service",
    keep: platform::personal::Keep::Law("历史办件是政务服务档案，保存到保管期满，期满后由承办部门依法销毁。"),
}];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "legacy_cases",
    column: "personal_sealed",
    key: "id",
    place: "legacy_case:{id}:personal",
    label: "历史办件申请人信息",
}];

/// The archive domain. Cheap to clone.
#[derive(Clone)]
pub struct Archive {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
    pub(crate) key: Arc<Sm2Key>,
    pub(crate) backups: Arc<dyn years::Backups>,
}

impl Archive {
    /// The domain over the cases; the key signs archivable files.
    pub fn new(platform: Platform, identity: Identity, casework: Casework, key: Arc<Sm2Key>) -> Self {
        Self { platform, identity, casework, key, backups: Arc::new(years::NoBackups) }
    }

    /// With those who know the backups.
    #[must_use]
    pub fn with_backups(self, backups: Arc<dyn years::Backups>) -> Self {
        Self { backups, ..self }
    }

    /// Adds the events this domain listens to.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        sets::TOPICS.iter().fold(subscriptions, |all, topic| all.on(topic, sets::PLAN_JOB))
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let (plan, make, missing, legacy) = (self.clone(), self.clone(), self.clone(), self.clone());
        handlers
            .with(sets::PLAN_JOB, move |_, payload| {
                let archive = plan.clone();
                Box::pin(async move { archive.plan_job(payload).await })
            })
            .with(sets::MAKE_JOB, move |_, payload| {
                let archive = make.clone();
                Box::pin(async move { archive.make_job(payload).await })
            })
            .with(sets::MISSING_JOB, move |_, payload| {
                let archive = missing.clone();
                Box::pin(async move { archive.missing_job(payload).await })
            })
            .with(legacy::JOB, move |_, payload| {
                let archive = legacy.clone();
                Box::pin(async move { archive.legacy_job(payload).await })
            })
    }
}

impl FromRef<Archive> for Platform {
    fn from_ref(archive: &Archive) -> Self {
        archive.platform.clone()
    }
}

impl FromRef<Archive> for Identity {
    fn from_ref(archive: &Archive) -> Self {
        archive.identity.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(archive: Archive) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(library::http::routes())
        .merge(library::sharing::routes())
        .merge(sets::http::routes())
        .merge(legacy::http::routes())
        .merge(years::http::routes())
        .with_state(archive)
}
