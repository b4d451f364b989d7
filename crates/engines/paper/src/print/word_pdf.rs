//! A filled Word document as data for the typesetter: paragraphs, tables, the page.
//!
//! What a form is made of is kept: letters, lines, alignment, indents, spacing, merged cells, borders, row
//! heights, page and margins. Pictures, drawings, numbered lists, heads and feet are not; who needs the page to
//! the last line brings a PDF template.

use serde_json::{Value, json};

use super::package::Package;
use super::styles::{Letters, Shape, Styles, is_line, points};
use super::xml::Element;

/// Draws the data of [`document`].
pub(super) const TEMPLATE: &str = include_str!("word.typ");

/// Points of text whose size no style tells.
const USUAL_SIZE: f64 = 10.5;

/// The document as `word.typ` reads it.
pub(super) fn document(package: &Package) -> Value {
    let styles = Styles::of(package);
    let root = package.xml("word/document.xml").unwrap_or_default();
    let empty = Element::default();
    let body = root.child("w:body").unwrap_or(&empty);
    json!({ "page": page(body), "blocks": blocks(body, &styles, true) })
}

fn page(body: &Element) -> Value {
    let section = body.child("w:sectPr");
    let size = section.and_then(|section| section.child("w:pgSz"));
    let margin = section.and_then(|section| section.child("w:pgMar"));
    let of = |element: Option<&Element>, name: &str, usual: f64| {
        points(element.and_then(|element| element.attribute(name))).unwrap_or(usual)
    };
    json!({
        "width": of(size, "w:w", 595.3).clamp(72.0, 2400.0),
        "height": of(size, "w:h", 841.9).clamp(72.0, 2400.0),
        "top": of(margin, "w:top", 72.0).abs(),
        "bottom": of(margin, "w:bottom", 72.0).abs(),
        "left": of(margin, "w:left", 90.0),
        "right": of(margin, "w:right", 90.0),
    })
}

fn blocks(holder: &Element, styles: &Styles, top: bool) -> Vec<Value> {
    let mut all = Vec::new();
    for element in holder.elements() {
        match element.name.as_str() {
            "w:p" => paragraph(element, styles, top, &mut all),
            "w:tbl" => all.push(table(element, styles)),
            "w:sdt" => all.extend(element.child("w:sdtContent").map(|it| blocks(it, styles, top)).unwrap_or_default()),
            _ => {}
        }
    }
    all
}

fn paragraph(element: &Element, styles: &Styles, top: bool, all: &mut Vec<Value>) {
    let shape = styles.shape(element.child("w:pPr"));
    let mut found = Runs { runs: Vec::new(), breaks: false };
    runs(element, &shape.letters, styles, &mut found);
    if top && shape.page_before == Some(true) {
        all.push(json!({ "kind": "page" }));
    }
    // The paragraph mark's own letters tell how high an empty line is.
    let mark = styles.letters(&shape.letters, element.child("w:pPr").and_then(|own| own.child("w:rPr")));
    all.push(shaped(&shape, mark.size.unwrap_or(USUAL_SIZE), found.runs));
    if top && found.breaks {
        all.push(json!({ "kind": "page" }));
    }
}

fn shaped(shape: &Shape, size: f64, runs: Vec<Value>) -> Value {
    let size = runs
        .iter()
        .filter_map(|run| run.get("size")?.as_f64())
        .fold(if runs.is_empty() { size } else { 0.0 }, f64::max);
    let size = if size > 0.0 { size } else { USUAL_SIZE };
    let (first, letters) = shape.first.unwrap_or_default();
    let (line, exact) = shape.line.unwrap_or((1.0, false));
    let align = match shape.align.as_deref() {
        Some("center") => "center",
        Some("right" | "end") => "right",
        Some("left" | "start") => "left",
        _ => "both",
    };
    json!({
        "kind": "text",
        "align": align,
        "first": first + letters * size,
        "left": shape.left.unwrap_or(0.0).max(0.0),
        "right": shape.right.unwrap_or(0.0).max(0.0),
        "before": shape.before.unwrap_or(0.0),
        "after": shape.after.unwrap_or(0.0),
        // A line of Word is about 1.3 times its letters high.
        "line": if exact { line.max(size) } else { line * size * 1.3 },
        "size": size,
        "runs": runs,
    })
}

struct Runs {
    runs: Vec<Value>,
    breaks: bool,
}

fn runs(holder: &Element, above: &Letters, styles: &Styles, found: &mut Runs) {
    for element in holder.elements() {
        match element.name.as_str() {
            "w:r" => {
                let letters = styles.letters(above, element.child("w:rPr"));
                run(element, &letters, found);
            }
            // What was deleted, and what only describes.
            "w:pPr" | "w:del" | "w:moveFrom" => {}
            _ => runs(element, above, styles, found),
        }
    }
}

