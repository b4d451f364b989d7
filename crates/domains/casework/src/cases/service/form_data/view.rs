//! One filled form: its data items masked, and what was corrected.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::correct::{ChangedField, Kept, may_correct};
use super::covered;
use crate::cases::error::CaseError;
use crate::cases::service::views::{FormView, HiddenFields, desk_label, mask_form};
use crate::cases::service::{Casework, parse_state, reach};
use crate::cases::store::{case, form_correction};

/// Corrections shown at most; the newest.
const SHOWN: u64 = 200;

/// A data item of a filled form.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormDataItem {
    /// What it is and where it is stored.
    #[serde(flatten)]
    pub item: design::DataItem,
    /// What was filled in, in words; masked when personal.
    pub text: String,
    /// Whether it may be corrected.
    pub correctable: bool,
}

/// A correction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormCorrection {
    /// Id.
    pub id: Uuid,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who.
    pub by_name: String,
    /// Why.
    pub reason: String,
    /// What.
    pub fields: Vec<ChangedField>,
}

/// A filled form.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormDataView {
    /// Case.
    pub id: Uuid,
    /// Version of the case; send it back with a correction.
    pub version: i64,
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Applicant; a person's name is masked.
    pub applicant_name: String,
    /// State in words.
    pub state_label: String,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
    /// Frozen version of the form.
    pub form_version: i64,
    /// The form with what was filled in, masked.
    pub form: FormView,
    /// Its data items.
    pub items: Vec<FormDataItem>,
    /// What was corrected, newest first.
    pub corrections: Vec<FormCorrection>,
}

impl Casework {
    /// One filled form within reach.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn form_data_of(&self, caller: &Principal, id: Uuid) -> Result<FormDataView> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
        let loaded = self.with_item(row).await?;
        let of = &loaded.item.definitions.form;
        let form = self.design.form(of).await?;
        let kept = self.form_of(conn, id).await?;
        let data: Map<String, Value> = self.open(&kept.form_sealed, id, "form")?;
        let regions = self.region_names(&data).await?;
        let hidden = self.hidden_fields(caller, &loaded.row).await?;
        let fields = form.valued();
        let mut items = Vec::new();
        for item in self.design.data_items(of).await? {
            let Some(field) = fields.iter().find(|field| field.key == item.field) else { continue };
            if hidden.hides(&item.field) {
                continue;
            }
            let text = data.get(&item.field).map(|value| covered(&item, field, value, &regions)).unwrap_or_default();
            items.push(FormDataItem { text, correctable: may_correct(field), item });
        }
        let corrections = self.corrections_of(id, &hidden).await?;
        let mut masked = data;
        mask_form(&form, &mut masked);
        let mut view = self.form_view(&loaded, masked).await?;
        hidden.take_from(&mut view);
        let row = loaded.row;
        let state = parse_state(&row)?;
        Ok(FormDataView {
            id,
            version: row.version,
            case_number: row.case_number.clone().unwrap_or_default(),
            applicant_name: if row.applicant_kind == "person" {
                base::mask::name(&row.applicant_name)
            } else {
                row.applicant_name.clone()
            },
            state_label: desk_label(&row, state),
            submitted_at: row.submitted_at,
            item_name: row.item_name,
            handle_item_name: row.handle_item_name,
            form_version: of.version,
            form: view,
            items,
            corrections,
        })
    }

    async fn corrections_of(&self, id: Uuid, hidden: &HiddenFields) -> Result<Vec<FormCorrection>> {
        let rows = form_correction::Entity::find()
            .filter(form_correction::Column::CaseId.eq(id))
            .order_by_desc(form_correction::Column::Id)
            .limit(SHOWN)
            .all(self.platform.db.read())
            .await?;
        rows.into_iter()
            .map(|row| {
                let mut kept: Vec<Kept> = serde_json::from_str(
                    &self.platform.unseal(&row.changed_sealed, &format!("case:{id}:correction"))?,
                )?;
                kept.retain(|one| !hidden.hides(&one.shown.field));
                Ok(FormCorrection {
                    id: row.id,
                    at: row.at,
                    by_name: row.by_name,
                    reason: row.reason,
                    fields: kept.into_iter().map(|one| one.shown).collect(),
                })
            })
            .collect()
    }
}
