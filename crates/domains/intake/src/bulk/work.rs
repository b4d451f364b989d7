//! The job that does an act over a batch, a part at a time; each part leaves the job of the next.
//!
//! May run twice: a line that went through is not taken again, and cases are made together with the mark on their
//! lines in one transaction.

use casework::cases::model::State;
use casework::cases::service::intake::Accept;
use casework::cases::service::many::{AT_ONCE, Common};
use futures::StreamExt;
use platform::sessions::PrincipalSource;
use platform::web::guard::{Audience, Principal};
use platform::work::asked;
use platform::work::jobs::NewJob;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::store::{self, batch, line};
use super::{Act, FILED};
use crate::Intake;

/// The job.
pub const JOB: &str = "intake.bulk";
/// Cases made by one run of the job.
const MADE: u64 = 1_000;
/// Cases accepted or completed by one run: each is an act of its own, and a job is held for two minutes.
const ACTED: u64 = 200;
/// Acts under way at once: the database commits them together.
const TOGETHER: usize = 8;

/// What a run of the job does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub batch: Uuid,
    pub run: Uuid,
    pub act: Act,
    pub staff: Uuid,
    pub opinion: String,
    /// Lines up to this number were taken by runs before.
    pub after: i64,
}

impl Intake {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn bulk_job(&self, payload: Value) -> Result<()> {
        let run: Run = serde_json::from_value(payload)?;
        let conn = self.platform.db.read();
        let Some(batch) = store::batch(conn, run.batch).await?.filter(|row| row.run_id == Some(run.run)) else {
            return Ok(());
        };
        let Some(caller) = self.identity.principal(&self.platform, Audience::Desk, run.staff).await? else {
            return self.end(&run, "发起人已经停用，没有办理。".to_owned()).await;
        };
        // Rights may have gone since it was set going.
        if !run.act.needs().iter().all(|key| caller.may(key)) {
            return self.end(&run, "发起人没有这个权限了，没有办理。".to_owned()).await;
        }
        let limit = if run.act == Act::Register { MADE } else { ACTED };
        let lines = store::waiting(conn, run.batch, run.act.takes(), run.after, limit).await?;
        let Some(last) = lines.last().map(|line| line.no) else { return self.end(&run, String::new()).await };
        let done = match run.act {
            Act::Register => self.register(&caller, &batch, lines).await,
            Act::Accept | Act::Complete => self.each(&caller, &run, lines).await,
        };
        match done {
            Ok(()) => self.go_on(run, last).await,
            // Nothing that trying again would mend: the item is not offered any more, or not at this window.
            Err(problem) if !problem.status().is_server_error() => self.end(&run, in_words(&problem)).await,
            Err(problem) => Err(problem),
        }
    }

