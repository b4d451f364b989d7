//! Looks through a parsed expression before it may run: refuses what rules may not do, finds the names it
//! reads, estimates its steps and bounds the ranges it loops over.

use crate::error::RuleError;
use crate::limits;
use crate::names;
use dsntk_feel_parser::AstNode;

/// What an expression needs from its context.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Names read from outside, once each, in order of appearance.
    pub(crate) names: Vec<String>,
    /// Of each name the members that are read; none where the whole value is.
    pub(crate) members: Vec<Option<Vec<String>>>,
    /// Of these, the ones that must exist. A name only used inside a filter (`rows[amount > 3]`) may be a key
    /// of the filtered rows, which nobody knows before the rows are there.
    pub(crate) certain: Vec<String>,
}

/// Which callees an expression may have besides the built-in functions (knowledge models of a DMN file).
pub(crate) type Callable<'a> = &'a dyn Fn(&str) -> bool;

/// Checks one expression and puts bounds on its ranges.
pub(crate) fn inspect(node: &mut AstNode, callable: Callable<'_>) -> Result<Needs, RuleError> {
    // The order matters: nothing else may recurse into a node that is too deep.
    depth(node, 0)?;
    refuse(node, callable, false)?;
    let mut walk = Walk { bound: Vec::new(), filters: 0, needs: Needs::default() };
    let steps = walk.steps(node);
    if steps > limits::STEPS {
        return Err(RuleError::TooLarge { what: "表达式的计算量", limit: limits::STEPS });
    }
    bound_ranges(node)?;
    agree(node);
    Ok(walk.needs)
}

/// Tells whether a node nests deeper than may be; [`inspect`] refuses it, nothing else should walk down it.
pub(crate) fn is_too_deep(node: &AstNode) -> bool {
    depth(node, 0).is_err()
}

/// Tells whether a comparison without a left side (`> 3`) stands where no value is given to it. The parser takes
/// `area > > 3`; a reader would not.
pub(crate) fn has_stray_test(node: &AstNode, tested: bool) -> bool {
    use AstNode::*;
    let stray =
        matches!(node, UnaryGe(_) | UnaryGt(_) | UnaryLe(_) | UnaryLt(_) | UnaryEq(_) | UnaryNe(_) | Irrelevant);
    if stray && !tested {
        return true;
    }
    let lists = matches!(node, ExpressionList(_) | CommaList(_) | NegatedList(_) | List(_));
    children(node)
        .into_iter()
        .enumerate()
        .any(|(place, child)| has_stray_test(child, (lists && tested) || (matches!(node, In(..)) && place == 1)))
}

/// Where the evaluator departs from the standard and from the browser, says the same thing so that they agree:
/// null compared with a value is false (it answers null when null stands left), and `number` may have one argument.
fn agree(node: &mut AstNode) {
    children_mut(node).into_iter().for_each(agree);
    match node {
        AstNode::Eq(left, right) | AstNode::Nq(left, right) if is_literal(right) => std::mem::swap(left, right),
        AstNode::Eq(left, right) if is_path(left) && is_path(right) => {
            let null = |side: &AstNode| Box::new(AstNode::Eq(Box::new(side.clone()), Box::new(AstNode::Null)));
            let (when, then) = (null(left), null(right));
            let otherwise = Box::new(AstNode::Eq(left.clone(), right.clone()));
            *node = AstNode::If(when, then, otherwise);
        }
        AstNode::Nq(left, right) if is_path(left) && is_path(right) => {
            let null = |test: fn(Box<AstNode>, Box<AstNode>) -> AstNode, side: &AstNode| {
                Box::new(test(Box::new(side.clone()), Box::new(AstNode::Null)))
            };
            let (when, then) = (null(AstNode::Eq, left), null(AstNode::Nq, right));
            let otherwise = Box::new(AstNode::Nq(left.clone(), right.clone()));
            *node = AstNode::If(when, then, otherwise);
        }
        AstNode::FunctionInvocation(callee, arguments) if constant(callee, arguments).is_some() => {
            if let Some(constant) = constant(callee, arguments) {
                *node = constant;
            }
        }
        AstNode::FunctionInvocation(callee, arguments) => {
            if matches!(callee.as_ref(), AstNode::Name(name) if name.as_str() == "number")
                && let AstNode::PositionalParameters(arguments) = arguments.as_mut()
                && arguments.len() == 1
            {
                arguments.extend([AstNode::Null, AstNode::Null]);
            }
        }
        _ => {}
    }
}

