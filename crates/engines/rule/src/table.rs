//! Which rules of a decision table fit an input. The evaluator of the model gives the answer but not the
//! reason; this finds the reason with the same tests.

use crate::error::RuleError;
use crate::expression::{Grammar, parse, run};
use crate::value;
use dsntk_feel::values::Value;
use dsntk_feel::{Evaluator, FeelScope};
use dsntk_feel_parser::AstNode;
use dsntk_model::{DecisionTable, HitPolicy};
use serde_json::Value as Json;

pub(crate) struct Table {
    policy: HitPolicy,
    output_names: Vec<String>,
    rules: Vec<Row>,
}

struct Row {
    tests: Vec<Evaluator>,
    outputs: Vec<Evaluator>,
    annotation: String,
}

impl Table {
    /// Tells whether the result is a list of all rules that fit.
    pub(crate) fn collects(table: &DecisionTable) -> bool {
        use dsntk_model::BuiltinAggregator::List;
        matches!(table.hit_policy(), HitPolicy::Collect(List) | HitPolicy::RuleOrder | HitPolicy::OutputOrder)
    }

    /// Compiles a table. `descriptions` are the rules' description elements, in rule order.
    pub(crate) fn compile(table: &DecisionTable, names: &[String], descriptions: &[String]) -> Result<Self, RuleError> {
        let read = |text: &str, grammar| parse(text, names.iter().map(String::as_str), grammar);
        let is_in = |value: &AstNode, tests: AstNode| AstNode::In(Box::new(value.clone()), Box::new(tests));
        let mut columns = Vec::new();
        for clause in table.input_clauses() {
            let allowed =
                clause.allowed_input_values.as_deref().map(|text| read(text, Grammar::UnaryTests)).transpose()?;
            columns.push((read(&clause.input_expression, Grammar::Expression)?, allowed));
        }
        let mut rules = Vec::new();
        for (index, rule) in table.rules().enumerate() {
            let mut tests = Vec::new();
            for ((value, allowed), entry) in columns.iter().zip(&rule.input_entries) {
                let mut test = is_in(value, read(&entry.text, Grammar::UnaryTests)?);
                if let Some(allowed) = allowed {
                    test = AstNode::And(Box::new(is_in(value, allowed.clone())), Box::new(test));
                }
                tests.push(run(|| Ok(dsntk_feel_evaluator::prepare(&test)))?);
            }
            let mut outputs = Vec::new();
            for entry in &rule.output_entries {
                let node = read(&entry.text, Grammar::Expression)?;
                outputs.push(run(|| Ok(dsntk_feel_evaluator::prepare(&node)))?);
            }
            let noted = rule.annotation_entries.iter().map(|entry| entry.text.trim());
            let described = descriptions.get(index).map(|text| text.trim());
            let texts: Vec<&str> = noted.chain(described).filter(|text| !text.is_empty()).collect();
            rules.push(Row { tests, outputs, annotation: texts.join("；") });
        }
        let output_names = table.output_clauses().filter_map(|clause| clause.name.clone()).collect();
        Ok(Self { policy: table.hit_policy(), output_names, rules })
    }

    /// The rules behind `result`, as index (from 0) and annotation.
    pub(crate) fn fired(
        &self,
        table: &str,
        scope: &FeelScope,
        result: &Json,
    ) -> Result<Vec<(usize, String)>, RuleError> {
        let mut fired: Vec<usize> = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            if run(|| Ok(rule.tests.iter().all(|test| test(scope) == Value::Boolean(true))))? {
                fired.push(index);
            }
        }
        match self.policy {
            HitPolicy::Unique if fired.len() > 1 => {
                let rules: Vec<String> = fired.iter().map(|index| (index + 1).to_string()).collect();
                return Err(RuleError::Ambiguous { table: table.to_owned(), rules: rules.join("、") });
            }
            HitPolicy::First => fired.truncate(1),
            HitPolicy::Priority => {
                let winner = fired.iter().copied().find(|index| self.gives(*index, scope, result));
                fired = winner.into_iter().collect();
            }
            _ => {}
        }
        Ok(fired.into_iter().filter_map(|index| Some((index, self.rules.get(index)?.annotation.clone()))).collect())
    }

    fn gives(&self, index: usize, scope: &FeelScope, result: &Json) -> bool {
        let Some(rule) = self.rules.get(index) else { return false };
        let one = |output: &Evaluator| run(|| value::write(&output(scope))).ok();
        match rule.outputs.as_slice() {
            [output] => one(output).as_ref() == Some(result),
            outputs => {
                outputs.iter().zip(&self.output_names).all(|(output, name)| one(output).as_ref() == result.get(name))
            }
        }
    }
}
