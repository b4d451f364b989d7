//! Papers people fill in themselves: a promise, an authorisation, a list, a contract (PORTAL-009).
//!
//! A [`Sheet`] is data (`tongban-sheet/1`): title, the places to write on with what the sample has
//! there, and the blocks of the text. One definition gives four files: the empty form and the filled
//! sample, each to print (PDF, drawn by `packs/platform/papers/sheet.typ`) and to edit ([`docx()`]).
//! Start at [`Sheet::read`] and [`Sheet::draw`].

mod docx;
mod draw;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use docx::docx;
pub use draw::{Drawn, DrawnBlock, DrawnOption, DrawnPair, DrawnSign, Fill, Run};

/// Schema name of the file.
pub const SHEET_SCHEMA: &str = "tongban-sheet/1";

/// What surrounds a sheet and may stand in its text like a field: item, handling item, body, phone.
pub const SURROUNDINGS: [&str; 4] = ["item", "handle_item", "body", "phone"];

/// A paper somebody fills in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// [`SHEET_SCHEMA`].
    pub schema: String,
    /// Title on the paper.
    pub title: String,
    /// How to fill it in, one or two sentences in small print.
    #[serde(default)]
    pub note: Option<String>,
    /// How a paper looks that somebody else issues: there is a sample only, marked as such.
    #[serde(default)]
    pub specimen: bool,
    /// Places to write on, by key.
    #[serde(default)]
    pub fields: BTreeMap<String, SheetField>,
    /// The text.
    pub body: Vec<Block>,
}

/// A place to write on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetField {
    /// Room for so many characters.
    #[serde(default = "usual_width")]
    pub width: usize,
    /// What the sample has there.
    pub sample: String,
}

fn usual_width() -> usize {
    8
}

/// A part of the text; `{key}` in it is a field or one of [`SURROUNDINGS`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// Heading of a part.
    Heading(String),
    /// Paragraph with its first line moved in.
    Text(String),
    /// Paragraph flush left.
    Plain(String),
    /// Numbered lines.
    Items(Vec<String>),
    /// Answers to tick.
    Choices(Choices),
    /// Label and value, one pair to a line of a table.
    Pairs(Vec<(String, String)>),
    /// Table with a head row.
    Table(Table),
    /// A plan of rooms, or the frame to draw one in.
    Plan(Plan),
    /// Who signs, and when.
    Sign(Sign),
}

/// A plan of rooms: the sample shows it drawn, the empty form has the frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it shows.
    pub caption: String,
    /// Width and height in metres.
    pub size: (f64, f64),
    /// Rooms.
    pub rooms: Vec<Room>,
    /// Words at a point: exits, extinguishers.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// The way of goods or people, from point to point.
    #[serde(default)]
    pub way: Vec<(f64, f64)>,
}

/// A room of a plan.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Name, with its area.
    pub name: String,
    /// Upper left corner.
    pub at: (f64, f64),
    /// Width and height.
    pub size: (f64, f64),
}

/// Words at a point of a plan.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Words.
    pub text: String,
    /// Where.
    pub at: (f64, f64),
}

/// Answers to tick.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// What is asked.
    #[serde(default)]
    pub label: Option<String>,
    /// Answers.
    pub options: Vec<String>,
    /// Ticked in the sample, from 0.
    pub picked: Vec<usize>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Head row.
    pub head: Vec<String>,
    /// Shares of the width; equal when absent.
    #[serde(default)]
    pub widths: Vec<u32>,
    /// Rows printed on the empty form; a text may be empty.
    #[serde(default)]
    pub blank: Vec<Vec<String>>,
    /// Empty rows below them.
    #[serde(default)]
    pub empty: usize,
    /// Rows of the sample.
    pub sample: Vec<Vec<String>>,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Lines to sign on, with the sample's name.
    pub lines: Vec<SignLine>,
    /// The sample's day, as it is written.
    pub date: String,
}

/// A line to sign on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignLine {
    /// Who: 承诺人（签名）.
    pub who: String,
    /// Who signed the sample.
    pub sample: String,
}

/// A mistake in a sheet, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place} {message}")]
pub struct SheetDefect {
    /// JSON pointer.
    pub place: String,
    /// What is wrong, for the one who edits it.
    pub message: String,
}

impl Sheet {
    /// Reads a sheet (the YAML as JSON) and checks it whole.
    ///
    /// # Errors
    /// Every mistake, with its place; only the first when it can't be read at all.
    pub fn read(content: Value) -> Result<Self, Vec<SheetDefect>> {
        let sheet: Self = serde_json::from_value(content).map_err(|error| {
            vec![SheetDefect { place: String::new(), message: format!("不是 {SHEET_SCHEMA}：{error}") }]
        })?;
        let found = sheet.defects();
        if found.is_empty() { Ok(sheet) } else { Err(found) }
    }

