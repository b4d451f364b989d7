//! From where the ways into a join can still be reached (BPMN 2.0 §13.4.3: the inclusive join waits for these).

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
    pub rows: Vec<Vec<bool>>,
    /// The same without the ways that begin with a reminder: what a reminder sends off is another token, the one it
    /// reminds of stays where it is. None in a drawing without reminders, where it is the same.
    pub own: Option<Vec<Vec<bool>>>,
    /// Number of flows in the drawing.
    pub flows: usize,
}

impl Reach {
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
