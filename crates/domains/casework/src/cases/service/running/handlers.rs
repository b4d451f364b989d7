//! Who gets a task, and who may do it (FORM-026).
//!
//! A step names people, departments and roles; some are only known when it begins (who did the step before, who
//! accepted the case). A named person needs no role; for departments and dynamic handlers the step's role counts too.
//! When nobody named can be found, everybody with the step's role may take the task, so that no case is lost.

use flow::{Handler, HandlerKind, TaskOrder};
use platform::web::guard::Principal;
use platform::{Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, ExprTrait, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};

use crate::cases::error::CaseError;
use crate::cases::service::lists::within_tasks;
use crate::cases::service::tasks::chosen::Named;
use crate::cases::service::{Casework, reach};
use crate::cases::store::{self, case, task, task_handler};

/// Who gets a task.
pub(crate) struct Assigned {
    /// Role it needs; empty when being named is enough.
    pub role: String,
    /// Who in particular; empty: everybody with the role.
    pub handlers: Vec<Named>,
}

impl Casework {
    /// Finds who gets a task.
    pub(crate) async fn assigned(
        &self,
        conn: &impl ConnectionTrait,
        row: &case::Model,
        order: &TaskOrder,
    ) -> Result<Assigned> {
        let mut handlers: Vec<Named> = Vec::new();
        for handler in &order.handlers {
            if let Some(found) = self.named(conn, row, handler).await?
                && !handlers.iter().any(|one| (one.kind, &one.key) == (found.kind, &found.key))
            {
                handlers.push(found);
            }
        }
        let role = match (&order.role, handlers.is_empty()) {
            (Some(role), _) => role.clone(),
            (None, false) => String::new(),
            (None, true) => "reviewer".to_owned(),
        };
        Ok(Assigned { role, handlers })
    }

    async fn named(&self, conn: &impl ConnectionTrait, row: &case::Model, handler: &Handler) -> Result<Option<Named>> {
        match (handler.kind, handler.key.as_str()) {
            (HandlerKind::Role, key) => {
                let book = self.identity.role_book().await?;
                let label = book.get(key).map_or_else(|| key.to_owned(), |role| role.label.clone());
                Ok(Some(Named { kind: "role", key: key.to_owned(), label }))
            }
            (HandlerKind::Person, key) => self.person(key.parse().ok()).await,
            (HandlerKind::Department, key) => self.department(key.parse().ok()).await,
            (_, "previous_handler") => self.person(done_last(conn, row.id, None).await?).await,
            (_, "acceptor") => self.person(done_last(conn, row.id, Some("intake")).await?).await,
            (_, "superior") => {
                let orgs = self.identity.orgs().await?;
                self.department(orgs.get(row.org_id).and_then(|org| org.parent_id)).await
            }
            _ => self.department(Some(row.org_id)).await,
        }
    }

    /// A member of staff who is still in service.
    async fn person(&self, id: Option<Uuid>) -> Result<Option<Named>> {
        let Some(id) = id else { return Ok(None) };
        let found = self.identity.staff(id).await?.filter(|staff| !staff.disabled);
        Ok(found.map(|staff| Named { kind: "person", key: staff.id.to_string(), label: staff.name }))
    }

    async fn department(&self, id: Option<Uuid>) -> Result<Option<Named>> {
        let Some(id) = id else { return Ok(None) };
        let found = self.identity.org(id).await?;
        Ok(found.map(|org| Named { kind: "department", key: org.id.to_string(), label: org.name }))
    }

    /// Whether the caller may do a task: by role, or because it names him, his department or his role.
    pub(crate) async fn may_take(
        &self,
        conn: &impl ConnectionTrait,
        caller: &Principal,
        task: &task::Model,
    ) -> Result<bool> {
        if !task.narrowed {
            return Ok(caller.has_role(&task.role));
        }
        let handlers = store::handlers(conn, &[task.id]).await?;
        Ok(handlers.iter().any(|handler| takes(caller, task, handler)))
    }

