//! Rows and the queries that more than one act needs.

pub mod rows;

use platform::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, QueryOrder};
use time::OffsetDateTime;

use crate::cases::model::EventKind;

pub use rows::{
    case, case_document, case_event, case_flow, case_form, case_material, case_step, extension, form_correction,
    form_value, material_change, outside_progress, progress_attempt, special, task, task_handler, task_mark, urge,
};

/// Everything read to act on or show one case, except long texts.
pub struct Around {
    /// Special procedures, oldest first.
    pub specials: Vec<special::Model>,
    /// Extensions, oldest first.
    pub extensions: Vec<extension::Model>,
    /// Events, oldest first.
    pub events: Vec<case_event::Model>,
}

/// Reads what the clock of a case depends on.
///
/// # Errors
/// When the database refuses.
pub async fn around(conn: &impl ConnectionTrait, id: Uuid) -> Result<Around> {
    let events = case_event::Entity::find()
        .filter(case_event::Column::CaseId.eq(id))
        .order_by_asc(case_event::Column::No)
        .all(conn)
        .await?;
    // A special procedure begins with its event: most cases have none, and need not be asked.
    let special = events.iter().any(|event| event.kind == EventKind::SpecialStart.as_str());
    let specials = if special {
        let of_case = special::Entity::find().filter(special::Column::CaseId.eq(id));
        of_case.order_by_asc(special::Column::Id).all(conn).await?
    } else {
        Vec::new()
    };
    let extensions = extension::Entity::find()
        .filter(extension::Column::CaseId.eq(id))
        .order_by_asc(extension::Column::Id)
        .all(conn)
        .await?;
    Ok(Around { specials, extensions, events })
}

/// Materials of a case by key.
///
/// # Errors
/// When the database refuses.
pub async fn materials(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<case_material::Model>> {
    Ok(case_material::Entity::find()
        .filter(case_material::Column::CaseId.eq(id))
        .order_by_asc(case_material::Column::Key)
        .all(conn)
        .await?)
}

/// Tasks of a case, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn tasks(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<task::Model>> {
    Ok(task::Entity::find().filter(task::Column::CaseId.eq(id)).order_by_asc(task::Column::Id).all(conn).await?)
}

/// A task that begins now, for everybody of a role.
pub fn begun(id: Uuid, row: &case::Model, stage: &str, name: &str, role: &str, at: OffsetDateTime) -> task::Model {
    task::Model {
        id,
        case_id: row.id,
        flow_task: None,
        element: stage.to_owned(),
        stage: stage.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        org_id: row.org_id,
        state: "open".to_owned(),
        created_at: at,
        done_at: None,
        done_by: None,
        done_by_name: None,
        outcome: None,
        opinion: None,
        files: serde_json::json!([]),
        narrowed: false,
        joint: false,
        days: None,
        every_day: false,
        due_at: None,
        owner_id: None,
        owner_name: None,
        took_seconds: None,
        signature_file: None,
        opinion_file: None,
        item_slug: row.item_slug.clone(),
        taken_at: row.taken_at,
        case_due_at: row.due_at,
    }
}

/// Lets the open tasks of a case say again by when it is due, so that work lists need not ask the cases.
///
/// # Errors
/// When the database refuses.
pub async fn follow_due(conn: &impl ConnectionTrait, row: &case::Model) -> Result<()> {
    task::Entity::update_many()
        .col_expr(task::Column::CaseDueAt, Expr::value(row.due_at))
        .filter(task::Column::CaseId.eq(row.id))
        .filter(task::Column::State.eq("open"))
        .exec(conn)
        .await?;
    Ok(())
}

/// Who may do these tasks, by task; a task that nobody in particular has is not among them.
///
/// # Errors
/// When the database refuses.
pub async fn handlers(conn: &impl ConnectionTrait, tasks: &[Uuid]) -> Result<Vec<task_handler::Model>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    Ok(task_handler::Entity::find()
        .filter(task_handler::Column::TaskId.is_in(tasks.iter().copied()))
        .order_by_asc(task_handler::Column::Label)
        .all(conn)
        .await?)
}

/// Documents of a case, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn documents(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<case_document::Model>> {
    let mut found = case_document::Entity::find()
        .filter(case_document::Column::CaseId.eq(id))
        .order_by_asc(case_document::Column::Id)
        .all(conn)
        .await?;
    // Receipt and application are made in one moment; the receipt comes first.
    found.sort_by_key(|document| (document.created_at, document.kind == "form"));
    Ok(found)
}
