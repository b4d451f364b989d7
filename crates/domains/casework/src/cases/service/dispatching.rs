//! Cases that a system elsewhere handles after acceptance: the department's own, or one above (CASE-018).
//!
//! Such a case is accepted like any other and has no flow: no tasks lie before people here while the other system
//! works. What comes back are standard events ([`super::external`]). When it can't be handled there, people take it
//! over and its flow begins ([`Casework::handle_here`]). Who is sent what and when is the business of the exchange domain.

use catalogue::items::model::DispatchMode;
use design::Kind;
use design::prints::Sources;
use identity::systems::ConnectedSystem;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result, Tx, files};
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use super::change::{Actor, Change, all_set};
use super::tasks::examined;
use super::{Casework, Loaded};
use crate::cases::model::EventKind;
use crate::cases::store::{self, case, case_document};

/// Outbox topic: a case was accepted that another system handles.
pub const DISPATCHED: &str = "case.dispatched";
/// Bytes of the largest licence file taken from another system.
const LARGEST: usize = 2_900_000;
/// Kind of the document that holds it.
const OUTSIDE_LICENCE: &str = "outside-licence";

/// What another system gets to handle a case.
pub struct Dispatchable {
    /// Fields by the mapping.
    pub record: Map<String, Value>,
    /// What the other system would not take, at its field.
    pub problems: Vec<FieldProblem>,
    /// Case, applicant, acceptance, materials with their files by name, size and id.
    pub body: Map<String, Value>,
    /// Files to send along: material key and file.
    pub files: Vec<(String, files::FileRef)>,
}

/// The address at which a system takes cases: the first registered one that ends with `/cases`.
pub fn case_address(system: &ConnectedSystem) -> Option<&String> {
    system.callbacks.iter().find(|address| address.ends_with("/cases"))
}

/// A licence file of another system on its way into a case.
pub(crate) struct OutsideLicence {
    file: files::NewFile,
    document: case_document::Model,
}

impl OutsideLicence {
    pub(crate) fn document_id(&self) -> Uuid {
        self.document.id
    }

    pub(crate) async fn keep(self, tx: &Tx) -> Result<()> {
        self.file.keep(tx).await?;
        case_document::Entity::insert(all_set::<_, case_document::ActiveModel>(self.document))
            .exec_without_returning(tx.conn())
            .await?;
        Ok(())
    }
}

impl Casework {
    /// App id of the system an item's cases go to, whether it is there or not.
    pub fn dispatch_target(&self, item: &catalogue::items::model::Item) -> Option<String> {
        let dispatch = item.dispatch.as_ref()?;
        match dispatch.mode {
            DispatchMode::Internal => None,
            DispatchMode::Upper if dispatch.system.is_empty() => Some(self.platform.config.upper_app_id.clone()),
            DispatchMode::Department | DispatchMode::Upper => Some(dispatch.system.clone()),
        }
    }

    /// The system that handles a case after acceptance. A city in which it is not connected, or takes no cases,
    /// handles the item itself: no case goes where nobody is.
    pub(crate) async fn handled_elsewhere(&self, loaded: &Loaded) -> Result<Option<ConnectedSystem>> {
        let Some(app_id) = self.dispatch_target(&loaded.item.item) else { return Ok(None) };
        let system = self.identity.live_system(&app_id).await?;
        Ok(system.filter(|system| case_address(system).is_some()))
    }

    /// Leaves a case to another system.
    pub(crate) fn send_elsewhere(&self, change: &mut Change, system: &ConnectedSystem) {
        change.row.step_name = format!("由{}办理", system.name);
        change.announce(DISPATCHED);
    }

    /// People here go on with a case that another system had: its flow begins, with tasks for them.
    ///
    /// # Errors
    /// 409 when it is in a flow already or not being examined.
    pub async fn handle_here(&self, tx: &Tx, id: Uuid, actor: Actor, why: &str) -> Result<()> {
        let loaded = self.load(tx, id).await?;
        if !examined(loaded.state()?) || self.running(tx.conn(), id).await?.is_some() {
            let message = "这件现在不能转为人工办理：它已经在本单位的流程里，或者不在审查中。";
            return Err(Problem::conflict("not_elsewhere", message));
        }
        let mut change = Change::of(loaded.row.clone(), actor).named("dispatch.take_over");
        let data = json!({ "dispatch": "returned", "reason": why });
        change.record(&self.platform, EventKind::Document, "改由本单位人工办理", data)?;
        self.begin_flow(tx, &mut change, &loaded).await?;
        change.save(&self.platform, tx).await?;
        Ok(())
    }

