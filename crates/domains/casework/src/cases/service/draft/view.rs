//! A draft for its page, judged as submission would.

use std::collections::BTreeMap;

use catalogue::items::resolve::Answers;
use identity::Account;
use identity::delegation::Action;
use platform::Result;
use platform::files::FileRef;
use platform::web::guard::Principal;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::Uuid;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::filling::source;
use super::materials::{MaterialFile, handed};
use crate::cases::model::{Channel, State};
use crate::cases::service::acting::{ActingView, AgentView, StepView, agent_of};
use crate::cases::service::checks::form_channel;
use crate::cases::service::filled::{Beside, FieldCheck, label};
use crate::cases::service::judge::{self, Application, Consents, Judgement, StepProblem};
use crate::cases::service::old_licence::{OldLicenceRef, chosen};
use crate::cases::service::{Casework, Delivery, Loaded};
use crate::cases::store::{self, case_form, case_material};

/// A draft as its page shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// Id; stays the case's id after submission.
    pub id: Uuid,
    /// Version to send back.
    pub version: i64,
    /// Who applies.
    pub applicant_name: String,
    /// Who handles it for the applicant.
    pub agent: Option<AgentView>,
    /// For whom the caller acts; absent when the caller is the applicant.
    pub acting: Option<ActingView>,
    /// Who did which step, oldest first.
    pub steps: Vec<StepView>,
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
    /// Valid licences the application may be about (change, renewal, re-issue, cancellation).
    pub old_licences: Vec<OldLicenceRef>,
    /// The one it is about.
    pub old_licence: Option<Uuid>,
    /// Last save.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: time::OffsetDateTime,
    /// Everything still to mend.
    pub problems: Vec<StepProblem>,
    /// What rules say that only warn.
    pub warnings: Vec<StepProblem>,
    /// Sources that did not answer when the form was filled in; their fields are filled in by hand.
    pub unanswered: Vec<String>,
    /// Fields compared with what others know.
    pub comparisons: Vec<FieldCheck>,
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
    /// Where it came from, in words; empty for a group.
    pub source: String,
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
    /// Why the caller may not hand it in, when the grant does not name it.
    pub out_of_grant: Option<String>,
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
    pub beside: Beside,
    pub form: case_form::Model,
}

impl Casework {
    /// Judges a draft as submission would.
    pub(crate) async fn judge_draft(
        &self,
        conn: &impl ConnectionTrait,
        loaded: &Loaded,
        account: &Account,
    ) -> Result<(Judgement, DraftParts)> {
        let parts = self.draft_parts(conn, loaded).await?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let mut known = source(account);
        known.extend(parts.beside.values.clone());
        let locked = form.prefill(&known).locked;
        let licences = self.held_licences(account).await?;
        let channel = form_channel(&loaded.row.channel);
        let filed = loaded.row.submitted_at.unwrap_or_else(|| self.platform.now());
        let checks = self.checks(&loaded.item, channel, filed).await?;
        let mut judgement = {
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
                checks: &checks,
                channel,
                at_counter: loaded.row.channel == Channel::Window.as_str(),
                today: base::zone::china_date(self.platform.now()).to_string(),
                handed: &|key| handed(&parts.materials, key),
                held_licence: &|kind| licences.get(kind).cloned(),
                delivery: &parts.delivery,
            };
            judge::judge(&application, self.design.expressions())
        };
        // Once handed in it is about what it was about; the licence may be replaced by then.
        if loaded.row.state == State::Draft.as_str() {
            let held = self.old_licences(&loaded.item.item, &loaded.row).await?;
            judgement.problems.extend(chosen(&held, parts.form.old_licence_id).err());
        }
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

