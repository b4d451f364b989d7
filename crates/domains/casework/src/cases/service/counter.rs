//! Judging an application at the counter, from paper (CASE-011): same judgement as online. How it becomes a case says
//! [`super::taking`].

use base::codes::{CitizenId, Phone, Uscc};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::audit::Line;
use platform::{Problem, Result};
use recognition::identifying::Purpose;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::checks::form_channel;
use super::filled::{Subject, label};
use super::identified::{Parties, Seen};
use super::judge::{Application, StepProblem, judge};
use super::old_licence::{OldLicenceRef, chosen};
use super::submit::{HandedMaterial, handed_whole};
use super::{Agent, Casework, Delivery};
use crate::cases::model::Channel;
use crate::counters::route::Routed;
use catalogue::items::resolve::{Answers, ResolvedMaterial};

/// An application taken at the counter.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CounterApplication {
    /// Item.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// Who applies.
    pub applicant: CounterApplicant,
    /// Who came for the applicant.
    pub agent: Option<Agent>,
    /// Answers to situations.
    #[serde(default)]
    pub situations: Answers,
    /// Form data.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Materials checked off: `paper`, `scan`, `licence`, `later`.
    #[serde(default)]
    pub materials: std::collections::BTreeMap<String, HandedMaterial>,
    /// Delivery.
    #[serde(default)]
    pub delivery: Delivery,
    /// The licence the application is about; may be absent when the applicant holds one or none.
    #[serde(default)]
    pub old_licence: Option<uuid::Uuid>,
    /// Asks a check for what stands on the licence named, to be filled in; the look is logged.
    #[serde(default)]
    pub read_licence: bool,
    /// Asks a check to fill the form in from the card read, data sharing, licences and earlier cases; the
    /// look is logged.
    #[serde(default)]
    pub fill: bool,
    /// Who was identified by card or code; absent when the clerk typed it from the paper.
    #[serde(default)]
    pub identification: Option<uuid::Uuid>,
    /// Where the applicant is at home, a region of 12 digits: an item that every hall takes in goes to the department
    /// competent there (CASE-046).
    #[serde(default)]
    pub area: Option<String>,
    /// Whether the applicant waits for the result (CASE-047).
    #[serde(default)]
    pub instant: bool,
    /// The ticket with which the visitor was called to the caller's window; absent without a queue.
    #[serde(default)]
    pub ticket: Option<uuid::Uuid>,
}

/// The applicant as identified at the counter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct CounterApplicant {
    /// `person` or `enterprise`.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Identity number, or unified social credit code.
    pub id_number: String,
    /// Phone.
    pub phone: String,
    /// Legal representative.
    pub legal_person: Option<String>,
}

/// What is still missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterCheck {
    /// To mend.
    pub problems: Vec<StepProblem>,
    /// What rules say that only warn; kept with the case.
    pub warnings: Vec<StepProblem>,
    /// Fields filled in from sources, when that was asked for.
    pub filled: Vec<CounterFilled>,
    /// Sources that did not answer; their fields are filled in by hand.
    pub unanswered: Vec<String>,
    /// Materials that apply.
    pub materials: Vec<ResolvedMaterial>,
    /// Questions to ask.
    pub questions: Vec<String>,
    /// Valid licences of the applicant the application may be about.
    pub old_licences: Vec<OldLicenceRef>,
    /// Values of the form that stand on the licence, when they were asked for.
    #[schema(value_type = Option<Object>)]
    pub licence_values: Option<Map<String, Value>>,
}

/// A field filled in from a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct CounterFilled {
    /// Key.
    pub key: String,
    /// Value.
    pub value: Value,
    /// Where it came from.
    pub source: String,
}

