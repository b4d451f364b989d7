//! Word templates: `{{name}}` in the text, rows and paragraphs that repeat.

use std::collections::BTreeSet;

use serde_json::json;

use super::package::Package;
use super::xml::{self, Element, Node};
use super::{Placeholder, Row, SEAL, SEAL_MARK, Values, word_pdf};
use crate::render::{Options, PaperError, Pdf};

/// Most rows of one table: a paper is no list export.
const MAX_ROWS: usize = 500;
/// Characters of the longest name.
const LONGEST_NAME: usize = 100;

/// A Word file found harmless, with its places.
#[derive(Debug, Clone)]
pub struct WordTemplate {
    package: Package,
}

impl WordTemplate {
    /// Reads a `.docx`.
    ///
    /// # Errors
    /// In plain words why it can't be used: macros, links to elsewhere, entities, more than it may unpack to,
    /// no Word file at all.
    ///
    /// req: FORM-019
    pub fn read(bytes: &[u8]) -> Result<Self, PaperError> {
        let package = Package::read(bytes)?;
        let document = package
            .xml("word/document.xml")
            .filter(|root| root.name == "w:document")
            .ok_or_else(|| PaperError::new("文件里没有 Word 正文，请用 Word 或 WPS 另存为 .docx 再上传"))?;
        if has_live_field(&document) {
            return Err(PaperError::new("文件里有会读取外部内容的域（DDE、INCLUDE），不能使用。请删去后再上传"));
        }
        let template = Self { package };
        template.unclosed(&document)?;
        Ok(template)
    }

    /// A table that begins has to end, in the same table or the same run of paragraphs.
    fn unclosed(&self, document: &Element) -> Result<(), PaperError> {
        let mut copy = document.clone();
        let mut loose = Vec::new();
        expand(&mut copy, &mut |_| vec![Row::new()], &mut loose, None, &mut |_, _, _| String::new());
        match loose.first() {
            Some(name) => Err(PaperError::new(format!(
                "“{{{{#{name}}}}}”和“{{{{/{name}}}}}”没有成对放在同一个表格里，请检查模板"
            ))),
            None => Ok(()),
        }
    }

    /// The names that want values, in the order of the text, each once.
    #[must_use]
    pub fn placeholders(&self) -> Vec<Placeholder> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        for part in self.package.printed() {
            let Some(mut root) = self.package.xml(&part) else { continue };
            let mut tables = Vec::new();
            let mut names = Vec::new();
            expand(
                &mut root,
                &mut |name| {
                    tables.push(name.to_owned());
                    vec![Row::new()]
                },
                &mut Vec::new(),
                None,
                &mut |name, table, _| {
                    let name = name.split_once('=').map_or(name, |(name, _)| name.trim());
                    names.push((name.to_owned(), table.map(str::to_owned)));
                    String::new()
                },
            );
            let all = tables
                .into_iter()
                .map(|name| Placeholder { name, table: None, repeats: true })
                .chain(names.into_iter().map(|(name, table)| Placeholder { name, table, repeats: false }));
            found.extend(all.filter(|one| seen.insert(one.clone())));
        }
        found
    }

    fn filled(&self, values: &Values) -> Package {
        let mut package = self.package.clone();
        for part in self.package.printed() {
            let Some(mut root) = self.package.xml(&part) else { continue };
            let mut rows = |name: &str| {
                let mut rows = values.tables.get(name).cloned().unwrap_or_default();
                rows.truncate(MAX_ROWS);
                // An empty row stays on the paper, as on the printed form.
                if rows.is_empty() { vec![Row::new()] } else { rows }
            };
            expand(&mut root, &mut rows, &mut Vec::new(), None, &mut |name, _, row| values.text(name, row));
            package.put(&part, xml::write(&root));
        }
        package
    }

    /// The template with the values in it, as a file to edit or to print from Word.
    ///
    /// # Errors
    /// When the archive can't be written.
    pub fn fill(&self, values: &Values) -> Result<Vec<u8>, PaperError> {
        self.filled(values).write()
    }

    /// The same as PDF: text, tables and page as Word has them, without its pictures and drawings.
    ///
    /// # Errors
    /// When it can't be typeset.
    pub fn pdf(&self, values: &Values, preview: bool, options: &Options) -> Result<Pdf, PaperError> {
        let mut values = values.clone();
        values.texts.insert(SEAL.to_owned(), SEAL_MARK.to_owned());
        let package = self.filled(&values);
        let data = json!({ "document": word_pdf::document(&package), "preview": preview });
        crate::render::render(word_pdf::TEMPLATE, &data, options)
    }
}

