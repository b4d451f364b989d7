//! The guide of an item (PORTAL-009), what answers come to, the form. Without sign-in.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use platform::web::extract::{Json, Path, Query};
use platform::web::problem::{Problem, ProblemBody, Result};
use platform::web::refusals::{Absent, Unreadable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::items::labels::{self, label};
use crate::items::model::{
    Body as ImplementingBody, BookingWay, Commitment, Condition, Faq, Fees, HandleItem, Item, LegalBasis, Material,
    Place, Remedies, ReviewPoint, Situation, SpecialProcedure, Tolerance,
};
use crate::items::resolve::{Answers, Resolution, resolve};
use crate::items::service::GuidePage;
use crate::search::Limit;
use crate::sheets::{Format, SheetFile, Which, is_download, source};
use crate::{Catalogue, PublishedItem};

/// Everything a person wants to know before applying.
#[derive(Serialize, ToSchema)]
pub(crate) struct Guide {
    slug: String,
    version: i64,
    name: String,
    summary: String,
    body: ImplementingBody,
    joint_bodies: Vec<ImplementingBody>,
    item_type: String,
    item_type_label: String,
    service_field: Option<String>,
    level_label: String,
    facts: Facts,
    handle_items: Vec<HandleItem>,
    situations: Vec<Situation>,
    conditions: Vec<Condition>,
    materials: Vec<GuideMaterial>,
    process: Vec<GuideStep>,
    flow: Vec<FlowStep>,
    places: Vec<Place>,
    /// How to book a time; never empty.
    booking: Vec<BookingWay>,
    hours: Option<String>,
    legal_basis: Vec<LegalBasis>,
    remedies: Remedies,
    rights: Vec<String>,
    duties: Vec<String>,
    complaint_phone: String,
    codes: GuideCodes,
    region: String,
    region_name: String,
    service_objects: Vec<String>,
    case_type_label: String,
    acceptance: Limit,
    online_depth: String,
    online_depth_label: String,
    approval_form_label: String,
    handle_forms: Vec<String>,
    handle_area: String,
    channels: Vec<String>,
    business_system: Option<String>,
    commitment: Commitment,
    tolerance: Tolerance,
    special_procedures: Vec<SpecialProcedure>,
    fees: Fees,
    quantity_limit: String,
    intermediary: Vec<String>,
    review_points: Vec<ReviewPoint>,
    faq: Vec<Faq>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: time::OffsetDateTime,
}

/// The figures at the top of a guide.
#[derive(Serialize, ToSchema)]
struct Facts {
    promise: Limit,
    promise_note: Option<String>,
    legal: Limit,
    legal_note: Option<String>,
    on_site_times: u32,
    on_site_reason: Option<String>,
    charge: bool,
    fee_text: String,
    results: Vec<GuideResult>,
    consult_phone: String,
}

/// What one gets.
#[derive(Serialize, ToSchema)]
struct GuideResult {
    name: String,
    kind_label: String,
    validity: Option<String>,
}

/// A material with names for its codes.
#[derive(Serialize, ToSchema)]
struct GuideMaterial {
    key: String,
    name: String,
    order: u32,
    kind_label: String,
    form_label: String,
    original_copies: u32,
    photo_copies: u32,
    source_label: String,
    source_note: Option<String>,
    producer: Option<String>,
    necessity: String,
    necessity_label: String,
    paper_spec: String,
    file_types: Vec<String>,
    max_mb: u32,
    licence_type: Option<String>,
    exempt_note: Option<String>,
    generated: bool,
    /// Handling items of which there is a filled sample of this (generated) material; for others of the
    /// item there is none.
    sampled: Vec<String>,
    /// Address of the empty form, when there is a file; takes `handle_item`.
    blank_form: Option<String>,
    /// What the empty form is called.
    blank_form_name: Option<String>,
    /// Kinds of file the empty form can be had as (`format` of its address): pdf, docx …
    blank_formats: Vec<String>,
    /// Address of the sample, when there is a file; takes `handle_item`.
    sample: Option<String>,
    /// What the sample shows.
    sample_note: Option<String>,
    /// Kinds of file the sample can be had as.
    sample_formats: Vec<String>,
    fill_notes: Option<String>,
    hand_in: Vec<String>,
    hand_in_labels: Vec<String>,
    handle_items: Vec<String>,
    when: Option<String>,
    review_points: Vec<ReviewPoint>,
}

/// A step as the guide tells it.
#[derive(Serialize, ToSchema)]
struct GuideStep {
    name: String,
    role: String,
    limit: Option<Limit>,
    output: Option<String>,
}

/// A task of the flow.
#[derive(Serialize, ToSchema)]
struct FlowStep {
    name: String,
    role_label: String,
    days: Option<u32>,
    optional: bool,
}

/// Codes of the standard.
#[derive(Serialize, ToSchema)]
struct GuideCodes {
    basic: String,
    task: String,
    local: Option<String>,
}

/// Answers given so far.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ResolveItem {
    /// Key of the handling item.
    handle_item: String,
    /// Question key → option key or keys.
    #[serde(default)]
    situations: Answers,
    /// Condition key → option key.
    #[serde(default)]
    conditions: Answers,
}

