//! The plan of a form: in which order its fields are evaluated and which of them expressions read.
//! Made once when the form is read, used on every submission.

use crate::definition::{Definition, Field, opened};
use regex::Regex;
use std::collections::{HashMap, HashSet};

/// Names an expression may read besides the fields.
pub(crate) const CONTEXT_NAMES: &[&str] = &["handle_item", "situation", "applicant", "today"];

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) root: Scope,
    /// Section of each field of the root scope, layouts opened.
    pub(crate) sections: Vec<usize>,
}

/// Fields that see each other: the root, a group or a row.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// Indexes of the fields, each after those it reads.
    pub(crate) order: Vec<usize>,
    /// Fields in a circle: each reads, over others, itself.
    pub(crate) circles: Vec<usize>,
    pub(crate) steps: Vec<Step>,
    pub(crate) keys: HashMap<String, usize>,
    /// The layout around each field.
    pub(crate) holders: Vec<Option<usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Some expression of the form reads this name, so it must be in the context.
    pub(crate) read: bool,
    pub(crate) pattern: Option<Regex>,
    /// The fields of a group or the columns of a table.
    pub(crate) scope: Option<Scope>,
}

impl Plan {
    pub(crate) fn of(definition: &Definition) -> Self {
        let fields = definition.fields();
        let mut sections = Vec::new();
        let mut gates = Vec::new();
        for (index, section) in definition.sections.iter().enumerate() {
            for _ in opened(&section.fields) {
                sections.push(index);
                gates.push(section.visible_when.as_deref());
            }
        }
        let mut all = HashSet::new();
        for section in &definition.sections {
            all.extend(section.visible_when.iter().flat_map(|text| words(text)));
            section.fields.iter().for_each(|field| mentioned(field, &mut all));
        }
        Self { root: Scope::of(&fields, &gates, &all), sections }
    }
}

/// Every word of every expression in a field.
fn mentioned(field: &Field, all: &mut HashSet<String>) {
    let texts = [&field.visible_when, &field.compute, &field.required_when].into_iter().flatten();
    all.extend(texts.chain(field.validate.iter().map(|rule| &rule.feel)).flat_map(|text| words(text)));
    field.fields.iter().for_each(|inner| mentioned(inner, all));
}

/// The words that decide when and what a field is; rules and requiredness come after all values.
fn needs(field: &Field) -> HashSet<String> {
    let mut words: HashSet<String> =
        [&field.visible_when, &field.compute].into_iter().flatten().flat_map(|text| words(text)).collect();
    if field.kind.arranges() {
        // What it holds stands beside it in the scope and needs for itself.
        return words;
    }
    let inside = opened(&field.fields);
    let own: HashSet<&str> = inside.iter().map(|(inner, _)| inner.key.as_str()).collect();
    for (inner, _) in inside {
        words.extend(needs(inner).into_iter().filter(|word| !own.contains(word.as_str())));
    }
    words
}

impl Scope {
    fn of(fields: &[(&Field, Option<usize>)], gates: &[Option<&str>], all: &HashSet<String>) -> Self {
        let mut keys = HashMap::new();
        for (index, (field, _)) in fields.iter().enumerate() {
            keys.entry(field.key.clone()).or_insert(index);
        }
        let edges: Vec<Vec<usize>> = fields
            .iter()
            .enumerate()
            .map(|(index, (field, holder))| {
                let mut words = needs(field);
                words.extend(gates.get(index).copied().flatten().into_iter().flat_map(self::words));
                let mut edges: Vec<usize> = words.iter().filter_map(|word| keys.get(word).copied()).collect();
                edges.extend(holder);
                edges.sort_unstable();
                edges
            })
            .collect();
        let (order, circles) = sort(&edges);
        let steps = fields
            .iter()
            .map(|(field, _)| {
                let inner = opened(&field.fields);
                Step {
                    read: all.contains(&field.key),
                    pattern: field.pattern.as_deref().and_then(|pattern| compile(pattern).ok()),
                    scope: field.kind.nests().then(|| Self::of(&inner, &[], all)),
                }
            })
            .collect();
        let holders = fields.iter().map(|(_, holder)| *holder).collect();
        Self { order, circles, steps, keys, holders }
    }

