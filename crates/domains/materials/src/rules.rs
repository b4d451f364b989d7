//! The rules of the pack: categories, what sorts a paper into one, kinds that may be asked for, sharing sources.
//! Reading, sorting and validity are pure.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::{Date, Duration};
use utoipa::ToSchema;

/// `schema` of the file.
const SCHEMA: &str = "tongban-materials/1";
/// Where papers come from.
pub const SOURCES: [&str; 5] = ["own", "licence", "case", "pull", "proof"];

/// A category of the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MaterialCategory)]
pub struct Category {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// What belongs there.
    pub says: String,
}

/// What people read when a paper runs out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiring {
    /// Inside the product.
    pub in_app: String,
    /// By SMS.
    pub sms: String,
}

/// A kind of paper that may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Key; that of the licence type where there is one.
    pub key: String,
    /// Name.
    pub name: String,
    /// `person`, `enterprise`.
    pub holders: Vec<String>,
    /// Key of the body that gives it.
    pub owner: Option<String>,
}

/// One line of the sorting table. What is empty fits everything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    sources: Vec<String>,
    category: String,
}

/// Which setting holds the address of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// `materials_url`, signed as `materials_app_id`.
    Materials,
    /// `sharing_url`, signed as `sharing_app_id`.
    Sharing,
}

/// A sharing source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Key.
    pub key: String,
    /// Name people read.
    pub name: String,
    /// Where its address stands.
    pub setting: Setting,
    /// Path behind it.
    pub path: String,
    /// What it has.
    pub papers: Vec<Paper>,
}

/// A kind of paper a source has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Kind.
    pub kind: String,
    /// Days it counts from the day it was got, where the answer says none.
    #[serde(default)]
    pub valid_days: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    notice_days: i64,
    expiring: Expiring,
    categories: Vec<Category>,
    rules: Vec<Rule>,
    kinds: Vec<Kind>,
    sources: Vec<Source>,
}

/// The rules, checked.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Days before the end from which on people are told.
    pub notice_days: i64,
    /// In which words.
    pub expiring: Expiring,
    /// Categories in their order.
    pub categories: Vec<Category>,
    /// Kinds that may be asked for.
    pub kinds: Vec<Kind>,
    /// Sharing sources.
    pub sources: Vec<Source>,
    sorting: Vec<Rule>,
}

/// How a paper stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MaterialStanding)]
pub enum Standing {
    /// Counts.
    Valid,
    /// Counts, and ends soon.
    Expiring,
    /// Its last day is over.
    Expired,
    /// Was taken back by who gave it.
    Void,
}

impl Standing {
    /// Of a paper that was not taken back; a paper without a last day counts for ever.
    pub fn on(today: Date, until: Option<Date>, notice_days: i64) -> Self {
        match until {
            Some(until) if until < today => Self::Expired,
            Some(until) if until - today <= Duration::days(notice_days) => Self::Expiring,
            _ => Self::Valid,
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::Expiring => "快到期",
            Self::Expired => "已过期",
            Self::Void => "已作废",
        }
    }

    /// Whether it may be used.
    pub fn counts(self) -> bool {
        matches!(self, Self::Valid | Self::Expiring)
    }
}

/// The keys, each of them once.
fn twice(keys: Vec<&str>, what: &str) -> Result<BTreeSet<String>, String> {
    let mut seen = BTreeSet::new();
    match keys.into_iter().find(|key| !seen.insert((*key).to_owned())) {
        Some(key) => Err(format!("{what}里有两个“{key}”")),
        None => Ok(seen),
    }
}

/// Whether a name fits a pattern in which `*` stands for any letters.
fn fits(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let mut rest = name;
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let found = match (at, last) {
            (0, true) => return name == *part,
            (0, false) => rest.strip_prefix(part),
            (_, true) => return rest.ends_with(part),
            (_, false) => rest.find(part).and_then(|place| rest.get(place + part.len()..)),
        };
        match found {
            Some(found) => rest = found,
            None => return false,
        }
    }
    true
}

