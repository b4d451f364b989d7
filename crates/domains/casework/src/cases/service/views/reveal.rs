//! A raw personal value, by right, with a reason, logged.

use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};

use crate::cases::error::CaseError;
use crate::cases::service::{Casework, Delivery, reach};
use crate::cases::store::case;

impl Casework {
    /// A raw personal value, by right, with a reason, logged.
    ///
    /// # Errors
    /// 404 outside one's reach, 422 without a reason or for an unknown field.
    pub async fn reveal(&self, caller: &Principal, id: Uuid, field: &str, why: &str) -> Result<String> {
        let why = crate::cases::service::special::reason("/reason", why)?;
        let row = case::Entity::find_by_id(id).one(self.platform.db.read()).await?.ok_or(CaseError::NotFound)?;
        reach(caller, &row)?;
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
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "case.reveal",
            format!("case:{id}"),
            json!({ "field": field, "reason": why }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(value)
    }
}