    /// Makes the cases of lines; those with a problem keep it and stay behind.
    async fn register(&self, caller: &Principal, batch: &batch::Model, lines: Vec<line::Model>) -> Result<()> {
        let common = Common {
            item_slug: batch.item_slug.clone(),
            handle_item: batch.handle_item.clone(),
            form: Map::new(),
            delivery_way: batch.delivery_way.clone(),
            text: format!("窗口批量收件（{}）", batch.name),
        };
        let mut rest = lines;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(AT_ONCE));
            let applicants = rest.iter().map(|line| self.applicant(line)).collect::<Result<Vec<_>>>()?;
            let prepared = self.casework.prepare_many(caller, &common, applicants).await?;
            let (mut cases, mut filed, mut failed) = (Vec::new(), Vec::new(), Vec::new());
            for (line, outcome) in rest.into_iter().zip(prepared) {
                match outcome {
                    Ok(case) => {
                        cases.push(case);
                        filed.push(line);
                    }
                    Err(problems) => {
                        let why = problems.into_iter().map(|one| one.message).collect::<Vec<_>>().join("；");
                        failed.push((line.id, why));
                    }
                }
            }
            let intake = self.clone();
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        store::failed(tx.conn(), &failed, tx.now()).await?;
                        if cases.is_empty() {
                            return Ok(());
                        }
                        let made = intake.casework.write_many(tx, cases).await?;
                        let lines = filed
                            .into_iter()
                            .zip(made)
                            .map(|(line, case)| line::Model {
                                version: line.version + 1,
                                state: FILED.to_owned(),
                                problem: String::new(),
                                case_id: Some(case.id),
                                case_number: case.case_number,
                                filed_at: Some(tx.now()),
                                changed_at: tx.now(),
                                ..line
                            })
                            .collect();
                        store::filed(tx.conn(), lines).await
                    })
                })
                .await?;
            rest = later;
        }
        Ok(())
    }

    /// Accepts or completes each case of the lines, a few at a time.
    async fn each(&self, caller: &Principal, run: &Run, lines: Vec<line::Model>) -> Result<()> {
        let outcomes: Vec<(Uuid, Result<Option<String>>)> = futures::stream::iter(lines)
            .map(|line| async move {
                let Some(case) = line.case_id else { return (line.id, Ok(None)) };
                let outcome = match run.act {
                    Act::Accept => self.accept_one(caller, case, &run.opinion).await,
                    _ => self.casework.complete_own(caller, case, &run.opinion).await,
                };
                (line.id, outcome)
            })
            .buffer_unordered(TOGETHER)
            .collect()
            .await;
        let (mut moved, mut waiting, mut failed, mut broken) = (Vec::new(), Vec::new(), Vec::new(), None);
        for (id, outcome) in outcomes {
            match outcome {
                Ok(None) => moved.push(id),
                // The caller's part is done; the line tells by its case's step who has it now.
                Ok(Some(_)) => waiting.push(id),
                Err(problem) if problem.status().is_server_error() => broken = Some(problem),
                Err(problem) => failed.push((id, in_words(&problem))),
            }
        }
        let (state, before) = (run.act.gives(), run.act.takes());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::moved(tx.conn(), &moved, state, tx.now()).await?;
                    store::moved(tx.conn(), &waiting, before, tx.now()).await?;
                    store::failed(tx.conn(), &failed, tx.now()).await
                })
            })
            .await?;
        // What went through is kept; the job comes again for what the database refused.
        broken.map_or(Ok(()), Err)
    }

    async fn accept_one(&self, caller: &Principal, case: Uuid, note: &str) -> Result<Option<String>> {
        let state = self.casework.state_of(case).await?;
        if matches!(state, State::NotAccepted | State::Withdrawn | State::Voided) {
            return Err(Problem::conflict("case_over", format!("这一件{}，没有受理。", state.label())));
        }
        if !state.is_intake() {
            // Somebody accepted it by hand meanwhile.
            return Ok(None);
        }
        let version = self.casework.version_of(case).await?;
        let accept = Accept { version, note: note.to_owned(), tolerated: Vec::new() };
        self.casework.accept(caller, case, accept).await.map(|()| None)
    }

    /// Leaves the job of the next part.
    async fn go_on(&self, run: Run, last: i64) -> Result<()> {
        let next = Run { after: last, ..run };
        let job = NewJob {
            id: self.platform.new_id(),
            kind: JOB,
            payload: serde_json::to_value(&next)?,
            run_at: None,
            key: Some(format!("{JOB}:{}:{last}", next.run)),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.go_on(job);
                    Ok(())
                })
            })
            .await
    }

    /// The batch is free again; who set it going is told how it came out.
    async fn end(&self, run: &Run, problem: String) -> Result<()> {
        let (id, run) = (run.batch, run.run);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let Some(mut row) = store::batch(tx.conn(), id).await?.filter(|row| row.run_id == Some(run)) else {
                        return Ok(());
                    };
                    row.doing = String::new();
                    row.run_id = None;
                    row.problem.clone_from(&problem);
                    row.changed_at = tx.now();
                    if !store::update_batch(tx.conn(), row).await? {
                        return Err(Problem::stale());
                    }
                    if !problem.is_empty() {
                        return tx.came_out(true, format!("{}已经办了的不受影响。", asked::sentence(&problem))).await;
                    }
                    let counts = store::counts(tx.conn(), &[id]).await?;
                    let failed: i64 = counts.into_iter().map(|(_, _, _, failed)| failed).sum();
                    let said = if failed > 0 {
                        format!("有 {failed} 行没有通过，原因写在各行里。")
                    } else {
                        String::new()
                    };
                    tx.came_out(false, said).await
                })
            })
            .await
    }
}

/// A refusal with what it says about fields, as one sentence.
fn in_words(problem: &Problem) -> String {
    let fields = problem.field_errors().iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("；");
    if fields.is_empty() { problem.title().to_owned() } else { fields }
}
