//! Whether one flow may stand in for another (FORM-031): it begins and ends as the other does and brings the same
//! results about. What happens between is its own.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::model::{Definition, Node, NodeKind};
use crate::step::EventKind;

/// Something that others rely on a flow to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Duty {
    /// The step of a stage: the decision, the making of the result.
    Stage(String),
    /// A service with its paper.
    Service(String, String),
    /// Data for a connected system.
    Push(String),
    /// A seal on a paper.
    Seal(String),
}

/// Stages that make a result; what comes before them is a body's own affair.
const RESULTS: [&str; 2] = ["decide", "make"];

fn duties(node: &Node) -> Vec<Duty> {
    let mut duties = Vec::new();
    match node.kind {
        NodeKind::UserTask => {
            if let Some(stage) = node.attribute("stage").filter(|stage| RESULTS.contains(stage)) {
                duties.push(Duty::Stage(stage.to_owned()));
            }
        }
        NodeKind::ServiceTask => {
            let paper = node.attribute("paper").unwrap_or_default();
            duties.extend(node.attribute("service").map(|service| Duty::Service(service.to_owned(), paper.to_owned())));
        }
        _ => {}
    }
    for event in &node.settings.events {
        match event.kind {
            EventKind::Push => duties.push(Duty::Push(event.to.clone())),
            EventKind::Seal => duties.push(Duty::Seal(event.to.clone())),
            EventKind::Message | EventKind::Sms => {}
        }
    }
    duties
}

/// What a flow does, with the first element that does it.
fn done(definition: &Definition) -> BTreeMap<Duty, &Node> {
    let mut all = BTreeMap::new();
    for node in &definition.nodes {
        for duty in duties(node) {
            all.entry(duty).or_insert(node);
        }
    }
    all
}

/// Whether a case can end without this being done.
fn avoidable(definition: &Definition, duty: &Duty) -> bool {
    let skipped = |index: usize| duties(&definition.nodes[index]).contains(duty);
    let mut seen = vec![false; definition.nodes.len()];
    let mut open: Vec<usize> = definition.starts().into_iter().filter(|&start| !skipped(start)).collect();
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut seen[node], true) {
            continue;
        }
        if definition.nodes[node].kind == NodeKind::End {
            return true;
        }
        open.extend(definition.next(node).filter(|&next| !skipped(next)));
    }
    false
}

fn named(duty: &Duty, node: &Node) -> String {
    match duty {
        Duty::Push(_) => format!("“{}”的数据推送", node.label()),
        Duty::Seal(_) => format!("“{}”的盖章", node.label()),
        Duty::Stage(_) | Duty::Service(..) => format!("“{}”", node.label()),
    }
}

/// What `own` leaves out of, or adds to, what `given` brings about. Missing things are told at the process.
#[must_use]
pub fn contract(own: &Definition, given: &Definition) -> Vec<Finding> {
    let (ours, theirs) = (done(own), done(given));
    let mut findings = Vec::new();
    for (duty, node) in &theirs {
        let what = named(duty, node);
        if !ours.contains_key(duty) {
            let message = format!("事项流程里的{what}没有了，结果会和事项承诺的不一样。把它加回来");
            findings.push(Finding::error(&own.id, "result_missing", message));
        } else if !avoidable(given, duty) && avoidable(own, duty) {
            let at = ours.get(duty).map_or(own.id.as_str(), |node| node.id.as_str());
            let message = format!("有一条路绕过了{what}，事项流程里每个办件都要经过它。把绕过去的连线接回来");
            findings.push(Finding::error(at, "result_avoidable", message));
        }
    }
    for (duty, node) in &ours {
        if matches!(duty, Duty::Service(..) | Duty::Stage(_) | Duty::Push(_)) && !theirs.contains_key(duty) {
            let message = format!(
                "事项流程里没有{}，本部门流程不能多出结果。去掉它，需要的话请事项管理员改事项流程",
                named(duty, node)
            );
            findings.push(Finding::error(&node.id, "result_added", message));
        }
    }
    findings
}
