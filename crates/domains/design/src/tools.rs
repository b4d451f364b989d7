//! Trying a definition out before it is published: what the server would say. Nothing is stored, and no
//! outside system is called.

use std::collections::BTreeMap;

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::{Kind, Library, Parsed, defective_flow, parse};

/// A form to judge with data (FORM-011, FORM-012).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvaluateForm {
    /// `tongban-form/1` JSON.
    pub content: String,
    /// Sample data.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// Role of the writer; `applicant` when absent.
    #[serde(default)]
    pub role: Option<String>,
    /// Step of the flow.
    #[serde(default)]
    pub step: Option<String>,
    /// `web`, `mobile`, `kiosk`, `window`; every rule is asked when absent.
    #[serde(default)]
    pub channel: Option<String>,
    /// Handle item.
    #[serde(default)]
    pub handle_item: Option<String>,
    /// Answers to situations.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub situation: Map<String, Value>,
    /// Values the writer can't change.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub locked: Map<String, Value>,
}

/// What the server says about a form filled in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormJudgement {
    /// Data that counts.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// Key paths of the fields that show.
    pub visible: Vec<String>,
    /// Key paths of the fields that must be answered.
    pub required: Vec<String>,
    /// Pointers of values that came but do not count.
    pub stripped: Vec<String>,
    /// What is wrong.
    pub errors: Vec<FieldProblem>,
    /// What rules say that only warn.
    pub warnings: Vec<FieldProblem>,
}

/// A flow to walk through (FORM-028).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RunFlow {
    /// BPMN 2.0 XML.
    pub content: String,
    /// Variables: `handle_item`, `form`, …
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// What each person answers, in order.
    #[serde(default)]
    pub path: Vec<RunAnswer>,
}

/// What a person answers.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RunAnswer {
    /// Element.
    pub element: String,
    /// `granted`, `refused`, …
    #[serde(default)]
    pub outcome: Option<String>,
    /// Further variables.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// A step that was made or waits.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunStep {
    /// Element.
    pub element: String,
    /// Label.
    pub name: String,
    /// `task`, `service`, `timer`, `end`.
    pub kind: String,
}

/// How far a flow came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowWalk {
    /// Made, in order.
    pub steps: Vec<RunStep>,
    /// Waiting now.
    pub waiting: Vec<RunStep>,
    /// Whether it reached its end.
    pub ended: bool,
}

/// A decision to take (FORM-016).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EvaluateRules {
    /// DMN XML.
    pub content: String,
    /// Name of the decision; the last in the file when absent.
    #[serde(default)]
    pub decision: Option<String>,
    /// Inputs.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub input: Map<String, Value>,
}

/// The decision and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulesAnswer {
    /// Decision.
    pub decision: String,
    /// Result.
    #[schema(value_type = Object)]
    pub output: Value,
    /// Rules that fired, those of required decisions first.
    pub trace: Vec<RuleFired>,
    /// Decisions of the file.
    pub decisions: Vec<String>,
    /// Inputs of the file: name and type.
    pub inputs: Vec<RuleInput>,
}

/// A rule that fitted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleFired {
    /// Decision whose table holds it.
    pub table: String,
    /// Place in the table, from 1.
    pub row: usize,
    /// What its author noted.
    pub annotation: String,
}

/// An input of a decision file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleInput {
    /// Name.
    pub name: String,
    /// FEEL type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An expression to check.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CheckExpression {
    /// FEEL.
    pub expression: String,
    /// Names it may read.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Whether an expression can be used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpressionVerdict {
    pub ok: bool,
    /// What is wrong and where; empty when nothing is.
    pub message: String,
}

