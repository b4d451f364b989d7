//! DMN files: read, checked, decided, explained.

use crate::bindings::{self, Binding, here};
use crate::error::RuleError;
use crate::expression::{Grammar, parse, run};
use crate::table::Table;
use crate::{guard, limits, names, value};
use dsntk_feel::context::FeelContext;
use dsntk_feel::{FeelScope, Name};
use dsntk_feel_parser::AstNode;
use dsntk_model::{
    Definitions, DmnElement, DrgElement, ExpressionInstance, FunctionDefinition, FunctionKind, ItemDefinition,
    NamedElement, RequiredVariable,
};
use dsntk_model_evaluator::ModelEvaluator;
use quick_xml::events::Event;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// The answer of a decision and the reason for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The result: one value, an object of named outputs, or a list, as the hit policy says. Null: no rule fits.
    pub value: Json,
    /// The rules behind the result, those of required decisions first.
    pub fired: Vec<FiredRule>,
}

/// A rule that fitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiredRule {
    /// Name of the decision whose table holds the rule.
    pub table: String,
    /// The rule's place in the table, from 1 as the table prints it.
    pub rule: usize,
    /// What the author noted on the rule (annotation entries and description), may be empty.
    pub annotation: String,
}

/// A DMN file (1.3, 1.4 or 1.5), compiled. Cheap to share; deciding changes nothing.
pub struct Decisions {
    model: Arc<ModelEvaluator>,
    namespace: String,
    model_name: String,
    decisions: Vec<Known>,
    inputs: Vec<(String, String)>,
    bindings: Vec<Binding>,
}

struct Known {
    name: String,
    variable: String,
    requires: Vec<usize>,
    reads: Vec<String>,
    table: Option<Table>,
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions").field("decisions", &self.names()).finish_non_exhaustive()
    }
}