    /// What another system gets of a case. Raw: it handles the case in the applicant's own matter.
    ///
    /// # Errors
    /// 404 for an unknown case; 409 when the mapping is not published.
    pub async fn dispatchable(&self, id: Uuid, mapping: Option<&str>) -> Result<Dispatchable> {
        let loaded = self.with_item(self.head(id).await?).await?;
        let row = &loaded.row;
        let (form, outcome) = self.applicants_view(&loaded).await?;
        let (record, problems) = match mapping {
            None => {
                let shown = |key: &String| outcome.visible.contains(key);
                (
                    outcome.data.iter().filter(|(key, _)| shown(key)).map(|(k, v)| (k.clone(), v.clone())).collect(),
                    vec![],
                )
            }
            Some(key) => {
                let of = self.design.latest(Kind::Mapping, key).await?;
                let of = of.ok_or_else(|| {
                    Problem::conflict("mapping_missing", format!("字段映射“{key}”还没有发布，请先在设计里发布。"))
                })?;
                let mapping = self.design.mapping(&of).await?;
                let data = self.print_data(&loaded, false).await?;
                let context = self.feel_context(id).await?;
                let evaluate = |text: &str| form::Expressions::evaluate(self.design.expressions(), text, &context);
                let sources = Sources::of(Some(&form));
                let made = mapping.apply(&sources, &outcome.data, &data.words, &data.around, &evaluate);
                (made.record, made.problems)
            }
        };
        let conn = self.platform.db.read();
        let mut materials = Vec::new();
        let mut all_files = Vec::new();
        for material in store::materials(conn, id).await? {
            let refs: Vec<files::FileRef> = serde_json::from_value(material.files).unwrap_or_default();
            materials.push(json!({
                "key": material.key, "name": material.name, "handing": material.handing,
                "files": refs.iter().map(|one| json!({ "id": one.id, "name": one.name, "size": one.size })).collect::<Vec<_>>(),
            }));
            all_files.extend(refs.into_iter().map(|one| (material.key.clone(), one)));
        }
        let personal = self.personal(row)?;
        let around = store::around(conn, id).await?;
        let accepted = around.events.iter().rev().find(|event| event.kind == EventKind::Accept.as_str());
        let notice = accepted.and_then(|event| serde_json::from_str::<Value>(&event.data).ok());
        let moment = |at: Option<time::OffsetDateTime>| at.and_then(|at| at.format(&Rfc3339).ok());
        let body = json!({
            "case_number": row.case_number,
            "item_code": loaded.item.item.codes.task, "item_slug": row.item_slug, "item_name": row.item_name,
            "handle_item": row.handle_item, "handle_item_name": row.handle_item_name,
            "applicant": {
                "kind": row.applicant_kind, "name": row.applicant_name, "id_number": personal.id_number,
                "phone": personal.phone, "legal_person": personal.legal_person,
            },
            "acceptance": {
                "accepted_at": moment(row.accepted_at), "accepted_by": accepted.map(|event| event.actor_name.clone()),
                "number": notice.as_ref().and_then(|data| data.get("number")), "due_at": moment(row.due_at),
            },
            "materials": materials,
        });
        Ok(Dispatchable { record, problems, body: super::intake::object(body), files: all_files })
    }

    /// The licence file that came with a result, checked and stored.
    pub(crate) async fn licence_from_outside(
        &self,
        row: &case::Model,
        data: &Map<String, Value>,
    ) -> Result<Option<OutsideLicence>> {
        let Some(given) = data.get("licence").filter(|given| !given.is_null()) else { return Ok(None) };
        let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let (name, number, sm3) = (text("name"), text("number"), text("sm3"));
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Problem::invalid_field("/licence/name", "required", "填写证照名称，最多 100 字"));
        }
        if number.is_empty() || number.chars().count() > 100 {
            return Err(Problem::invalid_field("/licence/number", "required", "填写证照编号，最多 100 字"));
        }
        let bytes = base::encoding::from_base64url(&text("content")).filter(|bytes| bytes.len() <= LARGEST);
        let bytes = bytes.filter(|bytes| files::sniff(bytes) == Some("application/pdf")).ok_or_else(|| {
            let hint = "证照文件要是 PDF，用 base64url 编码，最大 2.9 兆字节";
            Problem::invalid_field("/licence/content", "file", hint)
        })?;
        if !base::encoding::to_hex(&base::crypto::sm3(&bytes)).eq_ignore_ascii_case(&sm3) {
            return Err(Problem::invalid_field("/licence/sm3", "digest", "摘要和文件内容对不上，请重新发送"));
        }
        let file_name = format!("{name}.pdf");
        let file = files::store_made(&self.platform, "document", &file_name, "application/pdf", bytes.into()).await?;
        let document = self.made_elsewhere(row, (OUTSIDE_LICENCE, &name, Some(number)), &file)?;
        Ok(Some(OutsideLicence { file, document }))
    }
}
