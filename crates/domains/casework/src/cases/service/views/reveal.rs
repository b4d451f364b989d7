//! A raw personal value, by right, with a reason, logged.

use platform::disclosure::{Ask, Field};
use platform::web::guard::Principal;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use crate::cases::error::CaseError;
use crate::cases::service::{Casework, Delivery};
use crate::cases::store::case;

impl Casework {
    /// A raw personal value, by right, with a reason, logged.
    ///
    /// # Errors
    /// 404 outside one's reach, 422 without a reason or for an unknown field, 403 below the field's level.
    pub async fn reveal(&self, caller: &Principal, id: Uuid, field: &str, why: &str) -> Result<String> {
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
        self.reaches(self.platform.db.read(), caller, &row).await?;
        let of_form = !matches!(field, "phone" | "id_number" | "agent_phone" | "address");
        if of_form && self.hides(caller, &row, field.strip_prefix("form.").unwrap_or(field)).await? {
            return Err(CaseError::NotFound.into());
        }
        let ask =
            Ask { right: "case.reveal", field: place(field), name: field, subject: format!("case:{id}"), reason: why };
        let permit = self.platform.disclosure.permit(&self.platform, caller, ask).await?;
        let personal = self.personal(&row)?;
        let value = match field {
            "phone" => personal.phone,
            "id_number" => personal.id_number,
            "agent_phone" => personal.agent.map(|agent| agent.phone).unwrap_or_default(),
            "address" => {
                let form = self.form_of(self.platform.db.read(), id).await?;
                let delivery: Delivery = self.open(&form.delivery_sealed, id, "delivery")?;
                delivery
                    .address
                    .map(|to| format!("{} {} {}{}", to.name, to.phone, to.region, to.address))
                    .unwrap_or_default()
            }
            key => {
                let form = self.form_of(self.platform.db.read(), id).await?;
                let data: Map<String, Value> = self.open(&form.form_sealed, id, "form")?;
                let key = key.strip_prefix("form.").unwrap_or(key);
                match data.get(key) {
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                    None => return Err(Problem::invalid_field("/field", "option", "没有这一项内容")),
                }
            }
        };
        permit.used(&self.platform).await?;
        Ok(value)
    }
}

/// Where a field of the request lies.
fn place(field: &str) -> Field<'_> {
    match field {
        "agent_phone" => Field { table: "cases", column: "personal_sealed", part: "phone" },
        "phone" | "id_number" => Field { table: "cases", column: "personal_sealed", part: field },
        "address" => Field { table: "case_forms", column: "delivery_sealed", part: field },
        key => Field { table: "case_forms", column: "form_sealed", part: key.strip_prefix("form.").unwrap_or(key) },
    }
}
