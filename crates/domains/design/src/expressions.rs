//! Joins the engines: forms get their expressions from the rule engine. Engines do not know each other.

use serde_json::{Map, Value};

/// FEEL for forms. One value serves the whole process; it keeps the compiled expressions.
#[derive(Default)]
pub struct FeelExpressions {
    feel: rule::Feel,
}

impl FeelExpressions {
    /// An evaluator with nothing compiled yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl form::Expressions for FeelExpressions {
    fn evaluate(&self, expression: &str, context: &Map<String, Value>) -> Result<Value, String> {
        self.feel.evaluate(expression, context).map_err(|error| error.to_string())
    }

    fn check(&self, expression: &str, names: &[String]) -> Result<(), String> {
        self.feel.check(expression, names).map_err(|error| error.to_string())
    }
}
