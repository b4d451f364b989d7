//! Template and data to PDF.

use std::num::NonZeroUsize;

use base::encoding::to_hex;
use base::zone::CHINA;
use serde_json::Value;
use time::OffsetDateTime;
use typst::WorldExt;
use typst::diag::{SourceDiagnostic, Warned};
use typst::ecow::EcoVec;
use typst::foundations::{Bytes, Datetime, Label, Smart};
use typst::introspection::Introspector;
use typst::syntax::Source;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::fonts::Fonts;
use crate::key;
use crate::seal::Place;
use crate::world::{self, Sheet};

/// Why a template gives no paper: the line in the template (from 1) when known, and what is
/// wrong in words for the one who edits it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", line.map(|line| format!("第 {line} 行：")).unwrap_or_default())]
pub struct PaperError {
    /// Line of the template, from 1.
    pub line: Option<usize>,
    /// Plain words.
    pub message: String,
}

impl PaperError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }
}

/// How to render.
#[derive(Debug, Clone)]
pub struct Options {
    /// Typefaces.
    pub fonts: Fonts,
    /// When the paper counts as produced; the template's `datetime.today()` is its date in
    /// China (UTC+8).
    pub produced_at: OffsetDateTime,
    /// Title in the document's metadata.
    pub title: String,
}

/// A finished paper.
#[derive(Debug, Clone)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Where the template wants the seal: centre of the first `seal-place` in it.
    pub seal: Option<Place>,
    /// Whether the file conforms to PDF/A-2b. It does not when a character is in none of the
    /// typefaces; the paper is then made all the same, with a box in its place.
    pub archival: bool,
}

/// A template read once, for many papers.
#[derive(Debug, Clone)]
pub struct Template {
    source: Source,
}

impl Template {
    /// Reads the template. Mistakes in it show when it is rendered or [checked](check).
    ///
    /// # Errors
    /// Only when the process has run out of file numbers.
    pub fn new(text: &str) -> Result<Self, PaperError> {
        let source = world::source(text).ok_or_else(|| PaperError::new("模板无法读取"))?;
        Ok(Self { source })
    }

    /// Renders one paper. Equal template, data and options give equal bytes.
    ///
    /// # Errors
    /// The first mistake in the template, with its line.
    pub fn render(&self, data: &Value, options: &Options) -> Result<Pdf, PaperError> {
        self.render_with(data, &[], options)
    }

    /// The same with pictures (PNG, JPEG, SVG), which the template shows by `picture(n)` from 0.
    ///
    /// # Errors
    /// The first mistake in the template, with its line.
    pub fn render_with(&self, data: &Value, pictures: &[&[u8]], options: &Options) -> Result<Pdf, PaperError> {
        self.compile(data, pictures, options)
            .map_err(|problems| problems.into_iter().next().unwrap_or_else(|| PaperError::new("模板无法生成文书")))
    }

    /// On a thread of its own: deep templates need a deep stack, and a panic inside the
    /// typesetter must not take a request's thread with it.
    fn compile(&self, data: &Value, pictures: &[&[u8]], options: &Options) -> Result<Pdf, Vec<PaperError>> {
        let json = serde_json::to_vec(data).map_err(|error| vec![PaperError::new(error.to_string())])?;
        if pictures.len() > world::PICTURES {
            return Err(vec![PaperError::new(format!("一份文书最多放 {} 张图片", world::PICTURES))]);
        }
        let result = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .name("paper".to_owned())
                .stack_size(64 << 20)
                .spawn_scoped(scope, || typeset(&self.source, json, pictures, options))
                .map(|thread| thread.join())
        });
        match result {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(vec![PaperError::new("排版时发生内部错误，请检查模板")]),
            Err(error) => Err(vec![PaperError::new(format!("暂时不能排版：{error}"))]),
        }
    }
}

/// Renders one paper from the text of a template; see [`Template`] for many.
///
/// Inside the template: `data` is the given JSON (objects are dictionaries), and the helpers of
/// `prelude.typ` are there, among them `qr("text", width: 25mm)` and `seal-place()`.
///
/// # Errors
/// The first mistake in the template, with its line.
///
/// req: LIC-025, LIC-028
pub fn render(template: &str, data: &Value, options: &Options) -> Result<Pdf, PaperError> {
    Template::new(template)?.render(data, options)
}

/// Compiles the template with sample data and reports every mistake found.
#[must_use]
pub fn check(template: &str, sample: &Value, options: &Options) -> Vec<PaperError> {
    match Template::new(template) {
        Ok(template) => template.compile(sample, &[], options).err().unwrap_or_default(),
        Err(error) => vec![error],
    }
}

