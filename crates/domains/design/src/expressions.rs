//! FEEL for the engines that only know a trait: forms and flows ask, the rule engine answers.

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

impl flow::Conditions for FeelExpressions {
    fn holds(&self, expression: &str, variables: &Map<String, Value>) -> Result<bool, String> {
        self.is_true(expression, variables)
    }

    fn texts(&self, expression: &str, variables: &Map<String, Value>) -> Result<Vec<String>, String> {
        match self.value(expression, variables)? {
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
