//! Intake: the other ways in which cases come, and how many came in which way.
//!
//! * [`kinds`]: which items may be taken so, as agreed with their departments;
//! * [`bulk`]: many applicants of one item at once, from their basic data (CASE-015);
//! * [`records`]: taken here and handled elsewhere, or the other way round (CASE-016);
//! * [`trace`]: barcodes on the papers, scanned where they pass (CASE-014);
//! * [`figures`]: volumes by way of intake (CASE-017).
//!
//! Every case made here is an ordinary case of casework, made by its face. Start at [`Intake`]; words, tables and
//! permissions are in README.md.

pub mod bulk;
pub mod figures;
pub mod kinds;
mod permissions;
pub mod records;
pub mod trace;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use platform::Platform;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{
    AcceptBatches, CompleteBatches, EditBatches, EditKinds, EditRecords, PERMISSIONS, ReadBatches, ReadFigures,
    ReadKinds, ReadRecords, ScanCases, TraceCases,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "intake_0001", sql: include_str!("../migrations/0001_intake.sql") }];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[
    platform::personal::HeldData {
        key: "intake.bulk",
        table: "bulk_lines",
        parts: &[],
        whose: platform::personal::Whose::Number("applicant_index = $1"),
        since: "changed_at",
        label: "批量件的申请人",
        content: "申请人姓名、证件号码、联系电话",
        source: "窗口或者部门按名单录入",
        purpose: "service",
        keep: platform::personal::Keep::Law("批量件的名单是办件的来源，随办件保存到保管期满。"),
    },
    platform::personal::HeldData {
        key: "intake.records",
        table: "intake_records",
        parts: &["intake_record_steps"],
        whose: platform::personal::Whose::Number("applicant_index = $1"),
        since: "changed_at",
        label: "只进不出件、只出不进件",
        content: "申请人姓名、证件号码、联系电话、办理结果、领取人",
        source: "窗口录入",
        purpose: "service",
        keep: platform::personal::Keep::Law("收件和出件记录是政务服务档案，保存到保管期满。"),
    },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "intake_records",
        column: "personal_sealed",
        key: "id",
        place: "intake_record:{id}:personal",
        label: "只进不出、只出不进件申请人信息",
    },
    SealedColumn {
        table: "bulk_lines",
        column: "personal_sealed",
        key: "id",
        place: "bulk_line:{id}:personal",
        label: "批量件申请人信息",
    },
];

/// The intake domain. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) casework: Casework,
}

impl Intake {
    /// The domain over the cases.
    pub fn new(platform: Platform, identity: Identity, casework: Casework) -> Self {
        Self { platform, identity, casework }
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let intake = self.clone();
        handlers.with(bulk::JOB, move |_, payload| {
            let intake = intake.clone();
            Box::pin(async move { intake.bulk_job(payload).await })
        })
    }
}

impl FromRef<Intake> for Platform {
    fn from_ref(intake: &Intake) -> Self {
        intake.platform.clone()
    }
}

/// Routes under `/api/v1`, with their OpenAPI description.
pub fn routes(intake: Intake) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(kinds::http::routes())
        .merge(bulk::http::routes())
        .merge(records::http::routes())
        .merge(trace::http::routes())
        .merge(figures::http::routes())
        .with_state(intake)
}
