//! A table of applicants, as Excel or CSV: right lines are entered, wrong ones are told by their number in the file.

use std::collections::HashMap;

use casework::cases::service::counter::CounterApplicant;
use identity::administration::Table;
use platform::web::guard::Principal;
use platform::work::idempotency;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lines::room;
use super::store::{self, line};
use crate::Intake;

/// A file of applicants.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ImportLines {
    /// Its name; `.xlsx` or `.csv`.
    pub file_name: String,
    /// Its content.
    pub content_base64: String,
}

/// What came of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkImport)]
pub struct Imported {
    /// Lines entered.
    pub added: u64,
    /// Lines left out, by their number in the file.
    pub problems: Vec<ImportProblem>,
}

/// A line that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BulkImportProblem)]
pub struct ImportProblem {
    /// Number of the line in the file.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// Head line of the empty table.
pub const HEAD: [&str; 5] = ["申请人类型", "姓名或名称", "证件号码", "联系电话", "法定代表人"];

/// Columns under the names people give them.
const NAMES: &[(&str, &[&str])] = &[
    ("kind", &["申请人类型", "类型"]),
    ("name", &["姓名或名称", "姓名", "名称", "申请人", "申请人姓名", "企业名称"]),
    ("id_number", &["证件号码", "身份证号码", "身份证号", "统一社会信用代码", "信用代码", "证件号"]),
    ("phone", &["联系电话", "手机", "手机号", "手机号码", "电话"]),
    ("legal_person", &["法定代表人", "负责人"]),
];

/// Reads the applicants of a table.
///
/// # Errors
/// 422 when a needed column is missing.
fn applicants(table: &Table) -> Result<Vec<(u64, CounterApplicant)>> {
    let at: HashMap<&str, usize> = NAMES
        .iter()
        .filter_map(|(field, names)| {
            let found = table.header.iter().position(|title| names.contains(&title.trim()));
            found.map(|at| (*field, at))
        })
        .collect();
    for (field, title) in [("name", "姓名或名称"), ("id_number", "证件号码"), ("phone", "联系电话")] {
        if !at.contains_key(field) {
            let message = format!("表里没有“{title}”这一列。可以下载空表，照着填");
            return Err(Problem::invalid_field("/content_base64", "no_column", message));
        }
    }
    Ok(table
        .rows
        .iter()
        .map(|(line, cells)| {
            let cell = |field: &str| {
                at.get(field).and_then(|at| cells.get(*at)).map(|text| text.trim().to_owned()).unwrap_or_default()
            };
            let id_number = cell("id_number").to_uppercase();
            let kind = match cell("kind").as_str() {
                "企业" | "法人" | "单位" | "个体工商户" | "enterprise" => "enterprise",
                "个人" | "自然人" | "person" => "person",
                // Without the column the number tells: credit codes of enterprises begin with 9.
                _ if base::codes::Uscc::parse(&id_number).is_ok() => "enterprise",
                _ => "person",
            };
            let legal_person = Some(cell("legal_person")).filter(|name| !name.is_empty());
            let applicant = CounterApplicant {
                kind: kind.to_owned(),
                name: cell("name"),
                id_number,
                phone: cell("phone"),
                legal_person,
            };
            (*line as u64, applicant)
        })
        .collect())
}

impl Intake {
    /// Enters the right lines of a file; the wrong ones are told and left out.
    ///
    /// # Errors
    /// 422 for a file that can't be read or has no such columns; 409 while a job works on the batch.
    pub async fn import_lines(
        &self,
        caller: &Principal,
        id: Uuid,
        file: ImportLines,
        key: Option<String>,
    ) -> Result<Imported> {
        let table = Table::sent(&file.file_name, &file.content_base64)?;
        let found = applicants(&table)?;
        let all: Vec<CounterApplicant> = found.iter().map(|(_, applicant)| applicant.clone()).collect();
        let checked = self.casework.check_applicants(&all);
        let (intake, owner, marker) = (self.clone(), caller.clone(), self.platform.new_id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let batch = intake.open_batch(tx, &owner, id).await?;
                    if let Some(key) = key.as_deref()
                        && idempotency::claim(tx, owner.id, "bulk.import", key, marker).await?.is_some()
                    {
                        return Ok(Imported { added: 0, problems: Vec::new() });
                    }
                    let mut problems = Vec::new();
                    let mut rows: Vec<(u64, line::Model)> = Vec::new();
                    let mut seen: HashMap<String, u64> = HashMap::new();
                    for ((line_no, applicant), wrong) in found.into_iter().zip(checked) {
                        if !wrong.is_empty() {
                            let message = wrong.into_iter().map(|one| one.message).collect::<Vec<_>>().join("；");
                            problems.push(ImportProblem { line: line_no, message });
                            continue;
                        }
                        let row = intake.new_line(&batch, intake.platform.new_id(), 0, &applicant)?;
                        if let Some(first) = seen.get(&row.applicant_index) {
                            let message = format!("和文件第 {first} 行是同一个申请人");
                            problems.push(ImportProblem { line: line_no, message });
                            continue;
                        }
                        seen.insert(row.applicant_index.clone(), line_no);
                        rows.push((line_no, row));
                    }
                    let indexes: Vec<String> = rows.iter().map(|(_, row)| row.applicant_index.clone()).collect();
                    let known = store::known(tx.conn(), id, &indexes).await?;
                    rows.retain(|(line_no, row)| match known.get(&row.applicant_index) {
                        Some(no) => {
                            let message = format!("批次里第 {no} 行已经有这个申请人");
                            problems.push(ImportProblem { line: *line_no, message });
                            false
                        }
                        None => true,
                    });
                    let last = store::last_no(tx.conn(), id).await?;
                    room(last, rows.len())?;
                    let added = rows.len() as u64;
                    let rows = rows
                        .into_iter()
                        .zip(last + 1..)
                        .map(|((_, row), no)| line::Model { no, ..row })
                        .collect::<Vec<_>>();
                    store::insert_lines(tx.conn(), rows).await?;
                    tx.audit(intake.line_audit(&owner, id, "bulk.add_lines", added));
                    problems.sort_by_key(|one| one.line);
                    Ok(Imported { added, problems })
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-015
    #[test]
    fn columns_are_known_by_the_names_people_give_them() {
        let text = "姓名,身份证号,手机号\n李明,449902198506170153,19900000002\n";
        let found = applicants(&Table::read("名单.csv", text.as_bytes()).unwrap()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].1.kind.as_str(), found[0].1.phone.as_str()), (2, "person", "19900000002"));
        let text = "名称,统一社会信用代码,电话\n海燕小厨,92449902MA9900KX9E,19900000001\n";
        let found = applicants(&Table::read("名单.csv", text.as_bytes()).unwrap()).unwrap();
        assert_eq!(found[0].1.kind, "enterprise");
        let refused = applicants(&Table::read("名单.csv", "姓名,手机\n李明,1\n".as_bytes()).unwrap()).unwrap_err();
        assert!(refused.field_errors()[0].message.contains("证件号码"));
    }
}