/// Which handling item the form is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormQuery {
    /// Key of the handling item; the form's own conditions look at it.
    handle_item: Option<String>,
}

/// Which handling item an empty form or sample is for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SheetQuery {
    /// Key of the handling item; the first one when absent.
    handle_item: Option<String>,
    /// Kind of file; to print when absent.
    #[param(value_type = Option<String>)]
    format: Option<Format>,
}

/// Where a material's sheet is, and the kinds of file it can be had as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Address, here or elsewhere (https); a sheet of here takes `handle_item` and `format`.
    pub address: Option<String>,
    /// Kinds of file: pdf, docx …; empty for an address elsewhere.
    pub formats: Vec<String>,
}

/// What can be had of a material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloads {
    /// Empty form 空白表.
    pub blank: Download,
    /// Sample 样表.
    pub sample: Download,
    /// Handling items a generated material has a filled sample of; empty for any other material.
    pub sampled: Vec<String>,
}

/// Tells what can be had; `sampled` are the handling items with a filled sample.
fn downloads(slug: &str, sampled: &BTreeSet<String>, material: &Material) -> Downloads {
    Downloads {
        blank: download(slug, material, Which::Blank, true),
        sample: download(slug, material, Which::Sample, !material.generated || !sampled.is_empty()),
        sampled: if material.generated { sampled.iter().cloned().collect() } else { Vec::new() },
    }
}

fn download(slug: &str, material: &Material, which: Which, exists: bool) -> Download {
    let (name, text) = match which {
        Which::Blank => ("blank", &material.blank_form),
        Which::Sample => ("sample", &material.sample),
    };
    match source(material, which).filter(|_| exists) {
        Some(source) => Download {
            address: Some(format!("/api/v1/items/{slug}/materials/{}/{name}", material.key)),
            formats: source.formats().into_iter().map(|format| format.ending().to_owned()).collect(),
        },
        None => Download { address: address(text.as_ref()), formats: Vec::new() },
    }
}

/// An address, told from a mere name.
fn address(text: Option<&String>) -> Option<String> {
    text.filter(|text| text.starts_with("/api/") || text.starts_with("https://")).cloned()
}

fn not_address(text: Option<&String>) -> Option<String> {
    text.filter(|text| address(Some(text)).is_none() && !is_download(Some(text))).cloned()
}