/// A date or duration written as a call with a literal, `duration("P5Y")`, as the literal it is: it is read once.
fn constant(callee: &AstNode, arguments: &AstNode) -> Option<AstNode> {
    let (AstNode::Name(name), AstNode::PositionalParameters(arguments)) = (callee, arguments) else { return None };
    let [AstNode::String(text)] = arguments.as_slice() else { return None };
    let duration = || {
        let rest = text.strip_prefix('-').unwrap_or(text);
        let letters = rest.strip_prefix('P')?;
        letters
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'Y' | b'M' | b'D' | b'T' | b'H' | b'S'))
            .then_some(())
    };
    let date = || {
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, long: usize| part.len() == long && part.bytes().all(|b| b.is_ascii_digit());
        matches!(parts.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2)).then_some(())
    };
    match name.as_str() {
        "duration" => duration()?,
        "date" => date()?,
        _ => return None,
    }
    Some(AstNode::At(text.clone()))
}

/// Writes `for row in rows return row.amount` as `rows.amount`, which the evaluator answers without a context of its
/// own for each row. They are the same where `rows` is a list of objects: its names are given back, to be looked at.
/// Inside of anything that binds names nothing is changed.
pub(crate) fn project(node: &mut AstNode) -> Vec<String> {
    let mut rows = Vec::new();
    if let AstNode::For(contexts, body) = node {
        if let Some((list, member)) = projection(contexts, body) {
            rows.push(list.clone());
            let name = |text: &str| Box::new(AstNode::Name(text.into()));
            *node = AstNode::Path(name(&list), name(&member));
        }
        return rows;
    }
    let binds = matches!(
        node,
        AstNode::Every(..)
            | AstNode::Some(..)
            | AstNode::Filter(..)
            | AstNode::Context(_)
            | AstNode::FunctionDefinition(..)
            | AstNode::Path(..)
    );
    if !binds {
        children_mut(node).into_iter().for_each(|child| rows.extend(project(child)));
    }
    rows
}

fn projection(contexts: &AstNode, body: &AstNode) -> Option<(String, String)> {
    let body = match body {
        AstNode::EvaluatedExpression(inner) => inner.as_ref(),
        other => other,
    };
    let AstNode::IterationContexts(contexts) = contexts else { return None };
    let [AstNode::IterationContextSingle(row, list)] = contexts.as_slice() else { return None };
    let AstNode::Path(from, member) = body else { return None };
    match (row.as_ref(), list.as_ref(), from.as_ref(), member.as_ref()) {
        (AstNode::Name(row), AstNode::Name(list), AstNode::Name(from), AstNode::Name(member)) if row == from => {
            Some((list.to_string(), member.to_string()))
        }
        _ => None,
    }
}

fn is_literal(node: &AstNode) -> bool {
    matches!(node, AstNode::String(_) | AstNode::Numeric(..) | AstNode::Boolean(_) | AstNode::At(_))
}

fn is_path(node: &AstNode) -> bool {
    match node {
        AstNode::Name(_) => true,
        AstNode::Path(from, _) => is_path(from),
        _ => false,
    }
}

fn depth(node: &AstNode, level: usize) -> Result<(), RuleError> {
    if level > limits::NESTING {
        return Err(RuleError::TooLarge { what: "表达式的嵌套层数", limit: limits::NESTING as u64 });
    }
    children(node).into_iter().try_for_each(|child| depth(child, level + 1))
}

