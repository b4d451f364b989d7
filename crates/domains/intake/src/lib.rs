//! Intake: the other ways in which cases come, and how many came in which way.
//!
//! * [`kinds`]: which items may be taken so, as agreed with their departments;
//! * [`bulk`]: many applicants of one item at once, from their basic data (CASE-015);
//! * [`records`]: taken here and handled elsewhere, or the other way round (CASE-016);
//! * [`packages`]: several items of one event in life together (CASE-004);
//! * [`trace`]: barcodes on the papers, scanned where they pass (CASE-014);
//! * [`figures`]: volumes by way of intake (CASE-017).
//!
//! Every case made here is an ordinary case of casework, made by its face. Start at [`Intake`]; words, tables and
//! permissions are in README.md.

pub mod bulk;
pub mod figures;
pub mod kinds;
pub mod packages;
mod permissions;
pub mod records;
pub mod trace;

use std::sync::Arc;

use axum::extract::FromRef;
use casework::Casework;
use identity::Identity;
use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use platform::{Platform, Problem, Result};
use utoipa_axum::router::OpenApiRouter;

pub use permissions::{
    AcceptBatches, CompleteBatches, EditBatches, EditKinds, EditRecords, PERMISSIONS, ReadBatches, ReadFigures,
    ReadKinds, ReadPackages, ReadRecords, ScanCases, TraceCases,
};

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "intake_0001", sql: include_str!("../migrations/0001_intake.sql") },
    Migration { name: "intake_0002_packages", sql: include_str!("../migrations/0002_packages.sql") },
];

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
        key: "intake.packages",
        table: "case_packages",
        parts: &["case_package_cases"],
        whose: platform::personal::Whose::Number("applicant_index = $1"),
        since: "filed_at",
        label: "套餐件",
        content: "申请人姓名、一次收了哪几件",
        source: "窗口收件时记录",
        purpose: "service",
        keep: platform::personal::Keep::Law("套餐件记着哪几件一次收的，随办件保存到保管期满。"),
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
    pub(crate) packages: Arc<[packages::definition::Package]>,
}

impl Intake {
    /// The domain over the cases, with the packages of the packs; a city without that file has none.
    ///
    /// # Errors
    /// Names the file and the package that is wrong.
    pub fn new(platform: Platform, identity: Identity, casework: Casework) -> Result<Self> {
        let path = platform.config.packs_dir.join("city/packages.yaml");
        let packages = match std::fs::read_to_string(&path) {
            Ok(text) => packages::definition::parse(&text)
                .map_err(|why| Problem::internal(format!("{}: {why}", path.display())))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Problem::internal(format!("{}: {error}", path.display()))),
        };
        Ok(Self { platform, identity, casework, packages: packages.into() })
    }

    /// Adds which events wake this domain's jobs.
    pub fn subscriptions(&self, subscriptions: Subscriptions) -> Subscriptions {
        packages::subscriptions(subscriptions)
    }

    /// Adds the handlers of this domain's jobs.
    pub fn jobs(&self, handlers: Handlers) -> Handlers {
        let intake = self.clone();
        let handlers = packages::jobs(self, handlers);
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
        .merge(packages::http::routes())
        .merge(trace::http::routes())
        .merge(figures::http::routes())
        .with_state(intake)
}
