//! Print templates and mappings in the library: bringing one, checking it, a test run with sample data.

use std::collections::BTreeMap;

use base::encoding::to_base64url;
use paper::print::{PageSize, PdfTemplate, PrintMode, WordTemplate};
use platform::web::guard::Allowed;
use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{AROUND, Around, Mapping, PRINT_SCHEMA, Print, PrintFormat, PrintPlace, Sources};
use crate::library::Finding;
use crate::permissions::EditDesign;
use crate::{Kind, Library};

/// Bytes of the largest template: its text form has to fit into a draft.
const LARGEST: usize = 1_400_000;

/// A template to look into.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InspectPrint {
    /// `tongban-print/1` JSON.
    pub content: String,
}

/// Size of a page in millimetres.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintPage {
    width: f64,
    height: f64,
}

impl From<PageSize> for PrintPage {
    fn from(size: PageSize) -> Self {
        Self { width: size.width, height: size.height }
    }
}

/// Something a place may take its value from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintSource {
    /// As it stands in the map.
    from: String,
    label: String,
    /// Whether it is a table; its columns follow.
    table: bool,
    /// Key and label of the columns.
    columns: Vec<PrintColumn>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintColumn {
    key: String,
    label: String,
}

/// What is in a template, and what may go into it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintInsight {
    format: PrintFormat,
    pages: Vec<PrintPage>,
    places: Vec<PrintPlace>,
    sources: Vec<PrintSource>,
}

/// A template to fill with sample data.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewPrint {
    /// `tongban-print/1` JSON.
    pub content: String,
    /// Sample answers of the form.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// `pdf` or `docx`.
    #[serde(default = "pdf")]
    pub format: PrintFormat,
    /// The values alone, for paper printed before.
    #[serde(default)]
    pub values_only: bool,
}

fn pdf() -> PrintFormat {
    PrintFormat::Pdf
}

/// A mapping to try with sample data.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RunMapping {
    /// `tongban-mapping/1` JSON.
    pub content: String,
    /// Sample answers of the form.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// What the other system would get.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MappingRun {
    /// Field → value.
    #[schema(value_type = Object)]
    record: Map<String, Value>,
    /// What it would not take.
    problems: Vec<FieldProblem>,
}

/// Whether a file is a template by its name; the older ones are told what to do with them.
pub(crate) fn is_template(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".docx", ".docm", ".doc", ".dotx", ".dotm", ".pdf"].iter().any(|ending| lower.ends_with(ending))
}

impl Library {
    /// Makes an entry from a Word or PDF file.
    ///
    /// # Errors
    /// 422 with why the file can't be used.
    pub(crate) async fn import_template(&self, caller: &Allowed<EditDesign>, name: &str, bytes: &[u8]) -> Result<Uuid> {
        let refused = |why: String| Problem::invalid_field("/file", "template", why);
        let lower = name.to_ascii_lowercase();
        if [".docm", ".dotm"].iter().any(|ending| lower.ends_with(ending)) {
            return Err(refused("这是带宏的 Word 文件，不能使用。请另存为不带宏的 .docx 再上传".to_owned()));
        }
        if bytes.len() > LARGEST {
            return Err(refused("模板文件超过 1.4 兆字节，请压缩里面的图片再上传".to_owned()));
        }
        let format = if lower.ends_with(".pdf") { PrintFormat::Pdf } else { PrintFormat::Docx };
        let readable = match format {
            PrintFormat::Pdf => PdfTemplate::read(bytes).map(|_| ()),
            PrintFormat::Docx => WordTemplate::read(bytes).map(|_| ()),
        };
        readable.map_err(|error| refused(error.to_string()))?;
        let content = json!({ "schema": PRINT_SCHEMA, "format": format, "file_name": name,
            "file": to_base64url(bytes), "form": "", "map": {}, "spots": [] });
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        self.import(caller, &format!("{stem}.print.json"), content.to_string()).await
    }

    /// The published form of a key; nothing for an empty key.
    async fn form_of(&self, key: &str) -> Result<Option<std::sync::Arc<form::Form>>> {
        if key.is_empty() {
            return Ok(None);
        }
        match self.design.latest(Kind::Form, key).await? {
            Some(found) => Ok(Some(self.design.form(&found).await?)),
            None => Err(Problem::invalid_field("/form", "unknown", format!("没有已发布的表单“{key}”，请从列表里选"))),
        }
    }

    /// The same while a content is checked: an unknown form is a finding.
    async fn form_found(&self, key: &str, findings: &mut Vec<Finding>) -> Result<Option<std::sync::Arc<form::Form>>> {
        match self.form_of(key).await {
            Ok(form) => Ok(form),
            Err(problem) if problem.status().is_server_error() => Err(problem),
            Err(_) => {
                let message = format!("没有已发布的表单“{key}”，请从列表里选");
                findings.push(Finding::error("unknown_form", "/form", message));
                Ok(None)
            }
        }
    }

    pub(crate) async fn print_findings(&self, content: &str) -> Result<Vec<Finding>> {
        let print = match Print::read(content) {
            Ok(print) => print,
            Err((at, message)) => return Ok(vec![Finding::error("print", at, message)]),
        };
        let mut findings = Vec::new();
        let form = self.form_found(&print.form, &mut findings).await?;
        if findings.is_empty() {
            findings.extend(print.remarks(&Sources::of(form.as_deref())).into_iter().map(Finding::of));
        }
        Ok(findings)
    }

