//! A case as the staff see it: masked, with deadlines, opinions and actions.

use platform::Result;
use platform::web::guard::Principal;
use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use super::desk_model::{ChainHead, DeliveryView, DeskCase, MaskedApplicant, Procedure, TakenIn};
use super::desk_parts::{actions, extension_view, hide, mask_form, masked, opinions, special_view, urge_view};
use super::shared::{desk_label, documents, events, item_ref, points, result};
use crate::cases::clock;
use crate::cases::error::CaseError;
use crate::cases::model::Channel;
use crate::cases::service::acting::agent_of;
use crate::cases::service::{Casework, Delivery};
use crate::cases::store::{case, urge};

impl Casework {
    /// A case within the caller's reach.
    ///
    /// # Errors
    /// 404 outside it.
    pub async fn desk_case(&self, caller: &Principal, id: Uuid) -> Result<DeskCase> {
        let conn = self.platform.db.read();
        let row = case::Entity::find_by_id(id).one(conn).await?.ok_or(CaseError::NotFound)?;
        self.reaches(conn, caller, &row).await?;
        let whole = self.whole(row).await?;
        let row = &whole.loaded.row;
        let item = &whole.loaded.item.item;
        let state = whole.loaded.state()?;
        let calendar = self.calendars.current().await?;
        let personal = self.personal(row)?;
        let orgs = self.identity.orgs().await?;
        let filed_at = row.submitted_at.unwrap_or(self.platform.now());
        let org = orgs.name_at(row.org_id, filed_at);
        let mut data: Map<String, Value> = self.open(&whole.form.form_sealed, id, "form")?;
        let definition = self.design.form(&whole.loaded.item.definitions.form).await?;
        mask_form(&definition, &mut data);
        let now = self.now(&whole).await?;
        let beside = self.beside(&whole.form)?;
        let my_task = self.my_task(caller, &whole, &now);
        let mut form = self.form_view(&whole.loaded, data).await?;
        if let Some(rights) = now.hidden(caller, &whole.tasks) {
            hide(&rights, &mut form);
        }
        let urges =
            urge::Entity::find().filter(urge::Column::CaseId.eq(id)).order_by_asc(urge::Column::Id).all(conn).await?;
        let delivery: Delivery = self.open(&whole.form.delivery_sealed, id, "delivery")?;
        let mut deadlines = clock::explain(row, item, &whole.around, &calendar, self.platform.now());
        deadlines.extend(crate::tolerance::explain(&whole.tolerances, &calendar, self.platform.now()));
        let checks = whole.materials.iter().find(|row| row.key == "application").map(|row| row.checks.clone());
        Ok(DeskCase {
            id,
            version: row.version,
            case_number: row.case_number.clone().unwrap_or_default(),
            item: item_ref(&whole.loaded),
            handle_item_name: row.handle_item_name.clone(),
            channel_label: Channel::label_of(&row.channel),
            applicant: masked(row, &personal),
            agent: personal.agent.as_ref().map(|agent| MaskedApplicant {
                kind: "person".into(),
                name: agent.name.clone(),
                id_masked: base::mask::citizen_id(&agent.id_number),
                phone_masked: base::mask::phone(&agent.phone),
                legal_person: None,
            }),
            agent_role_label: agent_of(row, personal.agent.as_ref()).map_or("", |agent| agent.role_label),
            org_name: org.map_or_else(|| item.body.name.clone(), str::to_owned),
            org_path: orgs.path_at(row.org_id, filed_at),
            taken: row.taken_at.map(|org| TakenIn {
                org_name: orgs.name_at(org, filed_at).unwrap_or_default().to_owned(),
                by: whole.around.events.first().map(|event| event.actor_name.clone()).unwrap_or_default(),
            }),
            ticket_number: whole.around.events.first().and_then(ticket_of),
            state,
            state_label: desk_label(row, state),
            step_name: row.step_name.clone(),
            form,
            comparisons: beside.checks(&definition),
            warnings: beside.warnings,
            materials: self.material_views(&whole, true)?,
            review_points: points(&item.review_points, checks.as_ref()),
            deadlines,
            events: events(&whole.around.events, &whole.documents, true),
            opinions: opinions(&whole.tasks),
            documents: documents(&whole.documents),
            flow: self.flow_steps(&whole, &now).await?,
            tasks: now.open_tasks(caller, &whole.tasks),
            take_back: now
                .running
                .as_ref()
                .map(|running| self.takeable_tasks(caller, state, &whole.tasks, running))
                .unwrap_or_default(),
            jump_targets: now.jump_targets(caller, state, &whole.tasks),
            actions: actions(caller, row, state, my_task.as_ref(), &whole),
            my_task,
            procedures: item
                .special_procedures
                .iter()
                .map(|one| Procedure {
                    key: one.key.clone(),
                    name: one.name.clone(),
                    counts_in_limit: one.counts_in_limit,
                })
                .collect(),
            special: whole.around.specials.iter().map(special_view).collect(),
            extensions: whole.around.extensions.iter().map(extension_view).collect(),
            urges: urges.into_iter().map(urge_view).collect(),
            licence: self.licence_ref(row).await?,
            tolerances: self.tolerance_views(&whole.tolerances),
            delivery: DeliveryView {
                label: delivery.label(),
                address: delivery.address.as_ref().map(|address| {
                    format!(
                        "{} {} {}",
                        base::mask::name(&address.name),
                        base::mask::phone(&address.phone),
                        base::mask::address(&address.address)
                    )
                }),
                way: delivery.way,
            },
            result: result(row),
            chain: ChainHead { head: row.head_hash.clone(), length: row.event_count },
        })
    }
}

/// The ticket an application was taken in with, as its first event tells.
fn ticket_of(applied: &crate::cases::store::case_event::Model) -> Option<String> {
    let data: Value = serde_json::from_str(&applied.data).ok()?;
    data.get("ticket")?.as_str().map(str::to_owned)
}
