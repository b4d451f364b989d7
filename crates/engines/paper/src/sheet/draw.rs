//! A sheet made ready to be drawn: empty or filled in. The same form serves PDF and DOCX.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Block, Mark, Room, Sheet};

/// Empty form or filled sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// Lines to write on.
    Blank,
    /// The sample's values.
    Sample,
}

/// A paper ready to be drawn; its JSON is what `sheet.typ` reads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawn {
    /// Title.
    pub title: String,
    /// In red at the top: that it is a sample, or how the empty form is meant.
    pub mark: String,
    /// What it is handed in for, in small print: the material and the item.
    pub purpose: Option<String>,
    /// How to fill it in.
    pub note: Option<String>,
    /// Whether it shows a paper somebody else issues.
    pub specimen: bool,
    /// Parts.
    pub blocks: Vec<DrawnBlock>,
}

/// A part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DrawnBlock {
    /// Heading.
    Heading {
        /// Text.
        text: String,
    },
    /// Paragraph.
    Text {
        /// Whether the first line is moved in.
        indent: bool,
        /// Text with what is written on it.
        runs: Vec<Run>,
    },
    /// Numbered lines.
    Items {
        /// Lines.
        lines: Vec<Vec<Run>>,
    },
    /// Answers to tick.
    Choices {
        /// What is asked.
        label: Option<String>,
        /// Answers.
        options: Vec<DrawnOption>,
    },
    /// Label and value.
    Pairs {
        /// Lines.
        rows: Vec<DrawnPair>,
    },
    /// Table.
    Table {
        /// Head row.
        head: Vec<String>,
        /// Shares of the width.
        widths: Vec<u32>,
        /// Rows.
        rows: Vec<Vec<String>>,
    },
    /// Plan of rooms; no rooms: the frame to draw one in.
    Plan {
        /// What it shows.
        caption: String,
        /// Width and height.
        size: (f64, f64),
        /// Rooms.
        rooms: Vec<Room>,
        /// Words at a point.
        marks: Vec<Mark>,
        /// From point to point.
        way: Vec<(f64, f64)>,
    },
    /// Signatures.
    Sign {
        /// Who.
        lines: Vec<DrawnSign>,
        /// Day, on the sample.
        date: Option<String>,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnOption {
    /// Text.
    pub text: String,
    /// Ticked.
    pub picked: bool,
}

/// A line of a table of two columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnPair {
    /// Label.
    pub label: String,
    /// Value.
    pub runs: Vec<Run>,
}

/// A line to sign on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DrawnSign {
    /// Who.
    pub who: String,
    /// Name, on the sample.
    pub name: Option<String>,
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Run {
    /// Printed.
    Plain(String),
    /// A line to write on, so many characters long.
    Blank(usize),
    /// Written on the line.
    Filled(String),
}

/// Keys in braces.
pub(super) fn keys(text: &str) -> Vec<&str> {
    split(text).into_iter().filter_map(|part| part.err()).collect()
}

/// A text in parts: printed text, or the key of a field.
fn split(text: &str) -> Vec<Result<&str, &str>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((key, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            parts.push(Ok(before));
        }
        parts.push(Err(key));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(Ok(rest));
    }
    parts
}

impl Sheet {
    /// The sheet as it is to be drawn. `around` has the names of [`super::SURROUNDINGS`].
    pub fn draw(&self, fill: Fill, around: &BTreeMap<&str, String>) -> Drawn {
        let mark = match fill {
            _ if self.specimen => "样本。只用来说明这份材料长什么样，不是证件，没有效力；名称、号码均为虚构。",
            Fill::Blank => "空白表。可以打印后手写，也可以在电脑上填好再打印签名。",
            Fill::Sample => "样表。人名、名称、号码、地址均为虚构，仅供填写时参考。",
        };
        let title = match fill {
            Fill::Sample if self.specimen => format!("{}（样本）", self.title),
            Fill::Sample => format!("{}（样表）", self.title),
            Fill::Blank => self.title.clone(),
        };
        Drawn {
            title,
            mark: mark.to_owned(),
            purpose: None,
            note: self.note.clone(),
            specimen: self.specimen,
            blocks: self.body.iter().map(|block| self.block(block, fill, around)).collect(),
        }
    }

    fn runs(&self, text: &str, fill: Fill, around: &BTreeMap<&str, String>) -> Vec<Run> {
        split(text)
            .into_iter()
            .map(|part| match part {
                Ok(text) => Run::Plain(text.to_owned()),
                Err(key) => match (self.fields.get(key), fill) {
                    (Some(field), Fill::Blank) => Run::Blank(field.width),
                    (Some(field), Fill::Sample) => Run::Filled(field.sample.clone()),
                    (None, _) => Run::Plain(around.get(key).cloned().unwrap_or_default()),
                },
            })
            .collect()
    }

    fn block(&self, block: &Block, fill: Fill, around: &BTreeMap<&str, String>) -> DrawnBlock {
        let runs = |text: &str| self.runs(text, fill, around);
        let words = |text: &str| plain(&self.runs(text, Fill::Sample, around));
        let sample = fill == Fill::Sample;
        match block {
            Block::Heading(text) => DrawnBlock::Heading { text: words(text) },
            Block::Text(text) => DrawnBlock::Text { indent: true, runs: runs(text) },
            Block::Plain(text) => DrawnBlock::Text { indent: false, runs: runs(text) },
            Block::Items(lines) => DrawnBlock::Items { lines: lines.iter().map(|line| runs(line)).collect() },
            Block::Choices(choices) => DrawnBlock::Choices {
                label: choices.label.as_deref().map(words),
                options: choices
                    .options
                    .iter()
                    .enumerate()
                    .map(|(at, text)| DrawnOption { text: words(text), picked: sample && choices.picked.contains(&at) })
                    .collect(),
            },
            Block::Pairs(pairs) => DrawnBlock::Pairs {
                rows: pairs.iter().map(|(label, value)| DrawnPair { label: words(label), runs: runs(value) }).collect(),
            },
            Block::Table(table) => DrawnBlock::Table {
                head: table.head.clone(),
                widths: if table.widths.is_empty() { vec![1; table.head.len()] } else { table.widths.clone() },
                rows: if sample {
                    table.sample.clone()
                } else {
                    let none = vec![String::new(); table.head.len()];
                    table.blank.iter().cloned().chain(std::iter::repeat_n(none, table.empty)).collect()
                },
            },
            Block::Plan(plan) => DrawnBlock::Plan {
                caption: plan.caption.clone(),
                size: plan.size,
                rooms: if sample { plan.rooms.clone() } else { Vec::new() },
                marks: if sample { plan.marks.clone() } else { Vec::new() },
                way: if sample { plan.way.clone() } else { Vec::new() },
            },
            Block::Sign(sign) => DrawnBlock::Sign {
                lines: sign
                    .lines
                    .iter()
                    .map(|line| DrawnSign { who: line.who.clone(), name: sample.then(|| line.sample.clone()) })
                    .collect(),
                date: sample.then(|| sign.date.clone()),
            },
        }
    }
}

fn plain(runs: &[Run]) -> String {
    runs.iter()
        .map(|run| match run {
            Run::Plain(text) | Run::Filled(text) => text.as_str(),
            Run::Blank(_) => "",
        })
        .collect()
}
