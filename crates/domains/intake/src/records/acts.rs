//! What is done with a record: taken or received, sent on, its result written down, handed over.

use casework::cases::service::counter::CounterApplicant;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::{Kind as AuditKind, Line};
use platform::work::idempotency;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, record, step};
use super::{Kind, RecordView, RecordWhole, State, Step, StepView, result_label};
use crate::Intake;

/// Personal data of a record, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub id_number: String,
    pub phone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
    /// Identity number of who collected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
}

/// A record to begin.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewRecord {
    /// Which of the two.
    pub kind: Kind,
    /// Item, which must be flagged for it.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// The applicant's basic data.
    pub applicant: CounterApplicant,
    /// Which papers came with it.
    #[serde(default)]
    pub materials_note: String,
    /// Where it is handled, or was taken.
    #[serde(default)]
    pub elsewhere_name: String,
    /// Its number there.
    #[serde(default)]
    pub elsewhere_number: String,
    /// The result, for out-only.
    #[serde(default)]
    pub result: Option<RecordResult>,
}

/// An approval result.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RecordResult {
    /// `granted` or `refused`.
    pub result: String,
    /// Name of the result, for example 不动产权证书.
    pub name: String,
    /// Its number.
    pub number: String,
    /// Day of the decision, `YYYY-MM-DD`.
    pub on: String,
}

/// Sends a record on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SendRecord {
    /// Version of the page.
    pub version: i64,
    /// Who handles it.
    pub elsewhere_name: String,
    /// Its number there, if known.
    pub elsewhere_number: String,
}

/// Writes the result down.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SetRecordResult {
    /// Version of the page.
    pub version: i64,
    /// Its number where it was handled.
    #[serde(default)]
    pub elsewhere_number: String,
    /// The result.
    #[serde(flatten)]
    pub result: RecordResult,
}

/// Hands over.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DeliverRecord {
    /// Version of the page.
    pub version: i64,
    /// Who collects it.
    pub receiver_name: String,
    /// Identity number of who collects it.
    pub receiver_id_number: String,
    /// On what ground, for somebody else than the applicant.
    pub note: String,
}

fn not_found() -> Problem {
    Problem::not_found("没有找到这条记录。")
}

fn place(id: Uuid) -> String {
    format!("intake_record:{id}:personal")
}