fn refuse(node: &AstNode, callable: Callable<'_>, sorts: bool) -> Result<(), RuleError> {
    let refused = |what: &str| Err(RuleError::Refused { what: what.to_owned() });
    let mut sorting = false;
    match node {
        AstNode::FunctionBody(_, true) => return refused("外部函数（Java、PMML）"),
        // A function that only orders a list cannot call itself; any other could.
        AstNode::FunctionDefinition(_, body) => {
            if matches!(body.as_ref(), AstNode::FunctionBody(_, true)) {
                return refused("外部函数（Java、PMML）");
            }
            if !sorts {
                return refused("自定义函数");
            }
        }
        AstNode::Name(name) if name.as_str() == "now" => return refused("取当前时间的 now()，请用 today"),
        AstNode::FunctionInvocation(callee, _) => match callee.as_ref() {
            AstNode::Name(name) if names::CLOCK.contains(&name.as_str()) => {
                return refused("取当前时间的 today()，请用名称 today");
            }
            AstNode::Name(name) if names::is_function(name.as_str()) => sorting = name.as_str() == "sort",
            AstNode::Name(name) if callable(name.as_str()) => {}
            AstNode::Name(name) => return refused(&format!("函数 {name}，没有这个函数")),
            _ => return refused("函数值的调用"),
        },
        _ => {}
    }
    let sorts = sorting
        || (sorts
            && matches!(
                node,
                AstNode::PositionalParameters(_) | AstNode::NamedParameters(_) | AstNode::NamedParameter(..)
            ));
    children(node).into_iter().try_for_each(|child| refuse(child, callable, sorts))
}

struct Walk {
    /// Names bound inside the expression, with the most values each may hold.
    bound: Vec<(String, u64)>,
    filters: usize,
    needs: Needs,
}

impl Walk {
    /// Upper estimate of the steps of a node, which also bounds the size of its result.
    fn steps(&mut self, node: &AstNode) -> u64 {
        match node {
            AstNode::Name(name) | AstNode::QualifiedNameSegment(name) => self.name(name.as_str(), None),
            AstNode::Path(from, to) if let (AstNode::Name(from), AstNode::Name(to)) = (from.as_ref(), to.as_ref()) => {
                self.name(from.as_str(), Some(to.as_str())).saturating_add(1)
            }
            AstNode::Path(from, _) => self.steps(from).saturating_add(1),
            AstNode::FunctionInvocation(callee, arguments) => {
                let known = matches!(callee.as_ref(), AstNode::Name(_));
                let callee = if known { 1 } else { self.steps(callee) };
                callee.saturating_add(self.steps(arguments))
            }
            AstNode::For(contexts, body) | AstNode::Every(contexts, body) | AstNode::Some(contexts, body) => {
                self.iteration(contexts, body)
            }
            AstNode::Filter(list, condition) => {
                let rows = self.steps(list);
                let mark = self.bound.len();
                self.bound.push(("item".to_owned(), 10));
                self.filters += 1;
                let each = self.steps(condition);
                self.filters -= 1;
                self.bound.truncate(mark);
                rows.saturating_mul(each.saturating_add(1))
            }
            AstNode::Context(entries) => {
                let mark = self.bound.len();
                let mut sum = 1_u64;
                for entry in entries {
                    if let AstNode::ContextEntry(key, value) = entry {
                        let steps = self.steps(value);
                        sum = sum.saturating_add(steps);
                        if let AstNode::ContextEntryKey(name) = key.as_ref() {
                            self.bound.push((name.to_string(), steps));
                        }
                    }
                }
                self.bound.truncate(mark);
                sum
            }
            AstNode::FunctionDefinition(parameters, body) => {
                let mark = self.bound.len();
                if let AstNode::FormalParameters(parameters) = parameters.as_ref() {
                    for parameter in parameters {
                        if let AstNode::FormalParameter(name, _) = parameter
                            && let AstNode::ParameterName(name) | AstNode::Name(name) = name.as_ref()
                        {
                            self.bound.push((name.to_string(), 10));
                        }
                    }
                }
                // The order function runs for each pair that sorting compares.
                let each = self.steps(body).saturating_mul(limits::RANGE * 10);
                self.bound.truncate(mark);
                each
            }
            AstNode::InstanceOf(value, _) => self.steps(value),
            _ => children(node).into_iter().fold(1_u64, |sum, child| sum.saturating_add(self.steps(child))),
        }
    }