impl Casework {
    /// Judges without writing.
    ///
    /// # Errors
    /// 404 for an item not offered.
    pub async fn counter_check(&self, caller: &Principal, application: &CounterApplication) -> Result<CounterCheck> {
        let (item, judgement, mut problems, _) = self.judge_counter(caller, application).await?;
        problems.extend(judgement.problems);
        let held = self.counter_licences(&item, application).await?;
        let old = chosen(&held, application.old_licence);
        let licence_values = match (&old, application.old_licence) {
            (Ok(Some(old)), Some(_)) if application.read_licence => {
                let of = held.iter().find(|licence| licence.id == *old).map(|licence| &licence.number);
                self.note_licence_read(caller, *old, json!({ "item": item.slug, "number": of })).await?;
                Some(self.licence_values(&item, *old).await?)
            }
            _ => None,
        };
        problems.extend(old.err());
        if let Some(ticket) = application.ticket
            && let Err(problem) = self.visits.visit(caller, ticket).await
        {
            problems.push(StepProblem {
                pointer: "/ticket".into(),
                code: problem.code().to_owned(),
                message: problem.title().to_owned(),
                step: 1,
            });
        }
        let (filled, unanswered) = Box::pin(self.counter_filled(caller, &item, application)).await?;
        Ok(CounterCheck {
            warnings: judgement.warnings,
            filled,
            unanswered,
            licence_values,
            old_licences: held.into_iter().map(OldLicenceRef::from).collect(),
            problems,
            materials: judgement.resolution.materials.into_iter().filter(|material| material.needed).collect(),
            questions: judgement.resolution.questions,
        })
    }

    /// Who was identified for an application at the counter.
    ///
    /// # Errors
    /// 404 and 409 for an identification that does not count, 422 when it is somebody who has no part
    /// in the application, 403 for an enterprise's code shown by somebody without its grant.
    pub(super) async fn seen_at_intake(
        &self,
        caller: &Principal,
        application: &CounterApplication,
    ) -> Result<Option<Seen>> {
        let Some(id) = application.identification else { return Ok(None) };
        let who = self.recognition.identified(caller, id, Purpose::Intake).await?;
        let applicant = &application.applicant;
        let parties = Parties {
            kind: &applicant.kind,
            number: &applicant.id_number,
            legal_person: applicant.legal_person.as_deref(),
            agent_number: application.agent.as_ref().map(|agent| agent.id_number.as_str()),
            item: &application.item_slug,
        };
        match self.part_of(&who, &parties).await? {
            Some(as_whom) => Ok(Some(Seen { who, as_whom })),
            None => Err(Problem::invalid_field(
                "/applicant/id_number",
                "not_the_one_identified",
                format!(
                    "核验的是{}，和填的申请人、经办人都对不上。请核对填写的号码，或者重新读证、扫码。",
                    who.seen.person.name
                ),
            )),
        }
    }

    /// The form filled in from what is known of whoever stands at the counter.
    async fn counter_filled(
        &self,
        caller: &Principal,
        item: &catalogue::PublishedItem,
        application: &CounterApplication,
    ) -> Result<(Vec<CounterFilled>, Vec<String>)> {
        if !application.fill {
            return Ok((Vec::new(), Vec::new()));
        }
        // Only whoever was identified is looked up: a number typed in is nobody's agreement.
        // One that is over stops no filling in.
        let Ok(Some(seen)) = self.seen_at_intake(caller, application).await else {
            return Ok((Vec::new(), Vec::new()));
        };
        let form = self.design.form(&item.definitions.form).await?;
        let number = application.applicant.id_number.trim().to_uppercase();
        let own = seen.who.seen.person.id_number == number;
        let subject = Subject {
            kind: &application.applicant.kind,
            number: &number,
            item: &item.slug,
            case: None,
            card: own.then_some(&seen.who.seen.person),
        };
        let outside = self.ask_outside(&form, &subject).await?;
        let prefill = form.prefill(&outside.values);
        let filled: Vec<CounterFilled> = prefill
            .from
            .into_iter()
            .filter_map(|(key, path)| {
                let value = prefill.data.get(&key)?.clone();
                Some(CounterFilled { key, value, source: label(&path, &outside.names) })
            })
            .collect();
        let detail = json!({ "item": item.slug, "fields": filled.iter().map(|one| &one.key).collect::<Vec<_>>() });
        let subject = format!("identification:{}", seen.who.id);
        let line = Line::by(caller, self.platform.new_id(), "case.fill_in", subject, detail);
        self.platform.leave(line).await?;
        Ok((filled, outside.unanswered))
    }

    /// What stands on somebody's licence was shown at the counter.
    async fn note_licence_read(&self, caller: &Principal, licence: uuid::Uuid, detail: Value) -> Result<()> {
        let line = Line::by(caller, self.platform.new_id(), "licence.read", format!("licence:{licence}"), detail);
        self.platform.leave(line).await
    }

