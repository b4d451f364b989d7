//! What only shows when a form is seen as a whole. A form with defects must not be published.

use crate::definition::{Bound, Definition, Field, FieldType};
use crate::plan::{self, CONTEXT_NAMES, Plan, Scope};
use crate::{Defect, Expressions, formats};
use serde_json::Value;
use std::collections::HashSet;

/// Words of the grammar of expressions, so no field may be called by them. Names of functions may be keys as long
/// as no expression of the form calls that function.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "for",
    "in",
    "return",
    "some",
    "every",
    "satisfies",
    "between",
    "true",
    "false",
    "null",
    "function",
    "external",
    "instance",
    "of",
    "item",
    "partial",
    "list",
    "context",
    "range",
    "now",
];

/// Beginnings of scripts and of markup that could carry one.
const SCRIPTS: &[&str] = &[
    "<script",
    "</script",
    "<iframe",
    "<img",
    "<svg",
    "<object",
    "<embed",
    "javascript:",
    "vbscript:",
    "data:text/html",
    "$fnx",
    "onerror=",
    "onload=",
];

pub(crate) fn lint(definition: &Definition, plan: &Plan, expressions: &dyn Expressions) -> Vec<Defect> {
    let mut called = HashSet::new();
    for section in &definition.sections {
        section.visible_when.iter().for_each(|text| plan::calls(text, &mut called));
        section.fields.iter().for_each(|field| calls(field, &mut called));
    }
    let mut lint = Lint { expressions, called, defects: Vec::new() };
    if let Ok(value) = serde_json::to_value(definition) {
        lint.scripts(&value, "");
    }
    if !is_key(&definition.key, '-') {
        lint.defect("/key", "表单的 key 用小写字母、数字和连字符");
    }
    let mut fields = Vec::new();
    let mut sections = HashSet::new();
    for (s, section) in definition.sections.iter().enumerate() {
        let pointer = format!("/sections/{s}");
        if !sections.insert(&section.key) {
            lint.defect(format!("{pointer}/key"), format!("分节 {} 出现了两次", section.key));
        }
        if section.fields.is_empty() {
            lint.defect(format!("{pointer}/fields"), format!("分节“{}”里没有字段", section.title));
        }
        places(&section.fields, &pointer, &mut fields);
        lint.arranged(&section.fields, &pointer, &mut Vec::new());
    }
    let mut names: Vec<String> = CONTEXT_NAMES.iter().map(|name| (*name).to_owned()).collect();
    names.extend(valued(fields.iter().map(|(_, field)| *field)));
    for (s, section) in definition.sections.iter().enumerate() {
        if let Some(when) = &section.visible_when {
            lint.expression(when, format!("/sections/{s}/visibleWhen"), &names);
        }
    }
    lint.scope(&fields, &plan.root, &names, false);
    lint.defects
}

/// The fields of one scope, layouts opened as in the plan, each with its place in the file.
fn places<'a>(fields: &'a [Field], pointer: &str, into: &mut Vec<(String, &'a Field)>) {
    for (f, field) in fields.iter().enumerate() {
        let place = format!("{pointer}/fields/{f}");
        into.push((place.clone(), field));
        if field.kind.arranges() {
            places(&field.fields, &place, into);
        }
    }
}

/// Keys that expressions may read.
fn valued<'a>(fields: impl Iterator<Item = &'a Field>) -> impl Iterator<Item = String> {
    fields.filter(|field| !field.kind.is_valueless() || field.kind == FieldType::Note).map(|field| field.key.clone())
}

/// Every function that the expressions of a field call.
fn calls(field: &Field, called: &mut HashSet<String>) {
    let texts = [&field.visible_when, &field.required_when, &field.compute].into_iter().flatten();
    texts.chain(field.validate.iter().map(|rule| &rule.feel)).for_each(|text| plan::calls(text, called));
    field.fields.iter().for_each(|inner| calls(inner, called));
}

