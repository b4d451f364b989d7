//! Taking running cases over to another version of their flow, by choice (FORM-030).
//!
//! Each case is a command of its own: one that can't be taken over stays where it is and says why; the others go.

use std::collections::HashMap;
use std::sync::Arc;

use design::Calls;
use flow::Definition;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Running, kept, monitor, reference};
use crate::cases::model::EventKind;
use crate::cases::service::Casework;
use crate::cases::service::change::{Actor, Change};
use crate::cases::store::{case, case_flow};

/// Most cases of one request.
const MOST: u64 = 500;

/// Which cases go where.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MigrateFlow {
    /// Version they run on.
    pub from: i64,
    /// Version they are to run on.
    pub to: i64,
    /// Steps that are gone, and which step takes their place.
    #[serde(default)]
    pub mapping: HashMap<String, String>,
    /// Only these; all when absent.
    #[serde(default)]
    pub cases: Option<Vec<Uuid>>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of the cases.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FlowMigration {
    /// Taken over.
    pub moved: usize,
    /// Left where they are.
    pub refused: usize,
    /// Case by case.
    pub items: Vec<CaseMigration>,
    /// Whether there are more than one request takes; ask again.
    pub more: bool,
}

/// What became of a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseMigration {
    /// Case.
    pub case_id: Uuid,
    /// Number.
    pub case_number: String,
    /// Whether it was, or would be, taken over.
    pub moved: bool,
    /// Why not.
    pub message: Option<String>,
}

impl Casework {
    /// Takes running cases over, or says what would happen.
    ///
    /// # Errors
    /// 404 for an unknown flow or version, 422 for a mapping to a step that is not there.
    pub async fn migrate_flow(&self, caller: &Principal, key: &str, asked: MigrateFlow) -> Result<FlowMigration> {
        if asked.from == asked.to {
            return Err(Problem::invalid_field("/to", "same", "选另一个版本，现在选的就是原来的版本"));
        }
        let to = self.design.flow(&reference(key, asked.to)).await?;
        let unknown = |step: &str| format!("新版本里没有“{step}”这个环节，请重新选");
        let wrong: Vec<FieldProblem> = asked
            .mapping
            .iter()
            .filter(|(_, step)| to.node(step).is_none())
            .map(|(gone, step)| FieldProblem::new(format!("/mapping/{gone}"), "unknown_step", unknown(step)))
            .collect();
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        // Each case may keep other versions of the flows that are called; which is told case by case.
        self.design.flow(&reference(key, asked.from)).await?;
        let mut select = monitor::running_on(caller, key).filter(case_flow::Column::FlowVersion.eq(asked.from));
        if let Some(only) = &asked.cases {
            select = select.filter(case::Column::Id.is_in(only.iter().copied()));
        }
        let rows = select.order_by_asc(case::Column::Id).limit(MOST + 1).all(self.platform.db.read()).await?;
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        let mut items = Vec::with_capacity(rows.len().min(most));
        for row in rows.into_iter().take(most) {
            let number = row.case_number.clone().unwrap_or_default();
            let outcome = if asked.dry_run {
                self.try_over(row.id, key, &asked).await
            } else {
                self.take_over(caller, row.id, key, &asked).await
            };
            let message = match outcome {
                Ok(()) => None,
                // A refusal is an answer; anything else stops the whole.
                Err(problem) if problem.status() == axum::http::StatusCode::CONFLICT => {
                    Some(problem.title().to_owned())
                }
                Err(problem) => return Err(problem),
            };
            items.push(CaseMigration { case_id: row.id, case_number: number, moved: message.is_none(), message });
        }
        let moved = items.iter().filter(|item| item.moved).count();
        Ok(FlowMigration { moved, refused: items.len() - moved, items, more })
    }

    /// The other version as a case would run on it: flows it calls already keep their versions, others come new.
    async fn other_version(&self, running: &Running, asked: &MigrateFlow) -> Result<(Arc<Definition>, Calls)> {
        let to = reference(&running.key, asked.to);
        let mut calls = self.design.calls_of(&to, None).await?;
        for (called, version) in &mut calls {
            *version = running.calls.get(called).copied().unwrap_or(*version);
        }
        Ok((self.design.flow_with(&to, &calls).await?, calls))
    }

    async fn try_over(&self, id: Uuid, key: &str, asked: &MigrateFlow) -> Result<()> {
        let running = self.running(self.platform.db.read(), id).await?;
        let Some(running) = running.filter(|running| running.key == key) else { return Ok(()) };
        let (to, _) = self.other_version(&running, asked).await?;
        flow::migrate(&running.definition, &to, &running.instance, &asked.mapping, self.design.expressions())
            .map(|_| ())
            .map_err(super::refusal)
    }

    async fn take_over(&self, caller: &Principal, id: Uuid, key: &str, asked: &MigrateFlow) -> Result<()> {
        let (casework, actor, key, asked) = (self.clone(), Actor::of(caller), key.to_owned(), asked.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { casework.over(tx, id, actor, &key, &asked).await })
            })
            .await
    }

    async fn over(&self, tx: &Tx, id: Uuid, actor: Actor, key: &str, asked: &MigrateFlow) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        let running = self.running_in(tx, id).await?;
        // Somebody else may have finished it, or taken it over, since the list was read.
        if !monitor::runs(&loaded.row.state) || running.version != asked.from || running.key != key {
            return Err(Problem::conflict("flow_moved_on", "这个办件刚刚办完，或者已经换过版本。"));
        }
        let (to, calls) = self.other_version(&running, asked).await?;
        let advance =
            flow::migrate(&running.definition, &to, &running.instance, &asked.mapping, self.design.expressions())
                .map_err(super::refusal)?;
        let mut change = Change::of(loaded.row, actor).named("flow.migrate");
        change.record(
            &self.platform,
            EventKind::Document,
            format!("流程从第 {} 版换到第 {} 版", asked.from, asked.to),
            json!({ "flow": key, "from": asked.from, "to": asked.to }),
        )?;
        case_flow::Entity::update_many()
            .col_expr(case_flow::Column::FlowVersion, Expr::value(asked.to))
            .col_expr(case_flow::Column::Calls, Expr::value(kept(&calls)?))
            .filter(case_flow::Column::CaseId.eq(id))
            .exec(tx.conn())
            .await?;
        self.follow(tx, &mut change, &advance).await?;
        change.save(&self.platform, tx).await?;
        Ok(())
    }
}
