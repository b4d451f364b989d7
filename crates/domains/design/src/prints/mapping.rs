//! Mapping the answers of a form to the fields of an outside system (FORM-007).

use std::collections::{BTreeMap, BTreeSet};

use form::Words;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::sources::{self, Around, Sources};
use super::{Remark, pointer};

/// Schema name of the content.
pub const MAPPING_SCHEMA: &str = "tongban-mapping/1";

/// What the other system's field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetType {
    /// Text.
    #[default]
    Text,
    /// Number, sent as one.
    Number,
    /// `YYYY-MM-DD`.
    Date,
    /// True or false.
    Boolean,
    /// One of its codes.
    Code,
}

/// A field of the other system.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetField {
    /// Its name there.
    pub key: String,
    /// In words.
    pub label: String,
    /// What it holds.
    #[serde(default, rename = "type")]
    pub kind: TargetType,
    /// Whether the other system wants it.
    #[serde(default)]
    pub required: bool,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// Codes it knows, for `code`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

/// Where a target field gets its value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingPair {
    /// Target field.
    pub to: String,
    /// Source: `form.name`, `case.number`, `=固定值`, or `feel:` with an expression over the form.
    pub from: String,
    /// Our value → theirs; what is not listed goes as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, String>,
}

/// The content of a mapping, `tongban-mapping/1`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingContent {
    /// [`MAPPING_SCHEMA`].
    pub schema: String,
    /// Name of the other system.
    pub system: String,
    /// Key of the form.
    pub form: String,
    /// Fields of the other system.
    #[serde(default)]
    pub fields: Vec<TargetField>,
    /// Where they get their values.
    #[serde(default)]
    pub map: Vec<MappingPair>,
}

/// A mapping, read.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Its content.
    pub content: MappingContent,
}

/// What a mapping gives, and what the other system would not take.
#[derive(Debug, Clone, Default)]
pub struct Mapped {
    /// Field of the other system → value.
    pub record: Map<String, Value>,
    /// What is wrong, at `/<field>`.
    pub problems: Vec<FieldProblem>,
}