    fn name(&mut self, name: &str, member: Option<&str>) -> u64 {
        if let Some((_, size)) = self.bound.iter().rev().find(|(bound, _)| bound == name) {
            return *size;
        }
        match self.needs.names.iter().position(|known| known == name) {
            None => {
                self.needs.names.push(name.to_owned());
                self.needs.members.push(member.map(|member| vec![member.to_owned()]));
            }
            Some(at) => match (self.needs.members.get_mut(at), member) {
                (Some(Some(members)), Some(member)) if !members.iter().any(|known| known == member) => {
                    members.push(member.to_owned());
                }
                (Some(whole), None) => *whole = None,
                _ => {}
            },
        }
        if self.filters == 0 && !self.needs.certain.iter().any(|known| known == name) {
            self.needs.certain.push(name.to_owned());
        }
        limits::RANGE
    }

    fn iteration(&mut self, contexts: &AstNode, body: &AstNode) -> u64 {
        let mark = self.bound.len();
        let mut rounds = 1_u64;
        for context in children(contexts) {
            let (name, size) = match context {
                AstNode::IterationContextSingle(name, list) | AstNode::QuantifiedContext(name, list) => (
                    name,
                    if matches!(list.as_ref(), AstNode::Range(..)) {
                        limits::RANGE.max(self.steps(list))
                    } else {
                        self.steps(list)
                    },
                ),
                AstNode::IterationContextInterval(name, start, end) => {
                    let ends = self.steps(start).saturating_add(self.steps(end));
                    (name, literal_span(start, end).unwrap_or(limits::RANGE.max(ends)))
                }
                other => {
                    rounds = rounds.saturating_mul(self.steps(other));
                    continue;
                }
            };
            rounds = rounds.saturating_mul(size.max(1));
            if let AstNode::Name(name) | AstNode::ParameterName(name) = name.as_ref() {
                self.bound.push((name.to_string(), 10));
            }
        }
        self.bound.push(("partial".to_owned(), rounds));
        let each = self.steps(body);
        self.bound.truncate(mark);
        rounds.saturating_mul(each)
    }
}

fn literal(node: &AstNode) -> Option<f64> {
    match node {
        AstNode::Numeric(before, after, _, exponent) if exponent.is_empty() => {
            format!("{before}.{after}0").parse().ok()
        }
        AstNode::Numeric(before, _, sign, exponent) => format!("{before}e{sign}{exponent}").parse().ok(),
        AstNode::Neg(inner) => literal(inner).map(|number| -number),
        _ => None,
    }
}

fn literal_span(start: &AstNode, end: &AstNode) -> Option<u64> {
    // A float to integer cast saturates, which is what a limit needs.
    Some((literal(end)? - literal(start)?).abs() as u64 + 1)
}

/// Refuses literal ranges that are too long and makes the others null when they turn out too long.
fn bound_ranges(node: &mut AstNode) -> Result<(), RuleError> {
    match node {
        AstNode::IterationContextInterval(_, start, end) => bound_range(start, end)?,
        AstNode::IterationContextSingle(_, list) | AstNode::QuantifiedContext(_, list) => {
            if let AstNode::Range(start, end) = list.as_mut()
                && let (AstNode::IntervalStart(start, _), AstNode::IntervalEnd(end, _)) = (start.as_mut(), end.as_mut())
            {
                bound_range(start, end)?;
            }
        }
        _ => {}
    }
    children_mut(node).into_iter().try_for_each(bound_ranges)
}

/// Tells whether some loop walks a range whose ends are not literal.
pub(crate) fn has_open_range(node: &AstNode) -> bool {
    let open = match node {
        AstNode::IterationContextInterval(_, start, end) => literal_span(start, end).is_none(),
        AstNode::IterationContextSingle(_, list) | AstNode::QuantifiedContext(_, list) => match list.as_ref() {
            AstNode::Range(start, end) => match (start.as_ref(), end.as_ref()) {
                (AstNode::IntervalStart(start, _), AstNode::IntervalEnd(end, _)) => literal_span(start, end).is_none(),
                _ => true,
            },
            _ => false,
        },
        _ => false,
    };
    open || children(node).into_iter().any(has_open_range)
}

