//! An application that comes whole from somebody who has the papers becomes a case: at the counter (CASE-011), from
//! another channel, or as one of several taken in together (CASE-004).
//!
//! [`Casework::prepare_taking`] judges and numbers, [`Casework::write_taking`] writes inside a command; whoever takes
//! several together prepares each and writes all in one.

use std::sync::Arc;

use catalogue::PublishedItem;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::{Problem, Result, Tx};
use recognition::identifying::IDENTIFICATION_OVER;
use sea_orm::entity::prelude::Uuid;
use serde_json::json;

use super::change::Actor;
use super::counter::CounterApplication;
use super::draft::{Applicant, refused};
use super::identified::Seen;
use super::old_licence::chosen;
use super::submit::{Filed, Filing, Receipt, filed_before, handed_whole, received};
use super::{Casework, Loaded, Personal};
use crate::cases::model::Channel;
use crate::cases::store::{case_form, case_material};
use crate::counters::store::taken;
use crate::counters::visits::{TakenCase, Visit};

/// Who takes it, for the log and the lists.
pub(crate) struct Taking {
    /// Where it came from.
    pub channel: Channel,
    /// Sentence of the event.
    pub text: String,
    /// Who was identified by card or code.
    pub seen: Option<Seen>,
    /// Audit action.
    pub permission: &'static str,
}

/// An application judged and numbered; nothing of it is written yet.
pub struct PreparedTaking {
    filed: Filed,
    form: case_form::Model,
    materials: Vec<case_material::Model>,
    item: Arc<PublishedItem>,
    lines: Vec<Line>,
    counter: Option<taken::Model>,
    visit: Option<Visit>,
    seen: Option<Seen>,
    clerk: Uuid,
    permission: &'static str,
}

impl PreparedTaking {
    /// The case it becomes.
    pub fn case_id(&self) -> Uuid {
        self.form.case_id
    }

    /// Organisation that handles it.
    pub fn org_id(&self) -> Uuid {
        self.filed.org_id()
    }

    /// The item it is about.
    pub fn item(&self) -> &PublishedItem {
        &self.item
    }

    /// Number of the visitor's ticket.
    pub fn ticket_number(&self) -> Option<&str> {
        self.visit.as_ref().map(|visit| visit.number.as_str())
    }

    /// Window and hall where it is taken in, in words; empty for whoever sits at none.
    pub fn window_name(&self) -> &str {
        self.counter.as_ref().map_or("", |row| row.window_name.as_str())
    }
}

impl Casework {
    /// Takes the application; the case then waits in the clerk's list like any other.
    ///
    /// # Errors
    /// 422 naming what to mend; 404 for an item outside the clerk's windows.
    pub async fn take_at_counter(
        &self,
        caller: &Principal,
        application: CounterApplication,
        key: Option<String>,
    ) -> Result<Receipt> {
        // A second click finds the identification used: by the first one, whose receipt it then gets.
        let (seen, refusal) = match self.seen_at_intake(caller, &application).await {
            Ok(seen) => (seen, None),
            Err(problem) if key.is_some() && problem.code() == IDENTIFICATION_OVER => (None, Some(problem)),
            Err(problem) => return Err(problem),
        };
        let prepared = self.prepare_taking(caller, application, window(seen)).await?;
        self.write_one(prepared, key, refusal).await
    }

    /// Takes an application of another channel.
    pub(crate) async fn take_whole(
        &self,
        caller: &Principal,
        application: CounterApplication,
        taking: Taking,
        key: Option<String>,
    ) -> Result<Receipt> {
        let prepared = self.prepare_taking(caller, application, taking).await?;
        self.write_one(prepared, key, None).await
    }