/// Fields that fetch or run something when the file is opened.
fn has_live_field(element: &Element) -> bool {
    let live = element.name == "w:instrText"
        && ["DDE", "INCLUDE"].iter().any(|word| element.text().to_ascii_uppercase().contains(word));
    let simple = element.attribute("w:instr").is_some_and(|text| {
        let text = text.to_ascii_uppercase();
        element.name == "w:fldSimple" && (text.contains("DDE") || text.contains("INCLUDE"))
    });
    live || simple || element.elements().any(has_live_field)
}

type Rows<'a> = dyn FnMut(&str) -> Vec<Row> + 'a;
type Resolve<'a> = dyn FnMut(&str, Option<&str>, Option<&Row>) -> String + 'a;

/// The row in force: name of the table and its values.
type Scope<'a> = Option<(&'a str, &'a Row)>;

/// Repeats what repeats and fills every paragraph below. Marks without a partner go to `loose`.
fn expand(
    element: &mut Element,
    rows: &mut Rows<'_>,
    loose: &mut Vec<String>,
    scope: Scope<'_>,
    resolve: &mut Resolve<'_>,
) {
    // Rows repeat in a table; paragraphs (and whole tables between them) elsewhere.
    let unit = match element.name.as_str() {
        "w:tbl" => Some("w:tr"),
        "w:body" | "w:tc" | "w:hdr" | "w:ftr" | "w:txbxContent" | "w:sdtContent" => Some("w:p"),
        _ => None,
    };
    if let Some(unit) = unit {
        repeat(element, unit, rows, loose, scope, resolve);
    } else if element.name == "w:p" {
        fill_paragraph(element, scope, loose, resolve);
        // Text boxes hold paragraphs of their own.
        below(element, rows, loose, scope, resolve);
    } else {
        below(element, rows, loose, scope, resolve);
    }
}

fn below(
    element: &mut Element,
    rows: &mut Rows<'_>,
    loose: &mut Vec<String>,
    scope: Scope<'_>,
    resolve: &mut Resolve<'_>,
) {
    for child in &mut element.children {
        if let Node::Element(child) = child {
            expand(child, rows, loose, scope, resolve);
        }
    }
}

fn repeat(
    element: &mut Element,
    unit: &str,
    rows: &mut Rows<'_>,
    loose: &mut Vec<String>,
    scope: Scope<'_>,
    resolve: &mut Resolve<'_>,
) {
    let children = std::mem::take(&mut element.children);
    let mut at = 0;
    while let Some(node) = children.get(at) {
        let opened = match node {
            Node::Element(child) if child.name == unit => opening(child),
            _ => None,
        };
        let end = opened.as_ref().and_then(|name| {
            let mark = format!("/{name}");
            let holds = |node: &Node| matches!(node, Node::Element(child) if child.name == unit && marks(child).contains(&mark));
            children.iter().enumerate().skip(at).find(|(_, node)| holds(node)).map(|(end, _)| end)
        });
        let (Some(name), Some(end)) = (opened, end) else {
            let mut node = node.clone();
            if let Node::Element(child) = &mut node {
                expand(child, rows, loose, scope, resolve);
            }
            element.children.push(node);
            at += 1;
            continue;
        };
        let block: Vec<&Node> = children.get(at..=end).unwrap_or_default().iter().collect();
        for row in rows(&name) {
            for (index, node) in block.iter().enumerate() {
                let mut node = (*node).clone();
                if let Node::Element(child) = &mut node {
                    let bare = unit == "w:p" && child.name == unit && only_mark(child);
                    drop_marks(child, &name);
                    if bare && (index == 0 || index + 1 == block.len()) {
                        continue;
                    }
                    expand(child, rows, loose, Some((&name, &row)), resolve);
                }
                element.children.push(node);
            }
        }
        at = end + 1;
    }
}

/// The table that begins in this row or paragraph.
fn opening(element: &Element) -> Option<String> {
    marks(element).into_iter().find_map(|mark| mark.strip_prefix('#').map(str::to_owned))
}

/// The names in a row or paragraph, nested tables left out.
fn marks(element: &Element) -> Vec<String> {
    let mut found = Vec::new();
    gather(element, true, &mut found);
    found
}

fn gather(element: &Element, top: bool, found: &mut Vec<String>) {
    if element.name == "w:tbl" && !top {
        return;
    }
    if element.name == "w:p" {
        let text: String = texts(element).concat();
        found.extend(places(&text).into_iter().map(|(_, _, name)| name));
    }
    for child in element.elements() {
        gather(child, false, found);
    }
}

fn only_mark(paragraph: &Element) -> bool {
    let text: String = texts(paragraph).concat();
    let rest = places(&text).into_iter().rev().fold(text, |mut text, (start, end, name)| {
        if name.starts_with(['#', '/']) {
            text.replace_range(start..end, "");
        }
        text
    });
    rest.trim().is_empty()
}

