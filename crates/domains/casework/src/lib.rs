//! Casework: the path of one case from application to delivery.
//!
//! Start at [`cases::model`] (states and events), then [`cases::service`] (one file per act). What
//! a case is and which tables it owns is told in `cases/README.md`.

pub mod calendars;
pub mod cases;
pub mod permissions;

pub use cases::service::Casework;
pub use permissions::PERMISSIONS;

use platform::crypto::SealedColumn;
use platform::db::migrate::Migration;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "casework_0001", sql: include_str!("../migrations/0001_cases.sql") },
    Migration { name: "casework_0002", sql: include_str!("../migrations/0002_old_licence.sql") },
    Migration { name: "casework_0003", sql: include_str!("../migrations/0003_delegation.sql") },
    Migration { name: "casework_0004", sql: include_str!("../migrations/0004_lists.sql") },
    Migration { name: "casework_0005_taken", sql: include_str!("../migrations/0005_taken.sql") },
    Migration { name: "casework_0006_items", sql: include_str!("../migrations/0006_items.sql") },
];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        table: "cases",
        column: "personal_sealed",
        key: "id",
        place: "case:{id}:personal",
        label: "申请人信息",
    },
    SealedColumn {
        table: "case_forms",
        column: "form_sealed",
        key: "case_id",
        place: "case:{case_id}:form",
        label: "申请表内容",
    },
    SealedColumn {
        table: "case_forms",
        column: "delivery_sealed",
        key: "case_id",
        place: "case:{case_id}:delivery",
        label: "领取和收件信息",
    },
    SealedColumn {
        table: "case_flows",
        column: "instance",
        key: "case_id",
        place: "case:{case_id}:flow",
        label: "流程数据",
    },
    SealedColumn {
        table: "case_documents",
        column: "data_sealed",
        key: "id",
        place: "case:{case_id}:document",
        label: "文书内容",
    },
];