fn run(element: &Element, letters: &Letters, found: &mut Runs) {
    for part in element.elements() {
        match part.name.as_str() {
            "w:t" => found.runs.push(text(&part.text(), letters)),
            "w:tab" => found.runs.push(text("\u{3000}\u{3000}", letters)),
            "w:br" | "w:cr" if part.attribute("w:type") == Some("page") => found.breaks = true,
            "w:br" | "w:cr" => found.runs.push(json!({ "br": true })),
            "w:sym" => found.runs.push(text("□", letters)),
            _ => {}
        }
    }
}

fn text(words: &str, letters: &Letters) -> Value {
    let underlined = letters.underlined == Some(true);
    // A line to write on is a row of underlined spaces, which the typesetter would let go at an edge.
    let words = if underlined { words.replace(' ', "\u{a0}") } else { words.to_owned() };
    let face = letters.face.as_deref().unwrap_or_default();
    let face = if ["黑", "Hei", "hei", "等线", "Arial", "Sans"].iter().any(|part| face.contains(part)) {
        "hei"
    } else if face.contains("仿宋") || face.contains("FangSong") {
        "fang"
    } else {
        "song"
    };
    json!({
        "t": words,
        "size": letters.size.unwrap_or(USUAL_SIZE),
        "bold": letters.bold == Some(true),
        "underlined": underlined,
        "face": face,
        "color": letters.color,
    })
}

/// A cell while its table is read.
struct Cell {
    column: usize,
    span: usize,
    rows: usize,
    value: Value,
}

fn table(element: &Element, styles: &Styles) -> Value {
    let own = element.child("w:tblPr");
    let borders = own.and_then(|own| own.child("w:tblBorders"));
    let lines = match borders {
        Some(borders) => borders.elements().any(is_line),
        None => styles.draws_lines(own.and_then(|own| own.value("w:tblStyle"))),
    };
    let grid: Vec<f64> = element
        .child("w:tblGrid")
        .into_iter()
        .flat_map(Element::elements)
        .filter_map(|column| points(column.attribute("w:w")))
        .collect();
    let mut rows: Vec<(Option<f64>, Vec<Cell>)> = Vec::new();
    for row in element.elements().filter(|one| one.name == "w:tr") {
        let height = row.child("w:trPr").and_then(|own| own.child("w:trHeight"));
        let height = points(height.and_then(|height| height.attribute("w:val")));
        let (mut column, mut cells) = (0, Vec::new());
        for cell in row.elements().filter(|one| one.name == "w:tc") {
            let own = cell.child("w:tcPr");
            let span =
                own.and_then(|own| own.value("w:gridSpan")).and_then(|text| text.parse().ok()).unwrap_or(1_usize);
            let span = span.clamp(1, 63);
            let goes_on =
                own.and_then(|own| own.child("w:vMerge")).is_some_and(|it| it.attribute("w:val") != Some("restart"));
            if goes_on {
                // It belongs to the cell above, which grows by this row.
                if let Some(above) =
                    rows.iter_mut().rev().find_map(|(_, cells)| cells.iter_mut().find(|cell| cell.column == column))
                {
                    above.rows += 1;
                }
            } else {
                cells.push(Cell { column, span, rows: 1, value: cell_value(cell, own, lines, styles) });
            }
            column += span;
        }
        rows.push((height, cells));
    }
    let columns = rows.iter().flat_map(|(_, cells)| cells).map(|cell| cell.column + cell.span).max().unwrap_or(1);
    let mut widths = grid;
    let usual = widths.iter().copied().fold(0.0, f64::max).max(60.0);
    widths.resize(columns.max(1), usual);
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(height, cells)| {
            let cells: Vec<Value> = cells
                .into_iter()
                .map(|mut cell| {
                    if let Some(map) = cell.value.as_object_mut() {
                        map.extend([
                            ("x".to_owned(), json!(cell.column)),
                            ("span".to_owned(), json!(cell.span)),
                            ("rows".to_owned(), json!(cell.rows)),
                        ]);
                    }
                    cell.value
                })
                .collect();
            json!({ "height": height, "cells": cells })
        })
        .collect();
    let align = if own.and_then(|own| own.value("w:jc")) == Some("center") { "center" } else { "left" };
    json!({ "kind": "table", "widths": widths, "rows": rows, "align": align })
}

fn cell_value(cell: &Element, own: Option<&Element>, lines: bool, styles: &Styles) -> Value {
    let borders = own.and_then(|own| own.child("w:tcBorders"));
    let side = |names: [&str; 2]| {
        let named = borders.and_then(|borders| names.iter().find_map(|name| borders.child(name)));
        named.map_or(lines, is_line)
    };
    let fill = own.and_then(|own| own.child("w:shd")).and_then(|shade| shade.attribute("w:fill"));
    let fill = fill.filter(|fill| fill.len() == 6 && fill.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let valign = match own.and_then(|own| own.value("w:vAlign")) {
        Some("center") => "center",
        Some("bottom") => "bottom",
        _ => "top",
    };
    json!({
        "blocks": blocks(cell, styles, false),
        "valign": valign,
        "fill": fill.map(|fill| format!("#{fill}")),
        "top": side(["w:top", "w:top"]),
        "bottom": side(["w:bottom", "w:bottom"]),
        "left": side(["w:left", "w:start"]),
        "right": side(["w:right", "w:end"]),
    })
}
