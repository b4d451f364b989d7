//! Filling in: begin a draft, save each step, hand in materials, check, throw away (CASE-005).

use std::collections::BTreeMap;

use catalogue::PublishedItem;
use catalogue::items::resolve::Answers;
use identity::Account;
use platform::files::{self, FileRef};
use platform::web::guard::Principal;
use platform::web::problem::FieldProblem;
use platform::work::idempotency;
use platform::{Problem, Result, Tx};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::change::{Actor, Change, all_set};
use super::judge::{self, Application, Consents, Handed, Judgement, StepProblem};
use super::{Casework, Delivery, Loaded, Personal, fresh};
use crate::cases::chain::GENESIS;
use crate::cases::error::CaseError;
use crate::cases::model::{Channel, State};
use crate::cases::store::{self, case, case_form, case_material};

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
}

/// A draft as its page shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// Id; stays the case's id after submission.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Item.
    pub item: ItemRef,
    /// Handling item.
    pub handle_item: KeyName,
    /// Step reached.
    pub step: i64,
    /// Answers to conditions.
    pub conditions: Answers,
    /// Answers to situations.
    pub situations: Answers,
    /// Agreement.
    pub consents: Consents,
    /// Form data.
    #[schema(value_type = Object)]
    pub form: Map<String, Value>,
    /// Keys of form fields that were filled in from what we hold; locked ones can't be changed.
    pub prefilled: Vec<Prefilled>,
    /// Materials that apply under these answers.
    pub materials: Vec<DraftMaterial>,
    /// Delivery.
    pub delivery: Delivery,
    /// Last save.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: time::OffsetDateTime,
    /// Everything still to mend.
    pub problems: Vec<StepProblem>,
}

/// Item of a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemRef {
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Frozen version.
    pub version: i64,
}

/// Key and name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeyName {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// A field filled in from what we hold.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Prefilled {
    /// Field key.
    pub key: String,
    /// Whether it can't be changed here.
    pub locked: bool,
}

/// A material of a draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DraftMaterial {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// 1 必要, 2 非必要, 3 容缺后补.
    pub necessity: String,
    /// Why it is needed.
    pub because: Option<String>,
    /// File types.
    pub file_types: Vec<String>,
    /// Megabytes.
    pub max_mb: u32,
    /// Licence we hold in its place.
    pub exempt: Option<String>,
    /// What the applicant reads about that.
    pub exempt_note: Option<String>,
    /// Made from the form.
    pub generated: bool,
    /// Notes on filling in.
    pub fill_notes: Option<String>,
    /// Ways to hand it in.
    pub hand_in: Vec<String>,
    /// Whether it may follow after acceptance.
    pub may_follow: bool,
    /// Files.
    pub files: Vec<FileRef>,
    /// How it is handed in.
    pub handing: Option<String>,
}

/// One file of a material with the round it came in (1 = with the application, 2 = with the correction).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaterialFile {
    /// File.
    #[serde(flatten)]
    pub file: FileRef,
    /// Round.
    pub round: i64,
}

