//! Lists: cases of one's reach, own cases, tasks, the board by time left, the workbench, export.
//!
//! Each is bounded, keyset paged and tells an exact total. Reach (organisation) is part of every query.

mod by_item;
mod cases;
mod departments;
mod done;
mod export;
mod lights;
mod mine;
mod paging;
mod tasks;
mod volumes;
mod workbench;

pub(crate) use cases::{day, is_open, open_states};
pub(crate) use paging::{after_submitted, sort_key};
pub(crate) use paging::{bad_cursor, id_part, moment_part, seconds};
pub(crate) use tasks::{is_waiting, task_to_case};

use platform::web::guard::Principal;
use sea_orm::Condition;

use crate::cases::store::{case, task};

/// The caller's reach as a condition over cases.
pub(crate) fn within(caller: &Principal) -> Condition {
    caller.within_taken(case::Column::OrgId, case::Column::ItemSlug, case::Column::TakenAt)
}

/// The same over open tasks, which know what the reach asks of their case.
pub(crate) fn within_tasks(caller: &Principal) -> Condition {
    caller.within_taken(task::Column::OrgId, task::Column::ItemSlug, task::Column::TakenAt)
}

pub use cases::{CaseFilter, CaseList, CaseRow};
pub use departments::DepartmentFigures;
pub use done::{DoneFilter, DoneRow, HideDone, NameDone};
pub use export::ExportAsk;
pub use mine::{MyCaseList, MyCaseRow, MyCounts, MyFilter};
pub use tasks::{TaskFilter, TaskRow};
pub use volumes::{Moment, Volume, bucket};
pub use workbench::{BoardColumn, WeekDay, Workbench, WorkbenchCounts};
