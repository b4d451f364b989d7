//! Who is told of a request: the body that is asked, then whoever asked.

use platform::Result;
use platform::messages::{self, Channel, Message};
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::due;
use crate::Materials;
use crate::store::proof::{Entity, Model};

#[derive(Deserialize)]
struct Told {
    request_id: Uuid,
    event: String,
}

impl Materials {
    /// The job behind [`super::TELL_JOB`]; run again it tells nobody twice.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn tell_job(&self, payload: Value) -> Result<()> {
        let Told { request_id, event } = serde_json::from_value(payload)?;
        let Some(row) = Entity::find_by_id(request_id).one(self.platform.db.read()).await? else { return Ok(()) };
        self.tell_of_proof(&row, &event).await
    }

    /// Tells the side that has something to do.
    pub(crate) async fn tell_of_proof(&self, row: &Model, event: &str) -> Result<()> {
        let (asker, body) = (self.org_name(row.org_id).await?, self.org_name(row.to_org_id).await?);
        let day = due(row).map(base::zone::date_text).unwrap_or_default();
        let name = &row.name;
        let receivers = self.answering(row.to_org_id).await?;
        let asked_by = vec![row.asked_by];
        let (staff, text) = match event {
            "asked" => (receivers, format!("{asker}请我们出具“{name}”，{day}前答复。在“部门调证”里办理。")),
            "withdrawn" => (receivers, format!("{asker}撤回了“{name}”的调证请求，不用再出具。")),
            "soon" => (receivers, format!("{asker}请我们出具的“{name}”{day}到期，还没有答复。")),
            "late" => {
                let text = format!("{asker}请{body}出具的“{name}”已过期限（{day}），还没有答复。");
                (receivers.into_iter().chain(asked_by).collect(), text)
            }
            "answered" => (asked_by, format!("{body}已出具“{name}”，请在“部门调证”里收下。")),
            "refused" => (asked_by, format!("{body}不能出具“{name}”：{}", row.reason)),
            _ => return Ok(()),
        };
        for id in staff {
            let message = Message {
                event_key: format!("proof.{event}:{}", row.id),
                recipient: format!("staff:{id}"),
                phone: None,
                account: None,
                channel: Channel::InApp,
                template: format!("proof_{event}"),
                body: text.clone(),
            };
            messages::send(&self.platform, message).await?;
        }
        Ok(())
    }

    /// Staff of a body who may answer.
    async fn answering(&self, org: Uuid) -> Result<Vec<Uuid>> {
        let tree = self.identity.orgs().await?;
        let inside = tree.subtree(org);
        let staff = self.identity.staff_holding("proof.answer").await?;
        Ok(staff.into_iter().filter(|one| inside.contains(&one.org_id)).map(|one| one.id).collect())
    }
}