/// Hands a material in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct HandMaterial {
    /// Version of the page.
    pub version: i64,
    /// Files, uploaded before.
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// `upload`, `licence`, `window` or `later`.
    pub handing: String,
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
        let account = self.account(caller).await?;
        if !account.real_name {
            return Err(CaseError::RealNameNeeded.into());
        }
        let item = self.catalogue.published(slug).await?;
        let row = self.new_row(&item, handle_item, "web", &account_applicant(&account), Some(account.id))?;
        let form = self.design.form(&item.definitions.form).await?;
        let prefill = form.prefill(&source(&account));
        let form_row = self.form_row(&row, &prefill.data, &Delivery::default())?;
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
                    Change::new_case(row, Actor::of(&caller)).save(&casework.platform, tx).await?;
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
        })
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
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.own_draft(tx, &caller, id, save.version).await?;
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
                        form.form_sealed = casework.seal(&data, id, "form")?;
                    }
                    if let Some(delivery) = save.delivery {
                        form.delivery_sealed = casework.seal(&delivery, id, "delivery")?;
                    }
                    Change::of(loaded.row, Actor::of(&caller)).save(&casework.platform, tx).await?;
                    update_form(tx, form).await
                })
            })
            .await
    }

    async fn own_draft(&self, tx: &Tx, caller: &Principal, id: Uuid, version: i64) -> Result<Loaded> {
        let loaded = self.load_own(tx, caller, id).await?;
        if loaded.state()? != State::Draft {
            return Err(Problem::conflict(
                "not_a_draft",
                "这个申请已经提交，不能再改。要改的话请在办件页面撤回或补正。",
            ));
        }
        fresh(&loaded.row, version)?;
        Ok(loaded)
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// 409 when it was submitted.
    pub async fn delete_draft(&self, caller: &Principal, id: Uuid) -> Result<()> {
        let casework = self.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load_own(tx, &caller, id).await?;
                    if loaded.state()? != State::Draft {
                        return Err(Problem::conflict("not_a_draft", "已经提交的申请不能删除，可以撤回。"));
                    }
                    case_material::Entity::delete_many()
                        .filter(case_material::Column::CaseId.eq(id))
                        .exec(tx.conn())
                        .await?;
                    case_form::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    case::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Hands a material in, in a draft or during a correction.
    ///
    /// # Errors
    /// 422 for a wrong type or size, a file of someone else, or a way that is not open.
    pub async fn hand_material(&self, caller: &Principal, id: Uuid, key: &str, hand: HandMaterial) -> Result<()> {
        let casework = self.clone();
        let caller = caller.clone();
        let key = key.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let loaded = casework.load_own(tx, &caller, id).await?;
                    fresh(&loaded.row, hand.version)?;
                    if !matches!(loaded.state()?, State::Draft | State::Correction) {
                        return Err(Problem::conflict(
                            "materials_closed",
                            "现在不能改材料。要补材料的话，等窗口发出补正告知。",
                        ));
                    }
                    if loaded.state()? == State::Correction {
                        let around = store::around(tx.conn(), id).await?;
                        super::correction::asked_for(&super::correction::asked_items(&around.events), &key)?;
                    }
                    let row = casework.material_row(tx.conn(), &loaded, &key, &hand, Some(caller.id)).await?;
                    put_material(tx, row).await?;
                    Change::of(loaded.row, Actor::of(&caller)).save(&casework.platform, tx).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Checks the files of a material and makes its row.
    #[expect(clippy::too_many_arguments, reason = "one private step of three acts; a struct would only rename them")]
    pub(crate) fn material_row_of(
        &self,
        loaded: &Loaded,
        key: &str,
        handing: &str,
        ids: &[Uuid],
        found: &[(FileRef, Option<Uuid>)],
        owner: Option<Uuid>,
        round: i64,
    ) -> Result<case_material::Model> {
        let pointer = format!("/materials/{key}");
        let material = loaded.item.item.material(key).ok_or_else(|| {
            Problem::invalid_field(&pointer, "unknown_material", "这个事项没有这份材料，请刷新后再传。")
        })?;
        let at_counter = loaded.row.channel == Channel::Window.as_str();
        // Paper in hand is something only a clerk can have seen.
        let open = match handing {
            "upload" | "licence" | "window" | "later" => true,
            "paper" | "scan" => at_counter,
            _ => false,
        };
        if !open {
            return Err(Problem::invalid_field(&pointer, "option", "选择这份材料怎么交"));
        }
        let mut kept = Vec::new();
        for id in ids {
            // A file of someone else is as absent as one that never was.
            let file = found
                .iter()
                .find(|(file, by)| file.id == *id && (owner.is_none() || *by == owner))
                .map(|(file, _)| file.clone())
                .ok_or_else(|| Problem::invalid_field(&pointer, "unknown_file", "没有找到上传的文件，请重新上传。"))?;
            check_file(material, &file).map_err(|message| Problem::invalid_field(&pointer, "file_refused", message))?;
            kept.push(MaterialFile { file, round });
        }
        Ok(case_material::Model {
            case_id: loaded.row.id,
            key: key.to_owned(),
            name: material.name.clone(),
            handing: handing.to_owned(),
            files: serde_json::to_value(kept)?,
            checks: json!({}),
            note: None,
            updated_at: self.platform.now(),
        })
    }

    /// The row of a material handed in now; files of an earlier round stay in front of the new ones.
    pub(crate) async fn material_row(
        &self,
        conn: &impl ConnectionTrait,
        loaded: &Loaded,
        key: &str,
        hand: &HandMaterial,
        owner: Option<Uuid>,
    ) -> Result<case_material::Model> {
        let round = if loaded.row.correction_asked { 2 } else { 1 };
        let found = files::find(conn, &hand.files).await?;
        let mut row = self.material_row_of(loaded, key, &hand.handing, &hand.files, &found, owner, round)?;
        if round > 1
            && let Some(before) = case_material::Entity::find_by_id((loaded.row.id, key.to_owned())).one(conn).await?
        {
            let mut all: Vec<MaterialFile> = serde_json::from_value(before.files)?;
            all.retain(|file| file.round < round);
            all.extend(serde_json::from_value::<Vec<MaterialFile>>(row.files)?);
            row.files = serde_json::to_value(all)?;
        }
        Ok(row)
    }

    /// Judges a draft as submission would.
    pub(crate) async fn judge_draft(
        &self,
        conn: &impl ConnectionTrait,
        loaded: &Loaded,
        account: &Account,
    ) -> Result<(Judgement, DraftParts)> {
        let parts = self.draft_parts(conn, loaded).await?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let locked = form.prefill(&source(account)).locked;
        let licences = self.held_licences(account).await?;
        let judgement = {
            let application = Application {
                item: &loaded.item.item,
                form: &form,
                handle_item: &loaded.row.handle_item,
                situations: &parts.situations,
                conditions: &parts.conditions,
                consents: Some(&parts.consents),
                data: &parts.data,
                locked: &locked,
                applicant: judge::applicant(&loaded.row.applicant_kind, &loaded.row.applicant_name),
                role: "applicant",
                at_counter: loaded.row.channel == Channel::Window.as_str(),
                today: base::zone::china_date(self.platform.now()).to_string(),
                handed: &|key| handed(&parts.materials, key),
                held_licence: &|kind| licences.get(kind).cloned(),
                delivery: &parts.delivery,
            };
            judge::judge(&application, self.design.expressions())
        };
        Ok((judgement, parts))
    }

    /// Licences we hold about an account that can replace materials: type key → name.
    pub(crate) async fn held_licences(&self, account: &Account) -> Result<BTreeMap<String, String>> {
        let mut held: BTreeMap<String, String> = self.licences.held_types(account.id).await?.into_iter().collect();
        // The identity mirror itself proves these two (IDENT-001).
        if account.real_name {
            held.insert("resident-id".into(), "居民身份证".into());
        }
        if account.enterprise.is_some() {
            held.insert("business-licence".into(), "营业执照".into());
        }
        Ok(held)
    }

    async fn draft_parts(&self, conn: &impl ConnectionTrait, loaded: &Loaded) -> Result<DraftParts> {
        let form = self.form_of(conn, loaded.row.id).await?;
        Ok(DraftParts {
            step: form.step,
            situations: serde_json::from_value(form.situations.clone())?,
            conditions: serde_json::from_value(form.conditions.clone())?,
            consents: serde_json::from_value(form.consents.clone())?,
            data: self.open(&form.form_sealed, loaded.row.id, "form")?,
            delivery: self.open(&form.delivery_sealed, loaded.row.id, "delivery")?,
            materials: store::materials(conn, loaded.row.id).await?,
            form,
        })
    }

    /// A draft for its page.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn draft_view(&self, caller: &Principal, id: Uuid) -> Result<DraftView> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.filter(|row| row.account_id == Some(caller.id));
        let loaded = self.with_item(row.ok_or(CaseError::NotFound)?).await?;
        let account = self.account(caller).await?;
        let (judgement, parts) = self.judge_draft(conn, &loaded, &account).await?;
        let licences = self.held_licences(&account).await?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let prefill = form.prefill(&source(&account));
        let materials = judgement
            .resolution
            .materials
            .iter()
            .filter(|material| material.needed)
            .filter_map(|material| Some((material, loaded.item.item.material(&material.key)?)))
            .map(|(resolved, definition)| -> Result<DraftMaterial> {
                let row = parts.materials.iter().find(|row| row.key == resolved.key);
                let files: Vec<MaterialFile> = match row {
                    Some(row) => serde_json::from_value(row.files.clone())?,
                    None => Vec::new(),
                };
                Ok(DraftMaterial {
                    key: resolved.key.clone(),
                    name: resolved.name.clone(),
                    necessity: resolved.necessity.clone(),
                    because: resolved.because.clone(),
                    file_types: definition.file_types.clone(),
                    max_mb: definition.max_mb,
                    exempt: definition.licence_type.as_ref().and_then(|kind| licences.get(kind).cloned()),
                    exempt_note: definition.exempt_note.clone(),
                    generated: resolved.generated,
                    fill_notes: definition.fill_notes.clone(),
                    hand_in: definition.hand_in.clone(),
                    may_follow: definition.necessity == "3" && loaded.item.item.tolerance.supported,
                    files: files.into_iter().map(|file| file.file).collect(),
                    handing: row.map(|row| row.handing.clone()),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(DraftView {
            id,
            version: loaded.row.version,
            item: ItemRef {
                slug: loaded.item.slug.clone(),
                name: loaded.row.item_name.clone(),
                version: loaded.item.version,
            },
            handle_item: KeyName { key: loaded.row.handle_item.clone(), name: loaded.row.handle_item_name.clone() },
            step: parts.step,
            conditions: parts.conditions,
            situations: parts.situations,
            consents: parts.consents,
            form: parts.data,
            prefilled: prefill
                .data
                .keys()
                .map(|key| Prefilled { key: key.clone(), locked: prefill.locked.contains_key(key) })
                .collect(),
            materials,
            delivery: parts.delivery,
            saved_at: loaded.row.updated_at,
            problems: judgement.problems,
        })
    }

    /// What still has to be mended before submission.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn check_draft(&self, caller: &Principal, id: Uuid) -> Result<Vec<StepProblem>> {
        Ok(self.draft_view(caller, id).await?.problems)
    }
}

/// The parts of a draft, opened.
pub(crate) struct DraftParts {
    pub step: i64,
    pub situations: Answers,
    pub conditions: Answers,
    pub consents: Consents,
    pub data: Map<String, Value>,
    pub delivery: Delivery,
    pub materials: Vec<case_material::Model>,
    pub form: case_form::Model,
}

/// Who applies.
pub(crate) struct Applicant {
    pub kind: String,
    pub name: String,
    pub personal: Personal,
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

/// What forms may be filled in from.
pub(crate) fn source(account: &Account) -> Map<String, Value> {
    let mut source = Map::new();
    source.insert(
        "account".into(),
        json!({ "name": account.name, "id_number": account.id_number, "phone": account.phone, "email": account.email }),
    );
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

pub(crate) fn handed(materials: &[case_material::Model], key: &str) -> Handed {
    materials.iter().find(|row| row.key == key).map_or_else(Handed::default, |row| Handed {
        handing: row.handing.clone(),
        has_files: row.files.as_array().is_some_and(|files| !files.is_empty()),
    })
}

fn check_file(material: &catalogue::items::model::Material, file: &FileRef) -> Result<(), String> {
    let kind = match file.media_type.as_str() {
        "application/pdf" => "pdf",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        other if other.ends_with("wordprocessingml.document") => "docx",
        other if other.ends_with("spreadsheetml.sheet") => "xlsx",
        _ => "",
    };
    if !material.file_types.iter().any(|allowed| allowed == kind || (allowed == "jpeg" && kind == "jpg")) {
        let allowed = material.file_types.iter().map(|kind| kind.to_uppercase()).collect::<Vec<_>>().join("、");
        return Err(format!("“{}”的格式不对，请换成 {allowed}", file.name));
    }
    if file.size > i64::from(material.max_mb) * 1024 * 1024 {
        return Err(format!("“{}”超过 {} MB，请压缩后再上传", file.name, material.max_mb));
    }
    Ok(())
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

pub(crate) async fn put_material(tx: &Tx, row: case_material::Model) -> Result<()> {
    use case_material::Column;
    case_material::Entity::insert(all_set::<_, case_material::ActiveModel>(row))
        .on_conflict(
            OnConflict::columns([Column::CaseId, Column::Key])
                .update_columns([Column::Name, Column::Handing, Column::Files, Column::UpdatedAt])
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Turns step problems into the 422 answer.
pub(crate) fn refused(problems: Vec<StepProblem>) -> Problem {
    Problem::invalid(problems.into_iter().map(FieldProblem::from).collect())
}
