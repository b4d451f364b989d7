//! How text looks in a Word file: its styles, one built on another, down to the run.

use std::collections::HashMap;

use super::package::Package;
use super::xml::Element;

/// Styles deeper than this are a circle.
const DEEPEST: usize = 12;

/// How letters look; absent is what stands above.
#[derive(Debug, Clone, Default)]
pub(super) struct Letters {
    pub size: Option<f64>,
    pub bold: Option<bool>,
    pub underlined: Option<bool>,
    pub face: Option<String>,
    pub color: Option<String>,
}

/// How a paragraph stands, in points.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    pub align: Option<String>,
    /// First line: points, or letters of the paragraph's size.
    pub first: Option<(f64, f64)>,
    pub left: Option<f64>,
    pub right: Option<f64>,
    pub before: Option<f64>,
    pub after: Option<f64>,
    /// Line height: times the letters, or points.
    pub line: Option<(f64, bool)>,
    pub page_before: Option<bool>,
    pub letters: Letters,
}

/// Twentieths of a point.
pub(super) fn points(text: Option<&str>) -> Option<f64> {
    text?.trim_end_matches("pt").parse::<f64>().ok().map(|twips| twips / 20.0)
}

impl Letters {
    /// From `w:rPr`, over what stands above.
    pub fn over(&self, properties: Option<&Element>) -> Self {
        let mut new = self.clone();
        let Some(own) = properties else { return new };
        if let Some(half) = own.value("w:sz").and_then(|text| text.parse::<f64>().ok()) {
            new.size = Some((half / 2.0).clamp(4.0, 120.0));
        }
        new.bold = own.flag("w:b").or(new.bold);
        new.underlined = own.flag("w:u").or(new.underlined);
        if let Some(fonts) = own.child("w:rFonts") {
            let named = fonts.attribute("w:eastAsia").or_else(|| fonts.attribute("w:ascii"));
            new.face = named.map(str::to_owned).or(new.face);
        }
        let color =
            own.value("w:color").filter(|color| color.len() == 6 && color.bytes().all(|b| b.is_ascii_hexdigit()));
        new.color = color.map(|color| format!("#{color}")).or(new.color);
        new
    }
}

impl Shape {
    /// From `w:pPr`, over what stands above; the letters of the paragraph mark are not those of its text.
    pub fn over(&self, properties: Option<&Element>) -> Self {
        let mut new = self.clone();
        let Some(own) = properties else { return new };
        new.align = own.value("w:jc").map(str::to_owned).or(new.align);
        new.page_before = own.flag("w:pageBreakBefore").or(new.page_before);
        if let Some(indent) = own.child("w:ind") {
            let letters = |name| indent.attribute(name).and_then(|text| text.parse::<f64>().ok()).map(|n| n / 100.0);
            if let Some(count) = letters("w:firstLineChars").filter(|count| *count != 0.0) {
                new.first = Some((0.0, count));
            } else if let Some(first) = points(indent.attribute("w:firstLine")) {
                new.first = Some((first, 0.0));
            } else if let Some(hanging) = points(indent.attribute("w:hanging")) {
                new.first = Some((-hanging, 0.0));
            }
            new.left = points(indent.attribute("w:left").or_else(|| indent.attribute("w:start"))).or(new.left);
            new.right = points(indent.attribute("w:right").or_else(|| indent.attribute("w:end"))).or(new.right);
        }
        if let Some(spacing) = own.child("w:spacing") {
            new.before = points(spacing.attribute("w:before")).or(new.before);
            new.after = points(spacing.attribute("w:after")).or(new.after);
            if let Some(line) = spacing.attribute("w:line").and_then(|text| text.parse::<f64>().ok()) {
                let exact = matches!(spacing.attribute("w:lineRule"), Some("exact" | "atLeast"));
                new.line = Some(if exact { (line / 20.0, true) } else { (line / 240.0, false) });
            }
        }
        new
    }
}

/// The styles of a file.
#[derive(Debug, Default)]
pub(super) struct Styles {
    found: HashMap<String, Element>,
    defaults: Shape,
    normal: Option<String>,
}

impl Styles {
    pub fn of(package: &Package) -> Self {
        let Some(root) = package.xml("word/styles.xml") else { return Self::default() };
        let mut styles = Self::default();
        if let Some(defaults) = root.child("w:docDefaults") {
            let shape = defaults.child("w:pPrDefault").and_then(|it| it.child("w:pPr"));
            let letters = defaults.child("w:rPrDefault").and_then(|it| it.child("w:rPr"));
            styles.defaults = Shape::default().over(shape);
            styles.defaults.letters = Letters::default().over(letters);
        }
        for style in root.elements().filter(|one| one.name == "w:style") {
            let Some(id) = style.attribute("w:styleId") else { continue };
            if style.attribute("w:type") == Some("paragraph") && style.attribute("w:default") == Some("1") {
                styles.normal = Some(id.to_owned());
            }
            styles.found.insert(id.to_owned(), style.clone());
        }
        styles
    }

    /// From the one it is built on to the style itself.
    fn chain(&self, id: Option<&str>) -> Vec<&Element> {
        let mut chain = Vec::new();
        let mut next = id;
        while let Some(style) = next.and_then(|id| self.found.get(id)) {
            if chain.len() >= DEEPEST {
                break;
            }
            chain.push(style);
            next = style.value("w:basedOn");
        }
        chain.reverse();
        chain
    }

    /// A paragraph's own shape, with the letters its text begins from.
    pub fn shape(&self, properties: Option<&Element>) -> Shape {
        let named = properties.and_then(|own| own.value("w:pStyle")).or(self.normal.as_deref());
        let mut shape = self.defaults.clone();
        for style in self.chain(named) {
            let letters = shape.letters.over(style.child("w:rPr"));
            shape = shape.over(style.child("w:pPr"));
            shape.letters = letters;
        }
        shape.over(properties)
    }

    /// A run's letters within a paragraph.
    pub fn letters(&self, paragraph: &Letters, properties: Option<&Element>) -> Letters {
        let mut letters = paragraph.clone();
        for style in self.chain(properties.and_then(|own| own.value("w:rStyle"))) {
            letters = letters.over(style.child("w:rPr"));
        }
        letters.over(properties)
    }

    /// Whether a table style draws lines.
    pub fn draws_lines(&self, id: Option<&str>) -> bool {
        self.chain(id).iter().any(|style| {
            style
                .child("w:tblPr")
                .and_then(|own| own.child("w:tblBorders"))
                .is_some_and(|borders| borders.elements().any(is_line))
        })
    }
}

/// Whether a border is drawn.
pub(super) fn is_line(side: &Element) -> bool {
    !matches!(side.attribute("w:val"), None | Some("nil" | "none"))
}
