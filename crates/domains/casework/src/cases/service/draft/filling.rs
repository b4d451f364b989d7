//! Begin a draft, save each step, throw it away.

use catalogue::PublishedItem;
use catalogue::items::resolve::Answers;
use identity::Account;
use identity::delegation::Action;
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::cases::chain::GENESIS;
use crate::cases::error::CaseError;
use crate::cases::model::State;
use crate::cases::service::acting::{Standing, Step};
use crate::cases::service::change::{Change, all_set};
use crate::cases::service::filled::{Outside, Subject, asks_outside};
use crate::cases::service::judge::{Consents, StepProblem};
use crate::cases::service::{Casework, Delivery, Loaded, Personal, fresh};
use crate::cases::store::{case, case_form, case_material, case_step};

/// A partial save: what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SaveDraft {
    /// Version of the page.
    pub version: i64,
    /// Step reached, 1 to 8.
    pub step: Option<i64>,
    /// Answers to conditions.
    pub conditions: Option<Answers>,
    /// Answers to situations.
    pub situations: Option<Answers>,
    /// Agreement.
    pub consents: Option<Consents>,
    /// Form data.
    #[schema(value_type = Option<Object>)]
    pub form: Option<Map<String, Value>>,
    /// Delivery.
    pub delivery: Option<Delivery>,
    /// The licence the application is about; what stands on it is filled in.
    pub old_licence: Option<Uuid>,
}

/// Who applies.
pub(crate) struct Applicant {
    pub kind: String,
    pub name: String,
    pub personal: Personal,
}

impl Casework {
    /// Begins a draft for a citizen.
    ///
    /// # Errors
    /// 403 without a real-name account (IDENT-001); 404 for an item that is not offered.
    pub async fn create_draft(
        &self,
        caller: &Principal,
        slug: &str,
        handle_item: &str,
        key: Option<String>,
    ) -> Result<Uuid> {
        self.create_draft_for(caller, slug, handle_item, None, key).await
    }

