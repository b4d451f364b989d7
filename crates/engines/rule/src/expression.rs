//! FEEL expressions: compiled once, evaluated many times.

use crate::cache::Cache;
use crate::error::RuleError;
use crate::guard::{self, Needs};
use crate::{limits, names, value};
use dsntk_feel::context::FeelContext;
use dsntk_feel::{Evaluator, FeelScope, Name};
use dsntk_feel_parser::AstNode;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A compiled expression. It knows the names it reads, so an evaluation converts only these values.
pub struct Expression {
    whole: Compiled,
    /// The same in a quicker spelling, where some inputs are lists of objects.
    quick: Option<Compiled>,
    needs: Needs,
}

struct Compiled {
    evaluator: Evaluator,
    inputs: Vec<Input>,
}

/// A name that is read, ready to be handed to the evaluator.
struct Input {
    key: String,
    name: Name,
    /// Members that are read; none where the whole value is.
    members: Option<Vec<String>>,
    /// Must be a list of objects.
    rows: bool,
}

/// Where the values of names come from.
pub trait Source {
    /// The value of a name; nothing where it has none. With `members`, only these need be there of an object, or of
    /// the objects in a list.
    fn value(&self, name: &str, members: Option<&[String]>) -> Option<Cow<'_, Json>>;
}

impl Source for Map<String, Json> {
    fn value(&self, name: &str, _: Option<&[String]>) -> Option<Cow<'_, Json>> {
        self.get(name).map(Cow::Borrowed)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("needs", &self.needs).finish_non_exhaustive()
    }
}

impl Expression {
    /// The names this expression reads from its context.
    pub fn names(&self) -> &[String] {
        &self.needs.names
    }

    /// Evaluates in a context. A name the context does not have is null.
    ///
    /// # Errors
    /// [`RuleError::TooLarge`] for more input than [`limits::INPUT_VALUES`], [`RuleError::Failed`] when the
    /// result is no data.
    pub fn evaluate(&self, context: &Map<String, Json>) -> Result<Json, RuleError> {
        self.evaluate_from(context)
    }

    /// The same, asking for each value that is read and no other.
    ///
    /// # Errors
    /// As [`Expression::evaluate`].
    pub fn evaluate_from(&self, source: &dyn Source) -> Result<Json, RuleError> {
        if let Some(quick) = &self.quick
            && let Some(answer) = quick.evaluate(source)
        {
            return answer;
        }
        self.whole.evaluate(source).unwrap_or_else(|| Err(RuleError::Failed { reason: "计算中断".to_owned() }))
    }
}

impl Compiled {
    fn of(node: &AstNode, needs: &Needs, rows: &[String]) -> Result<Self, RuleError> {
        let each = needs.names.iter().zip(&needs.members);
        let inputs = each
            .map(|(name, members)| Input {
                key: name.clone(),
                name: Name::from(name),
                members: members.clone(),
                rows: rows.contains(name),
            })
            .collect();
        Ok(Self { evaluator: run(|| Ok(dsntk_feel_evaluator::prepare(node)))?, inputs })
    }

    /// None where an input is not the list of objects that it must be.
    fn evaluate(&self, source: &dyn Source) -> Option<Result<Json, RuleError>> {
        let mut inputs = FeelContext::default();
        match self.read(source, &mut inputs) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        }
        let scope = FeelScope::from(inputs);
        Some(run(|| value::write(&(self.evaluator)(&scope))))
    }

    fn read(&self, source: &dyn Source, inputs: &mut FeelContext) -> Result<bool, RuleError> {
        let mut budget = limits::INPUT_VALUES;
        for Input { key, name, members, rows } in &self.inputs {
            // A missing name is null, even where a function has that name too.
            let json = source.value(key, members.as_deref()).unwrap_or(Cow::Owned(Json::Null));
            if *rows && !json.as_array().is_some_and(|rows| rows.iter().all(Json::is_object)) {
                return Ok(false);
            }
            let value = match members {
                Some(members) => value::read_members(&json, members, &mut budget)?,
                None => value::read(&json, &mut budget)?,
            };
            inputs.set_entry(name, value);
        }
        Ok(true)
    }
}

/// Evaluates FEEL. One value of this type serves the whole process: it is cheap to share and keeps a bounded
/// number of compiled expressions, because the same expressions run on every submission.
pub struct Feel {
    compiled: Cache<Expression>,
}

impl Default for Feel {
    fn default() -> Self {
        Self::new()
    }
}

impl Feel {
    /// An evaluator with an empty cache.
    pub fn new() -> Self {
        Self { compiled: Cache::new(limits::CACHE) }
    }

    /// Compiles an expression. `names` matter only where a name is no plain word (it has blanks or signs).
    ///
    /// # Errors
    /// What is no FEEL, passes a limit or asks for what rules may not do.
    pub fn compile(&self, expression: &str, names: &[String]) -> Result<Arc<Expression>, RuleError> {
        let special: Vec<&String> =
            names.iter().filter(|name| names::is_special(name) && expression.contains(name.as_str())).collect();
        if special.is_empty() {
            return self.cached(expression);
        }
        let mut key = expression.to_owned();
        for name in &special {
            key.push('\u{0}');
            key.push_str(name);
        }
        if let Some(found) = self.compiled.get(&key) {
            return Ok(found);
        }
        let compiled = Arc::new(compile(expression, &special)?);
        self.compiled.put(&key, Arc::clone(&compiled));
        Ok(compiled)
    }

