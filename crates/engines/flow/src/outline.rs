//! The steps of a flow in order, for the public guide and the desk.

use serde::Serialize;

use crate::model::{Definition, NodeKind};

/// One user task as the public sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Id of the user task.
    pub element: String,
    /// Its label.
    pub name: String,
    /// Who does it.
    pub role: Option<String>,
    /// Stage of the case.
    pub stage: Option<String>,
    /// Working days allowed.
    pub days: Option<u32>,
    /// Whether a case can end without it.
    pub optional: bool,
}

/// The user tasks in the order in which a case meets them: every task after all tasks that lead to it, drawn loops
/// aside; branches in file order.
#[must_use]
pub fn outline(definition: &Definition) -> Vec<Step> {
    let order = order(definition);
    order
        .iter()
        .map(|&index| (index, &definition.nodes[index]))
        .filter(|(_, node)| node.kind == NodeKind::UserTask)
        .map(|(index, node)| Step {
            element: node.id.clone(),
            name: node.name.clone(),
            role: node.attribute("role").map(str::to_owned),
            stage: node.attribute("stage").map(str::to_owned),
            days: node.days(),
            optional: avoidable(definition, &order, index),
        })
        .collect()
}

/// Nodes reachable from the start in topological order; an arrow back into the path it came from is left out.
pub(crate) fn order(definition: &Definition) -> Vec<usize> {
    let mut seen = vec![false; definition.nodes.len()];
    let mut finished = Vec::new();
    for start in definition.starts() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        // An own stack: a drawing may be longer than the call stack is deep. Branches are walked last first, because
        // the reversed order of finishing then shows them first first.
        let ways = |node: usize| definition.next(node).collect::<Vec<usize>>();
        let mut stack = vec![(start, ways(start))];
        while let Some((node, open)) = stack.last_mut() {
            match open.pop() {
                Some(next) if !seen[next] => {
                    seen[next] = true;
                    stack.push((next, ways(next)));
                }
                Some(_) => {}
                None => {
                    finished.push(*node);
                    stack.pop();
                }
            }
        }
    }
    finished.reverse();
    finished
}

/// Whether some complete run leaves out the node: all branches of a parallel split must end without it, one way out of
/// any other element is enough.
fn avoidable(definition: &Definition, order: &[usize], avoided: usize) -> bool {
    let mut ends = vec![false; definition.nodes.len()];
    loop {
        let mut changed = false;
        // From the ends backwards, so that one or two rounds are enough.
        for &index in order.iter().rev() {
            if ends[index] || index == avoided {
                continue;
            }
            let node = &definition.nodes[index];
            let can = match node.kind {
                NodeKind::End => true,
                NodeKind::Parallel => {
                    !node.outgoing.is_empty() && node.outgoing.iter().all(|&flow| ends[definition.flows[flow].target])
                }
                // A timer that watches a whole sub-process leaves none of its steps out by plan.
                _ if definition.watched.contains(&index) => {
                    node.outgoing.iter().any(|&flow| ends[definition.flows[flow].target])
                }
                _ => definition.next(index).any(|next| ends[next]),
            };
            if can {
                ends[index] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    definition.starts().iter().any(|&start| ends[start])
}