/// A paper to draw (FORM-019).
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreviewPaper {
    /// Typst template.
    pub content: String,
    /// Data as the template reads it.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// Most steps a walk shows.
const MOST_STEPS: usize = 500;

impl Library {
    /// Judges a form filled in, as the server would on submission.
    pub(crate) fn evaluate_form(&self, asked: &EvaluateForm) -> Result<FormJudgement> {
        let Parsed::Form(form) = parse(Kind::Form, "form", &asked.content)? else {
            return Err(Problem::internal("a form was parsed as something else"));
        };
        let context = form::Context {
            handle_item: asked.handle_item.clone(),
            situation: asked.situation.clone(),
            applicant: Map::new(),
            today: base::zone::china_date(self.platform.now()).to_string(),
        };
        let input = form::Input {
            data: &asked.data,
            context: &context,
            role: asked.role.as_deref().unwrap_or("applicant"),
            step: asked.step.as_deref().unwrap_or_default(),
            channel: asked.channel.as_deref().unwrap_or_default(),
            locked: &asked.locked,
        };
        let outcome = form.evaluate(self.design.expressions(), &input);
        Ok(FormJudgement {
            data: outcome.data,
            visible: outcome.visible.into_iter().collect(),
            required: outcome.required.into_iter().collect(),
            stripped: outcome.stripped,
            errors: outcome.problems.into_iter().map(told).collect(),
            warnings: outcome.warnings.into_iter().map(told).collect(),
        })
    }

    /// Walks a flow with prepared answers; services succeed at once, timers go off when nothing else can
    /// be done. Stops at the first task without an answer.
    pub(crate) async fn run_flow(&self, asked: &RunFlow) -> Result<FlowWalk> {
        let callable = self.design.callable(&asked.content).await?;
        let definition = flow::Definition::parse_with(&asked.content, None, &callable)
            .map_err(|found| defective_flow("flow", found))?;
        let feel = self.design.expressions();
        let refuse = |error: flow::FlowError| Problem::conflict(error.code(), error.to_string());
        let mut walk = FlowWalk { steps: Vec::new(), waiting: Vec::new(), ended: false };
        // Open work by the id to answer with.
        let mut open: BTreeMap<String, RunStep> = BTreeMap::new();
        let mut answers = asked.path.iter();
        // Timers on edges and those that start something are for what is late; a walk is in time.
        let waits =
            |element: &str| definition.node(element).is_some_and(|node| matches!(node.kind, flow::NodeKind::Timer(_)));
        let mut step = flow::start(&definition, asked.data.clone(), feel).map_err(refuse)?;
        while walk.steps.len() < MOST_STEPS {
            follow(&definition, &step, &mut open, &mut walk);
            if walk.ended {
                return Ok(walk);
            }
            let automatic = ["service", "timer"].into_iter().find_map(|kind| {
                open.iter().find(|(_, step)| {
                    step.kind == kind
                        && (kind == "service"
                            || (waits(&step.element) && open.values().all(|step| step.kind == "timer")))
                })
            });
            let (command, id, done) = if let Some((id, done)) = automatic {
                let (id, done) = (id.clone(), done.clone());
                let command = if done.kind == "service" {
                    flow::Command::ServiceDone { token: id.clone(), variables: Map::new() }
                } else {
                    flow::Command::TimerFired { token: id.clone() }
                };
                (command, id, done)
            } else {
                let Some(answer) = answers.next() else { break };
                let Some((id, done)) =
                    open.iter().find(|(_, step)| step.kind == "task" && step.element == answer.element)
                else {
                    return Err(Problem::invalid_field(
                        "/path",
                        "not_waiting",
                        format!("“{}”现在没有在等人办理，请从等待的步骤里选", answer.element),
                    ));
                };
                let mut variables = answer.data.clone();
                if let Some(outcome) = &answer.outcome {
                    variables.insert("outcome".to_owned(), json!(outcome));
                }
                (flow::Command::CompleteTask { task: id.clone(), variables }, id.clone(), done.clone())
            };
            step = flow::advance(&definition, &step.instance, command, feel).map_err(refuse)?;
            open.remove(&id);
            walk.steps.push(done);
        }
        walk.waiting = open.into_values().collect();
        Ok(walk)
    }

    /// Takes a decision and says which rules fired.
    pub(crate) fn evaluate_rules(&self, asked: &EvaluateRules) -> Result<RulesAnswer> {
        let Parsed::Rules(rules) = parse(Kind::Rules, "rules", &asked.content)? else {
            return Err(Problem::internal("rules were parsed as something else"));
        };
        let decisions: Vec<String> = rules.names().into_iter().map(str::to_owned).collect();
        let decision = asked
            .decision
            .clone()
            .or_else(|| decisions.last().cloned())
            .ok_or_else(|| Problem::invalid_field("/content", "no_decision", "这份规则里还没有决策表"))?;
        let answer = rules
            .decide(&decision, &asked.input)
            .map_err(|error| Problem::invalid_field("/input", "rules", error.to_string()))?;
        Ok(RulesAnswer {
            decision,
            output: answer.value,
            trace: answer
                .fired
                .into_iter()
                .map(|rule| RuleFired { table: rule.table, row: rule.rule, annotation: rule.annotation })
                .collect(),
            decisions,
            inputs: rules
                .inputs()
                .iter()
                .map(|(name, kind)| RuleInput { name: name.clone(), kind: kind.clone() })
                .collect(),
        })
    }

    /// Checks an expression.
    pub(crate) fn check_expression_text(&self, asked: &CheckExpression) -> ExpressionVerdict {
        match form::Expressions::check(self.design.expressions(), &asked.expression, &asked.names) {
            Ok(()) => ExpressionVerdict { ok: true, message: String::new() },
            Err(message) => ExpressionVerdict { ok: false, message },
        }
    }

    /// Draws a paper; the template's first mistake is a 422 at its line.
    pub(crate) async fn preview_paper(&self, asked: PreviewPaper) -> Result<Vec<u8>> {
        let options =
            paper::Options { fonts: self.fonts.clone(), produced_at: self.platform.now(), title: "预览".to_owned() };
        // Drawing takes longer than a worker thread of the server may be held.
        let drawn =
            tokio::task::spawn_blocking(move || paper::render(&asked.content, &Value::Object(asked.data), &options))
                .await
                .map_err(Problem::internal)?;
        drawn.map(|pdf| pdf.bytes).map_err(|error| {
            let at = error.line.map(|line| format!("/{line}")).unwrap_or_default();
            Problem::invalid_field(format!("/content{at}"), "paper", error.to_string())
        })
    }
}

fn told(problem: form::Problem) -> FieldProblem {
    FieldProblem::new(problem.pointer, problem.code, problem.message)
}

/// Keeps the list of what is open, as casework does with tasks and jobs.
fn follow(
    definition: &flow::Definition,
    step: &flow::Advance,
    open: &mut BTreeMap<String, RunStep>,
    walk: &mut FlowWalk,
) {
    let named = |element: &str, kind: &str| RunStep {
        element: element.to_owned(),
        name: definition.node(element).map_or_else(|| element.to_owned(), |node| node.label().to_owned()),
        kind: kind.to_owned(),
    };
    for effect in &step.effects {
        match effect {
            flow::Effect::CreateTask(order) => {
                open.insert(order.task.clone(), named(&order.element, "task"));
            }
            flow::Effect::CallService { token, element, .. } => {
                open.insert(token.clone(), named(element, "service"));
            }
            flow::Effect::StartTimer { token, element, .. } => {
                open.insert(token.clone(), named(element, "timer"));
            }
            flow::Effect::CancelTask { task: id, .. }
            | flow::Effect::CancelService { token: id, .. }
            | flow::Effect::CancelTimer { token: id, .. } => {
                open.remove(id);
            }
            flow::Effect::ChangeTask(_) | flow::Effect::Announce { .. } => {}
            flow::Effect::Finished { .. } => {
                walk.ended = true;
                if let Some(end) = &step.instance.end {
                    walk.steps.push(named(end, "end"));
                }
            }
        }
    }
}