fn typeset(source: &Source, json: Vec<u8>, pictures: &[&[u8]], options: &Options) -> Result<Pdf, Vec<PaperError>> {
    let local = options.produced_at.to_offset(CHINA);
    let (year, month, day) = (local.year(), u8::from(local.month()), local.day());
    let moment = options.produced_at.unix_timestamp().to_be_bytes();
    let parts: Vec<&[u8]> =
        [source.text().as_bytes(), &json, &moment].into_iter().chain(pictures.iter().copied()).collect();
    let identity = key::sm3(&parts);
    let sheet = Sheet {
        fonts: options.fonts.clone(),
        main: source.clone(),
        data: Bytes::new(json),
        pictures: pictures.iter().map(|picture| Bytes::new(picture.to_vec())).collect(),
        today: Datetime::from_ymd(year, month, day),
    };
    let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(&sheet);
    let mut document = output.map_err(|errors| problems(&sheet, &errors))?;
    document.info_mut().title = Some(options.title.as_str().into());
    let seal = seal_place(&document);
    let timestamp = Datetime::from_ymd_hms(year, month, day, local.hour(), local.minute(), local.second())
        .and_then(|moment| Timestamp::new_local(moment, 8 * 60));
    let export = |standards| {
        let options = PdfOptions {
            ident: Smart::Custom(to_hex(&identity)),
            creator: Smart::Custom(Some("Tongban".to_owned())),
            timestamp,
            page_ranges: None,
            standards,
            tagged: true,
            pretty: false,
        };
        typst_pdf::pdf(&document, &options)
    };
    let archive = PdfStandards::new(&[PdfStandard::A_2b]).ok();
    let strict = archive.and_then(|standards| export(standards).ok());
    let archival = strict.is_some();
    let bytes = match strict {
        Some(bytes) => bytes,
        None => export(PdfStandards::default()).map_err(|errors| problems(&sheet, &errors))?,
    };
    let pages = document.pages().len();
    typst::comemo::evict(10);
    Ok(Pdf { bytes, pages, seal, archival })
}

fn seal_place(document: &PagedDocument) -> Option<Place> {
    let label = Label::new(PicoStr::intern("tongban-seal"))?;
    let introspector = document.introspector();
    let content = introspector.query_labelled().into_iter().find(|it| it.label() == Some(label))?;
    let position = introspector.position(content.location()?)?;
    Some(Place {
        page: NonZeroUsize::get(position.page),
        x: position.point.x.to_mm(),
        y: position.point.y.to_mm(),
        ..Place::default()
    })
}

/// The compiler's findings, each with its line in the template: where the mistake is in a
/// helper of the prelude, the line that called it.
fn problems(sheet: &Sheet, errors: &EcoVec<SourceDiagnostic>) -> Vec<PaperError> {
    let main = sheet.main.id();
    let before = world::FIRST_LINE.lines().count();
    errors
        .iter()
        .map(|error| {
            let in_main = (error.span.id() == Some(main)).then(|| sheet.range(error.span)).flatten();
            let range = in_main.or_else(|| {
                error.trace.iter().find(|point| point.span.id() == Some(main)).and_then(|point| sheet.range(point.span))
            });
            let line = range
                .and_then(|range| sheet.main.lines().byte_to_line(range.start))
                .map(|line| (line + 1).saturating_sub(before).max(1));
            PaperError { line, message: plain(&error.message) }
        })
        .collect()
}

/// The commonest messages in plain Chinese; the others keep the compiler's words.
fn plain(message: &str) -> String {
    let between = |start: &str, end: &str| {
        message
            .strip_prefix(start)
            .map(|rest| rest.strip_suffix(end).unwrap_or(rest).trim_matches(['"', '`']).to_owned())
    };
    if message.contains("access denied") || message.contains("escape the project root") {
        "模板不能读取文件".to_owned()
    } else if message.contains("package not found") {
        "模板不能引用外部包".to_owned()
    } else if let Some(name) = between("unknown variable: ", "") {
        format!("没有名为 {name} 的变量")
    } else if let Some(key) = between("dictionary does not contain key ", "") {
        format!("数据里没有「{key}」")
    } else if matches!(message, "loop seems to be infinite" | "condition is always true") {
        "循环没有尽头".to_owned()
    } else if message == "maximum function call depth exceeded" {
        "函数调用层数过多".to_owned()
    } else {
        format!("模板写法有误：{message}")
    }
}