    /// The same for somebody who gave the caller a grant (IDENT-024); for oneself without.
    ///
    /// # Errors
    /// As above; 404 for a grant of somebody else, 403 with the reason when it does not allow it.
    pub async fn create_draft_for(
        &self,
        caller: &Principal,
        slug: &str,
        handle_item: &str,
        acting_for: Option<Uuid>,
        key: Option<String>,
    ) -> Result<Uuid> {
        if !caller.real_name {
            return Err(CaseError::RealNameNeeded.into());
        }
        let item = self.catalogue.published(slug).await?;
        let (standing, account, owner) = self.begins(caller, acting_for, (slug, &item.item.name)).await?;
        let mut row = self.new_row(&item, handle_item, "web", &account_applicant(&account), owner)?;
        self.put_agent(&mut row, caller, &standing).await?;
        let form = self.design.form(&item.definitions.form).await?;
        let mut known = source(&account);
        if standing.authority.is_some() {
            known.insert("agent".into(), person_source(&self.account(caller).await?));
        }
        // With one licence there is nothing to choose.
        let old = match self.old_licences(&item.item, &row).await?.as_slice() {
            [only] => Some(only.id),
            _ => None,
        };
        if let Some(old) = old {
            known.insert("licence".into(), self.licence_source(old).await?);
        }
        let prefill = form.begin(&known, &base::zone::china_date(self.platform.now()).to_string());
        let mut form_row = self.form_row(&row, &prefill.data, &Delivery::default())?;
        form_row.old_licence_id = old;
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = &key
                        && let Some(made) = idempotency::claim(tx, caller.id, "my_case.create", key, row.id).await?
                    {
                        return Ok(made);
                    }
                    let id = row.id;
                    let actor = standing.actor(&caller);
                    let row = Change::new_case(row, actor).save(&casework.platform, tx).await?;
                    casework.record_step(tx, &caller, &row, &standing, &Step::new(Action::Start)).await?;
                    if let Some(old) = old {
                        tx.audit(casework.old_licence_use(&caller, &row, old, &standing));
                        casework.record_step(tx, &caller, &row, &standing, &Step::new(Action::UseLicence)).await?;
                    }
                    case_form::Entity::insert(all_set::<_, case_form::ActiveModel>(form_row))
                        .exec_without_returning(tx.conn())
                        .await?;
                    Ok(id)
                })
            })
            .await
    }

    /// A fresh case row.
    pub(crate) fn new_row(
        &self,
        item: &PublishedItem,
        handle_item: &str,
        channel: &str,
        applicant: &Applicant,
        account: Option<Uuid>,
    ) -> Result<case::Model> {
        let handle = item
            .item
            .handle_item(handle_item)
            .ok_or_else(|| Problem::invalid_field("/handle_item", "unknown_handle_item", "选择要办的是哪一种业务"))?;
        let id = self.platform.new_id();
        let now = self.platform.now();
        Ok(case::Model {
            id,
            version: 1,
            state: State::Draft.as_str().to_owned(),
            case_number: None,
            query_code: None,
            item_slug: item.slug.clone(),
            item_version: item.version,
            item_name: item.item.name.clone(),
            handle_item: handle.key.clone(),
            handle_item_name: handle.name.clone(),
            org_id: item.org_id,
            channel: channel.to_owned(),
            account_id: account,
            applicant_kind: applicant.kind.clone(),
            applicant_name: applicant.name.clone(),
            applicant_index: Some(self.platform.blind_index(&applicant.personal.id_number)),
            personal_sealed: self.seal(&applicant.personal, id, "personal")?,
            corrected: false,
            correction_asked: false,
            step_name: String::new(),
            created_at: now,
            updated_at: now,
            submitted_at: None,
            accepted_at: None,
            decided_at: None,
            closed_at: None,
            delivered_at: None,
            due_at: None,
            legal_due_at: None,
            paused_left: None,
            outcome: None,
            closing: None,
            closing_reason: None,
            event_count: 0,
            head_hash: GENESIS.to_owned(),
            grant_id: None,
            agent_account: None,
            agent_name: None,
            agent_role: None,
            taken_at: None,
        })
    }

    pub(crate) fn form_row(
        &self,
        row: &case::Model,
        data: &Map<String, Value>,
        delivery: &Delivery,
    ) -> Result<case_form::Model> {
        Ok(case_form::Model {
            case_id: row.id,
            step: 1,
            situations: json!({}),
            conditions: json!({}),
            consents: json!({}),
            form_sealed: self.seal(data, row.id, "form")?,
            delivery_sealed: self.seal(delivery, row.id, "delivery")?,
            old_licence_id: None,
            beside_sealed: None,
        })
    }

    /// What sources say, asked when the applicant has just agreed to be looked up; none when there is
    /// nothing to ask or it was asked before. Before the save, so that no slow source holds it.
    async fn just_authorised(&self, caller: &Principal, id: Uuid, save: &SaveDraft) -> Result<Option<Outside>> {
        if !save.consents.as_ref().is_some_and(|consents| consents.authorised) {
            return Ok(None);
        }
        let (row, _) = self.mine(caller, id, Action::Fill).await?;
        if row.state != State::Draft.as_str() || self.beside(&self.form_of(self.platform.db.read(), id).await?)?.asked {
            return Ok(None);
        }
        let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
        let form = self.design.form(&item.definitions.form).await?;
        if !asks_outside(&form) {
            return Ok(None);
        }
        let personal = self.personal(&row)?;
        let subject = Subject {
            kind: &row.applicant_kind,
            number: &personal.id_number,
            item: &row.item_slug,
            case: Some(id),
            card: None,
        };
        self.ask_outside(&form, &subject).await.map(Some)
    }

    /// Fills what is still empty and puts in place what may not be changed; keeps beside it where it came
    /// from.
    async fn take_outside(&self, loaded: &Loaded, form: &mut case_form::Model, outside: Outside) -> Result<()> {
        let definition = self.design.form(&loaded.item.definitions.form).await?;
        let prefill = definition.prefill(&outside.values);
        let mut data: Map<String, Value> = self.open(&form.form_sealed, form.case_id, "form")?;
        for key in prefill.from.keys() {
            let empty = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
            if let Some(value) = prefill.data.get(key)
                && (prefill.locked.contains_key(key) || data.get(key).is_none_or(empty))
            {
                data.insert(key.clone(), value.clone());
            }
        }
        form.form_sealed = self.seal(&data, form.case_id, "form")?;
        let mut beside = self.beside(form)?;
        outside.keep(&mut beside);
        form.beside_sealed = self.seal_beside(&beside, form.case_id)?;
        Ok(())
    }

    /// The account behind a citizen caller.
    pub(crate) async fn account(&self, caller: &Principal) -> Result<Account> {
        self.identity.account(caller.id).await?.ok_or_else(|| Problem::not_found("没有找到您的账号，请重新登录。"))
    }

    /// Saves part of a draft.
    ///
    /// # Errors
    /// 409 for an old page or a case no longer a draft.
    pub async fn save_draft(&self, caller: &Principal, id: Uuid, save: SaveDraft) -> Result<()> {
        let (account, step) = (caller.id, Step::new(Action::Fill));
        let doing = step.clone();
        let outside = Box::pin(self.just_authorised(caller, id, &save)).await?;
        let casework = self.clone();
        let caller = caller.clone();
        let saved = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.my_draft(tx, &caller, id, save.version, &step).await?;
                    let mut form = casework.form_of(tx.conn(), id).await?;
                    if let Some(step) = save.step {
                        form.step = form.step.max(step.clamp(1, 8));
                    }
                    if let Some(conditions) = save.conditions {
                        form.conditions = serde_json::to_value(conditions)?;
                    }
                    if let Some(situations) = save.situations {
                        form.situations = serde_json::to_value(situations)?;
                    }
                    if let Some(consents) = save.consents {
                        form.consents = serde_json::to_value(consents)?;
                    }
                    if let Some(data) = save.form {
                        let definition = casework.design.form(&loaded.item.definitions.form).await?;
                        let before: Map<String, Value> = casework.open(&form.form_sealed, id, "form")?;
                        casework.check_form_files(tx.conn(), &definition, &data, &before, caller.id).await?;
                        form.form_sealed = casework.seal(&data, id, "form")?;
                    }
                    if let Some(outside) = outside {
                        Box::pin(casework.take_outside(&loaded, &mut form, outside)).await?;
                    }
                    if let Some(delivery) = save.delivery {
                        form.delivery_sealed = casework.seal(&delivery, id, "delivery")?;
                    }
                    if let Some(old) = save.old_licence.filter(|old| form.old_licence_id != Some(*old)) {
                        let held = casework.old_licences(&loaded.item.item, &loaded.row).await?;
                        if held.iter().all(|licence| licence.id != old) {
                            return Err(super::super::old_licence::not_held());
                        }
                        form.old_licence_id = Some(old);
                        let mut data: Map<String, Value> = casework.open(&form.form_sealed, id, "form")?;
                        data.extend(casework.licence_values(&loaded.item, old).await?);
                        form.form_sealed = casework.seal(&data, id, "form")?;
                        tx.audit(casework.old_licence_use(&caller, &loaded.row, old, &standing));
                        let using = Step::new(Action::UseLicence);
                        casework.record_step(tx, &caller, &loaded.row, &standing, &using).await?;
                    }
                    let row = Change::of(loaded.row, standing.actor(&caller)).save(&casework.platform, tx).await?;
                    casework.record_step(tx, &caller, &row, &standing, &step).await?;
                    update_form(tx, form).await
                })
            })
            .await;
        self.noted(account, id, &doing, saved).await
    }

    pub(super) async fn my_draft(
        &self,
        tx: &Tx,
        caller: &Principal,
        id: Uuid,
        version: i64,
        step: &Step,
    ) -> Result<(Loaded, Standing)> {
        let (loaded, standing) = self.load_mine(tx, caller, id, step).await?;
        if loaded.state()? != State::Draft {
            return Err(Problem::conflict(
                "not_a_draft",
                "这个申请已经提交，不能再改。要改的话请在办件页面撤回或补正。",
            ));
        }
        fresh(&loaded.row, version)?;
        Ok((loaded, standing))
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// 409 when it was submitted.
    pub async fn delete_draft(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let (account, step) = (caller.id, Step::new(Action::Discard));
        let doing = step.clone();
        let casework = self.clone();
        let caller = caller.clone();
        let thrown = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (loaded, standing) = casework.load_mine(tx, &caller, id, &step).await?;
                    if loaded.state()? != State::Draft {
                        return Err(Problem::conflict("not_a_draft", "已经提交的申请不能删除，可以撤回。"));
                    }
                    case_material::Entity::delete_many()
                        .filter(case_material::Column::CaseId.eq(id))
                        .exec(tx.conn())
                        .await?;
                    case_form::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    // The grant's own log keeps that a draft was thrown away, and by whom.
                    casework.record_step(tx, &caller, &loaded.row, &standing, &step).await?;
                    case_step::Entity::delete_many().filter(case_step::Column::CaseId.eq(id)).exec(tx.conn()).await?;
                    case::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await;
        self.noted(account, id, &doing, thrown).await
    }
}

