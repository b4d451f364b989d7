//! From an approved result to a sealed licence: draft, paper, seal, valid.
//!
//! Every step can be repeated: the draft is unique per case and type, the change from draft to
//! valid is guarded by its version, and a file made in a run that broke off is only bytes without
//! a row. So a job may call [`Licences::issue`] again until it answers.

use base::codes::LicenceIdentifier;
use base::crypto::sm3;
use base::encoding::to_hex;
use bytes::Bytes;
use paper::{Options, Verdict};
use platform::numbers;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::outbox::Event;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde_json::{Map, Value, json};
use time::Date;

use super::line;
use crate::model::{IssueRequest, Licence, LicenceType, Replaces, State, face};
use crate::store::licence_row::{ActiveModel, Column, Entity, Model};
use crate::store::{self, place};
use crate::{LICENCE_ISSUED, Licences, error};

/// Characters of the code of the verification page: 50 bits, not to be guessed.
const CODE_LENGTH: usize = 10;
/// Most licences looked through for the latest version of one.
const MAX_VERSIONS: u64 = 200;

impl Licences {
    /// Makes, seals and sets valid the licence of an approved case. One per case and type: called
    /// again it finishes what was begun, or gives the licence there is.
    ///
    /// # Errors
    /// 422 naming each mandatory field without a value; 409 `seal_unbound`, `seal_expired`,
    /// `licence_type_missing`, `licence_not_issued_here`, `licence_template_defect`. The draft stays
    /// in the first three cases and may be corrected.
    ///
    /// req: LIC-025
    pub async fn issue(&self, request: &IssueRequest) -> Result<Licence> {
        let found = store::by_case(self.platform.db.read(), request.case_id, &request.type_key).await?;
        if let Some(done) = found.as_ref().filter(|row| row.state != State::Draft.as_str()) {
            return done.licence();
        }
        let draft = self.draft(request, found).await?;
        self.stamp(draft).await
    }

    /// Sets or renews the draft.
    async fn draft(&self, request: &IssueRequest, found: Option<Model>) -> Result<Model> {
        let conn = self.platform.db.read();
        let (kind, version) = match &found {
            Some(row) => (store::frozen_type(conn, &row.type_key, row.type_version).await?.0, row.type_version),
            None => {
                let row = store::latest_type(conn, &request.type_key).await?;
                let row = row.ok_or_else(|| error::no_type(&request.type_key))?;
                (serde_json::from_value::<LicenceType>(row.content)?, row.version)
            }
        };
        if !kind.is_issued_here() {
            return Err(error::not_issued_here(&kind.name));
        }
        if !kind.holder_kinds.contains(&request.holder.kind) {
            return Err(Problem::invalid_field("/holder/kind", "holder_kind", format!("{}不发给这类主体", kind.name)));
        }
        if request.holder.name.trim().is_empty() || request.holder.id.trim().is_empty() {
            return Err(Problem::invalid_field("/holder/name", "required", "持证主体的名称和证件号码都要有"));
        }
        let old = match (request.replaces, found.as_ref().and_then(|row| row.replaces)) {
            // What a draft of an earlier run replaces stays: number and version came from it.
            (Some(_), Some(kept)) => Some(store::find(conn, kept).await?.ok_or_else(error::no_licence)?),
            (Some(replaces), None) => Some(self.latest(replaces.licence).await?),
            (None, _) => None,
        };
        let values = self.values(&kind, request, old.as_ref()).await?;
        let kept = match found {
            Some(row) => self.renew_draft(row, &values).await?,
            None => self.new_draft(&kind, version, request, old.as_ref(), &values).await?,
        };
        Ok(kept)
    }

    /// The latest sealed version of a licence: another change may have replaced it meanwhile.
    async fn latest(&self, id: uuid::Uuid) -> Result<Model> {
        let conn = self.platform.db.read();
        let row = store::find(conn, id).await?.ok_or_else(error::no_licence)?;
        let versions = store::by_number(conn, &row.number, MAX_VERSIONS).await?;
        Ok(versions.into_iter().find(|other| other.type_key == row.type_key).unwrap_or(row))
    }

    /// Id of the version in force of a licence that may have been replaced since.
    ///
    /// # Errors
    /// 404 for an unknown one.
    pub async fn in_force(&self, id: uuid::Uuid) -> Result<uuid::Uuid> {
        Ok(self.latest(id).await?.id)
    }

