//! What a person's answers do: which questions are asked, which materials apply and why, what
//! leads away, which conditions are not met. Pure; the guide, the application, the counter and the
//! pack tests all ask here, so they can't disagree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::model::{Item, Material, Situation};

/// Answers so far: question key → chosen option keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, Choice>);

/// One or several options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Choice {
    /// Of a single question.
    One(String),
    /// Of a question with several answers.
    Many(Vec<String>),
}

impl Choice {
    fn keys(&self) -> &[String] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

/// Evaluates a FEEL condition; given by the caller so that this stays pure.
pub trait Holds {
    /// Whether the expression holds; an expression that fails holds not.
    fn holds(&self, expression: &str, context: &Map<String, Value>) -> bool;
}

impl Holds for design::FeelExpressions {
    fn holds(&self, expression: &str, context: &Map<String, Value>) -> bool {
        self.is_true(expression, context).unwrap_or(false)
    }
}

/// What the answers come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Resolution {
    /// Keys of the questions to ask now, in order.
    pub questions: Vec<String>,
    /// Whether all of them are answered.
    pub answered: bool,
    /// Answers that lead away from this item.
    pub stops: Vec<Stop>,
    /// Every material of the item, needed or not.
    pub materials: Vec<ResolvedMaterial>,
    /// Necessary conditions that the answers say are not met.
    pub unmet: Vec<Unmet>,
    /// Figures for the heading of the list.
    pub counts: Counts,
}

/// An answer that leads away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stop {
    /// Question.
    pub key: String,
    /// Why.
    pub reason: String,
    /// Where to instead.
    pub goto: Option<String>,
}

/// A material under these answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResolvedMaterial {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Whether it is to be handed in.
    pub needed: bool,
    /// Why, when an answer made it needed.
    pub because: Option<String>,
    /// 1 必要, 2 非必要, 3 容缺后补.
    pub necessity: String,
    /// Whether a licence we hold replaces it.
    pub exempt: bool,
    /// Whether the form makes it.
    pub generated: bool,
}

/// An unmet condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unmet {
    /// Condition key.
    pub key: String,
    /// Its text.
    pub text: String,
    /// What to do.
    pub reason: String,
}

/// Figures over the needed materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Needed in all.
    pub needed: usize,
    /// To be prepared by the applicant.
    pub prepare: usize,
    /// Made from the form.
    pub generated: usize,
    /// Replaced by a licence.
    pub exempt: usize,
}

/// Resolves answers for one handling item.
pub fn resolve(
    item: &Item,
    holds: &dyn Holds,
    handle_item: &str,
    situations: &Answers,
    conditions: &Answers,
) -> Resolution {
    let context = context(item, holds, handle_item, situations);
    let asked: Vec<&Situation> = asked(item, holds, handle_item, &context);
    let answered =
        asked.iter().all(|question| situations.0.get(&question.key).is_some_and(|choice| fits(question, choice)));
    let stops = asked
        .iter()
        .flat_map(|question| {
            chosen(question, situations).filter(|option| option.effect.as_deref() == Some("stop")).map(|option| Stop {
                key: question.key.clone(),
                reason: option.reason.clone().unwrap_or_else(|| format!("选“{}”的不办这个事项。", option.label)),
                goto: option.goto.clone(),
            })
        })
        .collect();
    let mut ordered: Vec<&Material> = item.materials.iter().collect();
    ordered.sort_by_key(|material| material.order);
    let materials: Vec<ResolvedMaterial> = ordered
        .into_iter()
        .map(|material| {
            let applies = in_scope(&material.handle_items, handle_item)
                && material.when.as_deref().is_none_or(|when| holds.holds(when, &context));
            ResolvedMaterial {
                key: material.key.clone(),
                name: material.name.clone(),
                needed: applies,
                because: applies.then(|| because(material, &asked, situations)).flatten(),
                necessity: material.necessity.clone(),
                exempt: material.licence_type.is_some(),
                generated: material.generated,
            }
        })
        .collect();
    let unmet = item
        .conditions
        .iter()
        .filter(|condition| condition.necessary && in_scope(&condition.handle_items, handle_item))
        .filter_map(|condition| {
            let answer = conditions.0.get(&condition.key)?.keys().first()?;
            let option = condition.options.iter().find(|option| option.key == *answer)?;
            (!option.met).then(|| Unmet {
                key: condition.key.clone(),
                text: condition.text.clone(),
                reason: option.note.clone().unwrap_or_else(|| "这个条件不满足，暂时不能申请。".to_owned()),
            })
        })
        .collect();
    let needed = materials.iter().filter(|material| material.needed);
    let counts = Counts {
        needed: needed.clone().count(),
        generated: needed.clone().filter(|material| material.generated).count(),
        exempt: needed.clone().filter(|material| material.exempt && !material.generated).count(),
        prepare: needed.filter(|material| !material.generated && !material.exempt).count(),
    };
    Resolution {
        questions: asked.iter().map(|question| question.key.clone()).collect(),
        answered,
        stops,
        materials,
        unmet,
        counts,
    }
}

