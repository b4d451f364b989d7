//! From where the ways into a join can still be reached (BPMN 2.0 §13.4.3: the inclusive join waits for these).

use crate::model::{Flow, Node, NodeKind, is_inside};

/// For each way into one join: the flows and nodes from which a token can still arrive on it without passing the join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    /// One row per incoming flow, in the order of `Node::incoming`; flows first, nodes after them.
    rows: Vec<Vec<bool>>,
    flows: usize,
}

impl Reach {
    /// Walks backwards from each way into `join`, not past `border`: a sub-process waits for what is inside it only.
    pub fn of(join: usize, border: Option<usize>, nodes: &[Node], flows: &[Flow]) -> Self {
        let rows = nodes[join]
            .incoming
            .iter()
            .map(|&entry| {
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
                        if let NodeKind::Boundary { host: Some(host), .. } = nodes[source].kind
                            && !nodes[source].event
                        {
                            sources.push(host);
                            let watches = !matches!(nodes[host].kind, NodeKind::UserTask | NodeKind::ServiceTask);
                            // A timer on the edge of a whole can take every token inside out of it, also those that a
                            // join inside waits for, which then waits no more. Inside the border all come to the way
                            // out anyway.
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
            })
            .collect();
        Self { rows, flows: flows.len() }
    }

    /// Whether a token on `flow` can arrive on the way in with number `way`.
    pub fn way_from_flow(&self, way: usize, flow: usize) -> bool {
        self.rows[way][flow]
    }

    /// Whether a token at `node` can arrive on the way in with number `way`.
    pub fn way_from_node(&self, way: usize, node: usize) -> bool {
        self.rows[way][self.flows + node]
    }

    /// Whether a token that can arrive on way `w` exactly when `can(w)` can arrive at all.
    pub fn arrives(&self, can: impl Fn(usize) -> bool) -> bool {
        (0..self.rows.len()).any(can)
    }

    /// Whether a join with these ways filled must wait for a token that can reach way `w` exactly when `can(w)`.
    ///
    /// It must when the token can reach an empty way and no filled one.
    pub fn must_wait(&self, filled: &[bool], can: impl Fn(usize) -> bool) -> bool {
        let mut reaches_empty = false;
        for (way, &full) in filled.iter().enumerate() {
            if can(way) {
                if full {
                    return false;
                }
                reaches_empty = true;
            }
        }
        reaches_empty
    }
}
