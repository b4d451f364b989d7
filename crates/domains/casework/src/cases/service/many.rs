//! Many applications of one item at once, from applicants' basic data alone (批量件, CASE-015).
//!
//! Which items may be taken so is agreed with their departments and decided above; here they become ordinary cases:
//! the same row, event, task, receipt and log line each. The form holds what the batch gives for all and what is known
//! of the applicant; what else it asks for, and the materials, the department agreed to take as a pile (docs/adr/0055).
//! Rows are written with one statement per table, so that a thousand cases are a matter of seconds.

use std::collections::HashMap;
use std::sync::Arc;

use catalogue::PublishedItem;
use catalogue::items::resolve::Answers;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::change::{Actor, all_set};
use super::checks::form_channel;
use super::counter::{CounterApplicant, CounterApplication};
use super::draft::Applicant;
use super::judge::{Application, Handed, judge};
use super::submit::{Filed, Filing, received};
use super::{Casework, Delivery, Loaded, Personal};
use crate::cases::clock;
use crate::cases::model::Channel;
use crate::cases::store::{case, case_document, case_event, case_form, case_material, task};

/// Rows per statement: a case has some forty columns, and SQLite takes 32,766 values in one.
pub const AT_ONCE: usize = 200;

/// What is the same for every case of a batch.
#[derive(Debug, Clone)]
pub struct Common {
    /// Item.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// Form values that hold for all.
    pub form: Map<String, Value>,
    /// `electronic` or `self`.
    pub delivery_way: String,
    /// Sentence of the event.
    pub text: String,
}

/// A case ready to be written.
pub struct Prepared {
    filed: Filed,
    form: case_form::Model,
    materials: Vec<case_material::Model>,
    item: Arc<PublishedItem>,
    line: Line,
}

/// How far a case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseState {
    /// State.
    pub state: String,
    /// In words.
    pub label: &'static str,
    /// Present step; empty at the end.
    pub step_name: String,
    /// Last day on which it is in time, in China; absent while its clock stands.
    pub due_on: Option<String>,
}

/// A case that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledCase {
    /// Id.
    pub id: Uuid,
    /// Case number.
    pub case_number: String,
}

impl Casework {
    /// Problems of applicants as they would be found at the counter, one list each.
    pub fn check_applicants(&self, applicants: &[CounterApplicant]) -> Vec<Vec<FieldProblem>> {
        applicants.iter().map(|one| self.applicant_problems(&basic(one.clone()))).collect()
    }

