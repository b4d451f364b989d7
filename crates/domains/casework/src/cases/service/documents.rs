//! Numbered documents of a case: receipt, acceptance, correction, refusal …
//!
//! The row with number and content is written with the act that makes the document; the PDF is
//! drawn when first needed (a job does it soon after), so no act waits for typesetting. What a
//! document says is fixed when it is made.

use std::sync::Arc;

use catalogue::PublishedItem;
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
        }
    }

    /// Whether a document (by its column value) tells of the way to the result, not the result.
    pub fn is_of_process(kind: &str) -> bool {
        [Self::Receipt, Self::Acceptance, Self::Correction, Self::Special, Self::Delivery, Self::Form]
            .iter()
            .any(|one| one.as_str() == kind)
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
        }
    }

    /// Character of its document number; `None` for papers without one.
    pub(crate) fn series(self) -> Option<&'static str> {
        match self {
            Self::Acceptance => Some("受"),
            Self::Correction => Some("补"),
            Self::NotAccepted => Some("不受"),
            Self::Special => Some("特"),
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
        Self { fonts, latest, regions }
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
        let template = match self.paper_ref(&format!("{}/{}", item.slug, paper.key)).await? {
            Some(own) => own,
            None => self
                .paper_ref(paper.key)
                .await?
                .ok_or_else(|| Problem::internal(format!("the paper {} is not published", paper.key)))?,
        };
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
        Ok(case_document::Model {
            id: self.platform.new_id(),
            case_id: row.id,
            kind: paper.key.to_owned(),
            name: paper.title.to_owned(),
            number,
            data_sealed: self.seal(&Content { template, data: Value::Object(data) }, row.id, "document")?,
            file_id: None,
            created_at: self.platform.now(),
        })
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
                "due": row.accepted_at.and(row.due_at).map(super::submit::last_day),
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
        let regions = self.region_names(&judged.data).await?;
        let sections = form.sheet(&form::Sheet {
            data: Some(&judged.data),
            visible: &judged.visible,
            masked: true,
            region: &|code| regions.get(code).cloned(),
        });
        let mut more = Map::new();
        more.insert("title".into(), json!(form.title));
        more.insert("sections".into(), Value::Array(sections));
        more.insert("signed_by".into(), json!(row.applicant_name));
        more.insert("signed_on".into(), json!(base::zone::china_date(self.platform.now()).to_string()));
        self.document(row, item, DocumentKind::Form, None, more).await
    }

    /// Names of the region codes among the values of a form.
    async fn region_names(&self, data: &Map<String, Value>) -> Result<std::collections::BTreeMap<String, String>> {
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
        let template = self.design.paper(&content.template).await?;
        let row = case::Entity::find_by_id(document.case_id)
            .one(self.platform.db.read())
            .await?
            .ok_or_else(|| Problem::internal("a document without its case"))?;
        let pdf = self.render(&template, content.data, &document.name, document.created_at).await?;
        let bytes = if document.kind == DocumentKind::Form.as_str() {
            pdf.bytes
        } else {
            self.licences.seal_notice(row.org_id, pdf.bytes, pdf.seal).await?
        };
        let name = format!("{}.pdf", document.name);
        let new = files::store_made(&self.platform, "document", &name, "application/pdf", bytes.into()).await?;
        let (id, file_id) = (document.id, new.id());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    new.keep(tx).await?;
                    // Two drawings may race: the first one stays, so that one document is one file.
                    case_document::Entity::update_many()
                        .col_expr(case_document::Column::FileId, Expr::value(Some(file_id)))
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
