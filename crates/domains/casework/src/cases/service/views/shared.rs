//! What both readers of a case see: events, documents, materials, result.

use catalogue::items::resolve;
use platform::Result;
use platform::files::FileRef;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::cases::model::{Closing, EventKind, State};
use crate::cases::service::draft::{ItemRef, MaterialFile, round};
use crate::cases::service::{Casework, Loaded};
use crate::cases::store::{self, Around, case, case_event, case_material, task};

/// An event as people read it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    /// Number within the case.
    pub no: i64,
    /// Standard event.
    pub kind: String,
    /// Public event, one of ten; absent for records the public view leaves out.
    pub public_kind: Option<&'static str>,
    /// Standard name.
    pub title: &'static str,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Who; only for staff.
    pub actor: Option<String>,
    /// What happened, one sentence.
    pub text: String,
    /// Its document.
    pub document: Option<DocumentRef>,
}

/// A document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentRef {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// 文号.
    pub number: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// A licence made by a case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LicenceRef {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Number.
    pub number: String,
}

/// Form with its definition.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormView {
    /// `tongban-form/1`.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// What was filled in.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// A material as handed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaterialView {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// 1 必要, 2 非必要, 3 容缺后补.
    pub necessity: String,
    /// How it was handed in.
    pub handing: String,
    /// `ok`, `missing`, `later`, `exempt`, `generated` or `corrected`.
    pub status: &'static str,
    /// Files, newest round last.
    pub files: Vec<RoundFile>,
    /// Review points with what was checked; only for staff.
    pub review_points: Vec<CheckedPoint>,
    /// File types accepted.
    pub file_types: Vec<String>,
    /// Megabytes.
    pub max_mb: u32,
    /// How often staff changed its files after acceptance.
    pub changes: usize,
}

/// A file with its round.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoundFile {
    /// File.
    #[serde(flatten)]
    pub file: FileRef,
    /// 1 with the application, 2 with the correction, 3 promised at acceptance, 4 put in by staff, 5 given by another body.
    pub version_no: i64,
}

/// A review point.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CheckedPoint {
    /// Key.
    pub key: String,
    /// Text.
    pub text: String,
    /// `formal` or `substantive`.
    pub kind: String,
    /// `window` or `approver`.
    pub r#for: String,
    /// `yes`, `no`, or not yet.
    pub checked: Option<String>,
}

/// How it ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResultView {
    /// Closing kind.
    pub kind: String,
    /// In words.
    pub label: String,
    /// Reason, when refused.
    pub reason: Option<String>,
}

/// What a read of one case brings together.
pub(super) struct Whole {
    pub(super) loaded: Loaded,
    pub(super) around: Around,
    pub(super) materials: Vec<case_material::Model>,
    pub(super) documents: Vec<store::case_document::Model>,
    pub(super) tasks: Vec<task::Model>,
    pub(super) form: store::case_form::Model,
    pub(super) tolerances: Vec<crate::tolerance::store::tolerance::Model>,
}

impl Casework {
    pub(super) async fn whole(&self, row: case::Model) -> Result<Whole> {
        let conn = self.platform.db.read();
        let id = row.id;
        let around = store::around(conn, id).await?;
        // What is promised is written down with the acceptance.
        let promised = |event: &case_event::Model| {
            data_of(event).get("tolerated").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty())
        };
        let tolerances = if around.events.iter().any(promised) { self.tolerances_of(id).await? } else { Vec::new() };
        Ok(Whole {
            loaded: self.with_item(row).await?,
            around,
            materials: store::materials(conn, id).await?,
            documents: store::documents(conn, id).await?,
            tasks: store::tasks(conn, id).await?,
            form: self.form_of(conn, id).await?,
            tolerances,
        })
    }

    pub(crate) async fn form_view(&self, loaded: &Loaded, data: Map<String, Value>) -> Result<FormView> {
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let definition: &form::Definition = &form;
        Ok(FormView { schema: serde_json::to_value(definition)?, data })
    }

    pub(crate) async fn licence_ref(&self, row: &case::Model) -> Result<Option<LicenceRef>> {
        // A licence comes with the end.
        if row.closing.is_none() {
            return Ok(None);
        }
        let licence = self.licences.of_case(row.id).await?;
        let valid = licence.into_iter().find(|licence| licence.state != licences::State::Draft);
        Ok(valid.map(|licence| LicenceRef { id: licence.id, name: licence.name, number: licence.number }))
    }

    pub(super) fn material_views(&self, whole: &Whole, staff: bool) -> Result<Vec<MaterialView>> {
        let item = &whole.loaded.item.item;
        let situations = serde_json::from_value(whole.form.situations.clone())?;
        let resolution = resolve::resolve(
            item,
            self.design.expressions(),
            &whole.loaded.row.handle_item,
            &situations,
            &resolve::Answers::default(),
        );
        let amended: Vec<String> = whole
            .around
            .events
            .iter()
            .filter(|event| event.data.contains(crate::cases::service::amend::ACT))
            .filter_map(|event| Some(data_of(event).get("material")?.as_str()?.to_owned()))
            .collect();
        resolution
            .materials
            .iter()
            .filter(|material| material.needed)
            .filter_map(|material| Some((material, item.material(&material.key)?)))
            .map(|(material, definition)| {
                let row = whole.materials.iter().find(|row| row.key == material.key);
                let files: Vec<MaterialFile> = match row {
                    Some(row) => serde_json::from_value(row.files.clone())?,
                    None => Vec::new(),
                };
                let handing = row.map_or(String::new(), |row| row.handing.clone());
                let status = match handing.as_str() {
                    _ if material.generated => "generated",
                    "licence" => "exempt",
                    _ if files.iter().any(|file| file.round == round::CORRECTION) => "corrected",
                    "later" if files.is_empty() => "later",
                    "paper" | "window" => "ok",
                    _ if files.is_empty() => "missing",
                    _ => "ok",
                };
                Ok(MaterialView {
                    key: material.key.clone(),
                    name: material.name.clone(),
                    necessity: material.necessity.clone(),
                    handing,
                    status,
                    files: files.into_iter().map(|one| RoundFile { file: one.file, version_no: one.round }).collect(),
                    review_points: if staff {
                        points(&definition.review_points, row.map(|row| &row.checks))
                    } else {
                        Vec::new()
                    },
                    file_types: definition.file_types.clone(),
                    max_mb: definition.max_mb,
                    changes: amended.iter().filter(|key| **key == material.key).count(),
                })
            })
            .collect()
    }
}