/// Names for FEEL: every situation key (null until answered) and `handle_item`.
pub fn context(item: &Item, holds: &dyn Holds, handle_item: &str, situations: &Answers) -> Map<String, Value> {
    let mut context = Map::new();
    context.insert("handle_item".into(), handle_item.into());
    for question in &item.situations {
        context.insert(question.key.clone(), Value::Null);
    }
    // In order, so that an answer counts only while its own question is asked.
    for question in &item.situations {
        if !is_asked(question, holds, handle_item, &context) {
            continue;
        }
        let value = match situations.0.get(&question.key) {
            Some(choice) if fits(question, choice) => match choice {
                Choice::One(key) if question.kind == "multi" => vec![key.clone()].into(),
                Choice::One(key) => key.clone().into(),
                Choice::Many(keys) if question.kind == "multi" => keys.clone().into(),
                Choice::Many(keys) => keys.first().cloned().into(),
            },
            _ => Value::Null,
        };
        context.insert(question.key.clone(), value);
    }
    context
}

fn asked<'i>(item: &'i Item, holds: &dyn Holds, handle_item: &str, context: &Map<String, Value>) -> Vec<&'i Situation> {
    item.situations.iter().filter(|question| is_asked(question, holds, handle_item, context)).collect()
}

fn is_asked(question: &Situation, holds: &dyn Holds, handle_item: &str, context: &Map<String, Value>) -> bool {
    in_scope(&question.handle_items, handle_item)
        && question.visible_when.as_deref().is_none_or(|when| holds.holds(when, context))
}

fn in_scope(handle_items: &[String], handle_item: &str) -> bool {
    handle_items.is_empty() || handle_items.iter().any(|key| key == handle_item)
}

/// Whether the choice names existing options, one of them for a single question.
fn fits(question: &Situation, choice: &Choice) -> bool {
    let keys = choice.keys();
    !keys.is_empty()
        && (question.kind == "multi" || keys.len() == 1)
        && keys.iter().all(|key| question.options.iter().any(|option| option.key == *key))
}

fn chosen<'q>(
    question: &'q Situation,
    situations: &Answers,
) -> impl Iterator<Item = &'q super::model::SituationOption> {
    let keys = situations.0.get(&question.key).map(|choice| choice.keys().to_vec()).unwrap_or_default();
    question.options.iter().filter(move |option| keys.contains(&option.key))
}

/// The answer that made a material needed, in words.
fn because(material: &Material, asked: &[&Situation], situations: &Answers) -> Option<String> {
    let when = material.when.as_deref()?;
    let question = asked.iter().find(|question| mentions(when, &question.key))?;
    let option = chosen(question, situations).next()?;
    let answer = match option.label.as_str() {
        "是" | "否" | "有" | "没有" => {
            format!("“{}”答了“{}”", question.question.trim_end_matches('？'), option.label)
        }
        label => format!("选了“{label}”"),
    };
    Some(format!("因为您{answer}"))
}

/// Whether an expression names a key as a whole word.
fn mentions(expression: &str, key: &str) -> bool {
    expression.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == key)
}
