//! What may cross the gap. Data, read from `packs/platform/transfer.yaml`; the filter is pure.

use std::collections::BTreeMap;
use std::path::Path;

use platform::{Problem, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Side;

const SCHEMA: &str = "tongban-transfer/1";

/// Which way a kind goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the outer network to the inner.
    OuterToInner,
    /// From the inner network to the outer.
    InnerToOuter,
}

impl Direction {
    /// The side it starts from.
    pub fn from(self) -> Side {
        match self {
            Self::OuterToInner => Side::Outer,
            Self::InnerToOuter => Side::Inner,
        }
    }

    /// Name.
    pub fn label(self) -> &'static str {
        match self {
            Self::OuterToInner => "外网到内网",
            Self::InnerToOuter => "内网到外网",
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
}

/// A field that may cross.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Most characters of a text.
    #[serde(default)]
    pub max: Option<usize>,
    /// Whether it has to be there.
    #[serde(default)]
    pub required: bool,
}

/// Files that may cross.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// How many.
    pub most: usize,
    /// Largest one.
    pub max_kb: usize,
    /// Types, told from the bytes.
    pub types: Vec<String>,
}

/// One kind of packet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// Key.
    pub kind: String,
    /// Name.
    pub title: String,
    /// Way.
    pub direction: Direction,
    /// Events that send it by themselves.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Largest content.
    pub max_kb: usize,
    /// Fields.
    pub fields: BTreeMap<String, FieldRule>,
    /// Files; none when absent.
    #[serde(default)]
    pub files: FileRule,
}

/// All rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    schema: String,
    /// Minutes after which a packet nobody acknowledged goes again.
    pub resend_minutes: i64,
    /// Kinds.
    pub kinds: Vec<KindRule>,
}

/// Why something may not cross; the text is for the register.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No rule lets it.
    #[error("没有规则允许摆渡“{0}”")]
    Kind(String),
    /// The rule is for the other way.
    #[error("“{0}”只能从{1}")]
    Direction(String, &'static str),
    /// A field is missing.
    #[error("缺少字段“{0}”")]
    Missing(String),
    /// A field holds something else.
    #[error("字段“{0}”的内容不符合规则")]
    Field(String),
    /// Too large.
    #[error("内容有 {0} KB，超过规则的 {1} KB")]
    Size(usize, usize),
    /// A file that may not cross.
    #[error("文件“{0}”：{1}")]
    File(String, &'static str),
}

/// What crosses: allowed fields, and the names of those left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// Fields that cross.
    pub body: Map<String, Value>,
    /// Names of fields that do not.
    pub dropped: Vec<String>,
}

impl Rules {
    /// Reads the file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub fn load(path: &Path) -> Result<Self> {
        let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let rules: Self = serde_yaml_ng::from_str(&text).map_err(|error| named(error.to_string()))?;
        if rules.schema != SCHEMA {
            return Err(named(format!("schema is {}, not {SCHEMA}", rules.schema)));
        }
        Ok(rules)
    }

    /// The rule of a kind.
    pub fn find(&self, kind: &str) -> Option<&KindRule> {
        self.kinds.iter().find(|rule| rule.kind == kind)
    }

    /// Rules that an event of a topic sends by, from a side.
    pub fn forwarded<'a>(&'a self, topic: &'a str, from: Side) -> impl Iterator<Item = &'a KindRule> {
        self.kinds
            .iter()
            .filter(move |rule| rule.direction.from() == from && rule.topics.iter().any(|known| known == topic))
    }

    /// Filters what leaves a side. The receiver asks again: it trusts no sender.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn filter(
        &self,
        from: Side,
        kind: &str,
        body: &Map<String, Value>,
        files: &[(&str, &[u8])],
    ) -> std::result::Result<Filtered, Refusal> {
        let rule = self.find(kind).ok_or_else(|| Refusal::Kind(kind.to_owned()))?;
        if rule.direction.from() != from {
            return Err(Refusal::Direction(rule.title.clone(), rule.direction.label()));
        }
        let mut kept = Map::new();
        for (name, field) in &rule.fields {
            match body.get(name).filter(|value| !value.is_null()) {
                Some(value) if field.fits(value) => {
                    kept.insert(name.clone(), value.clone());
                }
                Some(_) => return Err(Refusal::Field(name.clone())),
                None if field.required => return Err(Refusal::Missing(name.clone())),
                None => {}
            }
        }
        let size =
            Value::Object(kept.clone()).to_string().len() + files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        if size > rule.max_kb * 1024 {
            return Err(Refusal::Size(size.div_ceil(1024), rule.max_kb));
        }
        for (at, (name, bytes)) in files.iter().enumerate() {
            let refused = |why| Err(Refusal::File((*name).to_owned(), why));
            if at >= rule.files.most {
                return refused("文件太多");
            }
            if bytes.len() > rule.files.max_kb * 1024 {
                return refused("文件太大");
            }
            let kind = platform::files::sniff(bytes);
            if !kind.is_some_and(|kind| rule.files.types.iter().any(|allowed| allowed == kind)) {
                return refused("类型不允许");
            }
        }
        let dropped = body.keys().filter(|name| !rule.fields.contains_key(*name)).cloned().collect();
        Ok(Filtered { body: kept, dropped })
    }
}

