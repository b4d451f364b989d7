//! From where the ways into a join can still be reached (BPMN 2.0 §13.4.3: the inclusive join waits for these).

use crate::model::{Flow, Node, NodeKind, is_inside};

/// Where a token is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spot {
    /// On a sequence flow.
    Flow(usize),
    /// At an element that waits.
    Node(usize),
}

/// For each way into one join: the flows and nodes from which a token can still arrive on it without passing the join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    /// One row per incoming flow, in the order of `Node::incoming`; flows first, nodes after them.
    rows: Vec<Vec<bool>>,
    /// The same without the ways that begin with a reminder: what a reminder sends off is another token, the one it
    /// reminds of stays where it is. None in a drawing without reminders, where it is the same.
    own: Option<Vec<Vec<bool>>>,
    flows: usize,
}

impl Reach {
    /// Walks backwards from each way into `join`, not past `border`: a sub-process waits for what is inside it only.
    pub fn of(join: usize, border: Option<usize>, nodes: &[Node], flows: &[Flow]) -> Self {
        let rows = walk(join, border, nodes, flows, true);
        let reminds = |node: &Node| matches!(node.kind, NodeKind::Boundary { interrupting: false, .. });
        let own = nodes.iter().any(reminds).then(|| walk(join, border, nodes, flows, false));
        Self { rows, own, flows: flows.len() }
    }

    fn column(&self, spot: Spot) -> usize {
        match spot {
            Spot::Flow(flow) => flow,
            Spot::Node(node) => self.flows + node,
        }
    }

    /// Whether a token here, or one that a reminder of it sends off, can arrive at all.
    pub fn arrives(&self, spot: Spot) -> bool {
        let column = self.column(spot);
        self.rows.iter().any(|row| row[column])
    }

    /// Whether a join with these ways filled must wait for a token here.
    ///
    /// It must when the token can reach an empty way and no filled one. A filled way counts only where the token gets
    /// there itself: a reminder's token may well come round to it in a loop, and that is no reason to go on without the
    /// step it reminds of.
    pub fn must_wait(&self, filled: &[bool], spot: Spot) -> bool {
        let column = self.column(spot);
        let own = self.own.as_ref().unwrap_or(&self.rows);
        if filled.iter().zip(own).any(|(&full, row)| full && row[column]) {
            return false;
        }
        filled.iter().zip(&self.rows).any(|(&full, row)| !full && row[column])
    }
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
