//! Purposes: why data are used, on what ground, which, how long; and what people decided.
//!
//! The texts are content (`packs/platform/purposes.yaml`). A decision keeps the version and the
//! digest of the text it was about, so that it can be shown later what somebody agreed to.

use std::collections::BTreeMap;
use std::path::Path;

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result, messages};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::consent;
use crate::Security;

/// Schema of the file.
const SCHEMA: &str = "tongban-purposes/1";
/// The purpose whose refusal stops SMS.
const REMINDERS: &str = "reminders";

/// Ground for using data (art. 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PrivacyBasis)]
pub enum Basis {
    /// A statutory duty.
    Duty,
    /// A law that demands keeping.
    Law,
    /// The person's consent.
    Consent,
}

impl Basis {
    /// Name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Duty => "履行法定职责所必需",
            Self::Law => "法律规定",
            Self::Consent => "您的同意",
        }
    }
}

/// What a person may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Nothing.
    None,
    /// It happens until refused.
    Refuse,
}

/// A purpose.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Key.
    pub key: String,
    /// Grows when the meaning changes.
    pub version: i64,
    /// Title.
    pub title: String,
    /// Ground.
    pub basis: Basis,
    /// What a person may decide.
    pub choice: Choice,
    /// The text people read.
    pub text: String,
    /// Which data.
    pub data: String,
    /// How long.
    pub kept: String,
}

impl Purpose {
    /// SM3 over everything a person reads, hex.
    pub fn digest(&self) -> String {
        let mut hasher = base::crypto::Sm3Hasher::new();
        for part in [&self.key, &self.version.to_string(), &self.title, &self.text, &self.data, &self.kept] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        base::encoding::to_hex(&hasher.finish())
    }
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purposes {
    schema: String,
    /// Working days in which a request is answered.
    pub answer_working_days: u32,
    /// Purposes.
    pub purposes: Vec<Purpose>,
}

impl Purposes {
    /// Reads the file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub fn load(path: &Path) -> Result<Self> {
        let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let file: Self = serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
        if file.schema != SCHEMA {
            return Err(named(format!("schema is {}, not {SCHEMA}", file.schema)));
        }
        let mut keys = std::collections::BTreeSet::new();
        if let Some(twice) = file.purposes.iter().find(|purpose| !keys.insert(&purpose.key)) {
            return Err(named(format!("purpose {} comes twice", twice.key)));
        }
        Ok(file)
    }

    /// One of them.
    pub fn find(&self, key: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.key == key)
    }
}

impl Security {
    /// The newest decision of a person on each purpose.
    pub(crate) async fn decisions(&self, account: Uuid) -> Result<BTreeMap<String, consent::Model>> {
        let rows = consent::Entity::find()
            .filter(consent::Column::AccountId.eq(account))
            .order_by_asc(consent::Column::Id)
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.purpose.clone(), row)).collect())
    }

    /// How many people decided one way, by purpose: (given, refused).
    pub(crate) async fn decided(&self) -> Result<BTreeMap<String, (i64, i64)>> {
        let sql = "SELECT purpose, given, count(*) AS n FROM privacy_consents c WHERE NOT EXISTS \
                   (SELECT 1 FROM privacy_consents d WHERE d.account_id = c.account_id AND d.purpose = c.purpose \
                   AND d.id > c.id) GROUP BY purpose, given";
        let conn = self.platform.db.read();
        let statement = sea_orm::Statement::from_string(self.platform.db.backend(), sql);
        let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for row in sea_orm::ConnectionTrait::query_all_raw(conn, statement).await? {
            let count = row.try_get::<i64>("", "n")?;
            let entry = found.entry(row.try_get("", "purpose")?).or_default();
            if row.try_get::<bool>("", "given")? { entry.0 += count } else { entry.1 += count }
        }
        Ok(found)
    }

    /// Decides about a purpose: given or refused, on the version the person has read. It takes
    /// effect with the same commit.
    ///
    /// # Errors
    /// 404 for an unknown purpose, 409 when there is nothing to decide or the text has changed.
    pub async fn decide(&self, caller: &Principal, key: &str, version: i64, given: bool) -> Result<()> {
        let purpose = self.purposes.find(key).ok_or_else(|| Problem::not_found("没有这个用途。"))?;
        if purpose.choice == Choice::None {
            let title = format!("“{}”是{}，不能关闭。", purpose.title, purpose.basis.label());
            return Err(Problem::conflict("no_choice", title));
        }
        if purpose.version != version {
            return Err(Problem::conflict("text_changed", "说明有了新的内容，请刷新看过后再选。"));
        }
        let row = consent::ActiveModel {
            id: Set(self.platform.new_id()),
            account_id: Set(caller.id),
            purpose: Set(purpose.key.clone()),
            purpose_version: Set(version),
            text_digest: Set(purpose.digest()),
            given: Set(given),
            at: Set(self.platform.now()),
        };
        let before = self.decisions(caller.id).await?.get(key).map(|row| row.given);
        let detail = json!({ "purpose": key, "version": version });
        let line = Line::by(caller, self.platform.new_id(), "privacy.decide", format!("account:{}", caller.id), detail)
            .entry()
            .changed(json!({ "given": before }), json!({ "given": given }));
        let (account, sms) = (caller.id, key == REMINDERS);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    consent::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                    if sms {
                        messages::set_sms(tx, account, given).await?;
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: DATASEC-012
    #[test]
    fn the_purposes_shipped_are_whole_and_a_changed_word_changes_the_digest() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/purposes.yaml");
        let file = Purposes::load(&path).unwrap();
        assert!(file.answer_working_days > 0 && file.purposes.len() > 5);
        let reminders = file.find(REMINDERS).unwrap();
        assert_eq!(reminders.choice, Choice::Refuse);
        let mut other = reminders.clone();
        other.kept.push('。');
        assert_ne!(other.digest(), reminders.digest());
    }
}