pub(crate) fn account_applicant(account: &Account) -> Applicant {
    match &account.enterprise {
        Some(enterprise) => Applicant {
            kind: "enterprise".into(),
            name: enterprise.name.clone(),
            personal: Personal {
                id_number: enterprise.uscc.clone(),
                phone: account.phone.clone().unwrap_or_default(),
                legal_person: Some(enterprise.legal_person.clone()),
                agent: None,
            },
        },
        None => Applicant {
            kind: "person".into(),
            name: account.name.clone(),
            personal: Personal {
                id_number: account.id_number.clone(),
                phone: account.phone.clone().unwrap_or_default(),
                ..Personal::default()
            },
        },
    }
}

fn person_source(account: &Account) -> Value {
    json!({ "name": account.name, "id_number": account.id_number, "phone": account.phone, "email": account.email })
}

/// What forms may be filled in from.
pub(crate) fn source(account: &Account) -> Map<String, Value> {
    let mut source = Map::new();
    source.insert("account".into(), person_source(account));
    // Who handles it: the applicant, unless somebody acts for him.
    source.insert("agent".into(), person_source(account));
    if let Some(enterprise) = &account.enterprise {
        source.insert(
            "enterprise".into(),
            json!({
                "name": enterprise.name,
                "uscc": enterprise.uscc,
                "legal_representative": enterprise.legal_person,
                "address": enterprise.address,
            }),
        );
    }
    source
}

pub(crate) async fn update_form(tx: &Tx, form: case_form::Model) -> Result<()> {
    let id = form.case_id;
    case_form::Entity::update_many()
        .set(all_set::<_, case_form::ActiveModel>(form))
        .filter(case_form::Column::CaseId.eq(id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Turns step problems into the 422 answer.
pub(crate) fn refused(problems: Vec<StepProblem>) -> Problem {
    Problem::invalid(problems.into_iter().map(FieldProblem::from).collect())
}