pub(super) fn item_ref(loaded: &Loaded) -> ItemRef {
    ItemRef { slug: loaded.item.slug.clone(), name: loaded.row.item_name.clone(), version: loaded.item.version }
}

/// State for the applicant.
pub(crate) fn label(row: &case::Model, state: State) -> String {
    match state {
        State::Submitted if row.corrected => "补正已交".to_owned(),
        other => other.label().to_owned(),
    }
}

/// State for the staff.
pub(crate) fn desk_label(row: &case::Model, state: State) -> String {
    match state {
        State::Submitted if row.corrected => "补正已回".to_owned(),
        State::Correction => "补正中".to_owned(),
        other => other.label().to_owned(),
    }
}

pub(super) fn data_of(event: &case_event::Model) -> Value {
    serde_json::from_str(&event.data).unwrap_or(Value::Null)
}

pub(crate) fn events(
    rows: &[case_event::Model],
    documents: &[store::case_document::Model],
    staff: bool,
) -> Vec<EventView> {
    rows.iter()
        .filter_map(|row| {
            let kind = EventKind::parse(&row.kind)?;
            let document = data_of(row)
                .get("document_id")
                .and_then(|id| id.as_str().map(str::to_owned))
                .and_then(|id| documents.iter().find(|document| document.id.to_string() == id).map(document_ref));
            // The receipt is made with the application itself.
            let document = document.or_else(|| {
                (kind == EventKind::Apply)
                    .then(|| documents.iter().find(|one| one.kind == "receipt").map(document_ref))
                    .flatten()
            });
            Some(EventView {
                no: row.no,
                kind: row.kind.clone(),
                public_kind: kind.public(),
                title: kind.label(),
                at: row.at,
                actor: staff.then(|| row.actor_name.clone()),
                text: row.text.clone(),
                document,
            })
        })
        .collect()
}

pub(super) fn document_ref(row: &store::case_document::Model) -> DocumentRef {
    DocumentRef {
        id: row.id,
        kind: row.kind.clone(),
        name: row.name.clone(),
        number: row.number.clone(),
        at: row.created_at,
    }
}

pub(super) fn documents(rows: &[store::case_document::Model]) -> Vec<DocumentRef> {
    rows.iter().map(document_ref).collect()
}

pub(crate) fn result(row: &case::Model) -> Option<ResultView> {
    let closing = row.closing.as_deref()?;
    let label = match row.outcome.as_deref() {
        Some("granted") => "准予",
        Some("refused") => "不予批准",
        Some("aborted") => "中止办理",
        _ if row.state == State::NotAccepted.as_str() => "不予受理",
        _ => Closing::label_of(closing),
    };
    Some(ResultView { kind: closing.to_owned(), label: label.to_owned(), reason: row.closing_reason.clone() })
}

pub(super) fn points(points: &[catalogue::items::model::ReviewPoint], checks: Option<&Value>) -> Vec<CheckedPoint> {
    points
        .iter()
        .map(|point| CheckedPoint {
            key: point.key.clone(),
            text: point.text.clone(),
            kind: point.kind.clone(),
            r#for: point.r#for.clone(),
            checked: checks.and_then(|checks| checks.get(&point.key)?.as_str().map(str::to_owned)),
        })
        .collect()
}