fn material(slug: &str, sampled: &BTreeSet<String>, material: &Material) -> GuideMaterial {
    let Downloads { blank, sample, sampled } = downloads(slug, sampled, material);
    GuideMaterial {
        sampled,
        key: material.key.clone(),
        name: material.name.clone(),
        order: material.order,
        kind_label: label(labels::MATERIAL_KINDS, &material.kind),
        form_label: label(labels::MATERIAL_FORMS, &material.form),
        original_copies: material.original_copies,
        photo_copies: material.photo_copies,
        source_label: label(labels::SOURCES, &material.source),
        source_note: material.source_note.clone(),
        producer: material.producer.clone(),
        necessity: material.necessity.clone(),
        necessity_label: label(labels::NECESSITIES, &material.necessity),
        paper_spec: material.paper_spec.clone(),
        file_types: material.file_types.clone(),
        max_mb: material.max_mb,
        licence_type: material.licence_type.clone(),
        exempt_note: material.exempt_note.clone(),
        generated: material.generated,
        blank_form: blank.address,
        blank_form_name: not_address(material.blank_form.as_ref()),
        blank_formats: blank.formats,
        sample: sample.address,
        sample_note: not_address(material.sample.as_ref()),
        sample_formats: sample.formats,
        fill_notes: material.fill_notes.clone(),
        hand_in_labels: labels::labels(labels::HAND_INS, &material.hand_in),
        hand_in: material.hand_in.clone(),
        handle_items: material.handle_items.clone(),
        when: material.when.clone(),
        review_points: material.review_points.clone(),
    }
}

/// What is charged, in one line.
pub fn fee_text(fees: &Fees) -> String {
    if !fees.charge {
        return "不收费".to_owned();
    }
    let items: Vec<String> = fees.items.iter().map(|item| format!("{}：{}", item.name, item.standard)).collect();
    if items.is_empty() { "收费".to_owned() } else { items.join("；") }
}

/// How to book, when the item does not say: by the phone for questions, never by a service that is not there.
pub fn booking(item: &Item) -> Vec<BookingWay> {
    if !item.booking.is_empty() {
        return item.booking.clone();
    }
    if let Some(place) = item.places.iter().find(|place| !place.booking.is_empty()) {
        return place.booking.clone();
    }
    let phone = item.places.iter().map(|place| &place.phone).find(|phone| !phone.is_empty());
    vec![BookingWay {
        way: "phone".to_owned(),
        text: "暂时不能网上预约，请在工作时间打电话约时间。".to_owned(),
        phone: Some(phone.unwrap_or(&item.consult_phone).clone()),
        url: None,
    }]
}

