//! Lists: cases of one's reach, own cases, tasks, the board by time left, the workbench, export.
//!
//! Each is bounded, keyset paged and tells an exact total. Reach (organisation) is part of every query.

mod cases;
mod export;
mod mine;
mod paging;
mod tasks;
mod workbench;

pub(crate) use cases::open_states;
pub use cases::{CaseFilter, CaseList, CaseRow};
pub use export::csv_cell;
pub use mine::{MyCaseList, MyCaseRow, MyCounts, MyFilter};
pub use tasks::{TaskFilter, TaskRow};
pub use workbench::{BoardColumn, WeekDay, Workbench, WorkbenchCounts};
