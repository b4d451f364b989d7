//! Numbered documents of a case: receipt, acceptance, correction, refusal …
//!
//! The row with number and content is written with the act that makes the document; the PDF is
//! drawn when first needed (a job does it soon after), so no act waits for typesetting. What a
//! document says is fixed when it is made.

use std::sync::Arc;

use catalogue::PublishedItem;
use design::prints::Around;
use design::{DefinitionRef, Kind};
use platform::files::{self, FileRef};
use platform::{Platform, Problem, Result, Tx};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::change::all_set;
use super::{Casework, Personal};
use crate::cases::store::{case, case_document};

/// Job that draws a document.
pub const DRAW_JOB: &str = "case.draw_document";

/// Papers of the domains above; they tell of the way to the result, not the result.
const FROM_ABOVE: [&str; 3] = ["payment-notice", "payment-receipt", "collection-notice"];

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// 申请回执
    Receipt,
    /// 受理通知书
    Acceptance,
    /// 补正告知书
    Correction,
    /// 不予受理通知书
    NotAccepted,
    /// 特别程序告知书
    Special,
    /// 准予决定书
    Grant,
    /// 不予决定书
    Refusal,
    /// 送达回证
    Delivery,
    /// 申请书
    Form,
    /// 容缺受理告知书
    Tolerance,
}

impl DocumentKind {
    /// Column value and key of the paper.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Acceptance => "acceptance",
            Self::Correction => "correction",
            Self::NotAccepted => "not-accepted",
            Self::Special => "special",
            Self::Grant => "grant",
            Self::Refusal => "refusal",
            Self::Delivery => "delivery",
            Self::Form => "form",
            Self::Tolerance => "tolerance",
        }
    }

    /// Whether a document (by its column value) tells of the way to the result, not the result.
    pub fn is_of_process(kind: &str) -> bool {
        [Self::Receipt, Self::Acceptance, Self::Correction, Self::Special, Self::Delivery, Self::Form, Self::Tolerance]
            .iter()
            .any(|one| one.as_str() == kind)
            || FROM_ABOVE.contains(&kind)
    }

    /// Title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Receipt => "申请回执",
            Self::Acceptance => "受理通知书",
            Self::Correction => "补正告知书",
            Self::NotAccepted => "不予受理通知书",
            Self::Special => "特别程序告知书",
            Self::Grant => "准予决定书",
            Self::Refusal => "不予决定书",
            Self::Delivery => "送达回证",
            Self::Form => "申请书",
            Self::Tolerance => "容缺受理告知书",
        }
    }

    /// Character of its document number; `None` for papers without one.
    pub(crate) fn series(self) -> Option<&'static str> {
        match self {
            Self::Acceptance => Some("受"),
            Self::Correction => Some("补"),
            Self::NotAccepted => Some("不受"),
            Self::Special => Some("特"),
            Self::Tolerance => Some("容"),
            Self::Grant => Some("准"),
            Self::Refusal => Some("不准"),
            Self::Receipt | Self::Delivery | Self::Form => None,
        }
    }
}

/// Fonts and versions of papers. Cheap to clone.
#[derive(Clone)]
pub struct Papers {
    fonts: paper::Fonts,
    latest: moka::future::Cache<String, Option<DefinitionRef>>,
    /// Names of regions by code: every application names one, and they change once in years.
    regions: moka::future::Cache<String, String>,
    /// Papers of items by slug.
    pub(crate) of_item: moka::future::Cache<String, Arc<Vec<crate::papers::ItemPaper>>>,
}

impl Papers {
    /// With the fonts inside the binary.
    pub fn new(fonts: paper::Fonts) -> Self {
        let latest =
            moka::future::Cache::builder().max_capacity(1_000).time_to_live(std::time::Duration::from_secs(5)).build();
        let regions = moka::future::Cache::builder()
            .max_capacity(10_000)
            .time_to_live(std::time::Duration::from_secs(600))
            .build();
        let of_item =
            moka::future::Cache::builder().max_capacity(1_000).time_to_live(std::time::Duration::from_secs(5)).build();
        Self { fonts, latest, regions, of_item }
    }

    /// Reads the papers of an item anew when they are next asked for.
    pub(crate) async fn forget(&self, slug: &str) {
        self.of_item.invalidate(slug).await;
    }

    /// The fonts.
    pub fn fonts(&self) -> &paper::Fonts {
        &self.fonts
    }
}

