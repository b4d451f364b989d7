//! Lines of a batch: entered, changed and deleted until they are cases; shown masked with what became of them.

use std::collections::HashMap;

use casework::cases::service::counter::CounterApplicant;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::store::{self, LinesWanted, batch, line};
use super::{DRAFT, MOST_LINES, idle, not_found, reach, state_label};
use crate::Intake;

/// What is kept of an applicant, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub id_number: String,
    pub phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
}

/// A line to enter or to change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SetLine {
    /// Version of the line; absent for a new one.
    #[serde(default)]
    pub version: i64,
    /// The applicant's basic data.
    pub applicant: CounterApplicant,
}

/// Lines to delete.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RemoveLines {
    /// Which.
    pub lines: Vec<Uuid>,
}

/// A line as people see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BulkLine)]
pub struct LineView {
    /// Id.
    pub id: Uuid,
    /// Number in the batch.
    pub no: i64,
    /// Version to send back.
    pub version: i64,
    /// `person` or `enterprise`.
    pub applicant_kind: String,
    /// A person's name is masked.
    pub applicant_name: String,
    /// Masked; a credit code in full.
    pub id_masked: String,
    /// Masked.
    pub phone_masked: String,
    /// `draft`, `filed`, `accepted`, `completed`.
    pub state: String,
    /// In words; of a case, where it stands now.
    pub state_label: String,
    /// Why the last act did not go through.
    pub problem: String,
    /// Its case.
    pub case_id: Option<Uuid>,
    /// Its number.
    pub case_number: String,
}