    /// Judges and numbers the applications of one visitor that are to be filed together. Only the first of them uses the
    /// identification up: the others were taken in at the same visit.
    ///
    /// # Errors
    /// 422 naming what to mend, each place with `/items/<n>` in front; 404 for an item outside the clerk's windows.
    pub async fn prepare_together(
        &self,
        caller: &Principal,
        applications: Vec<CounterApplication>,
    ) -> Result<Vec<PreparedTaking>> {
        let (mut done, mut wrong) = (Vec::with_capacity(applications.len()), Vec::new());
        for (n, application) in applications.into_iter().enumerate() {
            let seen = self.seen_at_intake(caller, &application).await?;
            match Box::pin(self.prepare_taking(caller, application, window(seen))).await {
                Ok(prepared) => done.push(prepared),
                Err(problem) if problem.field_errors().is_empty() => return Err(problem),
                Err(problem) => {
                    for one in problem.field_errors() {
                        let placed = FieldProblem::new(at_item(n, &one.pointer), one.code.clone(), one.message.clone());
                        // What is wrong with the people is found once for each, and told once.
                        if !wrong.contains(&placed) {
                            wrong.push(placed);
                        }
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(done) } else { Err(Problem::invalid(wrong)) }
    }

    async fn prepare_taking(
        &self,
        caller: &Principal,
        application: CounterApplication,
        taking: Taking,
    ) -> Result<PreparedTaking> {
        let (item, mut judgement, mut problems, routed) = Box::pin(self.judge_counter(caller, &application)).await?;
        problems.append(&mut judgement.problems);
        let old = chosen(&self.counter_licences(&item, &application).await?, application.old_licence);
        problems.extend(old.clone().err());
        if !problems.is_empty() {
            return Err(refused(problems));
        }
        let visit = match application.ticket {
            Some(ticket) => Some(self.visits.visit(caller, ticket).await?),
            None => None,
        };
        let minutes = match application.instant {
            true => Some(self.instant_of(&item.slug).await?),
            false => None,
        };
        let limit = routed.competent.as_ref().and_then(|place| place.promise);
        let item = crate::counters::route::promised(item, limit);
        let applicant = Applicant {
            kind: application.applicant.kind.clone(),
            name: application.applicant.name.trim().to_owned(),
            personal: Personal {
                id_number: application.applicant.id_number.trim().to_uppercase(),
                phone: application.applicant.phone.trim().to_owned(),
                legal_person: application.applicant.legal_person.clone(),
                agent: application.agent.clone(),
            },
        };
        // Somebody who has an account finds the case there, wherever it was taken.
        let account = self.identity.account_by_id_number(&applicant.personal.id_number).await?;
        let mut row = self.new_row(&item, &application.handle_item, taking.channel.as_str(), &applicant, account)?;
        if taking.channel == Channel::Window {
            row.taken_at = caller.org_id;
        }
        row.org_id = routed.org_id;
        let ticket = visit.as_ref().map(|visit| visit.number.clone());
        let counter = match taking.channel {
            Channel::Window => Some(taken::Model {
                ticket_number: ticket.clone(),
                ..self.counter_row(caller, &row, &routed, minutes).await?
            }),
            _ => None,
        };
        self.drop_unstored(&item, &mut judgement).await?;
        let mut form_row = self.form_row(&row, &judgement.data, &application.delivery)?;
        form_row.step = 8;
        form_row.old_licence_id = old.ok().flatten();
        form_row.situations = serde_json::to_value(&application.situations)?;
        self.keep_warnings(&mut form_row, &judgement.warnings)?;
        let detail = json!({ "item": item.slug, "identified": taking.seen.as_ref().map(Seen::data) });
        let subject = format!("case:{}", form_row.case_id);
        let mut lines = vec![Line::by(caller, self.platform.new_id(), taking.permission, subject, detail)];
        // The clerk has read the licence of somebody who stands at the counter: that leaves a line too.
        lines.extend(
            form_row.old_licence_id.map(|old| self.old_licence_use(caller, &row, old, &super::acting::Standing::own())),
        );
        let loaded = Loaded { row, item: item.clone() };
        let materials = self.material_rows(&loaded, &application.materials, Some(caller.id)).await?;
        let received = received(&judgement.resolution, &|key| handed_whole(&application.materials, key));
        let filing = Filing { text: &taking.text, materials: received, ticket: ticket.as_deref() };
        let filed = self.file_new(loaded.row, &item, &Actor::of(caller), filing).await?;
        let filed = filed.with_form(self, &item, &judgement).await?;
        Ok(PreparedTaking {
            filed,
            form: form_row,
            materials,
            item,
            lines,
            counter,
            visit,
            seen: taking.seen,
            clerk: caller.id,
            permission: taking.permission,
        })
    }

    /// Writes one by itself. The same key files one application only; `refusal` is told unless it has.
    async fn write_one(
        &self,
        prepared: PreparedTaking,
        key: Option<String>,
        refusal: Option<Problem>,
    ) -> Result<Receipt> {
        let casework = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let made = (prepared.clerk, prepared.permission, prepared.case_id());
                    if let Some(before) = filed_before(tx, made, key.as_deref(), &prepared.item).await? {
                        return Ok(before);
                    }
                    match refusal {
                        Some(refusal) => Err(refusal),
                        None => casework.write_taking(tx, prepared, true).await,
                    }
                })
            })
            .await
    }

    /// The receipt of a case that was taken in; whoever asks has decided that the case is within reach.
    ///
    /// # Errors
    /// 404 for an unknown case, 409 for one that was not filed.
    pub async fn receipt_for(&self, id: Uuid) -> Result<Receipt> {
        let loaded = self.with_item(self.head(id).await?).await?;
        self.receipt_of(&loaded.row, &loaded.item).await
    }

    /// Writes a prepared case inside a command; `identifies` for the one that uses the identification up.
    ///
    /// # Errors
    /// 409 for an identification that was used meanwhile.
    pub async fn write_taking(&self, tx: &Tx, prepared: PreparedTaking, identifies: bool) -> Result<Receipt> {
        let (case_id, org_id) = (prepared.case_id(), prepared.org_id());
        for line in prepared.lines {
            tx.audit(line);
        }
        if let Some(seen) = prepared.seen.filter(|_| identifies) {
            self.recognition.use_identification(tx, prepared.clerk, &seen.who, case_id).await?;
        }
        if let Some(counter) = prepared.counter {
            crate::counters::store::keep(tx, counter).await?;
        }
        let receipt = self.write_new(tx, prepared.filed, prepared.form, prepared.materials, &prepared.item).await?;
        if let Some(visit) = &prepared.visit {
            let item_name = prepared.item.item.name.clone();
            let case = TakenCase { id: case_id, case_number: receipt.case_number.clone(), item_name, org_id };
            self.visits.taken(tx, visit, case).await?;
        }
        Ok(receipt)
    }
}

/// Where the place of a problem of the n-th of several applications stands in the whole: the people and the ticket are
/// the same for all.
pub fn at_item(n: usize, pointer: &str) -> String {
    let shared = ["/applicant", "/agent", "/ticket", "/identification"];
    if shared.iter().any(|root| pointer.starts_with(root)) {
        pointer.to_owned()
    } else {
        format!("/items/{n}{pointer}")
    }
}

/// What is taken in at a window.
fn window(seen: Option<Seen>) -> Taking {
    let text = seen.as_ref().map_or("窗口收件".to_owned(), |seen| format!("窗口收件（{}）", seen.text()));
    Taking { channel: Channel::Window, text, seen, permission: "case.intake" }
}
