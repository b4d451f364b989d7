//! The timers: a ticket that stands still beyond its time raises itself; each time that was missed is told once.

use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use time::OffsetDateTime;

use super::model::{Act, Missed, State, raised};
use crate::Operations;
use crate::store::fault;

/// Tickets looked at in one round.
const MOST: u64 = 500;
/// Who raises and reminds.
pub(crate) const SYSTEM: &str = "系统";

impl Operations {
    /// Raises what stands still too long and tells what was missed; gives how many tickets changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch_faults(&self, now: OffsetDateTime) -> Result<usize> {
        let open = fault::Entity::find()
            .filter(fault::Column::State.ne(State::Closed.as_str()))
            .order_by_asc(fault::Column::Rank)
            .order_by_asc(fault::Column::Id)
            .limit(MOST)
            .all(self.platform.db.read())
            .await?;
        let mut changed = 0;
        for row in open {
            match self.watch_one(row, now).await {
                Ok(did) => changed += usize::from(did),
                // Somebody works on it at this moment, or another node was faster: the next minute looks again.
                Err(problem) if problem.code() == Problem::stale().code() => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(changed)
    }

    async fn watch_one(&self, mut row: fault::Model, now: OffsetDateTime) -> Result<bool> {
        let mut steps = Vec::new();
        if row.stands().is_down() {
            for (grade, at) in raised(row.times().grade, row.grade_since, now) {
                let said = format!(
                    "超过 {} 小时没有恢复，升为{}",
                    row.times().grade.restored_in().whole_hours(),
                    grade.label()
                );
                steps.push((Act::Overdue, said));
                grade.as_str().clone_into(&mut row.grade);
                row.grade_since = at;
            }
        }
        for missed in row.times().missed(now) {
            let bit = missed as i64;
            if row.told & bit == 0 {
                row.told |= bit;
                let said = Missed::ALL.iter().find(|(one, _)| *one == missed).map_or("", |(_, said)| said);
                steps.push((Act::Late, said.to_owned()));
            }
        }
        if steps.is_empty() {
            return Ok(false);
        }
        let (operations, version) = (self.clone(), row.version);
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let (id, number, title) = (row.id, row.number.clone(), row.title.clone());
                    operations.save_fault(tx.conn(), row, version).await?;
                    for (at, (act, said)) in steps.into_iter().enumerate() {
                        let told = format!("故障 {number}（{title}）：{said}。");
                        operations.tell(tx, &format!("fault:{id}:{}:{at}", version + 1), "fault_raised", &told)?;
                        operations.note_step(tx, id, SYSTEM, act, said).await?;
                    }
                    Ok(true)
                })
            })
            .await
    }
}
