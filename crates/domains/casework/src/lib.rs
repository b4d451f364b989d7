//! Casework: the path of one case from application to delivery.
//!
//! Start at [`cases::model`] (states and events), then [`cases::service`] (one file per act). What
//! a case is and which tables it owns is told in `cases/README.md`.

pub mod calendars;
pub mod cases;
pub mod permissions;

pub use cases::service::Casework;
pub use permissions::PERMISSIONS;

use platform::db::migrate::Migration;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "casework_0001", sql: include_str!("../migrations/0001_cases.sql") },
    Migration { name: "casework_0002", sql: include_str!("../migrations/0002_old_licence.sql") },
];