    pub(super) async fn counter_licences(
        &self,
        item: &catalogue::PublishedItem,
        application: &CounterApplication,
    ) -> Result<Vec<licences::Licence>> {
        let applicant = &application.applicant;
        let number = applicant.id_number.trim().to_uppercase();
        self.old_licences_of(&item.item, &application.handle_item, &applicant.kind, &number).await
    }

    pub(super) async fn judge_counter(
        &self,
        caller: &Principal,
        application: &CounterApplication,
    ) -> Result<(std::sync::Arc<catalogue::PublishedItem>, super::judge::Judgement, Vec<StepProblem>, Routed)> {
        let item = self.catalogue.published(&application.item_slug).await?;
        let routed = self.route(caller, &item, application.area.as_deref()).await?;
        if let Some(only) = self.identity.extension_materials(caller.id, &application.item_slug).await?
            && let Some(other) = application.materials.keys().find(|key| !only.contains(*key))
        {
            let message = "乡镇窗口不收这份材料，请申请人到区级窗口交，或者登录后自己上传";
            return Err(Problem::invalid_field(format!("/materials/{other}"), "not_taken_here", message));
        }
        let form = self.design.form(&item.definitions.form).await?;
        let nothing = Map::new();
        self.check_form_files(self.platform.db.read(), &form, &application.form, &nothing, caller.id).await?;
        let conditions = Answers::default();
        let channel = form_channel(Channel::Window.as_str());
        let checks = self.checks(&item, channel, self.platform.now()).await?;
        let judgement = judge(
            &Application {
                item: &item.item,
                form: &form,
                handle_item: &application.handle_item,
                situations: &application.situations,
                conditions: &conditions,
                consents: None,
                data: &application.form,
                locked: &nothing,
                applicant: super::judge::applicant(&application.applicant.kind, &application.applicant.name),
                role: "clerk",
                checks: &checks,
                channel,
                at_counter: true,
                today: base::zone::china_date(self.platform.now()).to_string(),
                handed: &|key| handed_whole(&application.materials, key),
                // At the counter the clerk has looked the licence up.
                held_licence: &|kind| Some(kind.to_owned()),
                delivery: &application.delivery,
            },
            self.design.expressions(),
        );
        let mut problems: Vec<StepProblem> = self
            .applicant_problems(application)
            .into_iter()
            .map(|problem| StepProblem {
                pointer: problem.pointer,
                code: problem.code,
                message: problem.message,
                step: 1,
            })
            .collect();
        if item.item.handle_item(&application.handle_item).is_none() {
            problems.push(StepProblem {
                pointer: "/handle_item".into(),
                code: "option".into(),
                message: "选择要办的是哪一种业务".into(),
                step: 1,
            });
        }
        problems.extend(routed.problem.clone());
        Ok((item, judgement, problems, routed))
    }

    pub(crate) fn applicant_problems(&self, application: &CounterApplication) -> Vec<FieldProblem> {
        let today = base::zone::china_date(self.platform.now());
        let applicant = &application.applicant;
        let mut problems = Vec::new();
        let mut add = |field: &str, message: String| {
            problems.push(FieldProblem::new(format!("/applicant/{field}"), "invalid", message));
        };
        if applicant.name.trim().is_empty() {
            add("name", "填写申请人姓名或名称".into());
        }
        match applicant.kind.as_str() {
            "person" => {
                if let Err(error) = CitizenId::parse(&applicant.id_number, today) {
                    add("id_number", error.to_string());
                }
            }
            "enterprise" => {
                if let Err(error) = Uscc::parse(&applicant.id_number) {
                    add("id_number", error.to_string());
                }
            }
            _ => add("kind", "选择申请人是个人还是企业".into()),
        }
        if let Err(error) = Phone::parse(&applicant.phone) {
            add("phone", error.to_string());
        }
        if let Some(agent) = &application.agent {
            if agent.name.trim().is_empty() {
                problems.push(FieldProblem::new("/agent/name", "invalid", "填写经办人姓名"));
            }
            if let Err(error) = CitizenId::parse(&agent.id_number, today) {
                problems.push(FieldProblem::new("/agent/id_number", "invalid", error.to_string()));
            }
        }
        problems
    }
}