    pub(super) async fn draft_parts(&self, conn: &impl ConnectionTrait, loaded: &Loaded) -> Result<DraftParts> {
        let form = self.form_of(conn, loaded.row.id).await?;
        Ok(DraftParts {
            step: form.step,
            situations: serde_json::from_value(form.situations.clone())?,
            conditions: serde_json::from_value(form.conditions.clone())?,
            consents: serde_json::from_value(form.consents.clone())?,
            data: self.open(&form.form_sealed, loaded.row.id, "form")?,
            delivery: self.open(&form.delivery_sealed, loaded.row.id, "delivery")?,
            materials: store::materials(conn, loaded.row.id).await?,
            beside: self.beside(&form)?,
            form,
        })
    }

    /// A draft for its page.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn draft_view(&self, caller: &Principal, id: Uuid) -> Result<DraftView> {
        let conn = self.platform.db.read();
        let (row, standing) = self.mine(caller, id, Action::Read).await?;
        let account = self.applicant_account(caller, &row, &standing).await?;
        let agent = self.personal(&row)?.agent;
        let loaded = self.with_item(row).await?;
        let materials_open = standing.authority.as_ref().map(|authority| &authority.materials);
        let (judgement, parts) = self.judge_draft(conn, &loaded, &account).await?;
        let licences = self.held_licences(&account).await?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let held = self.old_licences(&loaded.item.item, &loaded.row).await?;
        let mut source = source(&account);
        if let Some(old) = parts.form.old_licence_id {
            source.insert("licence".into(), self.licence_source(old).await?);
        }
        source.extend(parts.beside.values.clone());
        let prefill = form.prefill(&source);
        let comparisons = parts.beside.checks(&form);
        // What the person has changed since is his own.
        let prefilled = prefill
            .from
            .iter()
            .map(|(key, path)| (key, path, prefill.locked.contains_key(key)))
            .filter(|(key, _, locked)| *locked || parts.data.get(*key) == prefill.data.get(*key))
            .map(|(key, path, locked)| Prefilled {
                key: key.clone(),
                locked,
                source: label(path, &parts.beside.names),
            });
        // A group filled in in part has no source of its own.
        let groups = prefill.data.keys().filter(|key| !prefill.from.contains_key(*key)).map(|key| Prefilled {
            key: key.clone(),
            locked: prefill.locked.contains_key(key),
            source: String::new(),
        });
        let prefilled = prefilled.chain(groups).collect();
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
                    out_of_grant: materials_open.filter(|open| !open.covers(&[resolved.key.as_str()])).map(|_| {
                        format!("“{}”不在给您的授权材料里。请对方自己交，或者把这份材料加进授权。", resolved.name)
                    }),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(DraftView {
            id,
            applicant_name: loaded.row.applicant_name.clone(),
            agent: agent_of(&loaded.row, agent.as_ref()),
            acting: ActingView::of(&standing),
            steps: self.steps(id).await?,
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
            prefilled,
            materials,
            delivery: parts.delivery,
            old_licences: held.into_iter().map(OldLicenceRef::from).collect(),
            old_licence: parts.form.old_licence_id,
            saved_at: loaded.row.updated_at,
            problems: judgement.problems,
            warnings: judgement.warnings,
            unanswered: parts.beside.unanswered,
            comparisons,
        })
    }

    /// The form data of a draft that counts now.
    pub(crate) async fn draft_data(&self, loaded: &Loaded, form: &case_form::Model) -> Result<Map<String, Value>> {
        let account = match loaded.row.account_id {
            Some(account) => self.identity.account(account).await?,
            None => None,
        };
        match account {
            Some(account) => Ok(self.judge_draft(self.platform.db.read(), loaded, &account).await?.0.data),
            None => self.open(&form.form_sealed, loaded.row.id, "form"),
        }
    }

    /// What still has to be mended before submission.
    ///
    /// # Errors
    /// 404 for another's.
    pub async fn check_draft(&self, caller: &Principal, id: Uuid) -> Result<Vec<StepProblem>> {
        Ok(self.draft_view(caller, id).await?.problems)
    }
}
