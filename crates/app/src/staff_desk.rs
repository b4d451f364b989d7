//! What waits for staff, told to the document system: casework knows it, recognition asks (IDENT-017).

use async_trait::async_trait;
use casework::Casework;
use casework::cases::service::lists::TaskFilter;
use platform::Result;
use platform::web::guard::Principal;
use recognition::office::{DeskReminder, DeskSummary, DeskTodo, StaffDesk};

/// To-dos and reminders shown at most.
const SHOWN: u64 = 10;
/// Right without which nobody has to-dos.
const LIST_TASKS: &str = "task.list";

/// Casework as the desktop of another system sees it.
pub(crate) struct Desk(pub(crate) Casework);

#[async_trait]
impl StaffDesk for Desk {
    async fn waiting(&self, caller: &Principal) -> Result<DeskSummary> {
        let mut summary = DeskSummary::default();
        if caller.may(LIST_TASKS) {
            let filter = TaskFilter { limit: Some(SHOWN), ..TaskFilter::default() };
            let tasks = self.0.my_tasks(caller, &filter).await?;
            summary.todo_total = tasks.total;
            summary.todos = tasks
                .items
                .into_iter()
                .map(|task| DeskTodo {
                    title: format!("{}：{}", task.name, task.case.item_name),
                    case_number: task.case.case_number,
                    due_on: task.case.time_left.and_then(|left| left.due_date),
                    to: format!("/desk/cases/{}", task.case.id),
                })
                .collect();
        }
        let inbox = platform::messages::inbox(&self.0.platform, &format!("staff:{}", caller.id), SHOWN).await?;
        summary.reminders = inbox.into_iter().map(|one| DeskReminder { text: one.text, at: one.at }).collect();
        Ok(summary)
    }
}
