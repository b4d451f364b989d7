//! The passing of time: reminded on the last day, alerted when late, closed by rule after the days of grace. Looked at
//! regularly by the program, not by jobs of their own, because a changed calendar moves the dates.

use platform::work::outbox::Event;
use platform::{Result, Tx};
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use super::store;
use super::store::tolerance::{self, Column};
use crate::Casework;
use crate::cases::model::{Closing, EventKind};
use crate::cases::service::Loaded;
use crate::cases::service::change::{Actor, Change};

/// Cases looked at per read.
const PAGE: u64 = 100;

impl Casework {
    /// Reminds, alerts and closes what is due; says how many cases something was done with. May run twice, on two
    /// nodes at once.
    ///
    /// # Errors
    /// When the database refuses; a case that can't be closed now is logged and looked at the next time.
    pub async fn watch_tolerances(&self) -> Result<u64> {
        let (mut done, mut after) = (0, None);
        loop {
            let cases = store::waking(self.platform.db.read(), self.platform.now(), after, PAGE).await?;
            let Some(last) = cases.last() else { return Ok(done) };
            after = Some(*last);
            for id in cases {
                let casework = self.clone();
                let woken = self
                    .platform
                    .db
                    .write(self.platform.now(), move |tx| Box::pin(async move { casework.wake(tx, id).await }))
                    .await;
                match woken {
                    Ok(()) => done += 1,
                    Err(problem) => {
                        tracing::warn!(case.id = %id, cause = %problem, "a promised material could not be followed up")
                    }
                }
            }
        }
    }

    async fn wake(&self, tx: &Tx, id: Uuid) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        if !loaded.state()?.is_open() {
            return store::end_open(tx.conn(), id, false).await;
        }
        let open = store::open_of(tx.conn(), id).await?;
        if open.iter().any(|row| row.closes_at.is_some_and(|at| at <= tx.now())) {
            return self.close_by_rule(tx, loaded, &open).await;
        }
        if store::told(tx.conn(), id, Column::OverdueAt, Column::DueAt, tx.now()).await? > 0 {
            // Late already: the reminder would come after its time.
            store::told(tx.conn(), id, Column::WarnedAt, Column::WarnAt, tx.now()).await?;
            self.tell_of(tx, &loaded, "case.tolerance_overdue");
        } else if store::told(tx.conn(), id, Column::WarnedAt, Column::WarnAt, tx.now()).await? > 0 {
            self.tell_of(tx, &loaded, "case.tolerance_expiring");
        }
        Ok(())
    }

    fn tell_of(&self, tx: &Tx, loaded: &Loaded, topic: &'static str) {
        let row = &loaded.row;
        tx.publish(Event {
            id: self.platform.new_id(),
            topic,
            subject: format!("case:{}:{}", row.org_id, row.id),
            payload: json!({
                "topic": topic, "case_id": row.id, "case_number": row.case_number, "account_id": row.account_id,
                "state": row.state, "event_no": row.event_count,
            }),
        });
    }

    /// Closes a case whose promise was not kept, as the notice at acceptance said (补正不来办结 of the standard list).
    async fn close_by_rule(&self, tx: &Tx, loaded: Loaded, open: &[tolerance::Model]) -> Result<()> {
        let names = open.iter().map(|row| format!("“{}”", row.name)).collect::<Vec<_>>().join("、");
        let why = format!("容缺的{names}逾期没有补交，按受理时告知的办法办结");
        let mut change = Change::of(loaded.row.clone(), Actor::system());
        change.record(
            &self.platform,
            EventKind::Close,
            why.clone(),
            json!({ "result": Closing::NoCorrection.code(), "tolerance": open.iter().map(|row| &row.key).collect::<Vec<_>>() }),
        )?;
        change.row.closing = Some(Closing::NoCorrection.as_str().to_owned());
        change.row.closing_reason = Some(why);
        change.row.closed_at = Some(tx.now());
        change.row.outcome = Some("aborted".to_owned());
        store::end_open(tx.conn(), loaded.row.id, true).await?;
        self.stop_examination(tx, &mut change, &loaded, "容缺材料逾期").await?;
        change.announce("case.closed");
        change.save(&self.platform, tx).await?;
        Ok(())
    }

    /// Dates of what is still to come, after a calendar changed; says how many moved.
    pub(crate) async fn recalculate_tolerances(&self) -> Result<u64> {
        let calendar = self.calendars.current().await?;
        let (mut moved, mut after) = (0, None);
        loop {
            let rows = store::open_after(self.platform.db.read(), after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(moved) };
            after = Some((last.case_id, last.key.clone()));
            let mut changed = Vec::new();
            for row in rows {
                let dates = super::dates(&calendar, row.since, row.days, row.grace_days)?;
                if (row.warn_at, row.due_at, row.closes_at) != (dates.warn_at, dates.due_at, dates.closes_at) {
                    changed.push((row, dates));
                }
            }
            moved += changed.len() as u64;
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        for (row, dates) in &changed {
                            store::put_dates(tx.conn(), row, *dates).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
    }
}
