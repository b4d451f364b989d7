//! A print template: the file, and where the value of each of its places comes from.

use std::collections::{BTreeMap, BTreeSet};

use form::Words;
use paper::print::{PageSize, PdfTemplate, Placeholder, PrintMode, Spot, Values, WordTemplate};
use paper::{Options, PaperError, Pdf};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sources::{self, Around, Source, Sources};
use super::{Remark, pointer};

/// Schema name of the content.
pub const PRINT_SCHEMA: &str = "tongban-print/1";

/// What kind of file a print template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrintFormat {
    /// Word.
    Docx,
    /// PDF.
    Pdf,
}

/// The content of a print template, `tongban-print/1`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrintContent {
    /// [`PRINT_SCHEMA`].
    pub schema: String,
    /// Kind of file.
    pub format: PrintFormat,
    /// Name of the file as it was brought.
    pub file_name: String,
    /// The file, base64url.
    pub file: String,
    /// Key of the form whose answers it prints; empty for a template that prints only what the case knows.
    #[serde(default)]
    pub form: String,
    /// Place → source, where the name of the place does not say it: `form.name`, `case.number`, `=固定文字`.
    /// The column of a table is `table/column`.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// Places somebody put on a PDF.
    #[serde(default)]
    pub spots: Vec<Spot>,
}

#[derive(Debug, Clone)]
enum File {
    Word(WordTemplate),
    Pdf(Box<PdfTemplate>),
}

/// A print template, read.
#[derive(Debug, Clone)]
pub struct Print {
    /// Name of the file.
    pub file_name: String,
    /// Kind of file.
    pub format: PrintFormat,
    /// Key of the form.
    pub form: String,
    map: BTreeMap<String, String>,
    spots: Vec<Spot>,
    file: File,
}

/// A place with its source, as the page of the template lists it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PrintPlace {
    /// Name in the template; the column of a table is `table/column`.
    pub name: String,
    /// Whether rows repeat there.
    pub repeats: bool,
    /// Where the value comes from; empty when nobody said it.
    pub from: String,
}