    /// Evaluates an expression whose names are plain words (letters of any script, digits, `_`).
    ///
    /// # Errors
    /// Those of [`Feel::compile`] and [`Expression::evaluate`].
    pub fn evaluate(&self, expression: &str, context: &Map<String, Json>) -> Result<Json, RuleError> {
        self.cached(expression)?.evaluate(context)
    }

    /// The same, asking for each value that is read and no other.
    ///
    /// # Errors
    /// As [`Feel::evaluate`].
    pub fn evaluate_from(&self, expression: &str, source: &dyn Source) -> Result<Json, RuleError> {
        self.cached(expression)?.evaluate_from(source)
    }

    /// Checks an expression before it is published: it can be compiled and every name it needs is in `names`.
    /// A name used only inside a filter (`rows[amount > 3]`) may be a key of the rows and is not checked.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in the text.
    pub fn check(&self, expression: &str, names: &[String]) -> Result<(), RuleError> {
        let compiled = self.compile(expression, names)?;
        match compiled.needs.certain.iter().find(|name| !names.contains(name)) {
            None => Ok(()),
            Some(unknown) => {
                Err(RuleError::UnknownName { name: unknown.clone(), position: position(expression, unknown) })
            }
        }
    }

    fn cached(&self, expression: &str) -> Result<Arc<Expression>, RuleError> {
        if let Some(found) = self.compiled.get(expression) {
            return Ok(found);
        }
        let compiled = Arc::new(compile(expression, &[])?);
        self.compiled.put(expression, Arc::clone(&compiled));
        Ok(compiled)
    }
}

fn position(expression: &str, name: &str) -> usize {
    let words = names::words(expression);
    words.iter().find(|word| word.text == name && !word.after_dot).map_or_else(
        || expression.find(name).map_or(0, |byte| expression.get(..byte).unwrap_or_default().chars().count()),
        |word| word.start,
    )
}

fn compile(expression: &str, special: &[&String]) -> Result<Expression, RuleError> {
    let mut node = parse(expression, special.iter().map(|name| name.as_str()), Grammar::Expression)?;
    // Copying walks down as well: not into what is too deep, which the inspection refuses.
    let copy = (!guard::is_too_deep(&node)).then(|| node.clone());
    let needs = guard::inspect(&mut node, &|_| false)?;
    let whole = Compiled::of(&node, &needs, &[])?;
    let mut quick = None;
    if let Some(mut node) = copy {
        let rows = guard::project(&mut node);
        if !rows.is_empty() {
            let needs = guard::inspect(&mut node, &|_| false)?;
            quick = Some(Compiled::of(&node, &needs, &rows)?);
        }
    }
    Ok(Expression { whole, quick, needs })
}
/// Which of the two grammars a text belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Grammar {
    Expression,
    UnaryTests,
}

/// Parses a text, knowing `names` besides its own plain words.
pub(crate) fn parse<'a>(
    text: &str,
    names: impl Iterator<Item = &'a str>,
    grammar: Grammar,
) -> Result<AstNode, RuleError> {
    if text.chars().count() > limits::EXPRESSION_LENGTH {
        return Err(RuleError::TooLarge { what: "表达式的长度", limit: limits::EXPRESSION_LENGTH as u64 });
    }
    let mut known = FeelContext::default();
    for word in names::words(text) {
        known.set_null(Name::from(word.text));
    }
    for name in names {
        known.set_null(Name::from(name));
    }
    let scope = FeelScope::from(known);
    let read = |text: &str| {
        let (node, tests) = match grammar {
            Grammar::Expression => (dsntk_feel_parser::parse_expression(&scope, text, false).ok()?, false),
            Grammar::UnaryTests => (dsntk_feel_parser::parse_unary_tests(&scope, text, false).ok()?, true),
        };
        (guard::is_too_deep(&node) || !guard::has_stray_test(&node, tests)).then_some(node)
    };
    if let Ok(Some(node)) = run(|| Ok(read(text))) {
        return Ok(node);
    }
    // The parser does not say where it stopped: the longest beginning that can be read does.
    let chars: Vec<char> = text.chars().collect();
    let position = names::piece_ends(text)
        .into_iter()
        .rev()
        .find(|end| {
            let beginning: String = chars.iter().take(*end).collect();
            *end < chars.len() && matches!(run(|| Ok(read(&beginning))), Ok(Some(_)))
        })
        .unwrap_or(0);
    let rest: String = chars.iter().skip(position).take(20).collect();
    let blanks = rest.chars().take_while(|c| c.is_whitespace()).count();
    Err(RuleError::Syntax { position: position + blanks, near: rest.trim().to_owned() })
}

/// Runs foreign code: a panic in it is an error of this expression, not the end of the request.
pub(crate) fn run<T>(work: impl FnOnce() -> Result<T, RuleError>) -> Result<T, RuleError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(RuleError::Failed { reason: "计算中断".to_owned() }))
}