impl Decisions {
    /// Reads a DMN file and refuses at once what could not or must not run: external functions (Java, PMML),
    /// imports, recursion, unreadable expressions, a table reading a name that is not one of its requirements.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(dmn_xml: &str) -> Result<Self, RuleError> {
        if dmn_xml.len() > limits::DECISION_FILE {
            return Err(RuleError::TooLarge { what: "决策文件的字节数", limit: limits::DECISION_FILE as u64 });
        }
        let definitions = run(|| dsntk_model::parse(dmn_xml).map_err(|error| model_error(&error)))?;
        if !definitions.imports().is_empty() {
            return Err(RuleError::Refused { what: "引入别的决策文件".to_owned() });
        }
        let inspection = Inspection::of(&definitions);
        inspection.inspect(&definitions)?;
        let descriptions = descriptions(dmn_xml)?;
        let all = definitions.decisions();
        let index: HashMap<&str, usize> =
            all.iter().enumerate().map(|(n, decision)| (decision.id().as_str(), n)).collect();
        let given: HashMap<String, String> = definitions
            .input_data()
            .iter()
            .map(|input| (input.id().clone(), input.variable().feel_name().to_string()))
            .collect();
        let mut decisions = Vec::new();
        for decision in &all {
            let required = |requirement: &dsntk_model::InformationRequirement| {
                requirement.required_decision().as_ref().and_then(|href| index.get(href.id()).copied())
            };
            let read = |requirement: &dsntk_model::InformationRequirement| {
                requirement.required_input().as_ref().and_then(|href| given.get(href.id()).cloned())
            };
            let table = match decision.decision_logic() {
                Some(ExpressionInstance::DecisionTable(table)) => {
                    // A list put into a variable of one value would silently become null.
                    let single = [
                        "string",
                        "number",
                        "boolean",
                        "date",
                        "time",
                        "dateTime",
                        "dayTimeDuration",
                        "yearMonthDuration",
                    ];
                    if Table::collects(table) && single.contains(&decision.variable().type_ref().as_str()) {
                        let name = decision.name();
                        let reason = format!("“{name}”收集多条规则的结果，变量就不要写成单个值的类型");
                        return Err(RuleError::Model { reason });
                    }
                    let described = descriptions.get(decision.id()).map_or(&[][..], Vec::as_slice);
                    Some(Table::compile(table, &inspection.names, described)?)
                }
                _ => None,
            };
            decisions.push(Known {
                name: decision.name().to_owned(),
                variable: decision.variable().feel_name().to_string(),
                requires: decision.information_requirements().iter().filter_map(required).collect(),
                reads: decision.information_requirements().iter().filter_map(read).collect(),
                table,
            });
        }
        let inputs = definitions
            .input_data()
            .iter()
            .map(|input| (input.variable().feel_name().to_string(), input.variable().type_ref().to_owned()))
            .collect();
        let model =
            run(|| ModelEvaluator::new(std::slice::from_ref(&definitions)).map_err(|error| model_error(&error)))?;
        Ok(Self {
            model,
            namespace: definitions.namespace().to_owned(),
            model_name: definitions.name().to_owned(),
            decisions,
            inputs,
            bindings: bindings::read(dmn_xml)?,
        })
    }

    /// Where decisions of the file check what is filled in.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// Names of the inputs that a decision reads, those of the decisions it requires first.
    pub fn reads(&self, decision: &str) -> Vec<&str> {
        let mut order = Vec::new();
        if let Some(target) = self.decisions.iter().position(|known| known.name == decision) {
            self.order(target, &mut order);
        }
        let known = order.into_iter().filter_map(|index| self.decisions.get(index));
        known.flat_map(|known| known.reads.iter().map(String::as_str)).collect()
    }

    /// The name of the file as a whole; may be empty.
    pub fn title(&self) -> &str {
        &self.model_name
    }

    /// The names of the decisions in the file.
    pub fn names(&self) -> Vec<&str> {
        self.decisions.iter().map(|decision| decision.name.as_str()).collect()
    }

    /// The inputs the file declares: name and FEEL type (`Any` where none is given).
    pub fn inputs(&self) -> &[(String, String)] {
        &self.inputs
    }

    /// Decides. An input declared as number, date, time or duration may be given as a plain text.
    ///
    /// # Errors
    /// [`RuleError::UnknownDecision`], [`RuleError::Ambiguous`] when a unique table contradicts itself,
    /// [`RuleError::TooLarge`] for too much input.
    pub fn decide(&self, decision: &str, input: &Map<String, Json>) -> Result<Decision, RuleError> {
        let target = self
            .decisions
            .iter()
            .position(|known| known.name == decision)
            .ok_or_else(|| RuleError::UnknownDecision { name: decision.to_owned() })?;
        let mut budget = limits::INPUT_VALUES;
        let mut context = FeelContext::default();
        for (key, json) in input {
            let declared = self.inputs.iter().find(|(name, _)| name == key).map(|(_, declared)| declared.as_str());
            let marked = match (declared, json) {
                (
                    Some(
                        "number"
                        | "date"
                        | "time"
                        | "dateTime"
                        | "date and time"
                        | "dayTimeDuration"
                        | "yearMonthDuration"
                        | "days and time duration"
                        | "years and months duration",
                    ),
                    Json::String(text),
                ) => Some(serde_json::json!({ "@": text })),
                _ => None,
            };
            context.set_entry(&Name::from(key), value::read(marked.as_ref().unwrap_or(json), &mut budget)?);
        }
        let mut order = Vec::new();
        self.order(target, &mut order);
        let mut fired = Vec::new();
        let mut value = Json::Null;
        for index in order {
            let Some(known) = self.decisions.get(index) else { continue };
            let answer =
                run(|| Ok(self.model.evaluate_invocable(&self.namespace, &self.model_name, &known.name, &context)))?;
            value = run(|| value::write(&answer))?;
            if let Some(table) = &known.table {
                let scope = FeelScope::from(context.clone());
                fired.extend(
                    table.fired(&known.name, &scope, &value)?.into_iter().map(|(rule, annotation)| FiredRule {
                        table: known.name.clone(),
                        rule: rule + 1,
                        annotation,
                    }),
                );
            }
            context.set_entry(&Name::from(&known.variable), answer);
        }
        Ok(Decision { value, fired })
    }

    /// The decision and all it requires, requirements first. The graph has no cycle (checked when read).
    fn order(&self, index: usize, order: &mut Vec<usize>) {
        if order.contains(&index) {
            return;
        }
        if let Some(known) = self.decisions.get(index) {
            known.requires.iter().for_each(|required| self.order(*required, order));
        }
        order.push(index);
    }
}