fn guide(published: &PublishedItem, flow: &flow::Definition, region_name: String, sampled: &BTreeSet<String>) -> Guide {
    let item: &Item = &published.item;
    let mut materials: Vec<GuideMaterial> =
        item.materials.iter().map(|one| material(&published.slug, sampled, one)).collect();
    materials.sort_by_key(|material| material.order);
    let roles = identity::roles::all();
    Guide {
        slug: published.slug.clone(),
        version: published.version,
        name: item.name.clone(),
        summary: item.summary.clone(),
        body: item.body.clone(),
        joint_bodies: item.joint_bodies.clone(),
        item_type: item.item_type.clone(),
        item_type_label: labels::item_type(&item.item_type, item.filing),
        service_field: item.service_field.clone(),
        level_label: label(labels::LEVELS, &item.level),
        facts: Facts {
            promise: Limit::of(item.promise_limit.time()),
            promise_note: item.promise_limit.note.clone(),
            legal: Limit::of(item.legal_limit.time()),
            legal_note: item.legal_limit.note.clone(),
            on_site_times: item.on_site_times,
            on_site_reason: item.on_site_reason.clone(),
            charge: item.fees.charge,
            fee_text: fee_text(&item.fees),
            results: item
                .results
                .iter()
                .map(|result| GuideResult {
                    name: result.name.clone(),
                    kind_label: label(labels::RESULT_KINDS, &result.kind),
                    validity: result.validity.clone(),
                })
                .collect(),
            consult_phone: item.consult_phone.clone(),
        },
        handle_items: item.handle_items.clone(),
        situations: item.situations.clone(),
        conditions: item.conditions.clone(),
        materials,
        process: item
            .process
            .iter()
            .map(|step| GuideStep {
                name: step.name.clone(),
                role: step.role.clone(),
                limit: step.limit.as_ref().map(|limit| Limit::of(limit.time())),
                output: step.output.clone(),
            })
            .collect(),
        flow: flow::outline(flow)
            .into_iter()
            .map(|step| FlowStep {
                role_label: step
                    .role
                    .map(|key| roles.get(&key).map_or(key, |role| role.label.clone()))
                    .unwrap_or_default(),
                name: step.name,
                days: step.days,
                optional: step.optional,
            })
            .collect(),
        hours: item.places.first().map(|place| place.hours.clone()),
        places: item.places.clone(),
        booking: booking(item),
        legal_basis: item.legal_basis.clone(),
        remedies: item.remedies.clone(),
        rights: item.rights.clone(),
        duties: item.duties.clone(),
        complaint_phone: item.complaint_phone.clone(),
        codes: GuideCodes {
            basic: item.codes.basic.clone(),
            task: item.codes.task.clone(),
            local: item.codes.local.clone(),
        },
        region: item.region.clone(),
        region_name,
        service_objects: labels::labels(labels::OBJECTS, &item.objects),
        case_type_label: label(labels::CASE_TYPES, &item.case_type),
        acceptance: Limit::of(item.acceptance_limit.time()),
        online_depth: item.online_depth.clone(),
        online_depth_label: label(labels::ONLINE_DEPTHS, &item.online_depth),
        approval_form_label: label(labels::APPROVAL_FORMS, &item.approval_form),
        handle_forms: labels::labels(labels::HANDLE_FORMS, &item.handle_forms),
        handle_area: item.handle_area.clone(),
        channels: labels::labels(labels::CHANNELS, &item.channels),
        business_system: item.business_system.clone(),
        commitment: item.commitment.clone(),
        tolerance: item.tolerance.clone(),
        special_procedures: item.special_procedures.clone(),
        fees: item.fees.clone(),
        quantity_limit: item.quantity_limit.clone(),
        intermediary: item.intermediary.clone(),
        review_points: item.review_points.clone(),
        faq: item.faq.clone(),
        updated_at: published.published_at,
    }
}

impl Catalogue {
    /// What can be had of each material of an item, by key of the material.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn downloads(&self, published: &PublishedItem) -> Result<BTreeMap<String, Downloads>> {
        let sampled = self.sampled(&published.slug).await?;
        let each = published.item.materials.iter();
        Ok(each.map(|one| (one.key.clone(), downloads(&published.slug, &sampled, one))).collect())
    }

    /// The guide of the version offered now, as it is sent.
    async fn guide_page(&self, slug: &str) -> Result<GuidePage> {
        let key = (slug.to_owned(), self.published_version(slug).await?);
        if let Some(page) = self.guides.get(&key).await {
            return Ok(page);
        }
        let published = self.version(slug, key.1).await?;
        let flow = self.design.flow(&published.definitions.flow).await?;
        let region_name = self.identity.region_path(&published.item.region).await?;
        let body = Bytes::from(serde_json::to_vec(&guide(&published, &flow, region_name, &self.sampled(slug).await?))?);
        let digest = base::encoding::to_hex(&base::crypto::sm3(&body));
        let etag = HeaderValue::from_str(&format!("\"{}\"", digest.get(..32).unwrap_or(&digest)))
            .map_err(Problem::internal)?;
        let page = GuidePage { body, etag };
        self.guides.insert(key, page.clone()).await;
        Ok(page)
    }
}

/// The guide of an item.
#[utoipa::path(get, path = "/api/v1/items/{slug}/guide", tag = "items", operation_id = "get_guide",
    params(("slug" = String, Path)),
    responses(
        (status = 200, body = Guide),
        (status = 304),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
    ))]
pub(crate) async fn get_guide(
    State(catalogue): State<Catalogue>,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let page = catalogue.guide_page(&slug).await?;
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == page.etag);
    let answer = Response::builder().header(header::ETAG, &page.etag).header(header::CACHE_CONTROL, "no-cache");
    let answer = if known {
        answer.status(StatusCode::NOT_MODIFIED).body(Body::empty())
    } else {
        answer.header(header::CONTENT_TYPE, "application/json").body(Body::from(page.body))
    };
    answer.map_err(Problem::internal)
}