impl FieldRule {
    fn fits(&self, value: &Value) -> bool {
        match (self.kind, value) {
            (FieldKind::Text, Value::String(text)) => self.max.is_none_or(|max| text.chars().count() <= max),
            (FieldKind::Number, Value::Number(_)) | (FieldKind::Bool, Value::Bool(_)) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rules() -> Rules {
        Rules::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/platform/transfer.yaml")).unwrap()
    }

    fn body(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn progress() -> Map<String, Value> {
        body(
            json!({ "topic": "case.accepted", "case_id": "1", "case_number": "A1", "state": "accepted", "event_no": 3 }),
        )
    }

    /// req: DATASEC-013
    #[test]
    fn only_allowed_fields_cross_and_the_rest_is_named() {
        let mut whole = progress();
        whole.insert("id_number".into(), json!("440106199003071234"));
        let filtered = rules().filter(Side::Inner, "case.progress", &whole, &[]).unwrap();
        assert_eq!((filtered.body, filtered.dropped), (progress(), vec!["id_number".to_owned()]));
    }

    /// req: DATASEC-013
    #[test]
    fn what_no_rule_lets_pass_stays() {
        let rules = rules();
        let refused = |side, kind, body: &Map<String, Value>, files: &[(&str, &[u8])]| {
            rules.filter(side, kind, body, files).unwrap_err()
        };
        assert!(matches!(refused(Side::Inner, "everything", &progress(), &[]), Refusal::Kind(_)));
        assert!(matches!(refused(Side::Outer, "case.progress", &progress(), &[]), Refusal::Direction(..)));
        let mut missing = progress();
        missing.remove("state");
        assert_eq!(refused(Side::Inner, "case.progress", &missing, &[]), Refusal::Missing("state".into()));
        let mut odd = progress();
        odd.insert("event_no".into(), json!("three"));
        assert_eq!(refused(Side::Inner, "case.progress", &odd, &[]), Refusal::Field("event_no".into()));
        odd.insert("event_no".into(), json!(3));
        odd.insert("state".into(), json!("x".repeat(33)));
        assert_eq!(refused(Side::Inner, "case.progress", &odd, &[]), Refusal::Field("state".into()));
        let no_files = refused(Side::Inner, "case.progress", &progress(), &[("a.pdf", b"%PDF-1.4")]);
        assert_eq!(no_files, Refusal::File("a.pdf".into(), "文件太多"));
        let material = body(json!({ "case_number": "A1", "material_key": "m1" }));
        let program: &[u8] = b"MZ\x90\x00";
        assert_eq!(
            refused(Side::Outer, "case.material", &material, &[("a.pdf", program)]),
            Refusal::File("a.pdf".into(), "类型不允许")
        );
        let large = [b"%PDF-1.4".to_vec(), vec![0; 10_241 * 1024]].concat();
        assert!(matches!(refused(Side::Outer, "case.material", &material, &[("a.pdf", &large)]), Refusal::File(..)));
        assert!(rules.filter(Side::Outer, "case.material", &material, &[("a.pdf", b"%PDF-1.4")]).is_ok());
    }
}