fn model_error(error: &impl fmt::Display) -> RuleError {
    RuleError::Model { reason: error.to_string() }
}

/// What a model's texts may mention, and the walk over them.
struct Inspection {
    names: Vec<String>,
    callable: HashSet<String>,
}

/// A text of the model: its grammar and the text.
type Text<'a> = (Grammar, &'a str);

impl Inspection {
    fn of(definitions: &Definitions) -> Self {
        let mut inspection = Self { names: Vec::new(), callable: HashSet::new() };
        for element in definitions.drg_elements() {
            match element {
                DrgElement::Decision(decision) => inspection.name(decision.variable().feel_name().as_str()),
                DrgElement::InputData(input) => inspection.name(input.variable().feel_name().as_str()),
                DrgElement::BusinessKnowledgeModel(model) => {
                    inspection.callable.insert(model.variable().feel_name().to_string());
                    inspection.name(model.variable().feel_name().as_str());
                }
                DrgElement::DecisionService(service) => {
                    inspection.callable.insert(service.variable().feel_name().to_string());
                    inspection.name(service.variable().feel_name().as_str());
                }
                DrgElement::KnowledgeSource(_) => {}
            }
        }
        definitions.item_definitions().iter().for_each(|item| inspection.components(item));
        inspection
    }

    fn name(&mut self, name: &str) {
        if names::is_special(name) {
            self.names.push(name.to_owned());
        }
    }

    fn components(&mut self, item: &ItemDefinition) {
        for component in item.item_components() {
            self.name(component.feel_name().as_str());
            self.components(component);
        }
    }

    fn inspect(&self, definitions: &Definitions) -> Result<(), RuleError> {
        let mut edges: HashMap<String, HashSet<String>> = HashMap::new();
        let ids: HashMap<String, String> = definitions
            .business_knowledge_models()
            .iter()
            .map(|model| (model.variable().feel_name().to_string(), model.id().clone()))
            .chain(
                definitions
                    .decision_services()
                    .iter()
                    .map(|service| (service.variable().feel_name().to_string(), service.id().clone())),
            )
            .collect();
        let variables: HashMap<String, String> = definitions
            .decisions()
            .iter()
            .map(|decision| (decision.id().clone(), decision.variable().feel_name().to_string()))
            .chain(
                definitions
                    .input_data()
                    .iter()
                    .map(|input| (input.id().clone(), input.variable().feel_name().to_string())),
            )
            .collect();
        for decision in definitions.decisions() {
            let mut to = HashSet::new();
            let mut readable = HashSet::new();
            for requirement in decision.information_requirements() {
                let required = [requirement.required_decision(), requirement.required_input()];
                for href in required.into_iter().flatten() {
                    readable.extend(variables.get(href.id()).cloned());
                    to.insert(href.id().to_owned());
                }
            }
            to.extend(
                decision
                    .knowledge_requirements()
                    .iter()
                    .map(|requirement| requirement.required_knowledge().id().to_owned()),
            );
            let mut texts = Vec::new();
            if let Some(logic) = decision.decision_logic() {
                collect(logic, &mut texts)?;
            }
            let plain = matches!(
                decision.decision_logic(),
                Some(ExpressionInstance::DecisionTable(_) | ExpressionInstance::LiteralExpression(_))
            );
            for text in texts {
                for name in self.text(text)? {
                    to.extend(ids.get(&name).cloned());
                    if plain && !readable.contains(&name) && !self.callable.contains(&name) {
                        let position =
                            text.1.find(&name).map_or(0, |byte| text.1.get(..byte).unwrap_or_default().chars().count());
                        return Err(RuleError::UnknownName { name, position });
                    }
                }
            }
            edges.insert(decision.id().clone(), to);
        }
        for model in definitions.business_knowledge_models() {
            let mut to: HashSet<String> = model
                .knowledge_requirements()
                .iter()
                .map(|requirement| requirement.required_knowledge().id().to_owned())
                .collect();
            let mut texts = Vec::new();
            if let Some(function) = model.encapsulated_logic() {
                collect_function(function, &mut texts)?;
            }
            for text in texts {
                for name in self.text(text)? {
                    to.extend(ids.get(&name).cloned());
                }
            }
            edges.insert(model.id().clone(), to);
        }
        for service in definitions.decision_services() {
            let decisions = service.output_decisions().iter().chain(service.encapsulated_decisions());
            edges.insert(service.id().clone(), decisions.map(|href| href.id().to_owned()).collect());
        }
        let mut done = HashSet::new();
        for id in edges.keys() {
            acyclic(id, &edges, &mut Vec::new(), &mut done)?;
        }
        Ok(())
    }

