//! How often a flow makes the applicant come (最多跑一次, FORM-031): steps that declare it with `tongban:visit`.

use super::LintContext;
use crate::finding::Finding;
use crate::model::{Definition, NodeKind};

pub(super) fn check(definition: &Definition, context: &LintContext, findings: &mut Vec<Finding>) {
    let nodes = &definition.nodes;
    for node in
        nodes.iter().filter(|node| node.attribute("visit").is_some_and(|text| !matches!(text, "true" | "false")))
    {
        let label = node.label();
        findings.push(Finding::error(
            &node.id,
            "bad_visit",
            format!("“{label}”的要不要申请人到场只能是 true 或 false"),
        ));
    }
    let Some(most) = context.visits else { return };
    let visits: Vec<usize> = (0..nodes.len()).filter(|&index| nodes[index].visits()).collect();
    let ahead: Vec<Vec<bool>> = visits.iter().map(|&from| reached(definition, definition.next(from))).collect();
    for (at, &index) in visits.iter().enumerate() {
        let (id, label) = (&nodes[index].id, nodes[index].label());
        if most == 0 {
            let message = format!("“{label}”要申请人到现场，事项承诺的到现场次数是 0。改成网上办理或者工作人员上门");
            findings.push(Finding::error(id, "visit_not_allowed", message));
        } else if ahead[at][index] {
            let message =
                format!("“{label}”在循环里，会让申请人到现场不止一次。把它移到循环外面，或者改成不用申请人到场");
            findings.push(Finding::error(id, "visit_again", message));
        } else if let Some(other) = visits.iter().enumerate().find_map(|(other, &first)| {
            let after = ahead[other][index];
            (first != index && (after || (first < index && together(definition, first, index)))).then_some(first)
        }) {
            let first = nodes[other].label();
            let message = format!(
                "“{label}”要申请人再到现场一次，“{first}”已经要他来过（最多跑一次）。两处合成一处，或者改成不用申请人到场"
            );
            findings.push(Finding::error(id, "visit_again", message));
        }
    }
}

/// Whether one case may go through both, though neither leads to the other: they stand on branches that are walked
/// together.
fn together(definition: &Definition, one: usize, other: usize) -> bool {
    let splits = |index: usize| {
        let node = &definition.nodes[index];
        let rings = node
            .boundaries
            .iter()
            .any(|&at| matches!(definition.nodes[at].kind, NodeKind::Boundary { interrupting: false, .. }));
        // A task or an event with several ways out walks them all; so do these gateways.
        rings || (node.outgoing.len() > 1 && node.kind != NodeKind::Exclusive)
    };
    (0..definition.nodes.len()).filter(|&index| splits(index)).any(|split| {
        let branches: Vec<Vec<bool>> =
            definition.next(split).map(|first| reached(definition, std::iter::once(first))).collect();
        branches.iter().enumerate().any(|(at, branch)| {
            branches.iter().skip(at + 1).any(|beside| {
                (branch[one] && !beside[one] && beside[other] && !branch[other])
                    || (beside[one] && !branch[one] && branch[other] && !beside[other])
            })
        })
    })
}

fn reached(definition: &Definition, from: impl Iterator<Item = usize>) -> Vec<bool> {
    let mut seen = vec![false; definition.nodes.len()];
    let mut open: Vec<usize> = from.collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut seen[node], true) {
            open.extend(definition.next(node));
        }
    }
    seen
}
