//! Rows from a spreadsheet: tried first, every mistake named with its line; entered together or not at all.

use std::collections::{BTreeMap, BTreeSet};

use identity::administration::Table as Brought;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde::Serialize;
use serde_json::{Map, json};
use utoipa::ToSchema;

use super::export::brought;
use super::write::{NewRow, insert, repeated};
use crate::Tables;
use crate::model::{Known, Right};
use crate::sheets::read;

/// Rows of one file.
const MOST: usize = 5_000;
/// Mistakes told one by one.
const TOLD: usize = 200;

/// A mistake of a file.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TableImportMistake)]
pub(crate) struct Mistake {
    /// Line of the file.
    pub line: u64,
    /// What to do.
    pub message: String,
}

/// What a file brought.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableImportReport)]
pub(crate) struct ImportReport {
    /// Whether it was only tried.
    pub trial: bool,
    /// Rows of the file.
    pub rows: u64,
    /// Rows without a mistake.
    pub right: u64,
    /// Rows entered: all, or none while one of them is wrong.
    pub entered: u64,
    /// Columns of the file that are no field of the table and were passed over.
    pub passed_over: Vec<String>,
    /// Mistakes, the first 200.
    pub mistakes: Vec<Mistake>,
    /// How many there are.
    pub mistaken: u64,
}

impl Tables {
    /// Tries a file, or enters its rows when all are right.
    ///
    /// # Errors
    /// 403 without the right, 422 when the file can't be read or no column fits.
    pub(crate) async fn import(
        &self,
        caller: &Principal,
        key: &str,
        file_name: &str,
        content: &str,
        trial: bool,
    ) -> Result<ImportReport> {
        let opened = self.open(caller, key).await?;
        opened.needs(Right::Enter)?;
        let file = Brought::sent(file_name, content)?;
        if file.rows.len() > MOST {
            let title = format!("一次最多导入 {MOST} 行，这个文件有 {} 行，请分成几个文件", file.rows.len());
            return Err(Problem::invalid_field("/content_base64", "too_many", title));
        }
        let fields: Vec<&Known> = brought(&opened).collect();
        let named = |head: &String| {
            let bare = head.split('（').next().unwrap_or(head).trim();
            fields
                .iter()
                .find(|known| known.field.label == *head || known.field.key == *head || known.field.label == bare)
        };
        let columns: Vec<Option<&&Known>> = file.header.iter().map(named).collect();
        if columns.iter().all(Option::is_none) {
            let labels: Vec<&str> = fields.iter().take(5).map(|known| known.field.label.as_str()).collect();
            let title = format!("第一行要是字段名称，例如：{}。可以先下载模板", labels.join("、"));
            return Err(Problem::invalid_field("/content_base64", "no_column", title));
        }
        // What an export adds of its own is no mistake of the person who brings it back.
        let unknown = file.header.iter().zip(&columns).filter(|(_, column)| column.is_none());
        let passed_over: Vec<String> = unknown.map(|(head, _)| head.clone()).filter(|head| !head.is_empty()).collect();
        let (mut new, mut lines) = (Vec::new(), Vec::new());
        let mut wrong: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for (line, cells) in &file.rows {
            let mut data = Map::new();
            for (column, text) in columns.iter().zip(cells) {
                if let Some(known) = column {
                    data.insert(known.field.key.clone(), read(&known.field, text));
                }
            }
            let (outcome, problems) = self.judge(&opened, &data, &Map::new());
            if !problems.is_empty() {
                wrong.entry(*line).or_default().extend(problems.into_iter().map(|problem| problem.message));
            }
            let id = self.platform.new_id();
            new.push(NewRow::of(&self.platform, &opened.table, id, outcome.data, caller.org_id, &caller.name));
            lines.push(*line);
        }
        for (at, messages) in repeated(self.platform.db.read(), &opened.table, &new).await? {
            if let Some(line) = lines.get(at) {
                wrong.entry(*line).or_default().extend(messages);
            }
        }
        let rows = new.len();
        let enters = !trial && wrong.is_empty() && rows > 0;
        if enters {
            let detail = json!({ "table": opened.table.key, "title": opened.table.content.title, "rows": rows });
            let subject = format!("table:{}", opened.table.id);
            let audit = Line::by(caller, self.platform.new_id(), "table.import", subject, detail);
            let table = opened.table;
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        if !repeated(tx.conn(), &table, &new).await?.is_empty() {
                            let title = "刚才有人录入了同样的内容，没有导入。请再试导一次。";
                            return Err(Problem::conflict("taken", title));
                        }
                        insert(tx, new).await?;
                        tx.audit(audit);
                        Ok(())
                    })
                })
                .await?;
        }
        let count = |n: usize| u64::try_from(n).unwrap_or_default();
        let told = wrong.iter().flat_map(|(line, messages)| {
            messages.iter().map(|message| Mistake { line: count(*line), message: message.clone() })
        });
        Ok(ImportReport {
            trial,
            rows: count(rows),
            right: count(rows.saturating_sub(wrong.len())),
            entered: if enters { count(rows) } else { 0 },
            passed_over,
            mistaken: wrong.values().map(|messages| count(messages.len())).sum(),
            mistakes: told.take(TOLD).collect(),
        })
    }
}
