//! PDF templates: form fields and placed spots, filled by a drawn page laid over each page.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{SEAL, Spot, Values};
use crate::dense::is_too_dense;
use crate::graft::graft;
use crate::render::{Options, PaperError, Pdf, Template};
use crate::seal::Place;
use crate::sign::{array, form};
use crate::world::PICTURES;

/// Most pages of a template.
const MAX_PAGES: usize = 30;
/// Most places of a template.
const MAX_SPOTS: usize = 1_000;
/// Bytes the content of the file may unpack to.
const MAX_UNPACKED: usize = 32 << 20;
const POINTS_PER_MM: f64 = 72.0 / 25.4;

const TEMPLATE: &str = include_str!("overlay.typ");
const MARK: &str = include_str!("mark.typ");

/// A picture as a page of its own.
const PICTURE: &str = "#set page(width: 210mm, height: auto, margin: 0mm)\n#image(read(\"/picture-0\", encoding: none), width: 210mm, alt: \"复印件\")";

/// A copy of a PDF or picture (PNG, JPEG) with words laid slanted over every page.
///
/// # Errors
/// In plain words why no copy can be made: another type, a file that is locked, broken or too long.
///
/// req: CASE-045
pub fn marked(file: &[u8], media_type: &str, words: &[String], options: &Options) -> Result<Pdf, PaperError> {
    match media_type {
        "application/pdf" => PdfTemplate::read(file)?.marked(words, options),
        "image/png" | "image/jpeg" => {
            let page = Template::new(PICTURE)?
                .render_with(&Value::Null, &[file], options)
                .map_err(|_| PaperError::new("这张图片读不出来，请重新上传"))?;
            PdfTemplate::read(&page.bytes)?.marked(words, options)
        }
        _ => Err(PaperError::new("这种格式加不了水印，请另存为 PDF 再上传")),
    }
}

/// Size of a page as one sees it, millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageSize {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PrintMode {
    /// The template with the values in it.
    Whole,
    /// The values alone, for paper that is printed already, moved by the printer's offset (mm).
    ValuesOnly {
        /// To the right.
        x: f64,
        /// Downwards.
        y: f64,
    },
}

/// A page: where it lies in its own units.
#[derive(Debug, Clone)]
struct Page {
    id: ObjectId,
    left: f64,
    bottom: f64,
    width: f64,
    height: f64,
    /// Quarter turns clockwise when shown.
    turns: i64,
}

/// A PDF file found harmless, with its pages and form fields.
#[derive(Debug, Clone)]
pub struct PdfTemplate {
    document: Document,
    pages: Vec<Page>,
    fields: Vec<Spot>,
}

fn broken(_: lopdf::Error) -> PaperError {
    PaperError::new("文件不是可读的 PDF，请另存一份再上传")
}

impl PdfTemplate {
    /// Reads a PDF.
    ///
    /// # Errors
    /// In plain words why it can't be used: encrypted, scripts, attachments, a form of XFA, too many pages.
    ///
    /// req: FORM-019
    pub fn read(bytes: &[u8]) -> Result<Self, PaperError> {
        if !bytes.starts_with(b"%PDF-") {
            return Err(PaperError::new("文件不是 PDF，请另存为 PDF 再上传"));
        }
        if is_too_dense(bytes) {
            return Err(PaperError::new("文件解压后过大，可能是压缩炸弹，不能使用。请另存一份再上传"));
        }
        let options = LoadOptions { max_decompressed_size: Some(MAX_UNPACKED), ..LoadOptions::default() };
        let document = Document::load_mem_with_options(bytes, options).map_err(broken)?;
        if document.is_encrypted() {
            return Err(PaperError::new("文件加了密码或限制了编辑，请去掉限制再上传"));
        }
        harmless(&document)?;
        let numbered = document.get_pages();
        if numbered.is_empty() || numbered.len() > MAX_PAGES {
            return Err(PaperError::new(format!("模板要有 1 到 {MAX_PAGES} 页，这个文件有 {} 页", numbered.len())));
        }
        let pages = numbered.values().map(|id| page(&document, *id)).collect::<Result<Vec<_>, _>>()?;
        for one in &pages {
            document
                .get_page_content_with_limit(one.id, MAX_UNPACKED)
                .map_err(|_| PaperError::new("文件解压后过大或者已经损坏，不能使用。请另存一份再上传"))?;
        }
        let fields = fields(&document, &pages)?;
        Ok(Self { document, pages, fields })
    }

