//! Licence types come in from content packs; a changed one is a new version.

use design::{DefinitionRef, Kind};
use form::Expressions;
use paper::Options;
use platform::web::problem::{FieldProblem, Problem, Result};
use sea_orm::{EntityTrait, Set};
use serde_json::{Map, Value, json};

use crate::model::{Licence, LicenceType, face};
use crate::store::{self, type_row};
use crate::{HolderKind, Licences, State, error};

/// Names a field's expression may read.
const NAMES: [&str; 7] = ["form", "applicant", "case", "handle_item", "situation", "old", "today"];

/// Key of a type's template among the definitions.
pub(crate) fn paper_key(type_key: &str) -> String {
    format!("licence:{type_key}")
}

impl Licences {
    /// Imports a type from its `licence.yaml` and its template: its own, or the default face.
    /// The same content again changes nothing. Returns the version.
    ///
    /// # Errors
    /// 422 naming what is wrong in the file, an expression or the template; nothing is then kept.
    pub async fn import_type(&self, yaml: &str, template: &str) -> Result<i64> {
        let kind = LicenceType::parse(yaml)?;
        self.check_expressions(&kind)?;
        self.check_template(&kind, template).await?;
        let paper = self.design.publish(Kind::Paper, &paper_key(&kind.key), template, "pack").await?;
        let content = serde_json::to_value(&kind)?;
        let digest = base::encoding::to_hex(&base::crypto::sm3(content.to_string().as_bytes()));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let latest = store::latest_type(tx.conn(), &kind.key).await?;
                    let same = |row: &&type_row::Model| row.digest == digest && row.paper_version == paper.version;
                    if let Some(same) = latest.as_ref().filter(same) {
                        return Ok(same.version);
                    }
                    let version = latest.map_or(1, |latest| latest.version + 1);
                    type_row::Entity::insert(type_row::ActiveModel {
                        key: Set(kind.key),
                        version: Set(version),
                        name: Set(kind.name),
                        content: Set(content),
                        digest: Set(digest),
                        paper_version: Set(paper.version),
                        imported_at: Set(tx.now()),
                    })
                    .exec_without_returning(tx.conn())
                    .await?;
                    Ok(version)
                })
            })
            .await
    }

    fn check_expressions(&self, kind: &LicenceType) -> Result<()> {
        let names: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let mut errors = Vec::new();
        for field in &kind.fields {
            if let Some(Err(message)) = field.from.as_deref().map(|from| self.design.expressions().check(from, &names))
            {
                let place = format!("/licence/{}/fields/{}", kind.key, field.key);
                errors.push(FieldProblem::new(place, "defect", message));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// Sets the face once with every field present: a template that fails should fail here, not when
    /// the first citizen waits for a licence.
    async fn check_template(&self, kind: &LicenceType, template: &str) -> Result<()> {
        let now = self.platform.now();
        let data = self.sample_face(kind);
        let options = Options { fonts: self.fonts.clone(), produced_at: now, title: kind.name.clone() };
        let template = template.to_owned();
        let found =
            tokio::task::spawn_blocking(move || paper::check(&template, &data, &options)).await.map_err(error::lost)?;
        if found.is_empty() {
            return Ok(());
        }
        let place = format!("/licence/{}/paper", kind.key);
        let errors = found.iter().map(|one| FieldProblem::new(place.clone(), "defect", one.to_string())).collect();
        Err(Problem::invalid(errors))
    }

    /// A face with every field present, to try templates with.
    pub(crate) fn sample_face(&self, kind: &LicenceType) -> Value {
        let day = self.today();
        let sample = Licence {
            id: uuid::Uuid::nil(),
            type_key: kind.key.clone(),
            type_version: 0,
            name: kind.name.clone(),
            identifier: "1.2.156.3005.2".to_owned(),
            number: "0000000000000000".to_owned(),
            holder_kind: HolderKind::Person,
            holder_name: "示例".to_owned(),
            account_id: None,
            org_id: uuid::Uuid::nil(),
            issuer_name: kind.issuer.name.clone(),
            case_id: uuid::Uuid::nil(),
            case_number: String::new(),
            item_name: String::new(),
            issued_on: day,
            expires_on: kind.expiry(day),
            state: State::Draft,
            file_id: None,
            verify_code: String::new(),
            replaces: None,
            abolish_reason: None,
            version: 0,
        };
        let values: Map<_, _> = kind.fields.iter().map(|field| (field.key.clone(), json!("示例"))).collect();
        face(kind, &sample, &values, "https://example.com/verify/0000000000")
    }

    /// The latest version of a type.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn licence_type(&self, key: &str) -> Result<Option<LicenceType>> {
        let row = store::latest_type(self.platform.db.read(), key).await?;
        row.map(|row| serde_json::from_value(row.content).map_err(Problem::from)).transpose()
    }

    /// The template of a frozen version.
    pub(crate) async fn template(&self, type_key: &str, version: i64) -> Result<std::sync::Arc<str>> {
        self.design.paper(&DefinitionRef { kind: Kind::Paper, key: paper_key(type_key), version }).await
    }
}