/// A paper to make a document from.
pub(crate) struct Paper<'a> {
    /// Key of the template.
    pub key: &'a str,
    /// Title people read.
    pub title: &'a str,
    /// Characters of its number; none for papers without one.
    pub series: Option<&'a str>,
}

/// What is kept of a document until it is drawn, sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    template: DefinitionRef,
    data: Value,
    #[serde(default)]
    seal: SealPlan,
}

/// What a print says, kept until it is drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PrintData {
    pub words: form::Words,
    pub around: Around,
}

/// Which seal a document gets when it is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SealPlan {
    /// As always: the body's 政务服务专用章; none on the application, which is the applicant's paper.
    #[default]
    Usual,
    /// None; somebody stamps it later.
    Later,
    /// One that the item's papers name.
    By(crate::papers::PaperSeal, Uuid),
}

impl Casework {
    /// Makes the row of a platform document. `number_tx` gives it its running number inside the command.
    pub(crate) async fn document(
        &self,
        row: &case::Model,
        item: &PublishedItem,
        kind: DocumentKind,
        number_tx: Option<&Tx>,
        more: Map<String, Value>,
    ) -> Result<case_document::Model> {
        let paper = Paper { key: kind.as_str(), title: kind.title(), series: kind.series() };
        self.paper_document(row, item, &paper, number_tx, more).await
    }

    /// Makes the row of any document; an item's own paper of that key comes before the platform's.
    pub(crate) async fn paper_document(
        &self,
        row: &case::Model,
        item: &PublishedItem,
        paper: &Paper<'_>,
        number_tx: Option<&Tx>,
        more: Map<String, Value>,
    ) -> Result<case_document::Model> {
        let template = self.template_ref(&item.slug, paper.key).await?;
        let org = self.identity.org(row.org_id).await?;
        let issuer = org.as_ref().map_or_else(|| item.item.body.name.clone(), |org| org.name.clone());
        let number = match (paper.series, number_tx) {
            (Some(series), Some(tx)) => Some(self.number(tx, row, series).await?),
            _ => None,
        };
        let mut data = self.base_data(row, item, &issuer)?;
        if let Some(number) = &number {
            data.insert("number".into(), number.clone().into());
        }
        data.extend(more);
        let seal = self.seal_plan(row, paper.key).await?;
        let content = Content { template, data: Value::Object(data), seal };
        let document = self.document_row(row, paper.key, paper.title, content)?;
        Ok(case_document::Model { number, ..document })
    }

    /// A print template filled with what a case says, as a document that a seal may be put on.
    pub(crate) fn printed_row(
        &self,
        row: &case::Model,
        paper: &crate::papers::ItemPaperContent,
        template: DefinitionRef,
        data: &PrintData,
    ) -> Result<case_document::Model> {
        let seal = match paper.stamp_at {
            crate::papers::StampAt::Made => SealPlan::By(paper.seal, paper.seal_org_id.unwrap_or(row.org_id)),
            _ => SealPlan::Later,
        };
        let content = Content { template, data: serde_json::to_value(data)?, seal };
        self.document_row(row, &paper.paper_key, &paper.title, content)
    }

    fn document_row(
        &self,
        row: &case::Model,
        kind: &str,
        name: &str,
        content: Content,
    ) -> Result<case_document::Model> {
        Ok(case_document::Model {
            id: self.platform.new_id(),
            case_id: row.id,
            kind: kind.to_owned(),
            name: name.to_owned(),
            number: None,
            data_sealed: self.seal(&content, row.id, "document")?,
            file_id: None,
            created_at: self.platform.now(),
            seal_place: String::new(),
            file_digest: String::new(),
        })
    }

    /// A finished file that somebody else made, as a document of the case.
    pub(crate) fn made_elsewhere(
        &self,
        row: &case::Model,
        (kind, name, number): (&str, &str, Option<String>),
        file: &files::NewFile,
    ) -> Result<case_document::Model> {
        // Never drawn: the file is there.
        let template = DefinitionRef { kind: Kind::Paper, key: kind.to_owned(), version: 0 };
        let content = Content { template, data: Value::Null, seal: SealPlan::Later };
        let document = self.document_row(row, kind, name, content)?;
        let file_digest = file.digest().to_owned();
        Ok(case_document::Model { number, file_id: Some(file.id()), file_digest, ..document })
    }

    /// The template of a paper: the item's own of that key before the platform's.
    pub(crate) async fn template_ref(&self, slug: &str, key: &str) -> Result<DefinitionRef> {
        if let Some(own) = self.paper_ref(&format!("{slug}/{key}")).await? {
            return Ok(own);
        }
        let shared = self.paper_ref(key).await?;
        shared.ok_or_else(|| Problem::internal(format!("the paper {key} is not published")))
    }