    /// Pages, as one sees them.
    #[must_use]
    pub fn pages(&self) -> Vec<PageSize> {
        self.pages
            .iter()
            .map(|page| {
                let (width, height) = page.seen();
                PageSize { width: tenth(width / POINTS_PER_MM), height: tenth(height / POINTS_PER_MM) }
            })
            .collect()
    }

    /// The form fields of the file, with their places.
    #[must_use]
    pub fn fields(&self) -> &[Spot] {
        &self.fields
    }

    /// Fills form fields and the given spots. Form fields become part of the page: nobody can change them after.
    ///
    /// # Errors
    /// When a spot lies outside the pages, or drawing fails.
    pub fn fill(
        &self,
        spots: &[Spot],
        values: &Values,
        mode: PrintMode,
        preview: bool,
        options: &Options,
    ) -> Result<Pdf, PaperError> {
        let all: Vec<&Spot> = self.fields.iter().chain(spots).collect();
        if all.len() > MAX_SPOTS {
            return Err(PaperError::new(format!("填写位置最多 {MAX_SPOTS} 个")));
        }
        if let Some(lost) = all.iter().find(|spot| !self.holds(spot)) {
            return Err(PaperError::new(format!("“{}”的位置在第 {} 页之外，请检查页码和坐标", lost.name, lost.page)));
        }
        let mut pictures: Vec<&[u8]> = Vec::new();
        let mut by_page: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
        let mut seal = None;
        for spot in all {
            if spot.name == SEAL {
                let (x, y) = (spot.x + spot.width / 2.0, spot.y + spot.height.unwrap_or(0.0) / 2.0);
                seal = seal.or(Some(Place { page: spot.page, x, y, ..Place::default() }));
                continue;
            }
            let mut one = json!({ "x": spot.x, "y": spot.y, "width": spot.width, "size": spot.size,
                "height": spot.height, "text": values.text(&spot.name, None) });
            if let Some(picture) = values.pictures.get(&spot.name).filter(|_| pictures.len() < PICTURES) {
                one["picture"] = json!(pictures.len());
                pictures.push(picture);
            }
            by_page.entry(spot.page).or_default().push(one);
        }
        let offset = match mode {
            PrintMode::Whole => (0.0, 0.0),
            PrintMode::ValuesOnly { x, y } => (x, y),
        };
        let pages: Vec<Value> = self
            .pages()
            .into_iter()
            .enumerate()
            .map(|(at, size)| {
                json!({ "width": size.width, "height": size.height,
                    "spots": by_page.get(&(at + 1)).cloned().unwrap_or_default() })
            })
            .collect();
        let data = json!({ "pages": pages, "offset": { "x": offset.0, "y": offset.1 }, "preview": preview });
        let drawn = Template::new(TEMPLATE)?.render_with(&data, &pictures, options)?;
        match mode {
            PrintMode::ValuesOnly { .. } => Ok(drawn),
            PrintMode::Whole => Ok(Pdf { seal, ..self.under(&drawn)? }),
        }
    }

