//! Judges filled-in data.
//!
//! Two passes. The first goes through the fields in the order of the plan and settles each: does it show, who
//! writes it, what is its value. The second goes through them in page order and says what is wrong, because rules
//! may read every value. There is one context for all expressions; a group or row puts its own keys over it while
//! it is looked at and takes them away again, so nothing is copied per field.

use crate::check::{self, Wrong};
use crate::definition::{Definition, Field, FieldType, Permission, Severity, opened};
use crate::parse::escape;
use crate::plan::{Plan, Scope, holds_value};
use crate::{Expressions, formats};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use time::Date;

/// Most rows of a table where the form sets no number.
const MOST_ROWS: usize = 1_000;

/// What surrounds a form when it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// Key of the handle item 业务办理项.
    pub handle_item: Option<String>,
    /// Situation key → option key.
    pub situation: Map<String, Value>,
    /// Who applies: `{"kind": "person" | "enterprise", …}`.
    pub applicant: Map<String, Value>,
    /// The China date, `YYYY-MM-DD`.
    pub today: String,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The values as they came.
    pub data: &'a Map<String, Value>,
    /// What surrounds the form.
    pub context: &'a Context,
    /// Role of the writer; decides permissions.
    pub role: &'a str,
    /// Step of the flow, empty outside one. Where role and step are both named, the stricter right holds.
    pub step: &'a str,
    /// Channel the form is filled in on; rules may be asked on some only. Empty asks everything.
    pub channel: &'a str,
    /// Values the writer cannot change, in the shape of the data: pre-filled ones of locked fields and the stored
    /// ones of fields the role may only read.
    pub locked: &'a Map<String, Value>,
}

/// Something the person has to put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// JSON pointer into the data, like `/area` or `/rows/0/name`.
    pub pointer: String,
    /// `required`, `type`, `format`, `length`, `pattern`, `option`, `range`, `decimals`, `rows`, `unique`, `rule`.
    pub code: String,
    /// What to do, in plain Chinese.
    pub message: String,
    /// Label of the field.
    pub label: String,
}

/// The judgement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The data that counts: nothing hidden, forbidden or unknown, computed values in place.
    pub data: Map<String, Value>,
    /// Key paths of the fields that show: `area`, `owner/name`, `rows/0/name`.
    pub visible: BTreeSet<String>,
    /// Key paths of the fields that must be answered.
    pub required: BTreeSet<String>,
    /// What is wrong, in page order.
    pub problems: Vec<Problem>,
    /// What rules say that only warn, in page order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Problem>,
    /// JSON pointers of values that came but do not count.
    pub stripped: Vec<String>,
}

/// A field after the first pass.
#[derive(Default)]
struct Settled {
    visible: bool,
    /// The writer cannot change it, so nobody is told to fill it in.
    fixed: bool,
    data: Option<Value>,
    feel: Value,
    wrong: Option<Wrong>,
    /// The fields of a group (one entry) or the rows of a table.
    inner: Vec<Vec<Settled>>,
}

impl Settled {
    fn is_empty(&self) -> bool {
        self.data.is_none() && self.inner.iter().flatten().all(Self::is_empty)
    }
}

struct Run<'a> {
    expressions: &'a dyn Expressions,
    role: &'a str,
    step: &'a str,
    channel: &'a str,
    /// The China date as text and as a date.
    day: &'a str,
    today: Option<Date>,
    context: Map<String, Value>,
    outcome: Outcome,
}

/// The values of one scope as they came.
#[derive(Clone, Copy)]
struct Came<'a> {
    data: &'a Map<String, Value>,
    locked: &'a Map<String, Value>,
    /// The whole scope is fixed: only `locked` counts.
    fixed: bool,
}

pub(crate) fn evaluate(
    definition: &Definition,
    plan: &Plan,
    expressions: &dyn Expressions,
    input: &Input<'_>,
) -> Outcome {
    let fields: Vec<&Field> = definition.fields().into_iter().map(|(field, _)| field).collect();
    let surround = input.context;
    let mut context = Map::new();
    context.insert("handle_item".to_owned(), surround.handle_item.clone().map_or(Value::Null, Value::String));
    context.insert("situation".to_owned(), Value::Object(surround.situation.clone()));
    context.insert("applicant".to_owned(), Value::Object(surround.applicant.clone()));
    let today = formats::date(&surround.today);
    context.insert("today".to_owned(), today.map_or(Value::Null, |_| json!({ "@": surround.today })));
    let mut run = Run {
        expressions,
        role: input.role,
        step: input.step,
        channel: input.channel,
        day: &surround.today,
        today,
        context,
        outcome: Outcome::default(),
    };
    let mut gates: Vec<Option<bool>> = vec![None; definition.sections.len()];
    let came = Came { data: input.data, locked: input.locked, fixed: false };
    let mut open = |run: &mut Run<'_>, index: usize| {
        let section = plan.sections.get(index).copied().unwrap_or_default();
        let Some(gate) = gates.get_mut(section) else { return true };
        *gate.get_or_insert_with(|| {
            definition
                .sections
                .get(section)
                .and_then(|section| section.visible_when.as_deref())
                .is_none_or(|when| run.holds(when))
        })
    };
    let settled = run.settle(&plan.root, &fields, came, "", &mut open);
    let mut data = Map::new();
    run.judge(&plan.root, &fields, &settled, "", false, &mut data);
    run.outcome.data = data;
    run.outcome
}

