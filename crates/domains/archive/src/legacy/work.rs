//! The job that reads a file, a part at a time, and then compares what came in with the file.
//!
//! Records and the place where it goes on are written in one transaction, so a run that was cut off takes no line
//! twice and leaves none out. A number of a source is one record, however often its file is sent.

use std::collections::{BTreeMap, HashMap, HashSet};

use identity::OrgTree;
use platform::files;
use platform::work::asked;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use serde_json::Value;

use super::mapping::Mapping;
use super::rows::{self, Earlier, Sealed, Sum};
use super::runs::{Kept, Report, Total};
use super::store::{self, earlier, problem, run};
use crate::Archive;

/// Lines read by one run of the job.
const PART: usize = 500;
/// Differences listed; the rest is counted.
const LISTED: u64 = 500;

#[derive(Deserialize)]
struct Payload {
    run: Uuid,
}

/// A file ready to be read.
struct Reading {
    table: Kept,
    mapping: Mapping,
    columns: Vec<Option<&'static str>>,
    orgs: std::sync::Arc<OrgTree>,
}

impl Reading {
    /// A line of the file: its number there, the number in the earlier system, and what it says or what is wrong.
    fn line(&self, at: usize, now: time::OffsetDateTime) -> Option<(i64, String, Result<Earlier, Vec<String>>)> {
        let (no, cells) = self.table.rows.get(at)?;
        let line = self.mapping.line(&self.table.header, &self.columns, cells);
        let number = line.get("source_number").to_owned();
        Some((i64::try_from(*no).unwrap_or(0), number, rows::read(&line, &self.orgs, now)))
    }

    /// Lines at which each number stands first: a second line of one number is refused.
    fn firsts(&self) -> HashMap<String, usize> {
        let at = self.columns.iter().position(|column| *column == Some("source_number"));
        let mut firsts = HashMap::new();
        for (place, (_, cells)) in self.table.rows.iter().enumerate() {
            let number = at.and_then(|at| cells.get(at)).map(|text| text.trim().to_owned()).unwrap_or_default();
            if !number.is_empty() {
                firsts.entry(number).or_insert(place);
            }
        }
        firsts
    }
}

impl Archive {
    async fn reading(&self, run: &run::Model) -> Result<Reading> {
        let (_, bytes) = files::read(&self.platform, run.file_id).await?;
        let table: Kept = serde_json::from_slice(&bytes)?;
        let mapping: Mapping = serde_json::from_value(run.mapping.clone())?;
        let columns = mapping.columns_of(&table.header)?;
        Ok(Reading { table, mapping, columns, orgs: self.identity.orgs().await? })
    }