    /// Whether the caller may see a case to do a task of it: it is within reach, or a task names him.
    pub(crate) async fn reaches(
        &self,
        conn: &impl ConnectionTrait,
        caller: &Principal,
        row: &case::Model,
    ) -> Result<()> {
        let out = match reach(caller, row) {
            Ok(()) => return Ok(()),
            Err(out) => out,
        };
        let own = Cond::any()
            .add(task::Column::DoneBy.eq(caller.id))
            .add(task::Column::OwnerId.eq(caller.id))
            .add(task::Column::State.eq("open").and(task::Column::Id.in_subquery(naming(caller))));
        let named = task::Entity::find()
            .filter(task::Column::CaseId.eq(row.id))
            .filter(task::Column::Narrowed.eq(true))
            .filter(own)
            .one(conn)
            .await?;
        if named.is_some() { Ok(()) } else { Err(out) }
    }
}

/// Whether this handler of a task is the caller.
pub(crate) fn takes(caller: &Principal, task: &task::Model, handler: &task_handler::Model) -> bool {
    match handler.kind.as_str() {
        "person" => handler.key == caller.id.to_string(),
        "department" => {
            caller.org_id.is_some_and(|org| handler.key == org.to_string())
                && (task.role.is_empty() || caller.has_role(&task.role))
        }
        _ => caller.has_role(&handler.key) && caller.met_orgs().contains(&task.org_id),
    }
}

/// Tasks that name the caller or his department.
fn naming(caller: &Principal) -> SelectStatement {
    use task_handler::Column;
    let mut own = Cond::any().add(Column::Kind.eq("person").and(Column::Key.eq(caller.id.to_string())));
    if let Some(org) = caller.org_id {
        own = own.add(Column::Kind.eq("department").and(Column::Key.eq(org.to_string())));
    }
    let mut found = Query::select();
    found.column(Column::TaskId).from(task_handler::Entity).cond_where(own);
    found
}

/// Tasks the caller may do, as a condition over open `tasks`; the same as [`takes`] within reach.
pub(crate) fn takeable(caller: &Principal) -> Cond {
    use task_handler::Column;
    let named = |own: Cond| {
        let mut found = Query::select();
        found.column(Column::TaskId).from(task_handler::Entity).cond_where(own);
        task::Column::Id.in_subquery(found)
    };
    let roles = || caller.roles.iter().map(String::as_str);
    let role = Cond::any().add(task::Column::Role.eq("")).add(task::Column::Role.is_in(roles()));
    let person = Cond::all().add(Column::Kind.eq("person")).add(Column::Key.eq(caller.id.to_string()));
    let mut narrowed = Cond::any().add(named(person));
    if let Some(org) = caller.org_id {
        let department = Cond::all().add(Column::Kind.eq("department")).add(Column::Key.eq(org.to_string()));
        narrowed = narrowed.add(Cond::all().add(named(department)).add(role));
    }
    let by_role = Cond::all().add(Column::Kind.eq("role")).add(Column::Key.is_in(roles()));
    // Of a department for which one only takes in, a role meets the cases taken in on the own side, no others.
    let met = Cond::all().add(task::Column::OrgId.is_in(caller.met_orgs())).add(within_tasks(caller));
    narrowed = narrowed.add(Cond::all().add(named(by_role)).add(met));
    Cond::all().add(task::Column::Narrowed.eq(true)).add(narrowed)
}

/// Who did the last task of a case: of its flow, or of a stage.
async fn done_last(conn: &impl ConnectionTrait, case: Uuid, stage: Option<&str>) -> Result<Option<Uuid>> {
    let done = task::Entity::find()
        .filter(task::Column::CaseId.eq(case))
        .filter(task::Column::State.eq("done"))
        .filter(match stage {
            Some(stage) => task::Column::Stage.eq(stage),
            None => task::Column::FlowTask.is_not_null(),
        })
        .order_by_desc(task::Column::DoneAt)
        .order_by_desc(task::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    Ok(done.and_then(|task| task.done_by))
}

/// The open task of a case.
///
/// # Errors
/// 404 for another case's, 409 when it is not open any more.
pub(crate) async fn open_task(tx: &Tx, case: Uuid, id: Uuid) -> Result<task::Model> {
    let found = task::Entity::find_by_id(id).one(tx.conn()).await?.filter(|task| task.case_id == case);
    let task = found.ok_or(CaseError::NotFound)?;
    if task.state == "open" { Ok(task) } else { Err(CaseError::TaskGone.into()) }
}
