//! Each element by itself: roles, services, days, timers, conditions.

use super::LintContext;
use crate::Conditions;
use crate::finding::Finding;
use crate::model::{Definition, Node, NodeKind, Timer};
use crate::step::{ButtonAction, EventKind, HandlerKind};

/// Longest text of a message of a step, in letters.
const MOST_TEXT: usize = 200;

pub(super) fn check(
    definition: &Definition,
    conditions: &dyn Conditions,
    context: &LintContext,
    findings: &mut Vec<Finding>,
) {
    // What is called was checked when it was published.
    for node in definition.nodes.iter().filter(|node| node.frame.is_none()) {
        match &node.kind {
            NodeKind::UserTask => {
                user_task(node, context, findings);
                settings(node, conditions, context, findings);
            }
            NodeKind::ServiceTask => service_task(node, context, findings),
            NodeKind::Timer(Timer::Bad(message)) | NodeKind::Boundary { timer: Timer::Bad(message), .. } => {
                findings.push(Finding::error(&node.id, "bad_timer", format!("定时器“{}”：{message}", node.label())));
            }
            _ => {}
        }
        ways_out(definition, node, findings);
    }
    handing(definition, conditions, findings);
    for flow in definition.flows.iter().filter(|flow| definition.nodes[flow.source].frame.is_none()) {
        let Some(expression) = &flow.condition else {
            continue;
        };
        if let Err(message) = conditions.check(expression) {
            let from = definition.nodes[flow.source].label();
            findings.push(Finding::error(
                &flow.id,
                "bad_condition",
                format!("“{from}”出来的一条连线，条件“{expression}”写错了：{message}。改好条件再发布"),
            ));
        }
    }
}

/// What calls hand in and give back.
fn handing(definition: &Definition, conditions: &dyn Conditions, findings: &mut Vec<Finding>) {
    for call in &definition.calls {
        let node = &definition.nodes[call.entry];
        if node.frame.is_some() {
            continue;
        }
        let label = node.label();
        for (expression, name) in call.takes.iter().chain(&call.gives) {
            if let Err(message) = conditions.check(expression) {
                let message = format!("“{label}”交接的“{expression}”写错了：{message}。改好再发布");
                findings.push(Finding::error(&node.id, "bad_handing", message));
            }
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(char::is_numeric);
            if !plain {
                let message =
                    format!("“{label}”交接的名称“{name}”只能用文字、数字和下划线，不能以数字开头。换一个名称");
                findings.push(Finding::error(&node.id, "bad_handing", message));
            }
        }
    }
}

fn user_task(node: &Node, context: &LintContext, findings: &mut Vec<Finding>) {
    let label = node.label();
    match node.attribute("role") {
        None if node.settings.handlers.is_empty() => findings.push(Finding::error(
            &node.id,
            "missing_role",
            format!("“{label}”没有写由谁办理。给它选一个角色，或者指定办理人"),
        )),
        None => {}
        Some(role) if !context.roles.iter().any(|known| known == role) => {
            findings.push(Finding::error(
                &node.id,
                "unknown_role",
                format!("“{label}”的角色“{role}”不存在。从角色表里重新选一个"),
            ));
        }
        Some(_) => {}
    }
    if let Some(days) = node.attribute("days")
        && days.parse::<u32>().is_err()
    {
        findings.push(Finding::error(
            &node.id,
            "bad_days",
            format!("“{label}”的办理天数“{days}”不是整数。填天数，如 3"),
        ));
    }
    if let Some(unit) = node.attribute("unit")
        && !matches!(unit, "working" | "calendar")
    {
        findings.push(Finding::error(
            &node.id,
            "bad_unit",
            format!("“{label}”的期限单位“{unit}”不认识。选工作日或自然日"),
        ));
    }
    if node.name.is_empty() {
        findings.push(Finding::warning(
            &node.id,
            "missing_name",
            format!("人工环节“{}”没有名称。写上办事人看得懂的名称", node.id),
        ));
    }
}