impl Intake {
    /// Begins a record; the clerk gets its number.
    ///
    /// # Errors
    /// 422 naming each field to mend, also for an item not flagged for it; 404 outside the caller's windows.
    pub async fn begin_record(&self, caller: &Principal, new: NewRecord, key: Option<String>) -> Result<RecordWhole> {
        let item = self.casework.catalogue.published(&new.item_slug).await?;
        let kinds = self.kinds_of(caller, &new.item_slug).await?;
        let agreed = if new.kind == Kind::InOnly { kinds.in_only } else { kinds.out_only };
        if !agreed {
            let message = format!(
                "这个事项没有商定可以按{}办。先和部门商定，再到“受理方式”里勾选",
                Kind::label_of(new.kind.as_str())
            );
            return Err(Problem::invalid_field("/item_slug", "not_agreed", message));
        }
        let handle = item
            .item
            .handle_item(&new.handle_item)
            .ok_or_else(|| Problem::invalid_field("/handle_item", "option", "选择要办的是哪一种业务"))?;
        let mut problems: Vec<FieldProblem> =
            self.casework.check_applicants(std::slice::from_ref(&new.applicant)).into_iter().flatten().collect();
        if new.elsewhere_name.trim().is_empty() {
            let message =
                if new.kind == Kind::InOnly { "写明转给哪里办理" } else { "写明在哪里受理的" };
            problems.push(FieldProblem::new("/elsewhere_name", "required", message));
        }
        let result = match (new.kind, new.result) {
            (Kind::OutOnly, Some(result)) => Some(checked(result, "/result", &mut problems)),
            (Kind::OutOnly, None) => {
                problems.push(FieldProblem::new("/result/name", "required", "填写收到的办理结果"));
                None
            }
            (Kind::InOnly, _) => None,
        };
        lengths(
            &[("/materials_note", new.materials_note.as_str()), ("/elsewhere_name", new.elsewhere_name.as_str())],
            &mut problems,
        );
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        let (id, now) = (self.platform.new_id(), self.platform.now());
        let applicant = &new.applicant;
        let kept = Kept {
            id_number: applicant.id_number.trim().to_uppercase(),
            phone: applicant.phone.trim().to_owned(),
            legal_person: applicant.legal_person.clone().filter(|name| !name.trim().is_empty()),
            receiver: None,
        };
        let day = base::zone::china_date(now).to_string().replace('-', "");
        let letter = new.kind.letter();
        let running = self.platform.numbers.next(&self.platform, &format!("intake_record:{letter}:{day}")).await?;
        let state = if new.kind == Kind::InOnly { State::Taken } else { State::Received };
        let text = match (&result, new.kind) {
            (Some(result), _) => format!(
                "收到{}转来的结果：{}《{}》",
                new.elsewhere_name.trim(),
                result_label(&result.result),
                result.name
            ),
            (None, _) => format!("窗口收件，由{}办理", new.elsewhere_name.trim()),
        };
        let known = result.is_some();
        let result = result.unwrap_or_default();
        let row = record::Model {
            id,
            version: 1,
            number: format!("{letter}{day}{running:04}"),
            kind: new.kind.as_str().to_owned(),
            state: state.as_str().to_owned(),
            item_slug: item.slug.clone(),
            item_name: item.item.name.clone(),
            handle_item: handle.key.clone(),
            handle_item_name: handle.name.clone(),
            org_id: item.org_id,
            taken_at: caller.org_id,
            applicant_kind: applicant.kind.clone(),
            applicant_name: applicant.name.trim().to_owned(),
            applicant_index: self.platform.blind_index(&kept.id_number),
            personal_sealed: self.platform.seal(&serde_json::to_string(&kept)?, &place(id)),
            materials_note: new.materials_note.trim().to_owned(),
            elsewhere_name: new.elsewhere_name.trim().to_owned(),
            elsewhere_number: new.elsewhere_number.trim().to_owned(),
            result: result.result,
            result_name: result.name,
            result_number: result.number,
            result_on: result.on,
            receiver_name: String::new(),
            received_at: now,
            resulted_at: known.then_some(now),
            delivered_at: None,
            created_by: caller.id,
            created_by_name: caller.name.clone(),
            changed_at: now,
        };
        let line = self.record_line(caller, &row, "intake_record.begin");
        let first = self.step_row(caller, id, "begin", text);
        let who = caller.id;
        let made = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(before) = idempotency::claim(tx, who, "intake_record.begin", key, id).await?
                    {
                        return Ok(before);
                    }
                    store::insert(tx.conn(), row).await?;
                    store::add_step(tx.conn(), first).await?;
                    tx.audit(line);
                    Ok(id)
                })
            })
            .await?;
        self.record(caller, made).await
    }

    /// A record within reach with what was done.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn record(&self, caller: &Principal, id: Uuid) -> Result<RecordWhole> {
        let row = self.reached_record(caller, id).await?;
        let steps = store::steps(self.platform.db.read(), id).await?;
        let mut views = self.record_views(caller, vec![row]).await?;
        Ok(RecordWhole {
            record: views.pop().ok_or_else(not_found)?,
            steps: steps.into_iter().map(|one| StepView { at: one.at, by_name: one.by_name, text: one.text }).collect(),
        })
    }

    /// Sends an in-only record on to where it is handled.
    ///
    /// # Errors
    /// 409 out of order or for an old page, 422 without a receiver.
    pub async fn send_record(&self, caller: &Principal, id: Uuid, send: SendRecord) -> Result<RecordWhole> {
        let mut problems = Vec::new();
        if send.elsewhere_name.trim().is_empty() {
            problems.push(FieldProblem::new("/elsewhere_name", "required", "写明转给哪里办理"));
        }
        lengths(&[("/elsewhere_name", send.elsewhere_name.as_str())], &mut problems);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        let mut row = self.fresh_record(caller, id, send.version).await?;
        self.advance_record(&mut row, Step::Send)?;
        row.elsewhere_name = send.elsewhere_name.trim().to_owned();
        row.elsewhere_number = send.elsewhere_number.trim().to_owned();
        let text = format!("转给{}办理", row.elsewhere_name);
        self.keep_record(caller, row, "intake_record.send", text).await
    }

    /// Writes the approval result of an in-only record down.
    ///
    /// # Errors
    /// 409 out of order or for an old page, 422 naming each field to mend.
    pub async fn set_record_result(&self, caller: &Principal, id: Uuid, set: SetRecordResult) -> Result<RecordWhole> {
        let mut problems = Vec::new();
        let result = checked(set.result, "", &mut problems);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        let mut row = self.fresh_record(caller, id, set.version).await?;
        self.advance_record(&mut row, Step::Result)?;
        let text = format!("登记办理结果：{}《{}》", result_label(&result.result), result.name);
        row.result = result.result;
        row.result_name = result.name;
        row.result_number = result.number;
        row.result_on = result.on;
        if !set.elsewhere_number.trim().is_empty() {
            row.elsewhere_number = set.elsewhere_number.trim().to_owned();
        }
        row.resulted_at = Some(self.platform.now());
        self.keep_record(caller, row, "intake_record.result", text).await
    }

    /// Hands the result of an out-only record over.
    ///
    /// # Errors
    /// 409 out of order or for an old page, 422 naming each field to mend; somebody else than the applicant wants
    /// a ground.
    pub async fn deliver_record(&self, caller: &Principal, id: Uuid, deliver: DeliverRecord) -> Result<RecordWhole> {
        let mut problems = Vec::new();
        let receiver = deliver.receiver_name.trim().to_owned();
        if receiver.is_empty() {
            problems.push(FieldProblem::new("/receiver_name", "required", "填写领取人姓名"));
        }
        let today = base::zone::china_date(self.platform.now());
        if let Err(error) = base::codes::CitizenId::parse(&deliver.receiver_id_number, today) {
            problems.push(FieldProblem::new("/receiver_id_number", "id_number", error.to_string()));
        }
        let mut row = self.fresh_record(caller, id, deliver.version).await?;
        let mut kept = self.record_kept(&row)?;
        let number = deliver.receiver_id_number.trim().to_uppercase();
        let own = number == kept.id_number || kept.legal_person.as_deref() == Some(receiver.as_str());
        if !own && deliver.note.trim().chars().count() < 4 {
            let message = "领取人不是申请人，请写明凭什么代领，例如核对了委托书";
            problems.push(FieldProblem::new("/note", "collector_unknown", message));
        }
        lengths(&[("/note", deliver.note.as_str())], &mut problems);
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        self.advance_record(&mut row, Step::Deliver)?;
        kept.receiver = Some(number);
        row.personal_sealed = self.platform.seal(&serde_json::to_string(&kept)?, &place(id));
        row.receiver_name = receiver;
        row.delivered_at = Some(self.platform.now());
        let note = deliver.note.trim();
        let text = if note.is_empty() {
            format!("{}领取了《{}》", row.receiver_name, row.result_name)
        } else {
            format!("{}领取了《{}》（{note}）", row.receiver_name, row.result_name)
        };
        self.keep_record(caller, row, "intake_record.deliver", text).await
    }

    async fn reached_record(&self, caller: &Principal, id: Uuid) -> Result<record::Model> {
        let row = store::find(self.platform.db.read(), id).await?.ok_or_else(not_found)?;
        if caller.reaches_taken(row.org_id, &row.item_slug, row.taken_at) { Ok(row) } else { Err(not_found()) }
    }

    async fn fresh_record(&self, caller: &Principal, id: Uuid, version: i64) -> Result<record::Model> {
        let row = self.reached_record(caller, id).await?;
        if row.version == version { Ok(row) } else { Err(Problem::stale()) }
    }

    fn advance_record(&self, row: &mut record::Model, step: Step) -> Result<()> {
        let state = State::parse(&row.state)
            .ok_or_else(|| Problem::internal(format!("record {} has state {}", row.id, row.state)))?;
        row.state = state.after(step)?.as_str().to_owned();
        row.changed_at = self.platform.now();
        Ok(())
    }

    async fn keep_record(
        &self,
        caller: &Principal,
        row: record::Model,
        act: &'static str,
        text: String,
    ) -> Result<RecordWhole> {
        let id = row.id;
        let line = self.record_line(caller, &row, act);
        let step = self.step_row(caller, id, act.rsplit('.').next().unwrap_or(act), text);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::update(tx.conn(), row).await?;
                    store::add_step(tx.conn(), step).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.record(caller, id).await
    }

    fn record_line(&self, caller: &Principal, row: &record::Model, act: &'static str) -> platform::work::audit::Entry {
        Line::by(
            caller,
            self.platform.new_id(),
            act,
            format!("intake_record:{}", row.id),
            json!({ "number": row.number, "kind": row.kind, "item": row.item_slug, "state": row.state }),
        )
        .entry()
        .kind(AuditKind::Change)
    }

    fn step_row(&self, caller: &Principal, record: Uuid, step: &str, text: String) -> step::Model {
        step::Model {
            id: self.platform.new_id(),
            record_id: record,
            at: self.platform.now(),
            by_id: caller.id,
            by_name: caller.name.clone(),
            step: step.to_owned(),
            text,
        }
    }

    pub(crate) fn record_kept(&self, row: &record::Model) -> Result<Kept> {
        Ok(serde_json::from_str(&self.platform.unseal(&row.personal_sealed, &place(row.id))?)?)
    }

    pub(crate) async fn record_views(&self, caller: &Principal, rows: Vec<record::Model>) -> Result<Vec<RecordView>> {
        let orgs = self.identity.orgs().await?;
        rows.into_iter()
            .map(|row| {
                let kept = self.record_kept(&row)?;
                let person = row.applicant_kind == "person";
                let state = State::parse(&row.state);
                let may = |step: Step| {
                    caller.may("intake_record.edit") && state.is_some_and(|state| state.after(step).is_ok())
                };
                let can = [("send", Step::Send), ("result", Step::Result), ("deliver", Step::Deliver)];
                Ok(RecordView {
                    can: can.into_iter().filter(|(_, step)| may(*step)).map(|(what, _)| what).collect(),
                    id: row.id,
                    version: row.version,
                    number: row.number,
                    kind_label: Kind::label_of(&row.kind),
                    kind: row.kind,
                    state_label: state.map_or("", State::label),
                    state: row.state,
                    item_name: row.item_name,
                    handle_item_name: row.handle_item_name,
                    org_name: orgs.name_at(row.org_id, row.received_at).unwrap_or_default().to_owned(),
                    applicant_name: if person { base::mask::name(&row.applicant_name) } else { row.applicant_name },
                    applicant_kind: row.applicant_kind,
                    id_masked: if person { base::mask::citizen_id(&kept.id_number) } else { kept.id_number },
                    phone_masked: base::mask::phone(&kept.phone),
                    materials_note: row.materials_note,
                    elsewhere_name: row.elsewhere_name,
                    elsewhere_number: row.elsewhere_number,
                    result_label: result_label(&row.result),
                    result: row.result,
                    result_name: row.result_name,
                    result_number: row.result_number,
                    result_on: row.result_on,
                    receiver_name: if row.receiver_name.is_empty() {
                        String::new()
                    } else {
                        base::mask::name(&row.receiver_name)
                    },
                    received_at: row.received_at,
                    delivered_at: row.delivered_at,
                    created_by_name: row.created_by_name,
                })
            })
            .collect()
    }
}