    /// 文号: short name of the body, series, year, running number of that body and year.
    async fn number(&self, tx: &Tx, row: &case::Model, series: &str) -> Result<String> {
        let year = base::zone::china_date(self.platform.now()).year();
        let short = match self.identity.org(row.org_id).await? {
            Some(org) => {
                org.name.replace("人民政府", "").replace("管理局", "").replace('局', "").chars().take(8).collect()
            }
            None => "通办".to_owned(),
        };
        let running = platform::numbers::strict(tx, &format!("document:{}:{series}:{year}", row.org_id)).await?;
        Ok(format!("{short}{series}〔{year}〕{running}号"))
    }

    async fn paper_ref(&self, key: &str) -> Result<Option<DefinitionRef>> {
        if let Some(found) = self.papers.latest.get(key).await {
            return Ok(found);
        }
        let found = self.design.latest(Kind::Paper, key).await?;
        self.papers.latest.insert(key.to_owned(), found.clone()).await;
        Ok(found)
    }

    fn base_data(&self, row: &case::Model, item: &PublishedItem, issuer: &str) -> Result<Map<String, Value>> {
        let personal: Personal = self.personal(row)?;
        let enterprise = row.applicant_kind == "enterprise";
        let day = |at: Option<time::OffsetDateTime>| at.map(|at| base::zone::china_date(at).to_string());
        let place = item.item.places.first();
        let base_url = &self.platform.config.public_url;
        let number = row.case_number.clone().unwrap_or_default();
        let data = json!({
            "issuer": issuer,
            "date": base::zone::china_date(self.platform.now()).to_string(),
            "applicant": {
                "name": row.applicant_name,
                "id_label": if enterprise { "统一社会信用代码" } else { "身份证号码" },
                "id": if enterprise { personal.id_number.clone() } else { base::mask::citizen_id(&personal.id_number) },
                "phone": base::mask::phone(&personal.phone),
            },
            "agent": personal.agent.as_ref().map(|agent| json!({ "name": agent.name })),
            "contact": {
                "phone": item.item.consult_phone,
                "address": place.map(|place| format!("{}，{}", place.name, place.address)),
                "hours": place.map(|place| place.hours.clone()),
            },
            "case": {
                "number": number,
                "item": row.item_name,
                "handle_item": row.handle_item_name,
                "submitted_at": row.submitted_at.map(minute),
                "channel": crate::cases::model::Channel::label_of(&row.channel),
                "query_code": row.query_code,
                "acceptance_limit": crate::cases::clock::intake_limit(&item.item).to_string(),
                "accepted_on": day(row.accepted_at),
                "legal_limit": item.item.legal_limit.time().to_string(),
                "promise_limit": item.item.promise_limit.time().to_string(),
                "due": row.accepted_at.and(row.due_at).map(crate::cases::clock::last_day),
            },
            "qr": format!("{base_url}/progress?number={number}"),
            "legal_basis": item.item.legal_basis.iter().map(|law| match &law.article {
                Some(article) => format!("《{}》{article}", law.title),
                None => format!("《{}》", law.title),
            }).collect::<Vec<_>>().join("、"),
            // Bodies, as the papers name them; which one is competent depends on the issuer (行政复议法 24).
            "remedies": { "review": "本机关的本级人民政府或者上一级主管部门", "lawsuit": "有管辖权的人民法院" },
        });
        match data {
            Value::Object(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    /// 申请书: the form as it was handed in, in the words of its labels. Without a seal: it is the
    /// applicant's paper, not the body's.
    pub(crate) async fn form_document(
        &self,
        row: &case::Model,
        item: &PublishedItem,
        judged: &super::judge::Judgement,
    ) -> Result<case_document::Model> {
        let form = self.design.form(&item.definitions.form).await?;
        let more = self.application_words(row, &form, &judged.data, &judged.visible, true).await?;
        self.document(row, item, DocumentKind::Form, None, more).await
    }

    /// What 申请书 says besides the case: sections in words, who signs, signatures written by hand.
    pub(crate) async fn application_words(
        &self,
        row: &case::Model,
        form: &form::Form,
        data: &Map<String, Value>,
        visible: &std::collections::BTreeSet<String>,
        masked: bool,
    ) -> Result<Map<String, Value>> {
        let regions = self.region_names(data).await?;
        let sheet = form::Sheet { data: Some(data), visible, masked, region: &|code| regions.get(code).cloned() };
        let labels = form.answerable();
        let signatures = form.words(&sheet).signatures.into_iter().map(|(path, file)| {
            let label = labels.iter().find(|one| one.path == path).map(|one| one.label.clone());
            json!({ "label": label, "file": file })
        });
        let mut more = Map::new();
        more.insert("title".into(), json!(form.title));
        more.insert("sections".into(), Value::Array(form.sheet(&sheet)));
        more.insert("signatures".into(), Value::Array(signatures.collect()));
        more.insert("signed_by".into(), json!(row.applicant_name));
        more.insert("signed_on".into(), json!(base::zone::china_date(self.platform.now()).to_string()));
        Ok(more)
    }

    /// Everything 申请书 says, as it would be drawn now.
    pub(crate) async fn application_data(
        &self,
        row: &case::Model,
        item: &PublishedItem,
        words: Map<String, Value>,
    ) -> Result<Map<String, Value>> {
        let org = self.identity.org(row.org_id).await?;
        let issuer = org.map_or_else(|| item.item.body.name.clone(), |org| org.name);
        let mut data = self.base_data(row, item, &issuer)?;
        data.extend(words);
        Ok(data)
    }

    /// Names of the region codes among the values of a form.
    pub(crate) async fn region_names(
        &self,
        data: &Map<String, Value>,
    ) -> Result<std::collections::BTreeMap<String, String>> {
        let mut names = std::collections::BTreeMap::new();
        for code in data.values().filter_map(Value::as_str) {
            if code.len() == 12 && code.bytes().all(|byte| byte.is_ascii_digit()) {
                let name = match self.papers.regions.get(code).await {
                    Some(known) => known,
                    None => {
                        let name = self.identity.region_path(code).await?;
                        self.papers.regions.insert(code.to_owned(), name.clone()).await;
                        name
                    }
                };
                if !name.is_empty() {
                    names.insert(code.to_owned(), name);
                }
            }
        }
        Ok(names)
    }

    /// Writes the row and asks for the drawing.
    pub(crate) async fn keep_document(&self, tx: &Tx, row: case_document::Model) -> Result<()> {
        self.keep_documents(tx, vec![row]).await
    }

    /// Several at once, with one statement.
    pub(crate) async fn keep_documents(&self, tx: &Tx, rows: Vec<case_document::Model>) -> Result<()> {
        // Receipts and applications are many and seldom opened: they are drawn on demand only.
        let on_demand = [DocumentKind::Receipt.as_str(), DocumentKind::Form.as_str()];
        for row in rows.iter().filter(|row| !on_demand.contains(&row.kind.as_str())) {
            tx.enqueue(platform::work::jobs::NewJob {
                id: self.platform.new_id(),
                kind: DRAW_JOB,
                payload: json!({ "document_id": row.id }),
                run_at: None,
                key: None,
            });
        }
        case_document::Entity::insert_many(rows.into_iter().map(all_set::<_, case_document::ActiveModel>))
            .exec_without_returning(tx.conn())
            .await?;
        Ok(())
    }

    /// The PDF of a document, drawn now if it was not yet. The caller has been allowed to see the case.
    ///
    /// # Errors
    /// 404 when the case has no such document.
    pub async fn document_pdf(&self, case_id: Uuid, id: Uuid) -> Result<(FileRef, bytes::Bytes)> {
        let document = case_document::Entity::find_by_id(id)
            .one(self.platform.db.read())
            .await?
            .filter(|document| document.case_id == case_id)
            .ok_or_else(|| Problem::not_found("没有找到这份文书。"))?;
        let file = match document.file_id {
            Some(file) => file,
            None => self.draw(&document).await?,
        };
        files::read(&self.platform, file).await
    }

    /// Draws a document once and keeps the file.
    async fn draw(&self, document: &case_document::Model) -> Result<Uuid> {
        let content: Content = self.open(&document.data_sealed, document.case_id, "document")?;
        let row = case::Entity::find_by_id(document.case_id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::internal("a document without its case"))?;
        let pdf = if content.template.kind == Kind::Print {
            self.draw_print(&content.template, content.data, &document.name).await?
        } else {
            let template = self.design.paper(&content.template).await?;
            self.render_signed(&template, content.data, &document.name, document.created_at).await?
        };
        let place = pdf.seal.map(|place| json!([place.page, place.x, place.y]).to_string()).unwrap_or_default();
        let usual = document.kind != DocumentKind::Form.as_str() && content.template.kind != Kind::Print;
        let seal = match content.seal {
            SealPlan::Usual => usual.then_some((licences::SealPurpose::Notice, row.org_id)),
            SealPlan::Later => None,
            SealPlan::By(seal, org) => seal.purpose().map(|purpose| (purpose, org)),
        };
        let bytes = match seal {
            Some((purpose, org)) => self.licences.seal_paper(org, purpose, pdf.bytes, pdf.seal).await?,
            None => pdf.bytes,
        };
        let name = format!("{}.pdf", document.name);
        let new = files::store_made(&self.platform, "document", &name, "application/pdf", bytes.into()).await?;
        let (id, file_id, digest) = (document.id, new.id(), new.digest().to_owned());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    new.keep(tx).await?;
                    // Two drawings may race: the first one stays, so that one document is one file.
                    case_document::Entity::update_many()
                        .col_expr(case_document::Column::FileId, Expr::value(Some(file_id)))
                        .col_expr(case_document::Column::FileDigest, Expr::value(digest))
                        .col_expr(case_document::Column::SealPlace, Expr::value(place))
                        .filter(case_document::Column::Id.eq(id))
                        .filter(case_document::Column::FileId.is_null())
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        let kept = case_document::Entity::find_by_id(id).one(self.platform.db.read()).await?;
        Ok(kept.and_then(|kept| kept.file_id).unwrap_or(file_id))
    }

    async fn draw_print(&self, template: &DefinitionRef, data: Value, title: &str) -> Result<paper::Pdf> {
        let print = self.design.print(template).await?;
        let values = self.print_values(&print, &serde_json::from_value(data)?).await?;
        let options = self.options_for(title);
        let mode = paper::print::PrintMode::Whole;
        tokio::task::spawn_blocking(move || print.pdf(&values, mode, false, &options))
            .await
            .map_err(Problem::internal)?
            .map_err(Problem::internal)
    }

    /// Typesets with the signatures the data names; one that is no picture any more is left out.
    pub(crate) async fn render_signed(
        &self,
        template: &str,
        mut data: Value,
        title: &str,
        at: time::OffsetDateTime,
    ) -> Result<paper::Pdf> {
        let mut pictures: Vec<Vec<u8>> = Vec::new();
        if let Some(signatures) = data.get_mut("signatures").and_then(Value::as_array_mut) {
            for one in signatures {
                let Some(file) = one.get("file").and_then(Value::as_str) else { continue };
                if let Some(picture) = self.picture(file).await? {
                    one["picture"] = json!(pictures.len());
                    pictures.push(picture);
                }
            }
        }
        if pictures.is_empty() {
            return self.render(template, data, title, at).await;
        }
        let (template, title) = (template.to_owned(), title.to_owned());
        let options = paper::Options { fonts: self.papers.fonts.clone(), produced_at: at, title };
        tokio::task::spawn_blocking(move || {
            let pictures: Vec<&[u8]> = pictures.iter().map(Vec::as_slice).collect();
            paper::Template::new(&template)?.render_with(&data, &pictures, &options)
        })
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)
    }

    /// Typesets off the async threads.
    pub(crate) async fn render(
        &self,
        template: &str,
        data: Value,
        title: &str,
        at: time::OffsetDateTime,
    ) -> Result<paper::Pdf> {
        let (template, title) = (template.to_owned(), title.to_owned());
        let options = paper::Options { fonts: self.papers.fonts.clone(), produced_at: at, title };
        tokio::task::spawn_blocking(move || paper::render(&template, &data, &options))
            .await
            .map_err(Problem::internal)?
            .map_err(Problem::internal)
    }

    /// The job behind [`DRAW_JOB`].
    ///
    /// # Errors
    /// 500 to be tried again.
    pub async fn draw_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("document_id").cloned().unwrap_or(Value::Null))?;
        let Some(document) = case_document::Entity::find_by_id(id).one(self.platform.db.read()).await? else {
            return Ok(());
        };
        if document.file_id.is_none() {
            self.draw(&document).await?;
        }
        Ok(())
    }
}

/// A moment for a paper, `2026-09-21 09:05` in China.
pub(crate) fn minute(at: time::OffsetDateTime) -> String {
    let local = at.to_offset(base::zone::CHINA);
    format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
}

/// Where a drawn document wants its seal; the lower right of the first page when it does not say.
pub(crate) fn place_of(text: &str) -> paper::Place {
    match serde_json::from_str::<(usize, f64, f64)>(text) {
        Ok((page, x, y)) => paper::Place { page, x, y, ..paper::Place::default() },
        Err(_) => paper::Place::default(),
    }
}