/// Takes the marks of one table out of a row or paragraph.
fn drop_marks(element: &mut Element, table: &str) {
    if element.name == "w:p" {
        let (open, close) = (format!("#{table}"), format!("/{table}"));
        rewrite(element, &mut |name| (name == open || name == close).then(String::new));
    }
    for child in &mut element.children {
        if let Node::Element(child) = child {
            drop_marks(child, table);
        }
    }
}

fn fill_paragraph(paragraph: &mut Element, scope: Scope<'_>, loose: &mut Vec<String>, resolve: &mut Resolve<'_>) {
    rewrite(paragraph, &mut |name| {
        if let Some(table) = name.strip_prefix(['#', '/']) {
            loose.push(table.to_owned());
            return Some(String::new());
        }
        Some(resolve(name, scope.map(|(table, _)| table), scope.map(|(_, row)| row)))
    });
}

/// The `w:t` texts of a paragraph in order, those of text boxes inside left out.
fn texts(paragraph: &Element) -> Vec<String> {
    let mut found = Vec::new();
    collect(paragraph, &mut found);
    found
}

fn collect(element: &Element, found: &mut Vec<String>) {
    for child in element.elements() {
        match child.name.as_str() {
            "w:p" => {}
            "w:t" => found.push(child.text()),
            _ => collect(child, found),
        }
    }
}

/// Names in braces with their byte ranges; the wide braces of a Chinese keyboard count as well.
fn places(text: &str) -> Vec<(usize, usize, String)> {
    let (mut found, mut open) = (Vec::new(), None::<usize>);
    let mut previous: Option<(usize, char)> = None;
    for (at, letter) in text.char_indices() {
        let pair = |other: [char; 2]| other.contains(&letter) && previous.is_some_and(|(_, p)| other.contains(&p));
        if pair(['{', '｛']) {
            open = previous.map(|(before, _)| before);
            previous = None;
            continue;
        }
        if pair(['}', '｝'])
            && let Some(start) = open.take()
        {
            let end = at + letter.len_utf8();
            let inside = text.get(start..end).unwrap_or_default();
            let name = inside.trim_matches(['{', '}', '｛', '｝']).trim().to_owned();
            if !name.is_empty() && name.chars().count() <= LONGEST_NAME {
                found.push((start, end, name));
            }
            previous = None;
            continue;
        }
        previous = Some((at, letter));
    }
    found
}

/// Puts what `change` gives in the place of names; `None` leaves one as it is. A name may be split over
/// several runs: its text goes where it begins, in that run's type.
fn rewrite(paragraph: &mut Element, change: &mut dyn FnMut(&str) -> Option<String>) {
    let old = texts(paragraph);
    let whole = old.concat();
    let found = places(&whole);
    if found.is_empty() {
        return;
    }
    // Which text each byte belongs to.
    let mut ends = Vec::with_capacity(old.len());
    let mut sum = 0;
    for text in &old {
        sum += text.len();
        ends.push(sum);
    }
    let owner = |at: usize| ends.iter().position(|end| at < *end).unwrap_or(ends.len().saturating_sub(1));
    let mut new = vec![String::new(); old.len()];
    let keep = |from: usize, to: usize, new: &mut Vec<String>| {
        for (offset, letter) in whole.get(from..to).unwrap_or_default().char_indices() {
            if let Some(text) = new.get_mut(owner(from + offset)) {
                text.push(letter);
            }
        }
    };
    let mut at = 0;
    for (start, end, name) in found {
        keep(at, start, &mut new);
        match change(&name) {
            Some(value) => {
                if let Some(text) = new.get_mut(owner(start)) {
                    text.push_str(&value);
                }
            }
            None => keep(start, end, &mut new),
        }
        at = end;
    }
    keep(at, whole.len(), &mut new);
    put(paragraph, &mut new.into_iter());
}

fn put(element: &mut Element, new: &mut std::vec::IntoIter<String>) {
    let children = std::mem::take(&mut element.children);
    for child in children {
        let Node::Element(mut child) = child else {
            element.children.push(child);
            continue;
        };
        match child.name.as_str() {
            "w:p" => element.children.push(Node::Element(child)),
            "w:t" => {
                let text = new.next().unwrap_or_default();
                // A line of the value is a line of the paper.
                for (index, line) in text.split('\n').enumerate() {
                    if index > 0 {
                        element.children.push(Node::Element(Element::new("w:br")));
                    }
                    let mut one = Element::new("w:t");
                    one.attributes.push(("xml:space".to_owned(), "preserve".to_owned()));
                    one.children.push(Node::Text(line.trim_end_matches('\r').to_owned()));
                    element.children.push(Node::Element(one));
                }
            }
            _ => {
                put(&mut child, new);
                element.children.push(Node::Element(child));
            }
        }
    }
}