struct Lint<'a> {
    expressions: &'a dyn Expressions,
    /// Functions called anywhere in the form.
    called: HashSet<String>,
    defects: Vec<Defect>,
}

impl Lint<'_> {
    fn defect(&mut self, pointer: impl Into<String>, message: impl Into<String>) {
        self.defects.push(Defect { pointer: pointer.into(), message: message.into() });
    }

    fn scripts(&mut self, value: &Value, pointer: &str) {
        match value {
            Value::String(text) => {
                let low = text.to_lowercase();
                if let Some(script) = SCRIPTS.iter().find(|script| low.contains(**script)) {
                    self.defect(pointer, format!("不能含有脚本：{script}"));
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.scripts(item, &format!("{pointer}/{index}")));
            }
            Value::Object(map) => {
                map.iter()
                    .for_each(|(key, item)| self.scripts(item, &format!("{pointer}/{}", crate::parse::escape(key))));
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &str, pointer: String, names: &[String]) {
        if let Err(message) = self.expressions.check(expression, names) {
            self.defect(pointer, message);
        }
    }

    fn scope(&mut self, fields: &[(String, &Field)], scope: &Scope, names: &[String], in_table: bool) {
        let mut seen = HashSet::new();
        for (pointer, field) in fields {
            if !seen.insert(&field.key) {
                self.defect(format!("{pointer}/key"), format!("字段 {} 出现了两次", field.key));
            }
            self.field(pointer, field, names, in_table);
        }
        for circle in &scope.circles {
            if let Some((pointer, field)) = fields.get(*circle) {
                let place = if field.compute.is_some() { "compute" } else { "visibleWhen" };
                self.defect(
                    format!("{pointer}/{place}"),
                    format!("“{}”要看别的字段，别的字段又要看它，成了一圈", field.label),
                );
            }
        }
        for ((pointer, field), step) in fields.iter().zip(&scope.steps) {
            if let Some(inner_scope) = &step.scope {
                let mut inner = Vec::new();
                places(&field.fields, pointer, &mut inner);
                let mut inner_names = names.to_vec();
                inner_names.extend(valued(inner.iter().map(|(_, inner)| *inner)));
                self.scope(&inner, inner_scope, &inner_names, field.kind == FieldType::Table);
            }
        }
    }

    /// What may stand in what: columns get too narrow inside columns, tabs inside tabs lose people, a row is one
    /// line. `around` are the types around, outermost first.
    fn arranged(&mut self, fields: &[Field], pointer: &str, around: &mut Vec<FieldType>) {
        for (f, field) in fields.iter().enumerate() {
            let place = format!("{pointer}/fields/{f}");
            let within = |kind: FieldType| around.contains(&kind);
            let direct = around.last().copied();
            let wrong = match field.kind {
                FieldType::Tab if direct != Some(FieldType::Tabs) => Some("这一页要放在选项卡里"),
                kind if direct == Some(FieldType::Tabs) && kind != FieldType::Tab => Some("选项卡里只能放它的页"),
                FieldType::Tabs | FieldType::Collapse | FieldType::Seal if within(FieldType::Table) => {
                    Some("表格里不能放选项卡、折叠和盖章处")
                }
                FieldType::Columns | FieldType::Tabs | FieldType::Collapse if within(FieldType::Columns) => {
                    Some("分栏里不能再放分栏、选项卡和折叠")
                }
                FieldType::Tabs if within(FieldType::Tab) => Some("选项卡里不能再放选项卡"),
                _ => None,
            };
            if let Some(wrong) = wrong {
                self.defect(format!("{place}/type"), wrong);
            }
            around.push(field.kind);
            self.arranged(&field.fields, &place, around);
            around.pop();
        }
    }

    fn field(&mut self, pointer: &str, field: &Field, names: &[String], in_table: bool) {
        let at = |part: &str| format!("{pointer}/{part}");
        if !is_key(&field.key, '_') {
            self.defect(at("key"), "字段的 key 用小写字母开头，只含小写字母、数字和下划线");
        } else if RESERVED.contains(&field.key.as_str()) || CONTEXT_NAMES.contains(&field.key.as_str()) {
            self.defect(at("key"), format!("{} 在表达式里另有含义，请换一个 key", field.key));
        } else if self.called.contains(&field.key) {
            self.defect(at("key"), format!("表达式里用了函数 {0}，字段不能再叫 {0}", field.key));
        }
        if field.label.trim().is_empty() && !field.kind.is_valueless() {
            self.defect(at("label"), "写上字段的名称");
        }
        for (part, text) in
            [("visibleWhen", &field.visible_when), ("requiredWhen", &field.required_when), ("compute", &field.compute)]
        {
            if let Some(text) = text {
                self.expression(text, at(part), names);
            }
        }
        for (index, rule) in field.validate.iter().enumerate() {
            self.expression(&rule.feel, at(&format!("validate/{index}/feel")), names);
            if rule.message.trim().is_empty() {
                self.defect(at(&format!("validate/{index}/message")), "写上没通过时的提示");
            }
            for (part, day) in [("from", &rule.from), ("until", &rule.until)] {
                if day.as_deref().is_some_and(|day| formats::date(day).is_none()) {
                    self.defect(at(&format!("validate/{index}/{part}")), "日期写成 2026-09-24 这样");
                }
            }
            if let (Some(from), Some(until)) = (&rule.from, &rule.until)
                && from > until
            {
                self.defect(at(&format!("validate/{index}/until")), "规则结束的日期早于开始的日期");
            }
        }
        self.shape(pointer, field, in_table);
        self.limits(pointer, field);
    }

    /// Parts that belong to some types only.
    fn shape(&mut self, pointer: &str, field: &Field, in_table: bool) {
        let at = |part: &str| format!("{pointer}/{part}");
        let kind = field.kind;
        if kind.chooses() && field.options.is_empty() {
            self.defect(at("options"), format!("“{}”没有选项", field.label));
        }
        if !kind.chooses() && !field.options.is_empty() {
            self.defect(at("options"), "这种字段没有选项");
        }
        let mut values = HashSet::new();
        for (index, option) in field.options.iter().enumerate() {
            if option.value.is_empty() || !values.insert(&option.value) {
                self.defect(at(&format!("options/{index}/value")), "选项的值空着或者重复");
            }
        }
        let holds = kind.nests() || kind.arranges();
        if holds && field.fields.is_empty() {
            self.defect(
                at("fields"),
                format!("“{}”里没有字段", if field.label.is_empty() { &field.key } else { &field.label }),
            );
        }
        if !holds && !field.fields.is_empty() {
            self.defect(at("fields"), "这种字段里不能再放字段");
        }
        if field.columns.is_some_and(|columns| !(2..=4).contains(&columns)) {
            self.defect(at("columns"), "分成 2 到 4 栏");
        }
        for (part, given) in [
            ("columns", field.columns.is_some() && kind != FieldType::Columns),
            ("open", field.open.is_some() && kind != FieldType::Collapse),
            ("lines", field.lines.is_some() && kind != FieldType::Blank),
            ("accept", !field.accept.is_empty() && !kind.is_files()),
            ("maxFiles", field.max_files.is_some() && !kind.is_files()),
            ("maxSize", field.max_size.is_some() && !kind.is_files()),
            ("default", field.default.is_some() && (kind.nests() || kind.is_files() || kind.is_valueless())),
            ("validate", !field.validate.is_empty() && kind.is_valueless()),
            (
                "compare",
                field.compare.is_some() && (in_table || kind.nests() || kind.is_files() || kind.is_valueless()),
            ),
        ] {
            if given {
                self.defect(at(part), format!("这种字段没有 {part} 这一项"));
            }
        }
        if in_table && kind == FieldType::Table {
            self.defect(at("type"), "表格里不能再放表格");
        }
        if field.unique && !in_table {
            self.defect(at("unique"), "只有表格的列可以要求不重复");
        }
        if field.locked && field.source.is_none() {
            self.defect(at("locked"), "锁定的字段要写明 source");
        }
        if let Some(path) = field.compare.as_deref().and_then(unknown_source) {
            self.defect(at("compare"), format!("没有“{path}”这个来源。来源以 {} 开头", SOURCES.join("、")));
        }
        if field.compute.is_some() && (kind.nests() || kind.is_files() || kind.is_valueless()) {
            self.defect(at("compute"), "这种字段不能计算");
        }
        if field.compute.is_some() && field.source.is_some() {
            self.defect(at("source"), "计算的字段不能再预填");
        }
        if field.span.is_some_and(|span| !(1..=2).contains(&span)) {
            self.defect(at("span"), "span 是 1 或 2");
        }
        if let Some(pattern) = &field.pattern {
            if !kind.is_text() {
                self.defect(at("pattern"), "这种字段不能写格式");
            } else if plan::compile(pattern).is_err() {
                self.defect(at("pattern"), "这个格式读不出来");
            }
        }
    }

    fn limits(&mut self, pointer: &str, field: &Field) {
        let at = |part: &str| format!("{pointer}/{part}");
        if matches!((field.min_length, field.max_length), (Some(least), Some(most)) if least > most) {
            self.defect(at("minLength"), "最少字数比最多字数还大");
        }
        if matches!((field.min_rows, field.max_rows), (Some(least), Some(most)) if least > most) {
            self.defect(at("minRows"), "最少行数比最多行数还大");
        }
        if (field.min_rows.is_some() || field.max_rows.is_some()) && field.kind != FieldType::Table {
            self.defect(at(if field.min_rows.is_some() { "minRows" } else { "maxRows" }), "只有表格有行数");
        }
        if field.decimals.is_some_and(|places| places > 18)
            || (field.decimals.is_some() && field.kind != FieldType::Number)
        {
            self.defect(at("decimals"), "小数位数只用于数字，最多 18 位");
        }
        let mut ends = Vec::new();
        for (part, bound) in [("min", &field.min), ("max", &field.max)] {
            let Some(bound) = bound else { continue };
            match amount(field.kind, bound) {
                Some(amount) => ends.push(amount),
                None => self.defect(at(part), format!("{part} 和字段的类型对不上")),
            }
        }
        if let [Some(least), Some(most)] = ends.as_slice()
            && least > most
        {
            self.defect(at("min"), "min 比 max 还大");
        }
    }
}

/// A bound as a comparable number; `Some(None)` is `today`, which nobody knows yet.
fn amount(kind: FieldType, bound: &Bound) -> Option<Option<i128>> {
    match (kind, bound) {
        (FieldType::Date | FieldType::Datetime, Bound::Text(text)) if text == "today" => Some(None),
        (FieldType::Date | FieldType::Datetime, Bound::Text(text)) => {
            formats::date(text).map(|date| Some(i128::from(date.to_julian_day())))
        }
        (FieldType::Number | FieldType::Money, Bound::Number(number)) => {
            formats::decimal(&number.to_string()).map(Some)
        }
        (FieldType::Number | FieldType::Money, Bound::Text(text)) => formats::decimal(text).map(Some),
        _ => None,
    }
}

fn is_key(key: &str, joiner: char) -> bool {
    key.len() <= 64
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner)
}

/// What a source path may begin with.
const SOURCES: [&str; 8] =
    ["account.", "agent.", "enterprise.", "licence.", "licences.", "shared.", "card.", "earlier."];

/// The first path that begins with no known source.
fn unknown_source(written: &str) -> Option<&str> {
    crate::prefill::paths(written).find(|path| !SOURCES.iter().any(|head| path.starts_with(head)))
}
