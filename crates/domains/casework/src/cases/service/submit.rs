//! Handing an application in: judged again by the server, numbered, put on the clerks' list.

use std::sync::Arc;

use catalogue::PublishedItem;
use catalogue::items::resolve::{Resolution, ResolvedMaterial};
use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::acting::Step;
use super::change::{Actor, Change, all_set};
use super::documents::DocumentKind;
use super::draft::{self, refused, update_form};
use super::external::message::{Carried, carried};
use super::intake::object;
use super::judge::Handed;
use super::{Casework, fresh};
use crate::cases::clock;
use crate::cases::error::CaseError;
use crate::cases::model::{EventKind, State};
use crate::cases::store::{self, Around, case, case_form, task};

/// What the applicant takes away.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Receipt {
    /// Case.
    pub id: Uuid,
    /// Case number 办件编号.
    pub case_number: String,
    /// Query code 查询密码.
    pub query_code: String,
    /// The promise in words.
    pub promise_text: String,
    /// Day by which the application is answered, in China; absent when the calendar is missing.
    pub answer_by: Option<String>,
    /// The receipt as a document.
    pub receipt_document_id: Option<Uuid>,
}

impl Casework {
    /// Hands a draft in. A second click gets the first one's receipt.
    ///
    /// # Errors
    /// 422 naming each thing to mend and its step; 409 for an old page.
    pub async fn submit(&self, caller: &Principal, id: Uuid, version: i64) -> Result<Receipt> {
        let conn = self.platform.db.read();
        let (row, standing) = self.mine(caller, id, Action::Submit).await?;
        let loaded = self.with_item(row).await?;
        if loaded.state()? != State::Draft {
            return self.receipt_of(&loaded.row, &loaded.item).await;
        }
        fresh(&loaded.row, version)?;
        // The item may have been taken off the list since the draft was begun.
        self.catalogue.published(&loaded.row.item_slug).await?;
        if !caller.real_name {
            return Err(CaseError::RealNameNeeded.into());
        }
        let account = self.applicant_account(caller, &loaded.row, &standing).await?;
        let standing = standing.named(&account);
        let (mut judgement, parts) = self.judge_draft(conn, &loaded, &account).await?;
        if !judgement.problems.is_empty() {
            return Err(refused(judgement.problems));
        }
        self.drop_unstored(&loaded.item, &mut judgement).await?;
        let mut form = parts.form;
        form.form_sealed = self.seal(&judgement.data, id, "form")?;
        self.keep_warnings(&mut form, &judgement.warnings)?;
        let received = received(&judgement.resolution, &|key| draft::handed(&parts.materials, key));
        let mut row = loaded.row;
        self.put_agent(&mut row, caller, &standing).await?;
        let filing = Filing { text: "网上提交了申请", materials: received, ticket: None };
        let filed = self.file(row, &loaded.item, &standing.actor(caller), filing).await?;
        let filed = filed.with_form(self, &loaded.item, &judgement).await?;
        let casework = self.clone();
        let item = loaded.item.clone();
        let (account_id, step, member) = (caller.id, Step::new(Action::Submit), caller.clone());
        let doing = step.clone();
        let saved = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // The grant may have ended while the application was judged.
                    if standing.authority.is_some() {
                        casework.load_mine(tx, &member, id, &step).await?;
                    }
                    casework.keep_form_values(tx, &item, &form).await?;
                    update_form(tx, form).await?;
                    casework.record_step(tx, &member, &filed.change.row, &standing, &step).await?;
                    let receipt = casework.save_filed(tx, filed, &item).await?;
                    Ok(receipt)
                })
            })
            .await;
        let saved = self.noted(account_id, id, &doing, saved).await;
        match saved {
            Ok(receipt) => Ok(receipt),
            // Two clicks at once: the loser finds the case handed in and answers with its receipt.
            Err(problem) if problem.code() == "stale_version" => {
                let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
                if row.state == State::Draft.as_str() {
                    Err(problem)
                } else {
                    self.receipt_of(&row, &loaded.item).await
                }
            }
            Err(problem) => Err(problem),
        }
    }

    /// Numbers a case and records the application; nothing is written yet.
    pub(crate) async fn file(
        &self,
        row: case::Model,
        item: &PublishedItem,
        actor: &Actor,
        filing: Filing<'_>,
    ) -> Result<Filed> {
        let now = self.platform.now();
        let day = base::zone::china_date(now).to_string().replace('-', "");
        let running =
            self.platform.numbers.next(&self.platform, &format!("case:{}:{day}", item.item.codes.task)).await?;
        let calendar = self.calendars.current().await?;
        let mut change = Change::of(row, actor.clone());
        if let Some(carried) = carried() {
            change.carry(carried.origin());
        }
        change.row.case_number = Some(format!("{}{day}{running:04}", item.item.codes.task));
        change.row.query_code = Some(base::id::digits(self.platform.randomness.as_ref(), 6));
        change.row.submitted_at = Some(now);
        change.row.step_name = "受理".to_owned();
        let mut data = json!({ "channel": change.row.channel, "handle_item": change.row.handle_item });
        if let Some(ticket) = filing.ticket {
            data["ticket"] = ticket.into();
        }
        change.record(&self.platform, EventKind::Apply, filing.text, data)?;
        let nothing = Around { specials: Vec::new(), extensions: Vec::new(), events: Vec::new() };
        clock::set_due(&mut change.row, &item.item, &nothing, &calendar, now)?;
        change.announce("case.submitted");
        let receipt = self
            .document(&change.row, item, DocumentKind::Receipt, None, object(json!({ "materials": filing.materials })))
            .await?;
        Ok(Filed { change, receipt_id: receipt.id, documents: vec![receipt], carried: carried() })
    }

    /// Writes a filed case: row, event, clerk's task, receipt.
    pub(crate) async fn save_filed(&self, tx: &Tx, mut filed: Filed, item: &Arc<PublishedItem>) -> Result<Receipt> {
        let loaded = super::Loaded { row: filed.change.row.clone(), item: item.clone() };
        self.moment_notices(tx, &mut filed.change, &loaded, crate::papers::PaperMoment::Submitted).await?;
        let carried = filed.carried;
        let row = filed.change.save(&self.platform, tx).await?;
        if let Some(carried) = &carried {
            carried.keep(tx, &row).await?;
        }
        task::Entity::insert(all_set::<_, task::ActiveModel>(self.intake_task(&row)))
            .exec_without_returning(tx.conn())
            .await?;
        self.keep_documents(tx, filed.documents).await?;
        self.compare_later(tx, item, &row).await?;
        receipt(&row, item, Some(filed.receipt_id))
    }

    /// The clerk's task for an application that waits to be answered.
    pub(crate) fn intake_task(&self, row: &case::Model) -> task::Model {
        let name = if row.corrected { "看补正" } else { "受理" };
        store::begun(self.platform.new_id(), row, "intake", name, "clerk", self.platform.now())
    }

    pub(crate) async fn receipt_of(&self, row: &case::Model, item: &PublishedItem) -> Result<Receipt> {
        receipt_again(self.platform.db.read(), row, item).await
    }
}