    /// Checks a text and gives the names it reads.
    fn text(&self, (grammar, text): Text<'_>) -> Result<Vec<String>, RuleError> {
        let mut node = parse(text, self.names.iter().map(String::as_str), grammar)?;
        // The model's evaluator runs its own reading of this text, so a range is only safe when it is literal.
        let before = node.clone();
        let needs = guard::inspect(&mut node, &|name| self.callable.contains(name))?;
        if guard::has_open_range(&before) {
            return Err(RuleError::Refused { what: "次数不定的循环，请写明起止数字".to_owned() });
        }
        let mut called = Vec::new();
        callees(&node, &mut called);
        Ok(needs.certain.into_iter().chain(called.into_iter().filter(|name| self.callable.contains(name))).collect())
    }
}

fn callees(node: &AstNode, called: &mut Vec<String>) {
    if let AstNode::FunctionInvocation(callee, _) = node
        && let AstNode::Name(name) = callee.as_ref()
    {
        called.push(name.to_string());
    }
    guard::children(node).into_iter().for_each(|child| callees(child, called));
}

fn acyclic(
    id: &str,
    edges: &HashMap<String, HashSet<String>>,
    path: &mut Vec<String>,
    done: &mut HashSet<String>,
) -> Result<(), RuleError> {
    if path.iter().any(|step| step == id) {
        return Err(RuleError::Refused { what: "互相引用的决策".to_owned() });
    }
    if path.len() > limits::NESTING {
        return Err(RuleError::TooLarge { what: "决策的层数", limit: limits::NESTING as u64 });
    }
    if done.contains(id) {
        return Ok(());
    }
    path.push(id.to_owned());
    for next in edges.get(id).into_iter().flatten() {
        acyclic(next, edges, path, done)?;
    }
    path.pop();
    done.insert(id.to_owned());
    Ok(())
}

fn collect_function<'a>(function: &'a FunctionDefinition, texts: &mut Vec<Text<'a>>) -> Result<(), RuleError> {
    if *function.kind() != FunctionKind::Feel {
        return Err(RuleError::Refused { what: "外部函数（Java、PMML）".to_owned() });
    }
    function.body().iter().try_for_each(|body| collect(body, texts))
}