    /// Evaluates what stands on the face.
    async fn values(
        &self,
        kind: &LicenceType,
        request: &IssueRequest,
        old: Option<&Model>,
    ) -> Result<Map<String, Value>> {
        let mut context = request.fields.clone();
        let mut case = context.get("case").and_then(Value::as_object).cloned().unwrap_or_default();
        for (key, value) in [
            ("number", json!(request.case_number)),
            ("item", json!(request.item_name)),
            ("decided_on", json!(request.issued_on.to_string())),
        ] {
            if case.get(key).is_none_or(Value::is_null) {
                case.insert(key.to_owned(), value);
            }
        }
        context.insert("case".to_owned(), Value::Object(case));
        context.entry("today").or_insert_with(|| json!(request.issued_on.to_string()));
        if let Some(old) = old {
            context.insert("old".to_owned(), Value::Object(old.values(&self.platform)?));
        }
        let mut values = Map::new();
        let mut errors = Vec::new();
        for field in &kind.fields {
            let Some(from) = field.from.as_deref() else { continue };
            match self.design.expressions().value(from, &context) {
                Ok(value) => {
                    let value = self.readable(&field.label, value).await?;
                    values.insert(field.key.clone(), value);
                }
                Err(cause) => {
                    let message = format!("“{}”算不出来：{cause}", field.label);
                    errors.push(FieldProblem::new(format!("/licence/{}", field.key), "not_computed", message));
                }
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(Problem::invalid(errors)) }
    }

    /// A region code becomes the region's name; everything else stays.
    async fn readable(&self, label: &str, value: Value) -> Result<Value> {
        let Value::String(text) = &value else { return Ok(value) };
        let is_code = label.contains("区划") && text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code {
            return Ok(value);
        }
        let name = self.identity.region_path(text).await?;
        Ok(if name.is_empty() { value } else { json!(name) })
    }

    async fn new_draft(
        &self,
        kind: &LicenceType,
        version: i64,
        request: &IssueRequest,
        old: Option<&Model>,
        values: &Map<String, Value>,
    ) -> Result<Model> {
        let platform = &self.platform;
        let (id, now) = (platform.new_id(), platform.now());
        let expires_on = match (old, request.replaces) {
            (Some(old), Some(Replaces { keep_term: true, .. })) => old.expires_on.clone(),
            _ => kind.expiry(request.issued_on).map(|last| last.to_string()),
        };
        let mut row = Model {
            id,
            type_key: kind.key.clone(),
            type_version: version,
            name: kind.name.clone(),
            identifier: String::new(),
            number: String::new(),
            holder_kind: request.holder.kind.as_str().to_owned(),
            holder_name: request.holder.name.trim().to_owned(),
            holder_id_sealed: platform.seal(request.holder.id.trim(), &place(id, "holder")),
            holder_id_index: platform.blind_index(request.holder.id.trim()),
            account_id: request.holder.account,
            org_id: request.org_id,
            issuer_code: kind.issuer.uscc.clone(),
            issuer_name: kind.issuer.name.clone(),
            fields_sealed: platform.seal(&serde_json::to_string(values)?, &place(id, "fields")),
            corrections_sealed: None,
            case_id: request.case_id,
            case_number: request.case_number.clone(),
            item_name: request.item_name.clone(),
            issued_on: request.issued_on.to_string(),
            expires_on,
            state: State::Draft.as_str().to_owned(),
            file_id: None,
            file_digest: None,
            verify_code: base::id::token_base32(platform.randomness.as_ref(), CODE_LENGTH),
            replaces: old.map(|old| old.id),
            sealed_at: None,
            abolished_at: None,
            abolish_reason: None,
            created_at: now,
            updated_at: now,
            version: 1,
            item_slug: request.item_slug.clone(),
            taken_at: request.taken_at,
        };
        let renewed = old.map(|old| (old.number.clone(), old.identifier.clone()));
        let (type_code, year) = (kind.type_code.clone(), request.issued_on.year());
        let written = platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    // A licence that takes another's place keeps its number and goes up one version.
                    let (number, identifier) = match renewed {
                        Some((number, identifier)) => {
                            let old = LicenceIdentifier::parse(&identifier).map_err(Problem::internal)?;
                            (number, old.next_version().map_err(Problem::internal)?)
                        }
                        None => {
                            let running = numbers::strict(tx, &format!("licence:{}:{year}", row.type_key)).await?;
                            let region = row.issuer_code.get(2..8).unwrap_or("000000");
                            let number = format!("{region}{year}{running:06}");
                            let identifier = LicenceIdentifier::build(&type_code, &row.issuer_code, &number, 1);
                            (number, identifier.map_err(Problem::internal)?)
                        }
                    };
                    row.number = number;
                    row.identifier = identifier.to_string();
                    Entity::insert(active(row.clone())).exec_without_returning(tx.conn()).await?;
                    Ok(row)
                })
            })
            .await;
        match written {
            Ok(row) => Ok(row),
            // Another run of the same job was faster: its draft is ours too.
            Err(problem) => {
                store::by_case(platform.db.read(), request.case_id, &request.type_key).await?.ok_or(problem)
            }
        }
    }

    /// A draft of an earlier run gets what is computed now; a person's corrections stay.
    async fn renew_draft(&self, mut row: Model, values: &Map<String, Value>) -> Result<Model> {
        if row.computed(&self.platform)? == *values {
            return Ok(row);
        }
        let sealed = self.platform.seal(&serde_json::to_string(values)?, &place(row.id, "fields"));
        let (id, version, kept) = (row.id, row.version, sealed.clone());
        let changed = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let update = guarded(id, version, tx.now()).col_expr(Column::FieldsSealed, Expr::value(kept));
                    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
                })
            })
            .await?;
        if !changed {
            return Err(Problem::stale());
        }
        row.fields_sealed = sealed;
        row.version += 1;
        Ok(row)
    }

    /// Makes the paper, seals it and sets the licence valid.
    async fn stamp(&self, row: Model) -> Result<Licence> {
        if row.state != State::Draft.as_str() {
            return row.licence();
        }
        let platform = &self.platform;
        let (kind, paper_version) = store::frozen_type(platform.db.read(), &row.type_key, row.type_version).await?;
        let values = row.values(platform)?;
        let missing = kind.missing(&values);
        if !missing.is_empty() {
            return Err(Problem::invalid(missing));
        }
        let owner = self.identity.org_by_uscc(kind.seal_code()).await?;
        let owner = owner.ok_or_else(|| error::seal_unbound(&kind.issuer.name))?;
        let seal = self.ready_seal(owner.id, &owner.name, crate::SealPurpose::Licence).await?;
        let licence = row.licence()?;
        let template = self.template(&row.type_key, paper_version).await?;
        let data = face(&kind, &licence, &values, &self.verify_url(&licence.verify_code));
        let (now, trust) = (platform.now(), self.trust().await?);
        // The identifier in the title lets a file that was changed still be told whose it was.
        let title = format!("{} {}", kind.name, licence.identifier);
        let options = Options { fonts: self.fonts.clone(), produced_at: now, title };
        let fonts = self.fonts.clone();
        let made = tokio::task::spawn_blocking(move || {
            let pdf = paper::render(&template, &data, &options)?;
            let sealed = seal.stamp(&pdf.bytes, pdf.seal, &fonts, now)?;
            let verdict = paper::verify(&sealed, &trust).verdict;
            Ok::<_, paper::PaperError>((sealed, pdf.archival, verdict))
        })
        .await
        .map_err(error::lost)?;
        let (file, archival, verdict) = made.map_err(|cause| error::paper(&kind.name, &cause))?;
        if verdict != Verdict::Genuine {
            return Err(Problem::internal(format!("a fresh licence does not verify: {}", verdict.text())));
        }
        if !archival {
            tracing::warn!(licence.id = %licence.id, "a character is in no typeface; the file is not PDF/A");
        }
        self.set_valid(&row, file).await
    }

    async fn set_valid(&self, row: &Model, file: Vec<u8>) -> Result<Licence> {
        let platform = &self.platform;
        let digest = to_hex(&sm3(&file));
        let name = format!("{}.pdf", row.name);
        let stored =
            platform::files::store_made(platform, "licence", &name, "application/pdf", Bytes::from(file)).await?;
        let (id, version, replaces) = (row.id, row.version, row.replaces);
        let payload = json!({ "licence_id": row.id, "case_id": row.case_id, "type_key": row.type_key });
        let (event, audit) = (platform.new_id(), platform.new_id());
        let reason = format!("已换发新证 {}", row.identifier);
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let update = guarded(id, version, tx.now())
                        .col_expr(Column::State, Expr::value(State::Valid.as_str()))
                        .col_expr(Column::FileId, Expr::value(stored.id()))
                        .col_expr(Column::FileDigest, Expr::value(digest))
                        .col_expr(Column::SealedAt, Expr::value(tx.now()));
                    if update.exec(tx.conn()).await?.rows_affected != 1 {
                        return Ok(());
                    }
                    stored.keep(tx).await?;
                    if let Some(old) = replaces {
                        super::abolish::end(tx, old, reason).await?;
                    }
                    let subject = format!("licence:{id}");
                    tx.publish(Event { id: event, topic: LICENCE_ISSUED, subject, payload: payload.clone() });
                    tx.audit(line(None, audit, "licence.issue", id, payload));
                    Ok(())
                })
            })
            .await?;
        // Either this run made it valid or another one did; a draft now means it was corrected meanwhile.
        let now = store::find(platform.db.read(), id).await?.ok_or_else(error::no_licence)?;
        if now.state == State::Draft.as_str() { Err(Problem::stale()) } else { now.licence() }
    }

    /// Address of the public page about a licence.
    pub fn verify_url(&self, code: &str) -> String {
        format!("{}/verify/{code}", self.platform.config.public_url.trim_end_matches('/'))
    }

    /// Today in China.
    pub(crate) fn today(&self) -> Date {
        base::zone::china_date(self.platform.now())
    }
}

/// An update of a draft that only takes when nobody changed it since.
pub(crate) fn guarded(id: uuid::Uuid, version: i64, now: time::OffsetDateTime) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::Version, Expr::value(version + 1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Version.eq(version))
        .filter(Column::State.eq(State::Draft.as_str()))
}

/// All columns set, for an insert.
fn active(row: Model) -> ActiveModel {
    let mut active: ActiveModel = row.into();
    active = sea_orm::ActiveModelTrait::reset_all(active);
    // The key is never "unchanged" in an insert.
    if let sea_orm::ActiveValue::Unchanged(id) = active.id {
        active.id = Set(id);
    }
    active
}