impl Mapping {
    /// Reads a content.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read(content: &str) -> Result<Self, (String, String)> {
        let content: MappingContent = serde_json::from_str(content)
            .map_err(|error| (String::new(), format!("不是 {MAPPING_SCHEMA}：{error}")))?;
        if content.schema != MAPPING_SCHEMA {
            return Err(("/schema".into(), format!("要是 {MAPPING_SCHEMA}")));
        }
        Ok(Self { content })
    }

    fn pair(&self, key: &str) -> Option<&MappingPair> {
        self.content.map.iter().find(|pair| pair.to == key && !pair.from.trim().is_empty())
    }

    /// What is wrong: required fields without a source, sources and targets nobody knows.
    pub(crate) fn remarks(&self, sources: &Sources, check: &dyn Fn(&str) -> Result<(), String>) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let content = &self.content;
        if content.system.trim().is_empty() {
            remarks.push(Remark::error("required", "/system", "写上对方系统的名称"));
        }
        if content.fields.is_empty() {
            remarks.push(Remark::error("no_fields", "/fields", "还没有对方系统的字段，请先加字段"));
        }
        let mut seen = BTreeSet::new();
        for (at, field) in content.fields.iter().enumerate() {
            if field.key.trim().is_empty() {
                remarks.push(Remark::error("required", format!("/fields/{at}/key"), "写上对方字段的名称"));
            } else if !seen.insert(field.key.as_str()) {
                let message = format!("对方字段“{}”写了两次，请去掉一个", field.key);
                remarks.push(Remark::error("twice", format!("/fields/{at}/key"), message));
            }
            if field.kind == TargetType::Code && field.codes.is_empty() {
                let message = format!("“{}”是代码，请写上对方认的代码", field.label);
                remarks.push(Remark::error("no_codes", format!("/fields/{at}/codes"), message));
            }
            if self.pair(&field.key).is_none() {
                let at = format!("/fields/{at}");
                let message = format!("“{}”（{}）还没有选取自哪里", field.label, field.key);
                remarks.push(if field.required {
                    Remark::error("unmapped", at, format!("{message}，而对方要求必填"))
                } else {
                    Remark::warning("unmapped", at, message)
                });
            }
        }
        let mut mapped = BTreeSet::new();
        for (at, pair) in content.map.iter().enumerate() {
            let at = format!("/map/{at}");
            let target = content.fields.iter().find(|field| field.key == pair.to);
            if target.is_none() {
                remarks.push(Remark::error("unknown_target", at.clone(), format!("对方没有“{}”这个字段", pair.to)));
            }
            if !mapped.insert(pair.to.as_str()) {
                remarks.push(Remark::error("twice", at.clone(), format!("“{}”有两个来源，请去掉一个", pair.to)));
            }
            if let Some(expression) = pair.from.trim().strip_prefix("feel:") {
                if let Err(why) = check(expression) {
                    remarks.push(Remark::error("expression", at.clone(), format!("“{}”的算式有误：{why}", pair.to)));
                }
            } else if !pair.from.trim().is_empty() && sources.read(&pair.from).is_none() {
                let message = format!("“{}”取自“{}”，但表单里没有这一项。请重新选", pair.to, pair.from);
                remarks.push(Remark::error("unknown", at.clone(), message));
            }
            if let Some(field) = target.filter(|field| field.kind == TargetType::Code)
                && let Some(strange) = pair.codes.values().find(|code| !field.codes.contains(code))
            {
                let message = format!("“{}”没有代码“{strange}”，对方认的是：{}", pair.to, field.codes.join("、"));
                remarks.push(Remark::error("unknown_code", at, message));
            }
        }
        remarks
    }

    /// The record for the other system. `raw` is the form's data as stored: codes go from there. `evaluate` works
    /// out an expression.
    #[must_use]
    pub fn apply(
        &self,
        sources: &Sources,
        raw: &Map<String, Value>,
        words: &Words,
        around: &Around,
        evaluate: &dyn Fn(&str) -> Result<Value, String>,
    ) -> Mapped {
        let mut mapped = Mapped::default();
        for field in &self.content.fields {
            let at = format!("/{}", pointer(&field.key));
            let value = match self.pair(&field.key) {
                None => Value::Null,
                Some(pair) => match self.value(pair, sources, raw, words, around, evaluate) {
                    Ok(value) => value,
                    Err(why) => {
                        mapped.problems.push(FieldProblem::new(
                            at,
                            "expression",
                            format!("“{}”算不出来：{why}", field.label),
                        ));
                        continue;
                    }
                },
            };
            match fitted(field, value) {
                Ok(Value::Null) if field.required => {
                    let message = format!("“{}”没有值，而对方要求必填", field.label);
                    mapped.problems.push(FieldProblem::new(at, "required", message));
                }
                Ok(Value::Null) => {}
                Ok(value) => {
                    mapped.record.insert(field.key.clone(), value);
                }
                Err((code, message)) => mapped.problems.push(FieldProblem::new(at, code, message)),
            }
        }
        mapped
    }

    fn value(
        &self,
        pair: &MappingPair,
        sources: &Sources,
        raw: &Map<String, Value>,
        words: &Words,
        around: &Around,
        evaluate: &dyn Fn(&str) -> Result<Value, String>,
    ) -> Result<Value, String> {
        let from = pair.from.trim();
        let value = if let Some(expression) = from.strip_prefix("feel:") {
            evaluate(expression.trim())?
        } else {
            let Some(source) = sources.read(from) else { return Ok(Value::Null) };
            let stored = match &source {
                // Only what shows goes out.
                sources::Source::Answer(path) if words.texts.contains_key(path) => stored(raw, path),
                _ => None,
            };
            stored.unwrap_or_else(|| json!(sources::text(&source, words, around)))
        };
        let told = match &value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Ok(pair.codes.get(&told).map_or(value, |theirs| json!(theirs)))
    }
}

/// A value of the form's data by path; rows count from 1.
fn stored(raw: &Map<String, Value>, path: &str) -> Option<Value> {
    let mut parts = path.split('.');
    let mut value = raw.get(parts.next()?)?;
    for part in parts {
        value = match value {
            Value::Array(rows) => rows.get(part.parse::<usize>().ok()?.checked_sub(1)?)?,
            other => other.get(part)?,
        };
    }
    // Files and tables have no one value; their words stand for them.
    (!value.is_object() && !value.is_array()).then(|| value.clone())
}

/// The value as the target holds it; empty text is no value.
fn fitted(field: &TargetField, value: Value) -> Result<Value, (&'static str, String)> {
    let text = match &value {
        Value::Null => return Ok(Value::Null),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let wrong = |code, what: &str| Err((code, format!("“{}”要{what}，现在是“{text}”", field.label)));
    if let Some(most) = field.length.filter(|most| text.chars().count() > *most) {
        return wrong("too_long", &format!("不超过 {most} 个字"));
    }
    match field.kind {
        TargetType::Text => Ok(json!(text)),
        TargetType::Number => match serde_json::from_str::<Value>(&text) {
            Ok(number @ Value::Number(_)) => Ok(number),
            _ => wrong("type", "是数字"),
        },
        TargetType::Boolean => match text.as_str() {
            "true" | "是" | "1" => Ok(json!(true)),
            "false" | "否" | "0" => Ok(json!(false)),
            _ => wrong("type", "是“是”或“否”"),
        },
        TargetType::Date => {
            let day = text.get(..10).unwrap_or(&text);
            let format = time::macros::format_description!("[year]-[month]-[day]");
            match time::Date::parse(day, &format) {
                Ok(_) => Ok(json!(day)),
                Err(_) => wrong("type", "是日期，例如 2026-03-05"),
            }
        }
        TargetType::Code if field.codes.contains(&text) => Ok(json!(text)),
        TargetType::Code => wrong("code", &format!("是这些代码之一：{}", field.codes.join("、"))),
    }
}