    pub(crate) async fn mapping_findings(&self, content: &str) -> Result<Vec<Finding>> {
        let mapping = match Mapping::read(content) {
            Ok(mapping) => mapping,
            Err((at, message)) => return Ok(vec![Finding::error("mapping", at, message)]),
        };
        let mut findings = Vec::new();
        if mapping.content.form.is_empty() {
            findings.push(Finding::error("required", "/form", "选一份表单：字段从那里取"));
        }
        let form = self.form_found(&mapping.content.form, &mut findings).await?;
        let sources = Sources::of(form.as_deref());
        let names: Vec<String> =
            form.map(|form| form.answerable().into_iter().map(|one| first(&one.path)).collect()).unwrap_or_default();
        let check = |expression: &str| form::Expressions::check(self.design.expressions(), expression.trim(), &names);
        findings.extend(mapping.remarks(&sources, &check).into_iter().map(Finding::of));
        Ok(findings)
    }

    /// What is in a template, for the page that maps it.
    pub(crate) async fn inspect_print(&self, asked: &InspectPrint) -> Result<PrintInsight> {
        let print = Print::read(&asked.content).map_err(unreadable)?;
        let form = self.form_of(&print.form).await?;
        let sources = Sources::of(form.as_deref());
        let mut all: Vec<PrintSource> = Vec::new();
        for one in form.iter().flat_map(|form| form.answerable()) {
            all.push(PrintSource {
                from: format!("form.{}", one.path),
                label: one.label,
                table: one.kind == form::FieldType::Table,
                columns: one.columns.into_iter().map(|(key, label)| PrintColumn { key, label }).collect(),
            });
        }
        all.extend(AROUND.iter().map(|(key, label)| PrintSource {
            from: (*key).to_owned(),
            label: (*label).to_owned(),
            table: false,
            columns: Vec::new(),
        }));
        Ok(PrintInsight {
            format: print.format,
            pages: print.pages().into_iter().map(PrintPage::from).collect(),
            places: print.places(&sources),
            sources: all,
        })
    }

    /// Fills a template with sample data: the file and its media type.
    pub(crate) async fn preview_print(&self, asked: PreviewPrint) -> Result<(Vec<u8>, &'static str)> {
        let print = Print::read(&asked.content).map_err(unreadable)?;
        let form = self.form_of(&print.form).await?;
        let words = form.as_deref().map(|form| self.sample_words(form, &asked.data)).unwrap_or_default();
        let sources = Sources::of(form.as_deref());
        let values = print.values(&sources, &words, &sample_around(), &BTreeMap::new());
        let options =
            paper::Options { fonts: self.fonts.clone(), produced_at: self.platform.now(), title: "预览".to_owned() };
        // Drawing takes longer than a worker thread of the server may be held.
        let made = tokio::task::spawn_blocking(move || match asked.format {
            PrintFormat::Docx => print.docx(&values),
            PrintFormat::Pdf => {
                let mode = if asked.values_only { PrintMode::ValuesOnly { x: 0.0, y: 0.0 } } else { PrintMode::Whole };
                print.pdf(&values, mode, !asked.values_only, &options).map(|pdf| Some(pdf.bytes))
            }
        })
        .await
        .map_err(Problem::internal)?
        .map_err(|error| Problem::invalid_field("/content", "print", error.to_string()))?;
        let media = match asked.format {
            PrintFormat::Docx => paper::print::DOCX,
            PrintFormat::Pdf => "application/pdf",
        };
        let file = made.ok_or_else(|| Problem::invalid_field("/format", "format", "PDF 模板只能导出 PDF"))?;
        Ok((file, media))
    }

    /// What the other system would get for sample data (FORM-007).
    pub(crate) async fn run_mapping(&self, asked: &RunMapping) -> Result<MappingRun> {
        let mapping = Mapping::read(&asked.content).map_err(unreadable)?;
        let Some(form) = self.form_of(&mapping.content.form).await? else {
            return Err(Problem::invalid_field("/content/form", "required", "选一份表单：字段从那里取"));
        };
        let words = self.sample_words(&form, &asked.data);
        let evaluate =
            |expression: &str| form::Expressions::evaluate(self.design.expressions(), expression, &asked.data);
        let made = mapping.apply(&Sources::of(Some(&form)), &asked.data, &words, &sample_around(), &evaluate);
        Ok(MappingRun { record: made.record, problems: made.problems })
    }

    fn sample_words(&self, form: &form::Form, data: &Map<String, Value>) -> form::Words {
        let context = form::Context {
            handle_item: None,
            situation: Map::new(),
            applicant: Map::new(),
            today: base::zone::china_date(self.platform.now()).to_string(),
        };
        let none = Map::new();
        let input = form::Input { data, context: &context, role: "applicant", step: "", channel: "", locked: &none };
        let outcome = form.evaluate(self.design.expressions(), &input);
        form.words(&form::Sheet {
            data: Some(&outcome.data),
            visible: &outcome.visible,
            masked: false,
            region: &|_| None,
        })
    }
}

fn first(path: &str) -> String {
    path.split('.').next().unwrap_or_default().to_owned()
}

fn unreadable((at, message): (String, String)) -> Problem {
    Problem::invalid_field(format!("/content{at}"), "content", message)
}

/// Stands for what only a case knows.
fn sample_around() -> Around {
    Around {
        texts: AROUND
            .iter()
            .filter(|(key, _)| *key != paper::print::SEAL)
            .map(|(key, label)| ((*key).to_owned(), format!("（{label}）")))
            .collect(),
        chosen: BTreeMap::new(),
    }
}