/// What answers come to: questions, materials, what leads away.
#[utoipa::path(post, path = "/api/v1/items/{slug}/resolve", tag = "items", operation_id = "resolve_item",
    params(("slug" = String, Path)), request_body = ResolveItem,
    responses(
        (status = 200, body = Resolution),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ))]
pub(crate) async fn resolve_item(
    State(catalogue): State<Catalogue>,
    Path(slug): Path<String>,
    Json(asked): Json<ResolveItem>,
) -> Result<Json<Resolution>> {
    let published = catalogue.published(&slug).await?;
    known_handle_item(&published.item, &asked.handle_item)?;
    let holds = catalogue.design.expressions();
    Ok(Json(resolve(&published.item, holds, &asked.handle_item, &asked.situations, &asked.conditions)))
}

/// The empty form of a material, to print and fill in.
#[utoipa::path(get, path = "/api/v1/items/{slug}/materials/{key}/blank", tag = "items",
    operation_id = "get_material_blank", params(("slug" = String, Path), ("key" = String, Path), SheetQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ))]
pub(crate) async fn get_material_blank(
    State(catalogue): State<Catalogue>,
    Path((slug, key)): Path<(String, String)>,
    Query(query): Query<SheetQuery>,
) -> Result<Response> {
    send(catalogue.sheet(&slug, &key, query.handle_item.as_deref(), Which::Blank, query.format).await?)
}

/// A material as it is filled in, with made-up names.
#[utoipa::path(get, path = "/api/v1/items/{slug}/materials/{key}/sample", tag = "items",
    operation_id = "get_material_sample", params(("slug" = String, Path), ("key" = String, Path), SheetQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ))]
pub(crate) async fn get_material_sample(
    State(catalogue): State<Catalogue>,
    Path((slug, key)): Path<(String, String)>,
    Query(query): Query<SheetQuery>,
) -> Result<Response> {
    send(catalogue.sheet(&slug, &key, query.handle_item.as_deref(), Which::Sample, query.format).await?)
}

/// A PDF or a picture opens in the browser, a file to edit is saved; each under the material's name.
fn send(file: SheetFile) -> Result<Response> {
    let way = if matches!(file.format, Format::Docx | Format::Xlsx) { "attachment" } else { "inline" };
    let name: String = file.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let plain = file.format.ending();
    Response::builder()
        .header(header::CONTENT_TYPE, file.format.media_type())
        .header(header::CONTENT_DISPOSITION, format!("{way}; filename=\"sheet.{plain}\"; filename*=UTF-8''{name}"))
        .header(header::CACHE_CONTROL, "public, max-age=300")
        .body(Body::from(file.bytes))
        .map_err(Problem::internal)
}

/// The form of an item (`tongban-form/1`).
#[utoipa::path(get, path = "/api/v1/items/{slug}/form", tag = "items", operation_id = "get_form",
    params(("slug" = String, Path), FormQuery),
    responses(
        (status = 200, body = serde_json::Value),
        Absent,
        (status = 410, body = ProblemBody, content_type = "application/problem+json"),
        Unreadable,
    ))]
pub(crate) async fn get_form(
    State(catalogue): State<Catalogue>,
    Path(slug): Path<String>,
    Query(query): Query<FormQuery>,
) -> Result<Json<serde_json::Value>> {
    let published = catalogue.published(&slug).await?;
    if let Some(handle_item) = &query.handle_item {
        known_handle_item(&published.item, handle_item)?;
    }
    let form = catalogue.design.form(&published.definitions.form).await?;
    let definition: &form::Definition = &form;
    Ok(Json(serde_json::to_value(definition)?))
}

fn known_handle_item(item: &Item, key: &str) -> Result<()> {
    match item.handle_item(key) {
        Some(_) => Ok(()),
        None => Err(Problem::invalid_field("/handle_item", "unknown", "没有这个业务办理项，请重新选择")),
    }
}