    /// Judges and numbers one case per applicant; nothing is written yet. An applicant with problems gives those.
    ///
    /// # Errors
    /// 404 for an item outside the caller's windows, 422 for an unknown handling item or way of delivery.
    pub async fn prepare_many(
        &self,
        caller: &Principal,
        common: &Common,
        applicants: Vec<CounterApplicant>,
    ) -> Result<Vec<std::result::Result<Prepared, Vec<FieldProblem>>>> {
        let item = self.catalogue.published(&common.item_slug).await?;
        if !caller.takes_in(item.org_id, &common.item_slug) {
            return Err(Problem::not_found("这个事项不在您的窗口，不能收件。请换到对应的窗口。"));
        }
        if item.item.handle_item(&common.handle_item).is_none() {
            return Err(Problem::invalid_field("/handle_item", "option", "选择要办的是哪一种业务"));
        }
        if !matches!(common.delivery_way.as_str(), "electronic" | "self") {
            let message = "批量件的结果选“只要电子证照”或者“到窗口领取”；要寄的，受理后逐件改";
            return Err(Problem::invalid_field("/delivery_way", "option", message));
        }
        let form = self.design.form(&item.definitions.form).await?;
        let unstored = self.unstored(&item).await?;
        let numbers: Vec<String> = applicants
            .iter()
            .filter(|one| one.kind == "person")
            .map(|one| one.id_number.trim().to_uppercase())
            .collect();
        // Somebody who has an account finds the case there.
        let accounts = self.identity.accounts_by_id_numbers(&numbers).await?;
        let today = base::zone::china_date(self.platform.now()).to_string();
        let delivery = Delivery { way: common.delivery_way.clone(), address: None };
        let mut prepared = Vec::with_capacity(applicants.len());
        for one in applicants {
            let application = basic(one);
            let mut problems = self.applicant_problems(&application);
            if !problems.is_empty() {
                prepared.push(Err(problems));
                continue;
            }
            let applicant = applicant(&application.applicant);
            let mut data = form.prefill(&known(&applicant)).data;
            data.extend(common.form.clone());
            let (answers, nothing) = (Answers::default(), Map::new());
            // Every paper comes in the pile that the batch lists.
            let piled = |_: &str| Handed { handing: "paper".to_owned(), has_files: false };
            let mut judged = judge(
                &Application {
                    item: &item.item,
                    form: &form,
                    handle_item: &common.handle_item,
                    situations: &answers,
                    conditions: &answers,
                    consents: None,
                    data: &data,
                    locked: &nothing,
                    applicant: super::judge::applicant(&applicant.kind, &applicant.name),
                    role: "clerk",
                    checks: &[],
                    channel: form_channel(Channel::Window.as_str()),
                    at_counter: true,
                    today: today.clone(),
                    handed: &piled,
                    held_licence: &|kind| Some(kind.to_owned()),
                    delivery: &delivery,
                },
                self.design.expressions(),
            );
            // Only what was given for all can be wrong here; what else the form asks for may be left out.
            let given = |pointer: &str| {
                pointer
                    .strip_prefix("/form/")
                    .is_some_and(|rest| common.form.contains_key(rest.split('/').next().unwrap_or_default()))
            };
            let wrong = judged.problems.iter().filter(|one| given(&one.pointer) && one.code != "required");
            problems.extend(wrong.cloned().map(FieldProblem::from));
            if !problems.is_empty() {
                prepared.push(Err(problems));
                continue;
            }
            judged.data.retain(|key, _| !unstored.contains(key));
            let account = accounts.get(&applicant.personal.id_number).copied();
            let mut row = self.new_row(&item, &common.handle_item, Channel::Window.as_str(), &applicant, account)?;
            row.taken_at = caller.org_id;
            let mut form_row = self.form_row(&row, &judged.data, &delivery)?;
            form_row.step = 8;
            let line = Line::by(
                caller,
                self.platform.new_id(),
                "case.intake",
                format!("case:{}", row.id),
                json!({ "item": item.slug, "bulk": true }),
            );
            let loaded = Loaded { row, item: item.clone() };
            let mut materials = Vec::new();
            for material in judged.resolution.materials.iter().filter(|one| one.needed && !one.generated) {
                materials.push(self.material_row_of(&loaded, &material.key, "paper", &[], &[], None, 1)?);
            }
            let listed = received(&judged.resolution, &piled);
            let filing = Filing { text: &common.text, materials: listed, ticket: None };
            let filed = self.file_new(loaded.row, &item, &Actor::of(caller), filing).await?;
            prepared.push(Ok(Prepared { filed, form: form_row, materials, item: item.clone(), line }));
        }
        Ok(prepared)
    }