/// A result with everything it needs; what is missing is added to the problems.
fn checked(result: RecordResult, at: &str, problems: &mut Vec<FieldProblem>) -> RecordResult {
    let result = RecordResult {
        result: result.result.trim().to_owned(),
        name: result.name.trim().to_owned(),
        number: result.number.trim().to_owned(),
        on: result.on.trim().to_owned(),
    };
    if result_label(&result.result).is_empty() {
        problems.push(FieldProblem::new(format!("{at}/result"), "option", "选择结果：准予，或者不予批准"));
    }
    if result.name.is_empty() {
        problems.push(FieldProblem::new(format!("{at}/name"), "required", "填写结果的名称，例如“不动产权证书”"));
    }
    let format = time::macros::format_description!("[year]-[month]-[day]");
    if time::Date::parse(&result.on, format).is_err() {
        problems.push(FieldProblem::new(format!("{at}/on"), "date", "填写作出决定的日期"));
    }
    let (name, number) = (format!("{at}/name"), format!("{at}/number"));
    lengths(&[(name.as_str(), result.name.as_str()), (number.as_str(), result.number.as_str())], problems);
    result
}

fn lengths(fields: &[(&str, &str)], problems: &mut Vec<FieldProblem>) {
    for (pointer, text) in fields {
        if text.chars().count() > 200 {
            problems.push(FieldProblem::new(*pointer, "length", "最多 200 字"));
        }
    }
}