/// The receipt of a case handed in before.
async fn receipt_again(
    conn: &impl sea_orm::ConnectionTrait,
    row: &case::Model,
    item: &PublishedItem,
) -> Result<Receipt> {
    let documents = crate::cases::store::documents(conn, row.id).await?;
    let id =
        documents.iter().find(|document| document.kind == DocumentKind::Receipt.as_str()).map(|document| document.id);
    receipt(row, item, id)
}

/// The receipt an earlier request got with the same key. `made`: who asks, for what, and the case this
/// request would make.
pub(crate) async fn filed_before(
    tx: &Tx,
    made: (Uuid, &'static str, Uuid),
    key: Option<&str>,
    item: &PublishedItem,
) -> Result<Option<Receipt>> {
    let (caller, action, id) = made;
    let Some(key) = key else { return Ok(None) };
    let Some(first) = idempotency::claim(tx, caller, action, key, id).await? else { return Ok(None) };
    let row = case::Entity::find_by_id(first).one(tx.conn()).await?.ok_or(CaseError::NotFound)?;
    receipt_again(tx.conn(), &row, item).await.map(Some)
}

/// What is said of an application when it is filed.
pub(crate) struct Filing<'a> {
    /// Sentence of the event.
    pub text: &'a str,
    /// What was handed in, as the receipt lists it.
    pub materials: Value,
    /// Number of the ticket with which the visitor was called.
    pub ticket: Option<&'a str>,
}