/// Which lines.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct LineFilter {
    /// `draft`, `filed`, `accepted`, `completed` or `failed`; all when absent.
    pub state: Option<String>,
    /// Name, case number, or a whole number of identity.
    pub q: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl Intake {
    /// Lines of a batch in their order.
    ///
    /// # Errors
    /// 404 for a batch outside one's reach, 400 for a cursor that can't be read.
    pub async fn list_lines(&self, caller: &Principal, id: Uuid, filter: &LineFilter) -> Result<List<LineView>> {
        let conn = self.platform.db.read();
        let batch = store::batch(conn, id).await?.ok_or_else(not_found)?;
        reach(caller, &batch)?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let text = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let wanted = LinesWanted {
            state: filter.state.clone(),
            text: text.map(|text| (text.to_owned(), self.platform.blind_index(&text.to_uppercase()))),
        };
        let after = match page.cursor_parts(1)? {
            Some(parts) => parts.first().and_then(|text| text.parse().ok()),
            None => None,
        };
        let (rows, total) = store::lines(conn, id, &wanted, after, page.limit() + 1).await?;
        let items = self.line_views(rows).await?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &LineView| vec![one.no.to_string()]))
    }

    pub(crate) async fn line_views(&self, rows: Vec<line::Model>) -> Result<Vec<LineView>> {
        let cases: Vec<Uuid> = rows.iter().filter_map(|row| row.case_id).collect();
        let states: HashMap<Uuid, _> = self.casework.states_of(&cases).await?;
        rows.into_iter()
            .map(|row| {
                let kept = self.kept(&row)?;
                let person = row.applicant_kind == "person";
                let label = row.case_id.and_then(|id| states.get(&id)).map(|case| {
                    if case.step_name.is_empty() {
                        case.label.to_owned()
                    } else {
                        format!("{}（{}）", case.label, case.step_name)
                    }
                });
                Ok(LineView {
                    id: row.id,
                    no: row.no,
                    version: row.version,
                    applicant_name: if person { base::mask::name(&row.applicant_name) } else { row.applicant_name },
                    applicant_kind: row.applicant_kind,
                    id_masked: if person { base::mask::citizen_id(&kept.id_number) } else { kept.id_number },
                    phone_masked: base::mask::phone(&kept.phone),
                    state_label: label.unwrap_or_else(|| state_label(&row.state).to_owned()),
                    state: row.state,
                    problem: row.problem,
                    case_id: row.case_id,
                    case_number: row.case_number,
                })
            })
            .collect()
    }

    /// Enters one line.
    ///
    /// # Errors
    /// 422 naming the field; 409 while a job works on the batch.
    pub async fn add_line(&self, caller: &Principal, id: Uuid, new: SetLine, key: Option<String>) -> Result<LineView> {
        let problems = self.casework.check_applicants(std::slice::from_ref(&new.applicant));
        if let Some(problems) = problems.into_iter().find(|problems| !problems.is_empty()) {
            return Err(Problem::invalid(problems));
        }
        let intake = self.clone();
        let owner = caller.clone();
        let line_id = self.platform.new_id();
        let entered = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let batch = intake.open_batch(tx, &owner, id).await?;
                    if let Some(key) = key.as_deref()
                        && let Some(first) = idempotency::claim(tx, owner.id, "bulk.add_line", key, line_id).await?
                    {
                        return Ok(first);
                    }
                    let row = intake.new_line(&batch, line_id, 0, &new.applicant)?;
                    let known = store::known(tx.conn(), id, std::slice::from_ref(&row.applicant_index)).await?;
                    if let Some(no) = known.values().next() {
                        return Err(double(*no));
                    }
                    let last = store::last_no(tx.conn(), id).await?;
                    room(last, 1)?;
                    store::insert_lines(tx.conn(), vec![line::Model { no: last + 1, ..row }]).await?;
                    tx.audit(intake.line_audit(&owner, id, "bulk.add_lines", 1));
                    Ok(line_id)
                })
            })
            .await?;
        self.line_view(id, entered).await
    }

    /// Changes a line that is no case yet.
    ///
    /// # Errors
    /// 422 naming the field; 409 when its case was made, or for an old page.
    pub async fn change_line(&self, caller: &Principal, id: Uuid, line_id: Uuid, set: SetLine) -> Result<LineView> {
        let problems = self.casework.check_applicants(std::slice::from_ref(&set.applicant));
        if let Some(problems) = problems.into_iter().find(|problems| !problems.is_empty()) {
            return Err(Problem::invalid(problems));
        }
        let (intake, owner) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let batch = intake.open_batch(tx, &owner, id).await?;
                    let old = store::line(tx.conn(), id, line_id)
                        .await?
                        .ok_or_else(|| Problem::not_found("没有找到这一行。"))?;
                    if old.case_id.is_some() {
                        return Err(Problem::conflict("line_is_a_case", "这一行已经生成办件，到办件里改。"));
                    }
                    if old.version != set.version {
                        return Err(Problem::stale());
                    }
                    let row = intake.new_line(&batch, line_id, old.no, &set.applicant)?;
                    let known = store::known(tx.conn(), id, std::slice::from_ref(&row.applicant_index)).await?;
                    if let Some(no) = known.values().find(|no| **no != old.no) {
                        return Err(double(*no));
                    }
                    tx.audit(intake.line_audit(&owner, id, "bulk.change_line", 1));
                    let row = line::Model { version: old.version, ..row };
                    if store::update_line(tx.conn(), row).await? { Ok(()) } else { Err(Problem::stale()) }
                })
            })
            .await?;
        self.line_view(id, line_id).await
    }

    /// Deletes lines that are no cases yet; says how many.
    ///
    /// # Errors
    /// 422 without lines, 409 while a job works on the batch.
    pub async fn remove_lines(&self, caller: &Principal, id: Uuid, remove: RemoveLines) -> Result<u64> {
        if remove.lines.is_empty() || remove.lines.len() > 500 {
            return Err(Problem::invalid_field("/lines", "required", "选择要删除的行，一次最多 500 行"));
        }
        let (intake, owner) = (self.clone(), caller.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    intake.open_batch(tx, &owner, id).await?;
                    let gone = store::delete_lines(tx.conn(), id, &remove.lines).await?;
                    tx.audit(intake.line_audit(&owner, id, "bulk.remove_lines", gone));
                    Ok(gone)
                })
            })
            .await
    }

    /// A batch that lines may be entered into now.
    pub(crate) async fn open_batch(&self, tx: &Tx, caller: &Principal, id: Uuid) -> Result<batch::Model> {
        let batch = store::batch(tx.conn(), id).await?.ok_or_else(not_found)?;
        reach(caller, &batch)?;
        idle(&batch)?;
        Ok(batch)
    }

    /// The row of an applicant that was checked.
    pub(crate) fn new_line(
        &self,
        batch: &batch::Model,
        id: Uuid,
        no: i64,
        applicant: &CounterApplicant,
    ) -> Result<line::Model> {
        let id_number = applicant.id_number.trim().to_uppercase();
        let kept = Kept {
            phone: applicant.phone.trim().to_owned(),
            legal_person: applicant.legal_person.clone().filter(|name| !name.trim().is_empty()),
            id_number,
        };
        Ok(line::Model {
            id,
            batch_id: batch.id,
            no,
            version: 1,
            state: DRAFT.to_owned(),
            applicant_kind: applicant.kind.clone(),
            applicant_name: applicant.name.trim().to_owned(),
            applicant_index: self.platform.blind_index(&kept.id_number),
            personal_sealed: self.platform.seal(&serde_json::to_string(&kept)?, &place(id)),
            problem: String::new(),
            case_id: None,
            case_number: String::new(),
            item_slug: batch.item_slug.clone(),
            org_id: batch.org_id,
            taken_at: batch.taken_at,
            filed_at: None,
            changed_at: self.platform.now(),
        })
    }

    pub(crate) fn kept(&self, row: &line::Model) -> Result<Kept> {
        Ok(serde_json::from_str(&self.platform.unseal(&row.personal_sealed, &place(row.id))?)?)
    }

    /// The applicant of a line as the counter takes him.
    pub(crate) fn applicant(&self, row: &line::Model) -> Result<CounterApplicant> {
        let kept = self.kept(row)?;
        Ok(CounterApplicant {
            kind: row.applicant_kind.clone(),
            name: row.applicant_name.clone(),
            id_number: kept.id_number,
            phone: kept.phone,
            legal_person: kept.legal_person,
        })
    }

    pub(crate) fn line_audit(&self, caller: &Principal, id: Uuid, act: &'static str, lines: u64) -> Line {
        Line::by(caller, self.platform.new_id(), act, format!("bulk_batch:{id}"), json!({ "lines": lines }))
    }

    async fn line_view(&self, batch: Uuid, id: Uuid) -> Result<LineView> {
        let row = store::line(self.platform.db.read(), batch, id).await?;
        let mut views = self.line_views(row.into_iter().collect()).await?;
        views.pop().ok_or_else(|| Problem::not_found("没有找到这一行。"))
    }
}

fn place(id: Uuid) -> String {
    format!("bulk_line:{id}:personal")
}

fn double(no: i64) -> Problem {
    Problem::invalid(vec![FieldProblem::new("/applicant/id_number", "double", format!("和第 {no} 行是同一个申请人"))])
}

/// Refuses more lines than a batch takes.
pub(crate) fn room(last: i64, more: usize) -> Result<()> {
    if u64::try_from(last).unwrap_or(0) + more as u64 > MOST_LINES {
        let message = format!("一个批次最多 {MOST_LINES} 行，请另建一个批次");
        return Err(Problem::invalid_field("/lines", "too_many", message));
    }
    Ok(())
}
