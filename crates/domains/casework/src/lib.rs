//! Casework: the path of one case from application to delivery.
//!
//! Start at [`cases::model`] (states and events), then [`cases::service`] (one file per act). What
//! a case is and which tables it owns is told in `cases/README.md`.

pub mod calendars;
pub mod cases;
pub mod counters;
pub mod messages;
pub mod papers;
pub mod permissions;
pub mod statistics;
pub mod supervision;
pub mod tolerance;
pub mod years;

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
    Migration { name: "casework_0007_running", sql: include_str!("../migrations/0007_running.sql") },
    Migration { name: "casework_0008_beside", sql: include_str!("../migrations/0008_beside.sql") },
    Migration { name: "casework_0009_papers", sql: include_str!("../migrations/0009_papers.sql") },
    Migration { name: "casework_0010_outside", sql: include_str!("../migrations/0010_outside.sql") },
    Migration { name: "casework_0011_calls", sql: include_str!("../migrations/0011_calls.sql") },
    Migration { name: "casework_0012_form_data", sql: include_str!("../migrations/0012_form_data.sql") },
    Migration { name: "casework_0013_tolerance", sql: include_str!("../migrations/0013_tolerance.sql") },
    Migration { name: "casework_0014_counters", sql: include_str!("../migrations/0014_counters.sql") },
    Migration { name: "casework_0016_approval", sql: include_str!("../migrations/0016_approval.sql") },
    Migration { name: "casework_0019_library", sql: include_str!("../migrations/0019_library.sql") },
    Migration { name: "casework_0021_amend", sql: include_str!("../migrations/0021_amend.sql") },
    Migration { name: "casework_0022_texts", sql: include_str!("../migrations/0022_texts.sql") },
    Migration { name: "casework_0023_statistics", sql: include_str!("../migrations/0023_statistics.sql") },
    Migration { name: "casework_0024_years", sql: include_str!("../migrations/0024_years.sql") },
    Migration { name: "casework_0026_attempts", sql: include_str!("../migrations/0026_attempts.sql") },
    Migration { name: "casework_0027_totals", sql: include_str!("../migrations/0027_totals.sql") },
    Migration { name: "casework_0028_open", sql: include_str!("../migrations/0028_open.sql") },
    Migration { name: "casework_0029_waiting", sql: include_str!("../migrations/0029_waiting.sql") },
    Migration { name: "casework_0030_tickets", sql: include_str!("../migrations/0030_tickets.sql") },
];

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[
    platform::personal::HeldData {
        key: "case.files",
        table: "cases",
        parts: &[
            "case_forms",
            "case_materials",
            "case_flows",
            "case_documents",
            "case_events",
            "case_steps",
            "form_values",
            "form_corrections",
            "case_material_changes",
            "case_tolerances",
            "case_counters",
        ],
        whose: platform::personal::Whose::Account("account_id = $1 AND state <> 'draft'"),
        since: "created_at",
        label: "办件",
        content: "申请人姓名、证件号码、联系方式、申请表、材料、文书、办理过程",
        source: "您本人填写和上传",
        purpose: "service",
        keep: platform::personal::Keep::Law(
            "办件是政务服务档案，按《政务服务电子文件归档和电子档案管理办法》保存到保管期满，期满后由承办部门依法销毁。",
        ),
    },
    platform::personal::HeldData {
        key: "case.counter",
        table: "cases",
        parts: &[],
        whose: platform::personal::Whose::Number("applicant_index = $1 AND account_id IS NULL"),
        since: "created_at",
        label: "窗口收的办件",
        content: "申请人姓名、证件号码、联系方式、申请表、材料",
        source: "窗口收件时录入",
        purpose: "service",
        keep: platform::personal::Keep::Law("办件是政务服务档案，保存到保管期满，期满后由承办部门依法销毁。"),
    },
    platform::personal::HeldData {
        key: "case.drafts",
        table: "cases",
        parts: &[],
        whose: platform::personal::Whose::Account("account_id = $1 AND state = 'draft'"),
        since: "created_at",
        label: "没有提交的草稿",
        content: "已经填写的申请表和上传的材料",
        source: "您本人填写",
        purpose: "service",
        keep: platform::personal::Keep::Own("/my/cases", "我的办件"),
    },
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
        table: "case_forms",
        column: "beside_sealed",
        key: "case_id",
        place: "case:{case_id}:beside",
        label: "申请表的来源、提醒和比对结果",
    },
    SealedColumn {
        table: "form_corrections",
        column: "changed_sealed",
        key: "id",
        place: "case:{case_id}:correction",
        label: "表单数据更正前后的内容",
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