impl Rules {
    /// Reads the file.
    ///
    /// # Errors
    /// The first mistake in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != SCHEMA {
            return Err(format!("schema 应当是 {SCHEMA}"));
        }
        if !(1..=365).contains(&file.notice_days) {
            return Err("notice_days 在 1 到 365 之间".to_owned());
        }
        let categories = twice(file.categories.iter().map(|one| one.key.as_str()).collect(), "categories")?;
        let kinds = twice(file.kinds.iter().map(|one| one.key.as_str()).collect(), "kinds")?;
        twice(file.sources.iter().map(|one| one.key.as_str()).collect(), "sources")?;
        if let Some(rule) = file.rules.iter().find(|rule| !categories.contains(&rule.category)) {
            return Err(format!("rules 里的“{}”不是一个类别", rule.category));
        }
        let known = |source: &&String| !SOURCES.contains(&source.as_str());
        if let Some(source) = file.rules.iter().flat_map(|rule| &rule.sources).find(known) {
            return Err(format!("rules 里的来源“{source}”不认识"));
        }
        let whole = |rule: &Rule| rule.kinds.is_empty() && rule.names.is_empty() && rule.sources.is_empty();
        if !file.rules.last().is_some_and(whole) {
            return Err("rules 的最后一条要能收下任何材料，不写条件".to_owned());
        }
        for source in &file.sources {
            if let Some(paper) = source.papers.iter().find(|paper| !kinds.contains(&paper.kind)) {
                return Err(format!("来源“{}”的材料“{}”不在 kinds 里", source.name, paper.kind));
            }
        }
        if let Some(kind) =
            file.kinds.iter().find(|kind| kind.holders.iter().any(|one| one != "person" && one != "enterprise"))
        {
            return Err(format!("kinds 里“{}”的 holders 只能写 person、enterprise", kind.key));
        }
        Ok(Self {
            notice_days: file.notice_days,
            expiring: file.expiring,
            categories: file.categories,
            kinds: file.kinds,
            sources: file.sources,
            sorting: file.rules,
        })
    }

    /// The category of a paper.
    pub fn category(&self, kind: &str, name: &str, source: &str) -> &str {
        let fit = |rule: &&Rule| {
            (rule.kinds.is_empty() || rule.kinds.iter().any(|one| one == kind))
                && (rule.names.is_empty() || rule.names.iter().any(|pattern| fits(pattern, name)))
                && (rule.sources.is_empty() || rule.sources.iter().any(|one| one == source))
        };
        self.sorting.iter().find(fit).map_or("case", |rule| rule.category.as_str())
    }

    /// Name of a category.
    pub fn category_label<'a>(&'a self, key: &'a str) -> &'a str {
        self.categories.iter().find(|one| one.key == key).map_or(key, |one| one.label.as_str())
    }

    /// A kind that may be asked for.
    pub fn kind(&self, key: &str) -> Option<&Kind> {
        self.kinds.iter().find(|one| one.key == key)
    }

    /// A source.
    pub fn source(&self, key: &str) -> Option<&Source> {
        self.sources.iter().find(|one| one.key == key)
    }
}

impl Source {
    /// Whether it has a kind of paper, and for how many days that counts.
    pub fn paper(&self, kind: &str) -> Option<&Paper> {
        self.papers.iter().find(|paper| paper.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn rules() -> Rules {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/materials.yaml");
        Rules::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// The shipped table sorts by kind first, then by name, then by where a paper is from.
    ///
    /// req: CASE-045
    #[test]
    fn papers_are_sorted_by_the_table() {
        let rules = rules();
        for (kind, name, source, category) in [
            ("business-licence", "营业执照", "licence", "basic"),
            ("nurse-certificate", "护士执业证书", "licence", "qualification"),
            ("food-operation-permit", "食品经营许可证", "licence", "certificate"),
            ("", "本人身份证正反面", "own", "basic"),
            ("", "教师资格证", "own", "qualification"),
            ("", "质量管理体系认证", "own", "certificate"),
            ("", "主要设备设施、经营布局、操作流程等文件", "case", "case"),
            ("social-insurance-record", "社会保险参保证明", "pull", "case"),
        ] {
            assert_eq!(rules.category(kind, name, source), category, "{name}");
        }
        let labels: Vec<&str> = rules.categories.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels, ["基本信息", "办件材料", "职业资格", "认证证书"]);
    }

    /// A last day counts itself; the hint begins the notice days before it.
    ///
    /// req: CASE-045
    #[test]
    fn validity_counts_its_last_day_and_is_told_before() {
        let today = date!(2026 - 09 - 21);
        let on = |until| Standing::on(today, until, 30);
        assert_eq!(on(None), Standing::Valid);
        assert_eq!(on(Some(date!(2026 - 10 - 22))), Standing::Valid);
        assert_eq!(on(Some(date!(2026 - 10 - 21))), Standing::Expiring);
        assert_eq!(on(Some(today)), Standing::Expiring);
        assert_eq!(on(Some(date!(2026 - 09 - 20))), Standing::Expired);
        assert!(Standing::Expiring.counts() && !Standing::Expired.counts() && !Standing::Void.counts());
    }

    #[test]
    fn a_pattern_has_a_beginning_a_middle_and_an_end() {
        assert!(fits("*身份证*", "居民身份证（正面）") && fits("营业*", "营业执照") && fits("*执照", "营业执照"));
        assert!(fits("a*b*c", "axxbyyc") && fits("证", "证"));
        assert!(!fits("证", "证书") && !fits("a*b*c", "acb") && !fits("*执照", "执照副本"));
    }

    #[test]
    fn a_mistake_in_the_file_is_named() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/materials.yaml");
        let good = std::fs::read_to_string(path).unwrap();
        let wrong = |from: &str, to: &str| Rules::parse(&good.replacen(from, to, 1)).unwrap_err();
        assert!(wrong("  - {category: case}", "  - {kinds: [x], category: case}").contains("最后一条"));
        assert!(wrong("category: basic}", "category: other}").contains("other"));
        assert!(wrong("{kind: tax-record", "{kind: tax-paper").contains("tax-paper"));
        assert!(wrong("notice_days: 30", "notice_days: 0").contains("notice_days"));
    }
}