    /// The step at an index; every index in `order` has one.
    pub(crate) fn step(&self, index: usize) -> Option<&Step> {
        self.steps.get(index)
    }
}

/// Whether a text can be the `pattern` of a field.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    compile(text).is_ok()
}

/// Compiles a pattern so that it must match the whole text.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(256 * 1024).build()
}

/// Orders nodes so that each comes after those it needs, as near to the given order as can be, and finds those
/// that are in a circle.
fn sort(edges: &[Vec<usize>]) -> (Vec<usize>, Vec<usize>) {
    let mut order = Vec::with_capacity(edges.len());
    let mut placed = vec![false; edges.len()];
    let mut open: Vec<usize> = (0..edges.len()).collect();
    loop {
        let before = open.len();
        open.retain(|&node| {
            let ready = edges.get(node).is_none_or(|needs| needs.iter().all(|need| placed.get(*need) == Some(&true)));
            if ready {
                order.push(node);
                if let Some(flag) = placed.get_mut(node) {
                    *flag = true;
                }
            }
            !ready
        });
        if open.is_empty() {
            return (order, Vec::new());
        }
        if open.len() == before {
            let circles = open.iter().copied().filter(|node| reaches(edges, *node)).collect();
            order.extend(&open);
            return (order, circles);
        }
    }
}

fn reaches(edges: &[Vec<usize>], target: usize) -> bool {
    let mut seen = HashSet::new();
    let mut next: Vec<usize> = edges.get(target).cloned().unwrap_or_default();
    while let Some(node) = next.pop() {
        if node == target {
            return true;
        }
        if seen.insert(node) {
            next.extend(edges.get(node).into_iter().flatten());
        }
    }
    false
}

/// The words of an expression that may be names: outside strings and comments and not after a dot.
/// One word too many only costs an ordering, one too few would evaluate a field before what it reads.
pub(crate) fn words(expression: &str) -> Vec<String> {
    let mut words = Vec::new();
    scan(expression, |word, _| words.push(word));
    words
}

/// The functions of one word that an expression calls: `sum(`, not the `length(` of `string length(`.
pub(crate) fn calls(expression: &str, called: &mut HashSet<String>) {
    scan(expression, |word, alone_before_bracket| {
        if alone_before_bracket {
            called.insert(word);
        }
    });
}

/// Calls `found(word, call)` for each word; `call` tells that a bracket follows and no word stands directly before.
fn scan(expression: &str, mut found: impl FnMut(String, bool)) {
    let mut chars = expression.chars().peekable();
    let mut previous = ' ';
    // The word before has joined this one into a name of several words, unless it is one of the grammar.
    let mut joined = false;
    while let Some(ch) = chars.next() {
        if ch == '"' {
            while let Some(inner) = chars.next() {
                match inner {
                    '\\' => _ = chars.next(),
                    '"' => break,
                    _ => {}
                }
            }
        } else if ch == '/' && chars.peek() == Some(&'/') {
            chars.by_ref().find(|c| *c == '\n');
        } else if ch.is_alphabetic() || ch == '_' {
            let mut word = String::from(ch);
            while let Some(next) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(next);
            }
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            let joins =
                !["if", "then", "else", "and", "or", "in", "return", "satisfies", "between"].contains(&word.as_str());
            if previous != '.' {
                found(word, chars.peek() == Some(&'(') && !joined);
            }
            joined = joins;
        } else if !ch.is_whitespace() {
            joined = false;
        }
        if !ch.is_whitespace() {
            previous = ch;
        }
    }
}

/// A field that holds a value.
pub(crate) fn holds_value(field: &Field) -> bool {
    !field.kind.is_valueless()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_leave_out_strings_comments_and_properties() {
        assert_eq!(
            words("area > 3 and owner.name = \"area_b\" // z\n or 面积1 = 2"),
            ["area", "and", "owner", "or", "面积1"]
        );
    }

    #[test]
    fn order_follows_needs_and_finds_circles() {
        assert_eq!(sort(&[vec![1], vec![], vec![0]]), (vec![1, 0, 2], vec![]));
        let (order, circles) = sort(&[vec![1], vec![0], vec![0], vec![]]);
        assert_eq!((order.len(), circles), (4, vec![0, 1]));
    }
}