    /// The job behind [`super::JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn legacy_job(&self, payload: Value) -> Result<()> {
        let Payload { run: id } = serde_json::from_value(payload)?;
        let Some(run) = store::run_of(self.platform.db.read(), id).await? else { return Ok(()) };
        let done = match run.state.as_str() {
            "running" => self.take_part(run.clone()).await,
            "comparing" => self.compare(run.clone()).await,
            _ => return Ok(()),
        };
        match done {
            // Nothing that trying again would mend: it stops visibly and can go on later.
            Err(problem) if !problem.status().is_server_error() && problem.code() != "stale_version" => {
                let why = problem.title().to_owned();
                self.stop(run, why).await
            }
            other => other,
        }
    }

    async fn stop(&self, run: run::Model, why: String) -> Result<()> {
        let said = format!("{}改好后可以从停下的地方继续。", asked::sentence(&why));
        let row = run::Model { state: "stopped".to_owned(), problem: why, ..run };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::update_run(tx.conn(), row).await?;
                    tx.came_out(true, said).await
                })
            })
            .await
    }

    /// Reads the next part of the lines.
    async fn take_part(&self, mut run: run::Model) -> Result<()> {
        let reading = self.reading(&run).await?;
        let now = self.platform.now();
        let firsts = reading.firsts();
        let from = usize::try_from(run.next_row).map_err(Problem::internal)?;
        let until = (from + PART).min(reading.table.rows.len());
        let (mut good, mut wrong) = (Vec::new(), Vec::new());
        for at in from..until {
            let Some((line, number, read)) = reading.line(at, now) else { continue };
            let twice = firsts.get(&number).is_some_and(|first| *first != at);
            match read {
                _ if twice => {
                    let first = firsts.get(&number).and_then(|first| reading.table.rows.get(*first));
                    let first = first.map_or(0, |(no, _)| *no);
                    wrong.push((line, number, format!("和文件第 {first} 行是同一个编号")));
                }
                Ok(earlier) => good.push(earlier),
                Err(why) => wrong.push((line, number, why.join("；"))),
            }
        }
        let numbers: Vec<String> = good.iter().map(|one| one.source_number.clone()).collect();
        let known = store::by_numbers(self.platform.db.read(), &run.source, &numbers).await?;
        let known: HashMap<&str, &earlier::Model> = known.iter().map(|row| (row.source_number.as_str(), row)).collect();
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for one in good {
            match known.get(one.source_number.as_str()) {
                Some(row) if row.digest == one.digest() => run.unchanged += 1,
                Some(row) => {
                    run.updated += 1;
                    changed.push(self.earlier_row(row.id, &run, one)?);
                }
                None => {
                    run.created += 1;
                    new.push(self.earlier_row(self.platform.new_id(), &run, one)?);
                }
            }
        }
        run.failed += i64::try_from(wrong.len()).map_err(Problem::internal)?;
        let problems = wrong.into_iter().map(|(line, source_number, message)| problem::Model {
            id: self.platform.new_id(),
            run_id: run.id,
            kind: "line".to_owned(),
            line,
            source_number,
            message,
        });
        let problems: Vec<problem::Model> = problems.collect();
        run.next_row = i64::try_from(until).map_err(Problem::internal)?;
        let over = until >= reading.table.rows.len();
        match (over, run.trial) {
            (false, _) => {}
            (true, true) => {
                run.state = "done".to_owned();
                run.finished_at = Some(now);
            }
            (true, false) => run.state = "comparing".to_owned(),
        }
        let archive = self.clone();
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::update_run(tx.conn(), run.clone()).await?;
                    store::insert_problems(tx.conn(), problems).await?;
                    if !run.trial {
                        store::insert_cases(tx.conn(), new).await?;
                        for row in changed {
                            store::update_case(tx.conn(), row).await?;
                        }
                    }
                    let run = run::Model { version: run.version + 1, ..run };
                    if run.state != "done" {
                        tx.go_on(archive.legacy_part(&run));
                        return Ok(());
                    }
                    let ready = run.created + run.updated;
                    tx.came_out(false, format!("可以导入 {ready} 条，有问题 {} 条。", run.failed)).await
                })
            })
            .await
    }

    fn earlier_row(&self, id: Uuid, run: &run::Model, one: Earlier) -> Result<earlier::Model> {
        let sealed = serde_json::to_string(&one.sealed)?;
        let index = if one.sealed.id_number.is_empty() {
            String::new()
        } else {
            self.platform.blind_index(&one.sealed.id_number)
        };
        Ok(earlier::Model {
            id,
            digest: one.digest(),
            personal_sealed: self.platform.seal(&sealed, &format!("legacy_case:{id}:personal")),
            applicant_index: index,
            source: run.source.clone(),
            source_number: one.source_number,
            item_name: one.item_name,
            item_slug: one.item_slug,
            org_id: one.org_id,
            channel: one.channel,
            applicant_kind: one.applicant_kind,
            applicant_name: one.applicant_name,
            result: one.result,
            submitted_at: one.submitted_at,
            accepted_at: one.accepted_at,
            closed_at: one.closed_at,
            run_id: run.id,
            changed_at: self.platform.now(),
        })
    }

    /// What a stored record says, for its digest.
    pub(super) fn read_back(&self, row: &earlier::Model) -> Result<Earlier> {
        let sealed: Sealed = serde_json::from_str(
            &self.platform.unseal(&row.personal_sealed, &format!("legacy_case:{}:personal", row.id))?,
        )?;
        Ok(Earlier {
            source_number: row.source_number.clone(),
            item_name: row.item_name.clone(),
            item_slug: row.item_slug.clone(),
            org_id: row.org_id,
            channel: row.channel.clone(),
            applicant_kind: row.applicant_kind.clone(),
            applicant_name: row.applicant_name.clone(),
            result: row.result.clone(),
            submitted_at: row.submitted_at,
            accepted_at: row.accepted_at,
            closed_at: row.closed_at,
            sealed,
        })
    }

    /// Reads file and database once more, line by line, and writes down where they differ.
    async fn compare(&self, run: run::Model) -> Result<()> {
        let reading = self.reading(&run).await?;
        let now = self.platform.now();
        let (mut source_sum, mut target_sum) = (Sum::default(), Sum::default());
        let mut report = Report { source_rows: reading.table.rows.len() as u64, ..Report::default() };
        let mut totals: BTreeMap<String, Total> = BTreeMap::new();
        let mut problems = Vec::new();
        let mut met: HashSet<String> = HashSet::new();
        for from in (0..reading.table.rows.len()).step_by(PART) {
            let lines: Vec<_> =
                (from..(from + PART).min(reading.table.rows.len())).filter_map(|at| reading.line(at, now)).collect();
            let numbers: Vec<String> = lines.iter().map(|(_, number, _)| number.clone()).collect();
            let stored = store::by_numbers(self.platform.db.read(), &run.source, &numbers).await?;
            let stored: HashMap<&str, &earlier::Model> =
                stored.iter().map(|row| (row.source_number.as_str(), row)).collect();
            for (line, number, read) in lines {
                let wanted = read.as_ref().ok().map(|one| (one.digest(), one.org_id));
                let name = match &wanted {
                    Some((_, org)) => reading.orgs.get(*org).map(|org| org.name.clone()).unwrap_or_default(),
                    None => "读不出来的行".to_owned(),
                };
                let total = totals.entry(name.clone()).or_insert_with(|| Total { name, ..Total::default() });
                total.source += 1;
                if let Some((digest, _)) = &wanted {
                    source_sum.add(digest);
                }
                let first = met.insert(number.clone());
                let found = if first { stored.get(number.as_str()) } else { None };
                let why = match (found, &wanted) {
                    (Some(row), Some((digest, _))) => {
                        let own = self.read_back(row)?.digest();
                        report.target_rows += 1;
                        total.target += 1;
                        target_sum.add(&own);
                        (own != *digest).then_some("库里的内容和文件不一样")
                    }
                    (Some(_), None) => Some("文件这一行读不出来，库里有以前导入的"),
                    (None, _) => Some("没有导入"),
                };
                if let Some(why) = why {
                    report.differences += 1;
                    if report.differences <= LISTED {
                        problems.push(problem::Model {
                            id: self.platform.new_id(),
                            run_id: run.id,
                            kind: "difference".to_owned(),
                            line,
                            source_number: number,
                            message: why.to_owned(),
                        });
                    }
                }
            }
        }
        report.source_sum = source_sum.text();
        report.target_sum = target_sum.text();
        report.totals = totals.into_values().collect();
        let said = format!(
            "新增 {} 条，更新 {} 条，没有导入 {} 条；核对后和文件不一致的 {} 条。",
            run.created, run.updated, run.failed, report.differences
        );
        let row = run::Model {
            state: "done".to_owned(),
            finished_at: Some(now),
            report: serde_json::to_value(&report)?,
            ..run
        };
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::update_run(tx.conn(), row).await?;
                    store::insert_problems(tx.conn(), problems).await?;
                    tx.came_out(false, said).await
                })
            })
            .await
    }
}
