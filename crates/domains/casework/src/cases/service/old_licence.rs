//! The licence an application is about: change, renewal, re-issue and cancellation name the licence of
//! the same type that the applicant holds (LIC-025).
//!
//! One held licence is taken by itself; of several one is chosen. An applicant whose old licence is on
//! paper only, or was issued elsewhere, holds none here: the application goes on without, and nothing
//! is ended here.

use std::sync::Arc;

use catalogue::items::model::{Item, OldLicence};
use licences::{HolderKind, Licence, Replaces};
use platform::{Platform, Problem, Result};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::judge::StepProblem;
use super::{Casework, Loaded};
use crate::cases::store::{case, case_form};

/// Job that ends the licence of a granted cancellation.
pub const REVOKE_JOB: &str = "case.revoke_licence";

/// A licence an application may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HeldLicence)]
pub struct OldLicenceRef {
    /// Id.
    pub id: Uuid,
    /// Name of its type.
    pub name: String,
    /// Number.
    pub number: String,
    /// Last day, `YYYY-MM-DD`; null without end.
    pub expires_at: Option<String>,
}

impl From<Licence> for OldLicenceRef {
    fn from(licence: Licence) -> Self {
        Self {
            id: licence.id,
            name: licence.name,
            number: licence.number,
            expires_at: licence.expires_on.map(|last| last.to_string()),
        }
    }
}

/// The licence was not one of the applicant's.
pub(crate) fn not_held() -> Problem {
    Problem::invalid_field("/old_licence", "old_licence", "选择您名下有效的原证照")
}

/// The licence chosen among those held: the only one, or the one named. None where none is held.
pub(crate) fn chosen(held: &[Licence], wanted: Option<Uuid>) -> std::result::Result<Option<Uuid>, StepProblem> {
    let problem = |message: &str| StepProblem {
        pointer: "/old_licence".into(),
        code: "old_licence".into(),
        message: message.into(),
        step: 5,
    };
    match (held, wanted) {
        (held, Some(wanted)) if held.iter().any(|licence| licence.id == wanted) => Ok(Some(wanted)),
        (_, Some(_)) => Err(problem("选定的原证照已经不是有效的，请重新选择")),
        ([], None) => Ok(None),
        ([only], None) => Ok(Some(only.id)),
        (_, None) => Err(problem("您名下有几份同类证照，选择这次要办的是哪一份")),
    }
}

fn effect(item: &Item, handle_item: &str) -> Option<OldLicence> {
    item.handle_item(handle_item).and_then(|handle| handle.old_licence)
}

impl Casework {
    /// Valid licences of the applicant that the handling item may be about; empty where it is about none.
    pub(crate) async fn old_licences(&self, item: &Item, row: &case::Model) -> Result<Vec<Licence>> {
        if effect(item, &row.handle_item).is_none() {
            return Ok(Vec::new());
        }
        let personal = self.personal(row)?;
        self.old_licences_of(item, &row.handle_item, &row.applicant_kind, &personal.id_number).await
    }

    /// The same by the applicant's number, for the counter.
    pub(crate) async fn old_licences_of(
        &self,
        item: &Item,
        handle_item: &str,
        kind: &str,
        id_number: &str,
    ) -> Result<Vec<Licence>> {
        match (effect(item, handle_item), item.licence_type()) {
            (Some(_), Some(type_key)) => {
                let kind = if kind == "enterprise" { HolderKind::Enterprise } else { HolderKind::Person };
                self.licences.valid_of_holder(kind, id_number, type_key).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// What forms may be filled in from: `licence.number`, `licence.valid_until` and what stands on it.
    pub(crate) async fn licence_source(&self, id: Uuid) -> Result<Value> {
        let Some(licence) = self.licences.licence(id).await? else { return Ok(Value::Null) };
        let mut fields = self.licences.fields_of(id).await?.unwrap_or_default();
        fields.insert("number".into(), json!(licence.number));
        fields.insert("issued_on".into(), json!(licence.issued_on.to_string()));
        fields.insert("valid_until".into(), json!(licence.expires_on.map(|last| last.to_string())));
        Ok(Value::Object(fields))
    }

    /// The values of the form that come from a licence.
    pub(crate) async fn licence_values(&self, item: &catalogue::PublishedItem, id: Uuid) -> Result<Map<String, Value>> {
        let form = self.design.form(&item.definitions.form).await?;
        let mut source = Map::new();
        source.insert("licence".into(), self.licence_source(id).await?);
        Ok(form.prefill(&source).data)
    }

    /// What the new licence takes the place of.
    pub(crate) fn replaces(&self, loaded: &Loaded, form: &case_form::Model) -> Option<Replaces> {
        let keep_term = match effect(&loaded.item.item, &loaded.row.handle_item)? {
            OldLicence::Replace => true,
            OldLicence::Renew => false,
            OldLicence::Revoke => return None,
        };
        Some(Replaces { licence: form.old_licence_id?, keep_term })
    }

    /// Leaves the job that ends the licence, when a granted case of this handling item does so.
    pub(crate) async fn end_old_licence(&self, tx: &platform::Tx, change: &super::change::Change) -> Result<()> {
        let item = self.catalogue.version(&change.row.item_slug, change.row.item_version).await?;
        if self.revokes(&item.item, &change.row.handle_item) {
            tx.enqueue(platform::work::jobs::NewJob {
                id: self.platform.new_id(),
                kind: REVOKE_JOB,
                payload: json!({ "case_id": change.row.id }),
                run_at: None,
                key: Some(format!("{REVOKE_JOB}:{}", change.row.id)),
            });
        }
        Ok(())
    }

    /// Whether a granted case of this handling item ends the licence.
    pub(crate) fn revokes(&self, item: &Item, handle_item: &str) -> bool {
        effect(item, handle_item) == Some(OldLicence::Revoke)
    }

    /// The job behind [`REVOKE_JOB`]: ends the licence with the case as its reason. Run again it changes nothing.
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn revoke_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        let form = self.form_of(self.platform.db.read(), id).await?;
        let Some(old) = form.old_licence_id else { return Ok(()) };
        let number = self.head(id).await?.case_number.unwrap_or_default();
        // A version issued meanwhile by a change bears the same number: what is cancelled is the licence.
        let now = self.licences.in_force(old).await?;
        self.licences.abolish(now, &format!("持证人申请注销（办件 {number}）"), None).await?;
        Ok(())
    }
}