fn collect<'a>(logic: &'a ExpressionInstance, texts: &mut Vec<Text<'a>>) -> Result<(), RuleError> {
    use ExpressionInstance as Logic;
    let mut expression = |text: &'a str| texts.push((Grammar::Expression, text));
    match logic {
        Logic::LiteralExpression(literal) => literal.text().iter().for_each(|text| expression(text)),
        Logic::DecisionTable(table) => {
            for clause in table.input_clauses() {
                texts.push((Grammar::Expression, &clause.input_expression));
                texts.extend(clause.allowed_input_values.as_deref().map(|text| (Grammar::UnaryTests, text)));
            }
            for clause in table.output_clauses() {
                let tests = [&clause.allowed_output_values, &clause.default_output_entry];
                texts.extend(tests.into_iter().flatten().map(|text| (Grammar::UnaryTests, text.as_str())));
            }
            for rule in table.rules() {
                texts.extend(rule.input_entries.iter().map(|entry| (Grammar::UnaryTests, entry.text.as_str())));
                texts.extend(rule.output_entries.iter().map(|entry| (Grammar::Expression, entry.text.as_str())));
            }
        }
        Logic::FunctionDefinition(_) => {
            return Err(RuleError::Refused { what: "自定义函数，请写成业务知识模型".to_owned() });
        }
        Logic::Context(context) => {
            context.context_entries().iter().try_for_each(|entry| collect(&entry.value, texts))?
        }
        Logic::Invocation(invocation) => {
            collect(invocation.called_function(), texts)?;
            for binding in invocation.bindings() {
                binding.binding_formula().iter().try_for_each(|formula| collect(formula, texts))?;
            }
        }
        Logic::List(list) => list.elements().iter().try_for_each(|element| collect(element, texts))?,
        Logic::Relation(relation) => {
            relation.rows().iter().flat_map(|row| row.elements()).try_for_each(|element| collect(element, texts))?;
        }
        Logic::Conditional(node) => {
            for part in [node.if_expression(), node.then_expression(), node.else_expression()] {
                collect(part.value(), texts)?;
            }
        }
        Logic::Filter(node) => {
            collect(node.in_expression().value(), texts)?;
            collect(node.match_expression().value(), texts)?;
        }
        Logic::For(node) => {
            collect(node.in_expression().value(), texts)?;
            collect(node.return_expression().value(), texts)?;
        }
        Logic::Every(node) => {
            collect(node.in_expression().value(), texts)?;
            collect(node.satisfies_expression().value(), texts)?;
        }
        Logic::Some(node) => {
            collect(node.in_expression().value(), texts)?;
            collect(node.satisfies_expression().value(), texts)?;
        }
    }
    Ok(())
}

/// The same below something.
fn deep(path: &[String], tail: &[&str]) -> bool {
    path.len() > tail.len() && here(path, tail)
}

/// The description of each rule, by decision id: editors keep the author's note there and the model reader
/// does not keep it.
fn descriptions(dmn_xml: &str) -> Result<HashMap<String, Vec<String>>, RuleError> {
    const RULE: &[&str] = &["decision", "decisionTable", "rule"];
    const DESCRIPTION: &[&str] = &["decision", "decisionTable", "rule", "description"];
    let mut reader = quick_xml::Reader::from_str(dmn_xml);
    let mut path: Vec<String> = Vec::new();
    let mut decision = String::new();
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    loop {
        let text = match reader.read_event().map_err(|error| model_error(&error))? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                if deep(&path, &["decision"]) {
                    let id = start.try_get_attribute("id").map_err(|error| model_error(&error))?;
                    decision = id.map(|id| id.value.into_owned()).unwrap_or_default();
                }
                if deep(&path, RULE) {
                    found.entry(decision.clone()).or_default().push(String::new());
                }
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Eof => return Ok(found),
            Event::Text(text) => text.to_string(),
            Event::CData(text) => text.to_string(),
            Event::GeneralRef(reference) => reference
                .resolve_char_ref()
                .map_err(|error| model_error(&error))?
                .map(String::from)
                .or_else(|| quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned))
                .unwrap_or_default(),
            _ => continue,
        };
        if deep(&path, DESCRIPTION)
            && let Some(last) = found.get_mut(&decision).and_then(|rules| rules.last_mut())
        {
            last.push_str(&text);
        }
    }
}
