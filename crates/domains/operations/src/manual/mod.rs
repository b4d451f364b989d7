//! User manual 操作手册 (OPS-037): chapters for citizens and staff, kept by version, changed from what users report.
//!
//! The chapters are data of the content pack (`manual.yaml`). The desk changes their words: each change is a version
//! with who, when and why, every earlier one can be read and restored, the pack's words too. A report of the question
//! desk can be marked for a chapter; the version that takes it up names it, and who reported is told.
//!
//! A chapter is plain text: blank lines part paragraphs, `## ` begins a heading, `- ` and `1. ` an entry of a list.
//! The pages draw it as text, so nothing in it is ever run.

pub(crate) mod requests;
pub(crate) mod service;

use std::collections::BTreeSet;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;

/// Characters of a title at most.
pub(crate) const TITLE: usize = 40;
/// Characters of a chapter at most.
pub(crate) const BODY: usize = 20_000;

/// For whom a chapter is: key and name.
pub const SIDES: [(&str, &str); 3] = [("portal", "公众端"), ("desk", "工作台"), ("both", "都看")];

/// A chapter of the content pack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    /// Key; stays the same when the title changes.
    pub key: String,
    /// `portal`, `desk` or `both`.
    pub side: String,
    /// Title.
    pub title: String,
    /// Pages of the desk it is about, by name: their help leads here.
    #[serde(default)]
    pub pages: Vec<String>,
    /// Words.
    pub body: String,
}

impl Chapter {
    /// Whether readers of a side see it.
    pub fn is_for(&self, side: &str) -> bool {
        self.side == side || self.side == "both"
    }

    /// SM3 of title and words, hex: tells an editor that a later pack brought other words.
    pub(crate) fn digest(&self) -> String {
        base::encoding::to_hex(&base::crypto::sm3(format!("{}\n{}", self.title, self.body.trim()).as_bytes()))
    }
}

/// The chapters of the content pack, in their order.
#[derive(Debug, Clone, Default)]
pub struct Manual(Vec<Chapter>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    chapters: Vec<Chapter>,
}

impl Manual {
    /// Reads `manual.yaml`.
    ///
    /// # Errors
    /// Names the file and what is wrong.
    pub fn load(path: &Path) -> Result<Self> {
        let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        Self::read(&text).map_err(wrong)
    }

    fn read(text: &str) -> std::result::Result<Self, String> {
        let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != "tongban-manual/1" {
            return Err(format!("unknown schema {:?}", file.schema));
        }
        let mut keys = BTreeSet::new();
        for chapter in &file.chapters {
            let said = format!("chapter {}", chapter.key);
            if !keys.insert(chapter.key.as_str()) {
                return Err(format!("{said} stands twice"));
            }
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if chapter.key.is_empty() || !chapter.key.chars().all(plain) {
                return Err(format!("{said}: a key is made of a-z, 0-9 and -"));
            }
            if !SIDES.iter().any(|(side, _)| *side == chapter.side) {
                return Err(format!("{said}: unknown side {:?}", chapter.side));
            }
            for (what, words, most) in [("title", &chapter.title, TITLE), ("body", &chapter.body, BODY)] {
                if !(1..=most).contains(&words.trim().chars().count()) {
                    return Err(format!("{said}: {what} has 1 to {most} characters"));
                }
            }
        }
        Ok(Self(file.chapters))
    }

    /// All chapters.
    pub fn chapters(&self) -> &[Chapter] {
        &self.0
    }

    /// One chapter.
    pub fn chapter(&self, key: &str) -> Option<&Chapter> {
        self.0.iter().find(|chapter| chapter.key == key)
    }

    /// The chapter about a page of the desk.
    pub fn about(&self, page: &str) -> Option<&Chapter> {
        self.0.iter().find(|chapter| chapter.is_for("desk") && chapter.pages.iter().any(|one| one == page))
    }
}

/// Whether a text holds all of these words, in any case.
pub(crate) fn holds(text: &str, q: &str) -> bool {
    let text = text.to_lowercase();
    q.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(chapters: &str) -> std::result::Result<Manual, String> {
        Manual::read(&format!("schema: tongban-manual/1\nchapters:\n{chapters}"))
    }

    /// req: OPS-037
    #[test]
    fn a_chapter_that_can_not_be_shown_is_named() {
        let good = "- {key: apply, side: portal, title: 网上申请, body: 先看办事指南。}\n";
        assert_eq!(file(good).unwrap().chapter("apply").unwrap().title, "网上申请");
        for (wrong, says) in [
            (format!("{good}{good}"), "stands twice"),
            (good.replace("portal", "hall"), "unknown side"),
            (good.replace("apply", "Apply 1"), "a key is made of"),
            (good.replace("先看办事指南。", "''"), "body has 1 to"),
            (good.replace("网上申请", &"长".repeat(TITLE + 1)), "title has 1 to"),
        ] {
            let said = file(&wrong).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
        assert!(Manual::read("schema: other\nchapters: []").is_err());
    }

    /// req: OPS-037
    #[test]
    fn the_manual_of_the_pack_has_chapters_for_both_sides_and_pages_lead_to_theirs() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/manual.yaml");
        let manual = Manual::load(&path).unwrap();
        for side in ["portal", "desk"] {
            assert!(manual.chapters().iter().filter(|chapter| chapter.is_for(side)).count() >= 5, "{side}");
        }
        assert_eq!(manual.about("intake").unwrap().side, "desk");
        assert!(manual.about("no-such-page").is_none());
        let mut pages: Vec<&String> = manual.chapters().iter().flat_map(|chapter| &chapter.pages).collect();
        let count = pages.len();
        pages.sort();
        pages.dedup();
        assert_eq!(pages.len(), count, "a page has one chapter");
    }

    /// req: OPS-037
    #[test]
    fn every_word_of_a_search_has_to_be_there() {
        assert!(holds("上传 PDF 文件", "pdf 上传"));
        assert!(!holds("上传 PDF 文件", "pdf 下载"));
        assert!(holds("什么都行", "  "));
    }
}
