//! FEEL for the engines that only know a trait: forms and flows ask, the rule engine answers.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The rule engine behind the traits of the form and flow engines.
#[derive(Default)]
pub struct FeelExpressions {
    feel: rule::Feel,
}

impl FeelExpressions {
    /// With an empty cache of compiled expressions.
    pub fn new() -> Self {
        Self { feel: rule::Feel::new() }
    }

    /// Evaluates any expression.
    ///
    /// # Errors
    /// What the engine says, for the person who writes definitions.
    pub fn value(&self, expression: &str, context: &Map<String, Value>) -> Result<Value, String> {
        self.feel.evaluate(expression, context).map_err(|error| error.to_string())
    }

    /// Whether a condition holds; null counts as no.
    ///
    /// # Errors
    /// As [`FeelExpressions::value`].
    pub fn is_true(&self, expression: &str, context: &Map<String, Value>) -> Result<bool, String> {
        self.value(expression, context).map(|value| value == Value::Bool(true))
    }
}

impl form::Expressions for FeelExpressions {
    fn evaluate(&self, expression: &str, context: &Map<String, Value>) -> Result<Value, String> {
        self.value(expression, context)
    }

    fn check(&self, expression: &str, names: &[String]) -> Result<(), String> {
        self.feel.check(expression, names).map_err(|error| error.to_string())
    }
}

/// What a flow knows, as the rule engine asks for it: of a form only the fields that an expression names are read.
struct Asked<'a, 'b>(&'a flow::Known<'b>);

impl rule::Source for Asked<'_, '_> {
    fn value(&self, name: &str, members: Option<&[String]>) -> Option<Cow<'_, Value>> {
        self.0.value(name, members)
    }
}

impl flow::Conditions for FeelExpressions {
    fn holds(&self, expression: &str, known: &flow::Known<'_>) -> Result<bool, String> {
        flow::Conditions::value(self, expression, known).map(|value| value == Value::Bool(true))
    }

    fn value(&self, expression: &str, known: &flow::Known<'_>) -> Result<Value, String> {
        self.feel.evaluate_from(expression, &Asked(known)).map_err(|error| error.to_string())
    }

    fn texts(&self, expression: &str, known: &flow::Known<'_>) -> Result<Vec<String>, String> {
        match flow::Conditions::value(self, expression, known)? {
            Value::String(one) => Ok(vec![one]),
            Value::Array(all) => all
                .into_iter()
                .map(|one| one.as_str().map(str::to_owned).ok_or_else(|| "名单里有不是文字的值".to_owned()))
                .collect(),
            _ => Err("表达式没有给出名单".to_owned()),
        }
    }

    fn check(&self, expression: &str) -> Result<(), String> {
        // Names are not checked here: a flow's variables come from forms and tasks.
        self.feel.compile(expression, &[]).map(|_| ()).map_err(|error| error.to_string())
    }
}