fn bound_range(start: &AstNode, end: &mut Box<AstNode>) -> Result<(), RuleError> {
    if let Some(span) = literal_span(start, end) {
        return if span > limits::RANGE {
            Err(RuleError::TooLarge { what: "循环的次数", limit: limits::RANGE })
        } else {
            Ok(())
        };
    }
    let boxed = Box::new;
    let number = || boxed(AstNode::Numeric(limits::RANGE.to_string(), String::new(), '+', String::new()));
    let days = |sign: &str| boxed(AstNode::At(format!("{sign}P{}D", limits::RANGE)));
    let span = || boxed(AstNode::Sub(end.clone(), boxed(start.clone())));
    let within = |low, high| boxed(AstNode::And(boxed(AstNode::Ge(span(), low)), boxed(AstNode::Le(span(), high))));
    let numbers = within(boxed(AstNode::Neg(number())), number());
    let dates = within(days("-"), days(""));
    let bounded = AstNode::If(boxed(AstNode::Or(numbers, dates)), end.clone(), boxed(AstNode::Null));
    **end = bounded;
    Ok(())
}

/// Lists the parts of a node, whatever it is; once to look at them and once to change them, so that no kind of
/// node is known to one walk and forgotten by the other.
macro_rules! parts {
    ($(#[$doc:meta])* $visible:vis fn $name:ident, $node:ty, $iter:ident) => {
        $(#[$doc])*
        $visible fn $name(node: $node) -> Vec<$node> {
            use AstNode::*;
            match node {
                Add(a, b)
                | And(a, b)
                | ContextEntry(a, b)
                | ContextTypeEntry(a, b)
                | Div(a, b)
                | Eq(a, b)
                | Every(a, b)
                | Exp(a, b)
                | Filter(a, b)
                | For(a, b)
                | FormalParameter(a, b)
                | FunctionDefinition(a, b)
                | FunctionInvocation(a, b)
                | FunctionType(a, b)
                | Ge(a, b)
                | Gt(a, b)
                | In(a, b)
                | InstanceOf(a, b)
                | IterationContextSingle(a, b)
                | Le(a, b)
                | Lt(a, b)
                | Mul(a, b)
                | NamedParameter(a, b)
                | Nq(a, b)
                | Or(a, b)
                | Out(a, b)
                | Path(a, b)
                | QuantifiedContext(a, b)
                | Range(a, b)
                | Some(a, b)
                | Sub(a, b) => vec![a, b],
                Between(a, b, c) | If(a, b, c) | IterationContextInterval(a, b, c) => vec![a, b, c],
                CommaList(items)
                | Context(items)
                | ContextType(items)
                | ExpressionList(items)
                | FormalParameters(items)
                | IterationContexts(items)
                | List(items)
                | NamedParameters(items)
                | NegatedList(items)
                | ParameterTypes(items)
                | PositionalParameters(items)
                | QualifiedName(items)
                | QuantifiedContexts(items) => items.$iter().collect(),
                EvaluatedExpression(a)
                | FunctionBody(a, _)
                | IntervalEnd(a, _)
                | IntervalStart(a, _)
                | ListType(a)
                | Neg(a)
                | RangeType(a)
                | Satisfies(a)
                | UnaryGe(a)
                | UnaryGt(a)
                | UnaryLe(a)
                | UnaryLt(a)
                | UnaryEq(a)
                | UnaryNe(a) => vec![a],
                At(_)
                | Boolean(_)
                | ContextEntryKey(_)
                | ContextTypeEntryKey(_)
                | FeelType(_)
                | Irrelevant
                | Name(_)
                | Null
                | Numeric(..)
                | ParameterName(_)
                | QualifiedNameSegment(_)
                | String(_) => vec![],
            }
        }
    };
}

parts!(
    /// The parts of a node.
    pub(crate) fn children, &AstNode, iter
);
parts!(
    /// The same, to be changed.
    fn children_mut, &mut AstNode, iter_mut
);