/// A numbered application ready to be written.
pub(crate) struct Filed {
    change: Change,
    receipt_id: Uuid,
    documents: Vec<crate::cases::store::case_document::Model>,
    /// The message that is carried out by filing it, if another system sent it.
    carried: Option<Carried>,
}

impl Filed {
    /// Organisation that handles it.
    pub(crate) fn org_id(&self) -> Uuid {
        self.change.row.org_id
    }

    /// The change of its row, and the documents made with it.
    pub(crate) fn into_parts(self) -> (Change, Vec<crate::cases::store::case_document::Model>) {
        (self.change, self.documents)
    }

    /// Puts the application itself beside the receipt.
    pub(crate) async fn with_form(
        mut self,
        casework: &Casework,
        item: &PublishedItem,
        judged: &super::judge::Judgement,
    ) -> Result<Self> {
        self.documents.push(casework.form_document(&self.change.row, item, judged).await?);
        Ok(self)
    }
}

fn receipt(row: &case::Model, item: &PublishedItem, document: Option<Uuid>) -> Result<Receipt> {
    let missing = || Problem::conflict("not_submitted", "这个申请还没有提交成功，请再提交一次。");
    Ok(Receipt {
        id: row.id,
        case_number: row.case_number.clone().ok_or_else(missing)?,
        query_code: row.query_code.clone().ok_or_else(missing)?,
        promise_text: Casework::promise_text(item.item.promise_limit.time()),
        answer_by: row.due_at.filter(|_| row.accepted_at.is_none()).map(clock::last_day),
        receipt_document_id: document,
    })
}

/// What was handed in, as the receipt lists it.
pub(crate) fn received(resolution: &Resolution, handed: &dyn Fn(&str) -> Handed) -> Value {
    let line = |material: &ResolvedMaterial| {
        let handed = handed(&material.key);
        let (form, copies) = match handed.handing.as_str() {
            _ if material.generated => ("系统生成", "电子件"),
            "licence" => ("电子证照", "免提交"),
            "paper" => ("纸质", "收原件"),
            "window" => ("到窗口交", "待交"),
            "later" => ("容缺后补", "待交"),
            _ if handed.has_files => ("上传文件", "电子件"),
            _ => return None,
        };
        Some(json!({ "name": material.name, "form": form, "copies": copies }))
    };
    resolution.materials.iter().filter(|material| material.needed).filter_map(line).collect()
}

/// One material of an application that comes whole.
pub(crate) fn handed_whole(materials: &std::collections::BTreeMap<String, HandedMaterial>, key: &str) -> Handed {
    materials
        .get(key)
        .map_or_else(Handed::default, |one| Handed { handing: one.handing.clone(), has_files: !one.files.is_empty() })
}

/// Everything of an application in one request: other channels and the counter file this way.
#[derive(Debug, Clone, serde::Deserialize, ToSchema)]
pub struct WholeApplication {
    /// Item.
    pub item_slug: String,
    /// Handling item.
    pub handle_item: String,
    /// Answers to conditions.
    #[serde(default)]
    pub conditions: catalogue::items::resolve::Answers,
    /// Answers to situations.
    #[serde(default)]
    pub situations: catalogue::items::resolve::Answers,
    /// Agreement.
    #[serde(default)]
    pub consents: super::judge::Consents,
    /// Form data.
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Materials by key.
    #[serde(default)]
    pub materials: std::collections::BTreeMap<String, HandedMaterial>,
    /// Delivery.
    #[serde(default)]
    pub delivery: super::Delivery,
    /// The licence the application is about; may be absent when the applicant holds one or none.
    #[serde(default)]
    pub old_licence: Option<Uuid>,
    /// Grant under which the caller acts for somebody; absent for oneself.
    #[serde(default)]
    pub acting_for: Option<Uuid>,
}