    /// Writes prepared cases inside a command: with one statement per table, all or none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write_many(&self, tx: &Tx, prepared: Vec<Prepared>) -> Result<Vec<FiledCase>> {
        let mut done = Vec::with_capacity(prepared.len());
        let mut rest = prepared;
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(AT_ONCE));
            done.extend(self.write_some(tx, rest).await?);
            rest = later;
        }
        Ok(done)
    }

    async fn write_some(&self, tx: &Tx, prepared: Vec<Prepared>) -> Result<Vec<FiledCase>> {
        let (mut forms, mut materials, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for one in prepared {
            forms.push(one.form);
            materials.extend(one.materials.into_iter().map(all_set::<_, case_material::ActiveModel>));
            tx.audit(one.line);
            rest.push((one.filed, one.item));
        }
        // A batch is of one item.
        if let Some((_, item)) = rest.first() {
            self.keep_new_form_values(tx, item, &forms).await?;
        }
        let forms = forms.into_iter().map(all_set::<_, case_form::ActiveModel>);
        case_form::Entity::insert_many(forms).exec_without_returning(tx.conn()).await?;
        insert_in_parts(tx, materials).await?;
        let (mut cases, mut events, mut tasks, mut documents) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut done = Vec::new();
        for (filed, item) in rest {
            let (mut change, made) = filed.into_parts();
            let loaded = Loaded { row: change.row.clone(), item: item.clone() };
            self.moment_notices(tx, &mut change, &loaded, crate::papers::PaperMoment::Submitted).await?;
            let (row, logged) = change.into_rows(&self.platform, tx);
            self.compare_later(tx, &item, &row).await?;
            tasks.push(all_set::<_, task::ActiveModel>(self.intake_task(&row)));
            events.extend(logged.into_iter().map(all_set::<_, case_event::ActiveModel>));
            documents.extend::<Vec<case_document::Model>>(made);
            let case_number = row.case_number.clone().unwrap_or_default();
            done.push(FiledCase { id: row.id, case_number });
            cases.push(all_set::<_, case::ActiveModel>(row));
        }
        case::Entity::insert_many(cases).exec_without_returning(tx.conn()).await?;
        insert_in_parts(tx, events).await?;
        task::Entity::insert_many(tasks).exec_without_returning(tx.conn()).await?;
        self.keep_documents(tx, documents).await?;
        Ok(done)
    }

    /// Does the caller's tasks of an accepted case one after the other, with what leads on in each: passed, granted,
    /// made. Says who has the case then, when it is not at its end.
    ///
    /// # Errors
    /// What any of the tasks refuses.
    pub async fn complete_own(&self, caller: &Principal, id: Uuid, opinion: &str) -> Result<Option<String>> {
        // A flow that comes back to the same person again and again is its author's mistake, not ours to repeat.
        for _ in 0..20 {
            let conn = self.platform.db.read();
            let row = self.head(id).await?;
            if !super::parse_state(&row)?.is_open() {
                return Ok(None);
            }
            let tasks = crate::cases::store::tasks(conn, id).await?;
            let open: Vec<_> = tasks.iter().filter(|task| task.state == "open").collect();
            let Some(next) = open.iter().find(|task| task.flow_task.is_some()) else {
                // Nothing to do by hand: the result is being made, or the case is not accepted yet.
                return Ok(open.first().map(|task| task.name.clone()));
            };
            if !self.may_take(conn, caller, next).await? {
                return Ok(Some(next.name.clone()));
            }
            let outcome = match next.stage.as_str() {
                "decide" => "granted",
                "make" => "done",
                _ => "pass",
            };
            let request = super::review::CompleteTaskRequest {
                version: row.version,
                outcome: outcome.to_owned(),
                opinion: opinion.to_owned(),
                return_to: None,
                checks: Map::new(),
                files: Vec::new(),
                signature: None,
                written_opinion: None,
                next: Default::default(),
            };
            self.complete_task(caller, id, next.id, request).await?;
        }
        Ok(None)
    }

    /// States of cases, for those who keep lists of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn states_of(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, CaseState>> {
        use sea_orm::QuerySelect;
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Uuid, String, String, Option<OffsetDateTime>)> = case::Entity::find()
            .select_only()
            .column(case::Column::Id)
            .column(case::Column::State)
            .column(case::Column::StepName)
            .column(case::Column::DueAt)
            .filter(case::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, state, step_name, due_at)| {
                let label = crate::cases::model::State::parse(&state).map_or("", crate::cases::model::State::label);
                (id, CaseState { state, label, step_name, due_on: due_at.map(clock::last_day) })
            })
            .collect())
    }
}

async fn insert_in_parts<A>(tx: &Tx, mut rows: Vec<A>) -> Result<()>
where
    A: sea_orm::ActiveModelTrait + Send + 'static,
    <A::Entity as EntityTrait>::Model: sea_orm::IntoActiveModel<A>,
{
    while !rows.is_empty() {
        let later = rows.split_off(rows.len().min(AT_ONCE * 4));
        A::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        rows = later;
    }
    Ok(())
}

/// An application of basic data alone.
fn basic(applicant: CounterApplicant) -> CounterApplication {
    CounterApplication {
        item_slug: String::new(),
        handle_item: String::new(),
        applicant,
        agent: None,
        situations: Answers::default(),
        form: Map::new(),
        materials: Default::default(),
        delivery: Delivery::default(),
        old_licence: None,
        read_licence: false,
        fill: false,
        identification: None,
        area: None,
        instant: false,
        ticket: None,
    }
}

fn applicant(given: &CounterApplicant) -> Applicant {
    Applicant {
        kind: given.kind.clone(),
        name: given.name.trim().to_owned(),
        personal: Personal {
            id_number: given.id_number.trim().to_uppercase(),
            phone: given.phone.trim().to_owned(),
            legal_person: given.legal_person.clone().filter(|name| !name.trim().is_empty()),
            agent: None,
        },
    }
}

/// What forms are filled in from: the same paths as from an account.
fn known(applicant: &Applicant) -> Map<String, Value> {
    let personal = &applicant.personal;
    let known = if applicant.kind == "enterprise" {
        json!({
            "account": { "name": personal.legal_person, "phone": personal.phone },
            "enterprise": {
                "name": applicant.name, "uscc": personal.id_number, "legal_representative": personal.legal_person,
            },
        })
    } else {
        json!({ "account": { "name": applicant.name, "id_number": personal.id_number, "phone": personal.phone } })
    };
    super::intake::object(known)
}
