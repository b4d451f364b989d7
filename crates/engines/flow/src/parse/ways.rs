//! From where the ways into a join can still be reached, found by walking the drawing backwards.

use crate::model::{Flow, Node, NodeKind, is_inside};
use crate::reach::Reach;

/// Walks backwards from each way into `join`, not past `border`: a sub-process waits for what is inside it only.
pub(super) fn reach_of(join: usize, border: Option<usize>, nodes: &[Node], flows: &[Flow]) -> Reach {
    let rows = walk(join, border, nodes, flows, true);
    let reminds = |node: &Node| matches!(node.kind, NodeKind::Boundary { interrupting: false, .. });
    let own = nodes.iter().any(reminds).then(|| walk(join, border, nodes, flows, false));
    Reach { rows, own, flows: flows.len() }
}

/// The rows of [`Reach`], with the ways that begin with a reminder or without them.
fn walk(join: usize, border: Option<usize>, nodes: &[Node], flows: &[Flow], reminders: bool) -> Vec<Vec<bool>> {
    let from = |entry: usize| {
        let mut row = vec![false; flows.len() + nodes.len()];
        let mut open = vec![entry];
        row[entry] = true;
        while let Some(flow) = open.pop() {
            let mut sources = vec![flows[flow].source];
            while let Some(source) = sources.pop() {
                if source == join || Some(source) == border || row[flows.len() + source] {
                    continue;
                }
                row[flows.len() + source] = true;
                // What a timer starts in place of the rest, or beside it, is no way on for the tokens around it:
                // while a join in there waits, it has been started already.
                if let NodeKind::Boundary { host: Some(host), interrupting, .. } = nodes[source].kind
                    && !nodes[source].event
                    && (interrupting || reminders)
                {
                    sources.push(host);
                    let watches = !matches!(nodes[host].kind, NodeKind::UserTask | NodeKind::ServiceTask);
                    // A timer on the edge of a whole can take every token inside out of it, also those that a join
                    // inside waits for, which then waits no more. Inside the border all come to the way out anyway.
                    if watches && Some(host) != border && !is_inside(nodes, join, host) {
                        sources.extend((0..nodes.len()).filter(|&node| is_inside(nodes, node, host)));
                    }
                }
                for &before in &nodes[source].incoming {
                    if !row[before] {
                        row[before] = true;
                        open.push(before);
                    }
                }
            }
        }
        row
    };
    nodes[join].incoming.iter().map(|&entry| from(entry)).collect()
}
