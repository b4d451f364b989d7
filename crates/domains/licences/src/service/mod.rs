//! What the domain does, one file per act.

mod abolish;
mod correct_draft;
mod import_type;
mod issue;
pub mod look_up;
mod personal;
pub mod verify;

pub use correct_draft::Draft;
use platform::work::audit::Line;
use serde_json::Value;
use uuid::Uuid;

/// An audit line of a caller, or of the system itself.
pub(crate) fn line(
    caller: Option<&platform::web::guard::Principal>,
    id: Uuid,
    action: &'static str,
    licence: Uuid,
    detail: Value,
) -> Line {
    let subject = format!("licence:{licence}");
    match caller {
        Some(caller) => Line::by(caller, id, action, subject, detail),
        None => Line { id, actor_id: None, actor_name: "系统".to_owned(), action, subject, detail },
    }
}