    /// The same file with words laid slanted over every page: a copy for one purpose. What signed the file does not
    /// cover the words, so the signatures are taken out; their pictures stay.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn marked(&self, words: &[String], options: &Options) -> Result<Pdf, PaperError> {
        let pages: Vec<Value> =
            self.pages().into_iter().map(|size| json!({ "width": size.width, "height": size.height })).collect();
        let drawn = Template::new(MARK)?.render(&json!({ "pages": pages, "words": words }), options)?;
        let mut document = self.document.clone();
        let source = Document::load_mem(&drawn.bytes).map_err(broken)?;
        for (at, page) in self.pages.iter().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let picture = graft(&mut document, &source, number)?;
            lay(&mut document, page, picture)?;
        }
        unsign(&mut document);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).map_err(|error| PaperError::new(format!("复印件无法写出：{error}")))?;
        Ok(Pdf { bytes, pages: self.pages.len(), seal: None, archival: false })
    }

    fn holds(&self, spot: &Spot) -> bool {
        let numbers = [spot.x, spot.y, spot.width, spot.size, spot.height.unwrap_or(1.0)];
        let sizes = self.pages();
        let Some(size) = spot.page.checked_sub(1).and_then(|at| sizes.get(at)) else { return false };
        numbers.iter().all(|number| number.is_finite())
            && spot.size > 0.0
            && spot.width > 0.0
            && (0.0..=size.width).contains(&spot.x)
            && (0.0..=size.height).contains(&spot.y)
    }

    /// The drawn pages over those of the template.
    fn under(&self, drawn: &Pdf) -> Result<Pdf, PaperError> {
        let mut document = self.document.clone();
        let source = Document::load_mem(&drawn.bytes).map_err(broken)?;
        for (at, page) in self.pages.iter().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let picture = graft(&mut document, &source, number)?;
            lay(&mut document, page, picture)?;
            without_widgets(&mut document, page.id);
        }
        if let Ok(catalog) = document.catalog_mut() {
            catalog.remove(b"AcroForm");
        }
        document.prune_objects();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).map_err(|error| PaperError::new(format!("填好的文件无法写出：{error}")))?;
        Ok(Pdf { bytes, pages: self.pages.len(), seal: None, archival: false })
    }
}

impl Page {
    /// Width and height as shown.
    fn seen(&self) -> (f64, f64) {
        if self.turns % 2 == 0 { (self.width, self.height) } else { (self.height, self.width) }
    }

    /// What brings a drawing of the shown page to the page's own units.
    fn matrix(&self) -> [f64; 6] {
        let [a, b, c, d, e, f] = match self.turns {
            1 => [0.0, 1.0, -1.0, 0.0, self.width, 0.0],
            2 => [-1.0, 0.0, 0.0, -1.0, self.width, self.height],
            3 => [0.0, -1.0, 1.0, 0.0, 0.0, self.height],
            _ => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        };
        [a, b, c, d, e + self.left, f + self.bottom]
    }

    /// A point of the page as shown: points from the upper left corner.
    fn shown(&self, x: f64, y: f64) -> (f64, f64) {
        let (x, y) = (x - self.left, y - self.bottom);
        let (x, y) = match self.turns {
            1 => (y, self.width - x),
            2 => (self.width - x, self.height - y),
            3 => (self.height - y, x),
            _ => (x, y),
        };
        (x, self.seen().1 - y)
    }
}

fn tenth(mm: f64) -> f64 {
    (mm * 10.0).round() / 10.0
}

/// What stands on the page or on any tree node above it; 32 levels are far more than trees have.
fn inherited(document: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..32 {
        if let Ok(found) = node.get(key) {
            return document.dereference(found).ok().map(|(_, object)| object.clone());
        }
        node = document.get_dictionary(node.get(b"Parent").and_then(Object::as_reference).ok()?).ok()?;
    }
    None
}

fn page(document: &Document, id: ObjectId) -> Result<Page, PaperError> {
    let sheet = inherited(document, id, b"CropBox").or_else(|| inherited(document, id, b"MediaBox"));
    let edges: Vec<f64> = sheet
        .map(|sheet| array(document, &sheet))
        .unwrap_or_default()
        .iter()
        .filter_map(|edge| edge.as_float().ok().map(f64::from))
        .collect();
    let [left, bottom, right, top] = edges.as_slice() else {
        return Err(PaperError::new("有一页没有尺寸，请另存一份再上传"));
    };
    let turns = inherited(document, id, b"Rotate").and_then(|angle| angle.as_i64().ok()).unwrap_or(0);
    let (width, height) = ((right - left).abs(), (top - bottom).abs());
    if !(10.0..=5_000.0).contains(&width) || !(10.0..=5_000.0).contains(&height) {
        return Err(PaperError::new("有一页的尺寸不正常，请另存一份再上传"));
    }
    Ok(Page { id, left: left.min(*right), bottom: bottom.min(*top), width, height, turns: (turns / 90).rem_euclid(4) })
}