/// Handlers, buttons and events that fit together and name what exists.
fn settings(node: &Node, conditions: &dyn Conditions, context: &LintContext, findings: &mut Vec<Finding>) {
    let label = node.label();
    let known = |role: &str| context.roles.iter().any(|one| one == role);
    let mut fault = |code: &'static str, message: String| findings.push(Finding::error(&node.id, code, message));
    for handler in &node.settings.handlers {
        if handler.kind == HandlerKind::Role && !known(&handler.key) {
            fault("unknown_role", format!("“{label}”的办理角色“{}”不存在。从角色表里重新选一个", handler.key));
        }
        if let Some(expression) = &handler.expression
            && let Err(message) = conditions.check(expression)
        {
            fault("bad_handler", format!("“{label}”的办理人表达式“{expression}”写错了：{message}。改好再发布"));
        }
    }
    if node.settings.joint.is_some() && node.settings.handlers.is_empty() {
        fault("joint_without_handlers", format!("“{label}”是会签，但没有指定由哪些人签。加上两个以上办理人"));
    }
    let passes = || node.settings.buttons.iter().filter(|button| button.action == ButtonAction::Pass);
    if !node.settings.buttons.is_empty() && passes().next().is_none() {
        fault("no_pass_button", format!("“{label}”的按钮里没有办结的按钮，办件会停在这里。加一个“通过”按钮"));
    }
    for (at, button) in passes().enumerate() {
        let outcome = button.outcome.as_deref();
        if passes().take(at).any(|other| other.outcome.as_deref() == outcome) {
            let which = outcome.unwrap_or("通过");
            fault("same_outcome", format!("“{label}”有两个按钮的结论都是“{which}”。给它们不同的结论"));
        }
        if outcome.is_some_and(|text| !text.chars().all(|c| c.is_alphanumeric() || c == '_') || text == "return") {
            let text = &button.label;
            fault(
                "bad_outcome",
                format!("“{label}”的按钮“{text}”的结论只能用字母、数字和下划线，也不能是 return。换一个结论"),
            );
        }
    }
    for event in &node.settings.events {
        let person = matches!(event.to.as_str(), "applicant" | "agent" | "handler")
            || event.to.strip_prefix("role:").is_some_and(known);
        if matches!(event.kind, EventKind::Message | EventKind::Sms) && !person {
            let to = &event.to;
            fault("bad_receiver", format!("“{label}”的通知发给“{to}”，不认识。选申请人、经办人、办理人或一个角色"));
        }
        if event.content.chars().count() > MOST_TEXT {
            fault("long_text", format!("“{label}”的通知超过 {MOST_TEXT} 字。写短一些"));
        }
    }
}

fn service_task(node: &Node, context: &LintContext, findings: &mut Vec<Finding>) {
    let label = node.label();
    match node.attribute("service") {
        None => findings.push(Finding::error(
            &node.id,
            "missing_service",
            format!("“{label}”没有写调用哪个服务。给它选一个服务"),
        )),
        Some(service) if !context.services.iter().any(|known| known == service) => {
            findings.push(Finding::error(
                &node.id,
                "unknown_service",
                format!("“{label}”的服务“{service}”不存在。从服务表里重新选一个"),
            ));
        }
        Some(_) => {}
    }
    if let Some(attempts) = node.attribute("attempts")
        && !attempts.parse::<u32>().is_ok_and(|number| number > 0)
    {
        findings.push(Finding::error(
            &node.id,
            "bad_attempts",
            format!("“{label}”的重试次数“{attempts}”不是正整数。填一个数，如 3"),
        ));
    }
}

/// Whether the conditions of a split leave a case without a way, or say what nobody will look at.
fn ways_out(definition: &Definition, node: &Node, findings: &mut Vec<Finding>) {
    let label = node.label();
    let flows = || node.outgoing.iter().map(|&flow| (flow, &definition.flows[flow]));
    let conditioned = flows().filter(|(_, flow)| flow.condition.is_some()).count();
    for (index, flow) in flows().filter(|(_, flow)| flow.condition.is_some()) {
        if node.kind == NodeKind::Parallel {
            findings.push(Finding::warning(
                &flow.id,
                "condition_ignored",
                format!("“{label}”是并行网关，每条分支都会走，连线上的条件不起作用。删掉条件，或者改用包容网关"),
            ));
        } else if node.default == Some(index) {
            findings.push(Finding::warning(
                &flow.id,
                "condition_ignored",
                format!("“{label}”的默认走向写了条件，不起作用。删掉这个条件"),
            ));
        }
    }
    let split = node.outgoing.len() > 1;
    let bare: Vec<&str> = flows()
        .filter(|(index, flow)| flow.condition.is_none() && node.default != Some(*index))
        .map(|(_, flow)| flow.id.as_str())
        .collect();
    match node.kind {
        NodeKind::Exclusive if split || conditioned > 0 => {
            for flow in bare {
                findings.push(Finding::error(
                    flow,
                    "missing_condition",
                    format!("“{label}”有一条走向没有条件。写上条件，或者设成默认走向"),
                ));
            }
        }
        NodeKind::Parallel => return,
        _ if !bare.is_empty() => return,
        _ => {}
    }
    if conditioned > 0 && node.default.is_none() && !exhaustive(definition, node) {
        findings.push(Finding::error(
            &node.id,
            "needs_default",
            format!("“{label}”的条件可能都不成立，办件会停在这里。设一条默认走向"),
        ));
    }
}

/// Whether one condition is literally the opposite of another: `a = b` and `a != b`.
///
/// Only this pair is complete in FEEL: every other comparison is null, so neither way, when a value is missing.
fn exhaustive(definition: &Definition, node: &Node) -> bool {
    let parts = |text: &str| -> Option<(bool, String, String)> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.contains(" and ") || text.contains(" or ") || text.contains(['<', '>', '(']) {
            return None;
        }
        let (equal, (left, right)) = match text.split_once("!=") {
            Some(sides) => (false, sides),
            None => (true, text.split_once('=')?),
        };
        Some((equal, left.trim().to_owned(), right.trim().to_owned()))
    };
    let known: Vec<_> =
        node.outgoing.iter().filter_map(|&flow| parts(definition.flows[flow].condition.as_deref()?)).collect();
    known.iter().any(|(equal, left, right)| *equal && known.contains(&(false, left.clone(), right.clone())))
}