impl Run<'_> {
    fn holds(&self, expression: &str) -> bool {
        self.expressions.evaluate(expression, &self.context) == Ok(Value::Bool(true))
    }

    /// What the writer may do: the stricter of what his role and the step are given, else what the field is for
    /// everybody.
    fn right(&self, field: &Field) -> Permission {
        let named = [self.role, self.step].into_iter().filter_map(|who| field.permission.get(who)).min();
        named.copied().unwrap_or(if field.read_only { Permission::Read } else { Permission::Write })
    }

    /// First pass over one scope. `open` says whether the section of a field shows.
    fn settle(
        &mut self,
        scope: &Scope,
        fields: &[&Field],
        came: Came<'_>,
        path: &str,
        open: &mut dyn FnMut(&mut Self, usize) -> bool,
    ) -> Vec<Settled> {
        for key in came.data.keys() {
            let known =
                scope.keys.get(key).and_then(|index| fields.get(*index)).is_some_and(|field| holds_value(field));
            if !known {
                self.outcome.stripped.push(format!("{path}/{}", escape(key)));
            }
        }
        for (field, step) in fields.iter().zip(&scope.steps) {
            if step.read {
                self.context.insert(field.key.clone(), Value::Null);
            }
        }
        let mut settled: Vec<Settled> = Vec::new();
        settled.resize_with(fields.len(), Settled::default);
        for &index in &scope.order {
            let (Some(field), Some(step)) = (fields.get(index), scope.step(index)) else { continue };
            let right = self.right(field);
            let holder = scope.holders.get(index).copied().flatten().and_then(|at| settled.get(at));
            let (around, held_fixed) = match holder {
                Some(holder) => (holder.visible, holder.fixed),
                None => (right == Permission::Hidden || open(self, index), false),
            };
            let visible = right != Permission::Hidden
                && around
                && field.visible_when.as_deref().is_none_or(|when| self.holds(when));
            let state = if visible {
                let at = format!("{path}/{}", field.key);
                self.outcome.visible.insert(at.trim_start_matches('/').to_owned());
                let fixed = came.fixed || held_fixed;
                if field.kind.arranges() {
                    Settled { visible: true, fixed: fixed || right == Permission::Read, ..Settled::default() }
                } else {
                    self.value(field, step, Came { fixed, ..came }, right, &at)
                }
            } else {
                if came.data.get(&field.key).is_some_and(|value| !check::is_empty(value)) && holds_value(field) {
                    self.outcome.stripped.push(format!("{path}/{}", field.key));
                }
                Settled::default()
            };
            if step.read {
                self.context.insert(field.key.clone(), state.feel.clone());
            }
            if let Some(place) = settled.get_mut(index) {
                *place = state;
            }
        }
        settled
    }

    /// Settles a field that shows.
    fn value(
        &mut self,
        field: &Field,
        step: &crate::plan::Step,
        came: Came<'_>,
        right: Permission,
        at: &str,
    ) -> Settled {
        static NOTHING: Value = Value::Null;
        if let Some(compute) = &field.compute {
            let result = self.expressions.evaluate(compute, &self.context).unwrap_or(Value::Null);
            let checked = check::check(field, step, &rounded(field, result), self.today);
            let data = checked.data.filter(|_| checked.wrong.as_ref().is_none_or(|(code, _)| *code != "type"));
            return Settled {
                visible: true,
                fixed: true,
                data,
                feel: checked.feel,
                wrong: checked.wrong,
                inner: Vec::new(),
            };
        }
        let locked = came.locked.get(&field.key).filter(|value| !check::is_empty(value));
        let fixed = came.fixed
            || field.kind == FieldType::Hidden
            || right == Permission::Read
            || (field.locked && locked.is_some());
        let sent = came.data.get(&field.key).unwrap_or(&NOTHING);
        // Nobody writes a read-only field, so what it begins with is its value until something else is stored.
        let begins = if field.read_only || field.kind == FieldType::Hidden { field.begins(self.day) } else { None };
        let value = if fixed { locked.or(begins.as_ref()).unwrap_or(&NOTHING) } else { sent };
        if fixed && !check::is_empty(sent) && sent != value {
            self.outcome.stripped.push(at.to_owned());
        }
        let Some(scope) = &step.scope else {
            let checked = check::check(field, step, value, self.today);
            let wrong = checked.wrong.filter(|_| !fixed);
            return Settled { visible: true, fixed, data: checked.data, feel: checked.feel, wrong, inner: Vec::new() };
        };
        let inner_fields: Vec<&Field> = opened(&field.fields).into_iter().map(|(field, _)| field).collect();
        let empty = Map::new();
        let mut inner = Vec::new();
        let mut feel = Vec::new();
        let mut wrong = None;
        let rows: Vec<(String, &Value, Option<&Value>)> = match (field.kind, value) {
            (FieldType::Group, value) => vec![(at.to_owned(), value, locked)],
            (_, Value::Array(items)) => {
                let most = field.max_rows.unwrap_or(MOST_ROWS).min(MOST_ROWS);
                if items.len() > most {
                    wrong = Some(("rows", format!("{}最多 {most} 行，您填了 {} 行", field.label, items.len())));
                }
                items.iter().take(MOST_ROWS).enumerate().map(|(n, item)| (format!("{at}/{n}"), item, None)).collect()
            }
            (_, Value::Null) => Vec::new(),
            (_, _) => {
                self.outcome.stripped.push(at.to_owned());
                Vec::new()
            }
        };
        for (at, value, locked) in rows {
            if !matches!(value, Value::Object(_) | Value::Null) {
                self.outcome.stripped.push(at.clone());
            }
            let data = value.as_object().unwrap_or(&empty);
            let locked = if fixed { data } else { locked.and_then(Value::as_object).unwrap_or(&empty) };
            let shadowed = self.shadow(scope, &inner_fields);
            let settled = self.settle(scope, &inner_fields, Came { data, locked, fixed }, &at, &mut |_, _| true);
            feel.push(seen(&inner_fields, &settled));
            self.restore(shadowed);
            inner.push(settled);
        }
        let feel = match field.kind {
            FieldType::Group => feel.pop().unwrap_or(Value::Null),
            _ if feel.is_empty() => Value::Null,
            _ => Value::Array(feel),
        };
        Settled { visible: true, fixed, data: None, feel, wrong, inner }
    }

    /// Takes the values that a scope's own keys are about to cover.
    fn shadow(&mut self, scope: &Scope, fields: &[&Field]) -> Vec<(String, Option<Value>)> {
        let read = fields.iter().zip(&scope.steps).filter(|(_, step)| step.read);
        read.map(|(field, _)| (field.key.clone(), self.context.get_mut(&field.key).map(Value::take))).collect()
    }

    fn restore(&mut self, shadowed: Vec<(String, Option<Value>)>) {
        for (key, value) in shadowed {
            match value {
                Some(value) => _ = self.context.insert(key, value),
                None => _ = self.context.swap_remove(&key),
            }
        }
    }

    /// Second pass over one scope: writes its data and says what is wrong. `optional`: the scope is a group that
    /// need not be filled in and is not.
    fn judge(
        &mut self,
        scope: &Scope,
        fields: &[&Field],
        settled: &[Settled],
        path: &str,
        optional: bool,
        data: &mut Map<String, Value>,
    ) {
        for ((field, step), state) in fields.iter().zip(&scope.steps).zip(settled) {
            if !state.visible || !holds_value(field) {
                continue;
            }
            let at = format!("{path}/{}", field.key);
            let required = !optional
                && !state.fixed
                && field.required_when.as_deref().map_or(field.required, |when| self.holds(when));
            if required && field.kind != FieldType::Group {
                self.outcome.required.insert(at.trim_start_matches('/').to_owned());
            }
            let found = match (&step.scope, field.kind) {
                (Some(scope), kind) => {
                    let before = self.outcome.problems.len();
                    if let Some((code, message)) = &state.wrong {
                        self.problem(&at, code, message.clone(), field);
                    }
                    let inner: Vec<&Field> = opened(&field.fields).into_iter().map(|(field, _)| field).collect();
                    if kind == FieldType::Table {
                        self.rows(field, state, required, &at);
                    }
                    let mut parts = Vec::new();
                    for (n, row) in state.inner.iter().enumerate() {
                        let at = if kind == FieldType::Table { format!("{at}/{n}") } else { at.clone() };
                        let skip = optional || (kind == FieldType::Group && !required && state.is_empty());
                        let mut part = Map::new();
                        let shadowed = self.shadow(scope, &inner);
                        for ((field, step), state) in inner.iter().zip(&scope.steps).zip(row) {
                            if step.read {
                                self.context.insert(field.key.clone(), state.feel.clone());
                            }
                        }
                        self.judge(scope, &inner, row, &at, skip, &mut part);
                        self.restore(shadowed);
                        parts.push(Value::Object(part));
                    }
                    if kind == FieldType::Table {
                        self.unique(&inner, state, &at);
                    }
                    match kind {
                        FieldType::Group => {
                            if let Some(part) = parts.pop()
                                && !check::is_empty(&part)
                            {
                                data.insert(field.key.clone(), part);
                            }
                        }
                        _ if parts.is_empty() => {}
                        _ => _ = data.insert(field.key.clone(), Value::Array(parts)),
                    }
                    self.outcome.problems.len() > before
                }
                (None, _) => {
                    if let Some((code, message)) = &state.wrong {
                        self.problem(&at, code, message.clone(), field);
                    } else if required && state.data.is_none() {
                        let verb = match field.kind {
                            kind if kind.is_chosen() => "选择",
                            FieldType::Signature => "签上",
                            kind if kind.is_files() => "上传",
                            _ => "填写",
                        };
                        self.problem(&at, "required", format!("{verb}{}", field.label), field);
                    }
                    if let Some(value) = &state.data {
                        data.insert(field.key.clone(), value.clone());
                    }
                    state.wrong.is_some() || (required && state.data.is_none())
                }
            };
            if !found {
                for rule in field.validate.iter().filter(|rule| rule.asked(self.day, self.channel)) {
                    if self.expressions.evaluate(&rule.feel, &self.context) == Ok(Value::Bool(false)) {
                        let told = problem(&at, "rule", rule.message.clone(), field);
                        match rule.severity {
                            Severity::Stop => self.outcome.problems.push(told),
                            Severity::Warn => self.outcome.warnings.push(told),
                        }
                    }
                }
            }
        }
    }

    fn rows(&mut self, field: &Field, state: &Settled, required: bool, at: &str) {
        let count = state.inner.len();
        let least = field.min_rows.unwrap_or(1).max(1);
        // A table that need not be filled in may stay away, but what is begun is finished.
        if state.fixed || count >= least || (count == 0 && !required) {
            return;
        }
        if count == 0 {
            self.problem(at, "required", format!("{}至少填 {least} 行", field.label), field);
        } else {
            self.problem(at, "rows", format!("{}至少填 {least} 行，您填了 {count} 行", field.label), field);
        }
    }

    /// Columns in which nothing may stand twice.
    fn unique(&mut self, columns: &[&Field], state: &Settled, at: &str) {
        for (column, field) in columns.iter().enumerate().filter(|(_, field)| field.unique) {
            let mut seen: Vec<(usize, &Value)> = Vec::new();
            for (n, row) in state.inner.iter().enumerate() {
                let Some(value) = row.get(column).and_then(|cell| cell.data.as_ref()) else { continue };
                match seen.iter().find(|(_, other)| *other == value) {
                    Some((first, _)) => {
                        let message = format!("{}和第 {} 行重复了", field.label, first + 1);
                        self.problem(&format!("{at}/{n}/{}", field.key), "unique", message, field);
                    }
                    None => seen.push((n, value)),
                }
            }
        }
    }

    fn problem(&mut self, pointer: &str, code: &str, message: String, field: &Field) {
        self.outcome.problems.push(problem(pointer, code, message, field));
    }
}

fn problem(pointer: &str, code: &str, message: String, field: &Field) -> Problem {
    Problem { pointer: pointer.to_owned(), code: code.to_owned(), message, label: field.label.clone() }
}

/// What expressions outside see of a group or row.
fn seen(fields: &[&Field], settled: &[Settled]) -> Value {
    let held = fields.iter().zip(settled).filter(|(field, _)| holds_value(field));
    Value::Object(held.map(|(field, state)| (field.key.clone(), state.feel.clone())).collect())
}

/// A computed number with the decimals of its field, a computed amount in whole fen.
fn rounded(field: &Field, result: Value) -> Value {
    let places = match field.kind {
        FieldType::Money => Some(0),
        FieldType::Number => field.decimals,
        _ => None,
    };
    let text = match &result {
        Value::Number(number) => number.to_string(),
        Value::String(text) if places.is_some() => text.clone(),
        _ => return result,
    };
    match places.and_then(|places| formats::round(&text, places)) {
        Some(text) => check::canonical(&text),
        None => result,
    }
}