/// No scripts, no programs to start, no attachments, no XFA.
fn harmless(document: &Document) -> Result<(), PaperError> {
    let forbidden: [(&[u8], &str); 6] = [
        (b"JS", "脚本"),
        (b"JavaScript", "脚本"),
        (b"Launch", "会启动程序的动作"),
        (b"EmbeddedFiles", "附件"),
        (b"EmbeddedFile", "附件"),
        (b"XFA", "XFA 动态表单"),
    ];
    let found = |dictionary: &Dictionary| {
        let kind = |key: &[u8]| dictionary.get(key).ok().and_then(|value| value.as_name().ok()).map(<[u8]>::to_vec);
        let names = [kind(b"S"), kind(b"Type")];
        forbidden
            .iter()
            .find(|(key, _)| dictionary.has(key) || names.iter().flatten().any(|name| name == key))
            .map(|(_, what)| *what)
    };
    for object in document.objects.values() {
        if let Some(what) = search(object, &found, 0) {
            return Err(PaperError::new(format!("文件里有{what}，不能使用。请打印成一份新的 PDF 再上传")));
        }
    }
    Ok(())
}

fn search(object: &Object, found: &dyn Fn(&Dictionary) -> Option<&'static str>, depth: usize) -> Option<&'static str> {
    if depth > 32 {
        return None;
    }
    match object {
        Object::Dictionary(one) => {
            found(one).or_else(|| one.iter().find_map(|(_, value)| search(value, found, depth + 1)))
        }
        Object::Stream(stream) => found(&stream.dict),
        Object::Array(list) => list.iter().find_map(|value| search(value, found, depth + 1)),
        _ => None,
    }
}

/// The fields of the file's form that hold text, with their places.
fn fields(document: &Document, pages: &[Page]) -> Result<Vec<Spot>, PaperError> {
    let Some(form) = form(document) else { return Ok(Vec::new()) };
    let roots = form.get(b"Fields").map(|list| array(document, list)).unwrap_or_default();
    let mut owners: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for (at, page) in pages.iter().enumerate() {
        for annotation in annotations(document, page.id) {
            if let Ok(id) = annotation.as_reference() {
                owners.insert(id, at);
            }
        }
    }
    let mut found = Vec::new();
    for root in roots {
        below(document, &root, "", pages, &owners, &mut found, 0);
    }
    if found.len() > MAX_SPOTS {
        return Err(PaperError::new(format!("填写位置最多 {MAX_SPOTS} 个，这个文件有 {} 个", found.len())));
    }
    Ok(found)
}

fn annotations(document: &Document, page: ObjectId) -> Vec<Object> {
    document
        .get_dictionary(page)
        .and_then(|page| page.get(b"Annots"))
        .map(|list| array(document, list))
        .unwrap_or_default()
}

fn below(
    document: &Document,
    node: &Object,
    above: &str,
    pages: &[Page],
    owners: &BTreeMap<ObjectId, usize>,
    found: &mut Vec<Spot>,
    depth: usize,
) {
    if depth > 16 || found.len() > MAX_SPOTS {
        return;
    }
    let Ok(id) = node.as_reference() else { return };
    let Ok(field) = document.get_dictionary(id) else { return };
    let own = field.get(b"T").ok().and_then(|name| lopdf::decode_text_string(name).ok());
    let name = match own {
        Some(own) if above.is_empty() => own,
        Some(own) => format!("{above}.{own}"),
        None => above.to_owned(),
    };
    let children = field.get(b"Kids").map(|list| array(document, list)).unwrap_or_default();
    for child in &children {
        below(document, child, &name, pages, owners, found, depth + 1);
    }
    let kind = field.get(b"FT").ok().and_then(|kind| kind.as_name().ok());
    if !children.is_empty() || kind == Some(b"Sig") || kind == Some(b"Btn") {
        return;
    }
    let corners: Vec<f64> = field
        .get(b"Rect")
        .map(|rect| array(document, rect))
        .unwrap_or_default()
        .iter()
        .filter_map(|edge| edge.as_float().ok().map(f64::from))
        .collect();
    let ([x1, y1, x2, y2], Some(at)) = (corners.as_slice(), owners.get(&id)) else { return };
    let Some(page) = pages.get(*at) else { return };
    let ((ax, ay), (bx, by)) = (page.shown(*x1, *y1), page.shown(*x2, *y2));
    let (width, height) = ((ax - bx).abs() / POINTS_PER_MM, (ay - by).abs() / POINTS_PER_MM);
    // A line of a field is about as high as the field; a high field holds several lines.
    let size = (height * 0.7).clamp(2.0, 4.2);
    found.push(Spot {
        name,
        page: at + 1,
        x: tenth(ax.min(bx) / POINTS_PER_MM + 0.5),
        y: tenth(ay.min(by) / POINTS_PER_MM),
        width: tenth((width - 1.0).max(1.0)),
        height: Some(tenth(height.max(1.0))),
        size: tenth(size),
    });
}

/// Takes the values out of signature fields and what says that the file is signed.
fn unsign(document: &mut Document) {
    for object in document.objects.values_mut() {
        let Object::Dictionary(one) = object else { continue };
        one.remove(b"SigFlags");
        if one.get(b"FT").ok().and_then(|kind| kind.as_name().ok()) == Some(b"Sig") {
            one.remove(b"V");
        }
    }
    if let Ok(catalog) = document.catalog_mut() {
        catalog.remove(b"Perms");
        if let Ok(Object::Dictionary(form)) = catalog.get_mut(b"AcroForm") {
            form.remove(b"SigFlags");
        }
    }
}

/// Draws a form over what the page has.
fn lay(document: &mut Document, page: &Page, picture: ObjectId) -> Result<(), PaperError> {
    // The page gets resources of its own: those above may be shared with other pages.
    let mut resources =
        inherited(document, page.id, b"Resources").and_then(|found| found.as_dict().ok().cloned()).unwrap_or_default();
    let mut pictures = resources
        .get(b"XObject")
        .ok()
        .and_then(|found| document.dereference(found).ok())
        .and_then(|(_, found)| found.as_dict().ok().cloned())
        .unwrap_or_default();
    // What was filled in here before lies there already.
    let mut name = "TongbanFill".to_owned();
    while pictures.has(name.as_bytes()) {
        name.push('x');
    }
    let matrix = page.matrix().map(|number| format!("{number:.4}")).join(" ");
    let before = document.add_object(Stream::new(Dictionary::new(), b"q\n".to_vec()));
    let after = format!("\nQ\nq {matrix} cm /{name} Do Q\n");
    let after = document.add_object(Stream::new(Dictionary::new(), after.into_bytes()));
    let old = document.get_dictionary(page.id).map_err(broken)?.get(b"Contents").cloned();
    let old = match old {
        Ok(Object::Array(list)) => list,
        Ok(Object::Reference(id)) => match document.get_object(id) {
            Ok(Object::Array(list)) => list.clone(),
            _ => vec![Object::Reference(id)],
        },
        _ => Vec::new(),
    };
    let contents: Vec<Object> =
        std::iter::once(before.into()).chain(old).chain(std::iter::once(after.into())).collect();
    pictures.set(name, picture);
    resources.set("XObject", pictures);
    let dictionary = document.get_dictionary_mut(page.id).map_err(broken)?;
    dictionary.set("Contents", contents);
    dictionary.set("Resources", resources);
    Ok(())
}

/// Takes form fields off a page; links and other remarks stay.
fn without_widgets(document: &mut Document, page: ObjectId) {
    let kept: Vec<Object> = annotations(document, page)
        .into_iter()
        .filter(|one| {
            let dictionary = document.dereference(one).ok().and_then(|(_, object)| object.as_dict().ok());
            let kind = dictionary.and_then(|own| own.get(b"Subtype").ok()).and_then(|kind| kind.as_name().ok());
            kind != Some(b"Widget")
        })
        .collect();
    if let Ok(dictionary) = document.get_dictionary_mut(page) {
        if kept.is_empty() {
            dictionary.remove(b"Annots");
        } else {
            dictionary.set("Annots", kept);
        }
    }
}