    fn defects(&self) -> Vec<SheetDefect> {
        let mut found = Vec::new();
        let mut defect = |place: String, message: String| found.push(SheetDefect { place, message });
        if self.schema != SHEET_SCHEMA {
            defect("/schema".into(), format!("要是 {SHEET_SCHEMA}"));
        }
        if self.title.trim().is_empty() {
            defect("/title".into(), "没有填".into());
        }
        for (key, field) in &self.fields {
            if field.sample.trim().is_empty() {
                defect(format!("/fields/{key}/sample"), "写上样表里填什么".into());
            }
            if field.width == 0 || field.width > 40 {
                defect(format!("/fields/{key}/width"), "留 1 到 40 个字的位置".into());
            }
        }
        let mut used = BTreeSet::new();
        for (at, block) in self.body.iter().enumerate() {
            for text in block.texts() {
                for key in draw::keys(text) {
                    if !self.fields.contains_key(key) && !SURROUNDINGS.contains(&key) {
                        defect(format!("/body/{at}"), format!("没有“{key}”这个填写项"));
                    }
                    used.insert(key.to_owned());
                }
            }
            if let Block::Table(table) = block {
                let columns = table.head.len();
                let rows = table.blank.iter().chain(&table.sample);
                if columns == 0 || rows.into_iter().any(|row| row.len() != columns) {
                    defect(format!("/body/{at}/table"), format!("每一行要有 {columns} 格"));
                }
                if !table.widths.is_empty() && (table.widths.len() != columns || table.widths.contains(&0)) {
                    defect(format!("/body/{at}/table/widths"), format!("要写 {columns} 个大于 0 的宽度"));
                }
                if table.sample.is_empty() || (table.blank.is_empty() && table.empty == 0 && !self.specimen) {
                    defect(format!("/body/{at}/table"), "空表要有行，样表也要有行".into());
                }
            }
            if let Block::Plan(plan) = block {
                let inside = |(x, y): (f64, f64)| (0.0..=plan.size.0).contains(&x) && (0.0..=plan.size.1).contains(&y);
                let corner = |room: &Room| (room.at.0 + room.size.0, room.at.1 + room.size.1);
                let rooms = plan.rooms.iter().all(|room| inside(room.at) && inside(corner(room)));
                let points = plan.marks.iter().map(|mark| mark.at).chain(plan.way.iter().copied()).all(inside);
                if plan.rooms.is_empty() || !rooms || !points {
                    defect(format!("/body/{at}/plan"), "房间和标记要画在图的里面".into());
                }
            }
            if let Block::Choices(choices) = block
                && choices.picked.iter().any(|at| *at >= choices.options.len())
            {
                defect(format!("/body/{at}/choices/picked"), "没有这个选项".into());
            }
        }
        for key in self.fields.keys().filter(|key| !used.contains(*key)) {
            defect(format!("/fields/{key}"), "正文里没有用到".into());
        }
        found
    }

    /// Everything the sample shows that the empty form does not.
    pub fn sample_values(&self) -> Vec<&str> {
        let mut values: Vec<&str> = self.fields.values().map(|field| field.sample.as_str()).collect();
        for block in &self.body {
            match block {
                Block::Table(table) => {
                    let printed: BTreeSet<&str> = table.blank.iter().flatten().map(String::as_str).collect();
                    values.extend(
                        table.sample.iter().flatten().map(String::as_str).filter(|text| !printed.contains(text)),
                    );
                }
                Block::Plan(plan) => values.extend(plan.rooms.iter().map(|room| room.name.as_str())),
                Block::Sign(sign) => {
                    values.extend(sign.lines.iter().map(|line| line.sample.as_str()));
                    values.push(&sign.date);
                }
                _ => {}
            }
        }
        values.retain(|text| !text.trim().is_empty());
        values
    }
}

impl Block {
    /// Texts that may hold fields.
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Heading(text) | Self::Text(text) | Self::Plain(text) => vec![text],
            Self::Items(lines) => lines.iter().map(String::as_str).collect(),
            Self::Choices(choices) => choices.options.iter().chain(&choices.label).map(String::as_str).collect(),
            Self::Pairs(pairs) => pairs.iter().flat_map(|(label, value)| [label.as_str(), value.as_str()]).collect(),
            Self::Plan(_) | Self::Table(_) | Self::Sign(_) => Vec::new(),
        }
    }
}