impl Print {
    /// Reads a content.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read(content: &str) -> Result<Self, (String, String)> {
        let content: PrintContent =
            serde_json::from_str(content).map_err(|error| (String::new(), format!("不是 {PRINT_SCHEMA}：{error}")))?;
        if content.schema != PRINT_SCHEMA {
            return Err(("/schema".into(), format!("要是 {PRINT_SCHEMA}")));
        }
        if content.file.is_empty() {
            return Err(("/file".into(), "还没有上传模板文件，请选一个 .docx 或 PDF".into()));
        }
        let bytes = base::encoding::from_base64url(&content.file)
            .ok_or_else(|| ("/file".to_owned(), "文件内容读不出来，请重新上传".to_owned()))?;
        let refused = |error: PaperError| ("/file".to_owned(), error.to_string());
        let file = match content.format {
            PrintFormat::Docx => File::Word(WordTemplate::read(&bytes).map_err(refused)?),
            PrintFormat::Pdf => File::Pdf(Box::new(PdfTemplate::read(&bytes).map_err(refused)?)),
        };
        Ok(Self {
            file_name: content.file_name,
            format: content.format,
            form: content.form,
            map: content.map,
            spots: content.spots,
            file,
        })
    }

    /// What the file is called without its ending.
    #[must_use]
    pub fn title(&self) -> &str {
        let name = self.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Pages of a PDF, millimetres.
    #[must_use]
    pub fn pages(&self) -> Vec<PageSize> {
        match &self.file {
            File::Word(_) => Vec::new(),
            File::Pdf(pdf) => pdf.pages(),
        }
    }

    /// Places of the file, and those somebody put on it.
    fn placeholders(&self) -> Vec<Placeholder> {
        match &self.file {
            File::Word(word) => word.placeholders(),
            File::Pdf(pdf) => {
                let mut seen = BTreeSet::new();
                let names = pdf.fields().iter().chain(&self.spots).map(|spot| name_of(&spot.name).to_owned());
                names
                    .filter(|name| seen.insert(name.clone()))
                    .map(|name| Placeholder { name, table: None, repeats: false })
                    .collect()
            }
        }
    }

    /// The places with their sources, in the order of the file.
    #[must_use]
    pub fn places(&self, sources: &Sources) -> Vec<PrintPlace> {
        self.placeholders()
            .into_iter()
            .map(|place| {
                let name = full(&place);
                let from = match self.map.get(&name) {
                    Some(from) => from.clone(),
                    None => self.guessed(&place, sources).unwrap_or_default(),
                };
                PrintPlace { name, repeats: place.repeats, from }
            })
            .collect()
    }

    /// The source a place has by its own name.
    fn guessed(&self, place: &Placeholder, sources: &Sources) -> Option<String> {
        if place.repeats {
            return self.table_of(&place.name, sources).map(|path| format!("form.{path}"));
        }
        if let Some(table) = &place.table
            && let Some(column) = self.column_of(table, &place.name, sources)
        {
            return Some(column);
        }
        match self.source_of(&place.name, sources)? {
            Source::Answer(path) => Some(format!("form.{path}")),
            Source::Around(key) => Some(key),
            Source::Fixed(text) => Some(format!("={text}")),
        }
    }

    /// Said by the map, by its name, or by the label that is the name.
    fn source_of(&self, name: &str, sources: &Sources) -> Option<Source> {
        match self.map.get(name) {
            Some(from) => sources.read(from),
            None => sources.read(name).or_else(|| sources.by_label(name)),
        }
    }

    fn table_of(&self, name: &str, sources: &Sources) -> Option<String> {
        let said = self.map.get(name).map_or(name, String::as_str);
        let path = said.strip_prefix("form.").unwrap_or(said);
        let found = sources.table(path).or_else(|| sources.table_by_label(name));
        found.map(|table| table.path.clone())
    }

    fn column_of(&self, table: &str, name: &str, sources: &Sources) -> Option<String> {
        let path = self.table_of(table, sources)?;
        let columns = &sources.table(&path)?.columns;
        let wanted = self.map.get(&format!("{table}/{name}")).map_or(name, String::as_str);
        columns.iter().find(|(key, label)| key == wanted || label == wanted).map(|(key, _)| key.clone())
    }

    /// What is wrong: places nobody fills, sources nobody knows, entries for places that are not there.
    pub(crate) fn remarks(&self, sources: &Sources) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let places = self.placeholders();
        let names: BTreeSet<String> = places.iter().map(full).collect();
        for place in &places {
            let name = full(place);
            let at = format!("/map/{}", pointer(&name));
            let known = if place.repeats {
                self.table_of(&place.name, sources).is_some()
            } else {
                let column = place.table.as_ref().and_then(|table| self.column_of(table, &place.name, sources));
                // Outside of its table's columns a name in a row may still be one of the whole paper.
                let mapped_column = place.table.is_some() && self.map.contains_key(&name);
                column.is_some() || !mapped_column && self.source_of(&place.name, sources).is_some()
            };
            if known {
                continue;
            }
            match self.map.get(&name) {
                Some(from) => {
                    remarks.push(Remark::error(
                        "unknown",
                        at,
                        format!("“{name}”取自“{from}”，但没有这一项。请从列表里重新选"),
                    ));
                }
                None if place.name.starts_with("form.") || place.repeats => {
                    remarks.push(Remark::error(
                        "unknown",
                        at,
                        format!("表单里没有“{name}”，请改模板里的名字，或者给它选一个字段"),
                    ));
                }
                None => {
                    remarks.push(Remark::warning("unmapped", at, format!("“{name}”还没有选取自哪里，打印时会空着")))
                }
            }
        }
        for name in self.map.keys().filter(|name| !names.contains(*name)) {
            let at = format!("/map/{}", pointer(name));
            remarks.push(Remark::warning("unused", at, format!("模板里没有“{name}”这个位置，这一条用不上")));
        }
        if places.is_empty() {
            remarks.push(Remark::warning(
                "no_places",
                "/file",
                "模板里没有要填的位置：在 Word 里写 {{form.字段}}，或者在 PDF 上放置",
            ));
        }
        let pages = self.pages();
        for (at, spot) in self.spots.iter().enumerate() {
            let size = spot.page.checked_sub(1).and_then(|page| pages.get(page));
            let inside =
                size.is_some_and(|size| (0.0..=size.width).contains(&spot.x) && (0.0..=size.height).contains(&spot.y));
            if !inside || spot.width <= 0.0 || spot.size <= 0.0 {
                let message = format!("“{}”不在第 {} 页上，请检查页码、坐标和宽度", spot.name, spot.page);
                remarks.push(Remark::error("outside", format!("/spots/{at}"), message));
            }
        }
        remarks
    }

    /// The values for the places. `pictures` are signatures by path of the form.
    #[must_use]
    pub fn values(
        &self,
        sources: &Sources,
        words: &Words,
        around: &Around,
        pictures: &BTreeMap<String, Vec<u8>>,
    ) -> Values {
        let mut values = Values::default();
        for place in self.placeholders() {
            if place.repeats {
                if let Some(path) = self.table_of(&place.name, sources) {
                    let rows = words.tables.get(&path).cloned().unwrap_or_default();
                    values.tables.insert(place.name, rows);
                }
                continue;
            }
            if let Some(table) = &place.table
                && let Some(column) = self.column_of(table, &place.name, sources)
            {
                if column != place.name {
                    for row in values.tables.entry(table.clone()).or_default() {
                        let cell = row.get(&column).cloned().unwrap_or_default();
                        row.insert(place.name.clone(), cell);
                    }
                }
                continue;
            }
            let Some(source) = self.source_of(&place.name, sources) else { continue };
            values.texts.insert(place.name.clone(), sources::text(&source, words, around));
            values.chosen.insert(place.name.clone(), sources::chosen(&source, words, around));
            if let Source::Answer(path) = &source
                && let Some(picture) = pictures.get(path)
            {
                values.pictures.insert(place.name, picture.clone());
            }
        }
        values
    }

    /// The filled Word file; none for a PDF template.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn docx(&self, values: &Values) -> Result<Option<Vec<u8>>, PaperError> {
        match &self.file {
            File::Word(word) => word.fill(values).map(Some),
            File::Pdf(_) => Ok(None),
        }
    }

    /// The filled paper as PDF. Only PDF templates know where a value stands on paper printed before.
    ///
    /// # Errors
    /// When it can't be drawn, or values alone are asked of a Word template.
    pub fn pdf(&self, values: &Values, mode: PrintMode, preview: bool, options: &Options) -> Result<Pdf, PaperError> {
        match (&self.file, mode) {
            (File::Word(word), PrintMode::Whole) => word.pdf(values, preview, options),
            (File::Pdf(pdf), mode) => pdf.fill(&self.spots, values, mode, preview, options),
            (File::Word(_), PrintMode::ValuesOnly { .. }) => Err(positions_unknown()),
        }
    }
}

fn positions_unknown() -> PaperError {
    PaperError {
        line: None, message: "Word 模板不知道每个值在纸上的位置，套打请用 PDF 模板".to_owned()
    }
}

/// Of `name=answer` the name.
fn name_of(text: &str) -> &str {
    text.split_once('=').map_or(text, |(name, _)| name.trim())
}

fn full(place: &Placeholder) -> String {
    match &place.table {
        Some(table) => format!("{table}/{}", place.name),
        None => place.name.clone(),
    }
}