/// A material as handed in.
#[derive(Debug, Clone, Default, serde::Deserialize, ToSchema)]
#[serde(default)]
pub struct HandedMaterial {
    /// `upload`, `licence`, `window`, `later`; at the counter also `paper`, `scan`.
    pub handing: String,
    /// Files, uploaded before.
    pub files: Vec<Uuid>,
}

/// What somebody does who files a whole application: hands in each material, and submits.
fn whole_steps(item: &PublishedItem, whole: &WholeApplication) -> Vec<Step> {
    let mut steps: Vec<Step> = whole
        .materials
        .iter()
        .map(|(key, one)| {
            let name = item.item.material(key).map_or(key.as_str(), |material| material.name.as_str());
            Step::with(if one.handing == "licence" { Action::UseLicence } else { Action::Upload }, key, name)
        })
        .collect();
    steps.push(Step::new(Action::Submit));
    steps
}

impl Casework {
    /// Files a whole application at once (other channels of CASE-008 come through here too).
    ///
    /// # Errors
    /// 422 naming each thing to mend; 403 without a real-name account.
    pub async fn file_whole(
        &self,
        caller: &Principal,
        whole: WholeApplication,
        key: Option<String>,
    ) -> Result<Receipt> {
        if !caller.real_name {
            return Err(CaseError::RealNameNeeded.into());
        }
        let item = self.catalogue.published(&whole.item_slug).await?;
        let named = (whole.item_slug.as_str(), item.item.name.as_str());
        let (standing, account, owner) = self.begins(caller, whole.acting_for, named).await?;
        let applicant = draft::account_applicant(&account);
        let mut row = self.new_row(&item, &whole.handle_item, "web", &applicant, owner)?;
        self.put_agent(&mut row, caller, &standing).await?;
        let standing = standing.named(&account);
        let mut steps = whole_steps(&item, &whole);
        if standing.authority.is_some() {
            for step in &steps {
                if let Err(problem) = self.stands(self.platform.db.read(), caller.id, &row, step).await {
                    self.note_refusal(caller.id, &row, step, &problem).await?;
                    return Err(problem);
                }
            }
        } else {
            // The applicant himself hands everything in at once: one step.
            steps.retain(|step| step.is(Action::Submit));
        }
        let form = self.design.form(&item.definitions.form).await?;
        self.check_form_files(self.platform.db.read(), &form, &whole.form, &Map::new(), caller.id).await?;
        let locked = form.prefill(&draft::source(&account)).locked;
        let licences = self.held_licences(&account).await?;
        let held = self.old_licences(&item.item, &row).await?;
        let old = super::old_licence::chosen(&held, whole.old_licence);
        let channel = super::checks::form_channel(&row.channel);
        let checks = self.checks(&item, channel, self.platform.now()).await?;
        let mut judgement = {
            let application = super::judge::Application {
                item: &item.item,
                form: &form,
                handle_item: &whole.handle_item,
                situations: &whole.situations,
                conditions: &whole.conditions,
                consents: Some(&whole.consents),
                data: &whole.form,
                locked: &locked,
                applicant: super::judge::applicant(&row.applicant_kind, &row.applicant_name),
                role: "applicant",
                checks: &checks,
                channel,
                at_counter: false,
                today: base::zone::china_date(self.platform.now()).to_string(),
                handed: &|key| handed_whole(&whole.materials, key),
                held_licence: &|kind| licences.get(kind).cloned(),
                delivery: &whole.delivery,
            };
            super::judge::judge(&application, self.design.expressions())
        };
        judgement.problems.extend(old.clone().err());
        if !judgement.problems.is_empty() {
            return Err(refused(judgement.problems));
        }
        self.drop_unstored(&item, &mut judgement).await?;
        let mut form_row = self.form_row(&row, &judgement.data, &whole.delivery)?;
        form_row.old_licence_id = old.ok().flatten();
        form_row.step = 8;
        form_row.situations = serde_json::to_value(&whole.situations)?;
        form_row.conditions = serde_json::to_value(&whole.conditions)?;
        form_row.consents = serde_json::to_value(&whole.consents)?;
        self.keep_warnings(&mut form_row, &judgement.warnings)?;
        let loaded = super::Loaded { row, item: item.clone() };
        let materials = self.material_rows(&loaded, &whole.materials, Some(caller.id)).await?;
        let received = received(&judgement.resolution, &|key| handed_whole(&whole.materials, key));
        let mut uses: Vec<_> = whole
            .materials
            .iter()
            .filter(|(_, one)| one.handing == "licence")
            .map(|(key, _)| self.licence_use(caller, &loaded, key, &standing))
            .collect();
        if let Some(old) = form_row.old_licence_id {
            uses.push(self.old_licence_use(caller, &loaded.row, old, &standing));
            if standing.authority.is_some() {
                steps.insert(0, Step::new(Action::UseLicence));
            }
        }
        let row = loaded.row.clone();
        let filing = Filing { text: "提交了申请", materials: received, ticket: None };
        let filed = self.file_new(loaded.row, &item, &standing.actor(caller), filing).await?;
        let filed = filed.with_form(self, &item, &judgement).await?;
        let casework = self.clone();
        let member = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let made = (member.id, "my_case.file", form_row.case_id);
                    if let Some(before) = filed_before(tx, made, key.as_deref(), &item).await? {
                        return Ok(before);
                    }
                    for step in &steps {
                        casework.record_step(tx, &member, &row, &standing, step).await?;
                    }
                    for line in uses {
                        tx.audit(line);
                    }
                    casework.write_new(tx, filed, form_row, materials, &item).await
                })
            })
            .await
    }

    /// [`Casework::file`] for a case that has no row yet.
    pub(crate) async fn file_new(
        &self,
        row: case::Model,
        item: &PublishedItem,
        actor: &Actor,
        filing: Filing<'_>,
    ) -> Result<Filed> {
        let mut filed = self.file(row, item, actor, filing).await?;
        filed.change.mark_new();
        Ok(filed)
    }

    /// Checked rows of handed materials.
    pub(crate) async fn material_rows(
        &self,
        loaded: &super::Loaded,
        handed: &std::collections::BTreeMap<String, HandedMaterial>,
        owner: Option<Uuid>,
    ) -> Result<Vec<crate::cases::store::case_material::Model>> {
        let ids: Vec<Uuid> = handed.values().flat_map(|one| one.files.iter().copied()).collect();
        let found = platform::files::find(self.platform.db.read(), &ids).await?;
        handed
            .iter()
            .map(|(key, one)| self.material_row_of(loaded, key, &one.handing, &one.files, &found, owner, 1))
            .collect()
    }

    /// Writes a new filed case with its form and materials.
    pub(crate) async fn write_new(
        &self,
        tx: &Tx,
        filed: Filed,
        form_row: case_form::Model,
        materials: Vec<crate::cases::store::case_material::Model>,
        item: &Arc<PublishedItem>,
    ) -> Result<Receipt> {
        use crate::cases::store::case_material;
        self.keep_form_values(tx, item, &form_row).await?;
        case_form::Entity::insert(all_set::<_, case_form::ActiveModel>(form_row))
            .exec_without_returning(tx.conn())
            .await?;
        if !materials.is_empty() {
            let rows = materials.into_iter().map(all_set::<_, case_material::ActiveModel>);
            case_material::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        self.save_filed(tx, filed, item).await
    }
}
