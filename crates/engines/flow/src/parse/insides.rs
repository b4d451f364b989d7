//! What holds sub-processes together: ways in and out, and the timers that sit on edges or watch a whole.

use super::Reading;
use crate::finding::Finding;
use crate::model::{Node, NodeKind};

impl Reading<'_> {
    /// What timers watch as a whole, each once.
    pub(super) fn watched(&mut self) -> Vec<usize> {
        let whole = self.nodes.iter().position(|node| node.kind == NodeKind::Start);
        for event in std::mem::take(&mut self.events) {
            let around = self.nodes[event].scope.or(whole);
            if let (Some(around), NodeKind::Boundary { host, .. }) = (around, &mut self.nodes[event].kind) {
                *host = Some(around);
                self.nodes[around].boundaries.push(event);
            }
        }
        let watches = |node: &Node| match node.kind {
            NodeKind::UserTask | NodeKind::ServiceTask => false,
            _ => !node.boundaries.is_empty(),
        };
        (0..self.nodes.len()).filter(|&index| watches(&self.nodes[index])).collect()
    }

    /// Puts timers on the tasks and sub-processes whose edge they sit on.
    pub(super) fn hosts(&mut self) {
        for (index, host_id) in std::mem::take(&mut self.hosts) {
            let found = self.node_index.get(&host_id).copied();
            let inside = |at: usize| self.insides.iter().any(|(entry, _)| *entry == at);
            let task = found.filter(|&at| {
                // What can't be called has been told already.
                inside(at)
                    || matches!(
                        self.nodes[at].kind,
                        NodeKind::UserTask | NodeKind::ServiceTask | NodeKind::Unsupported(_)
                    )
            });
            match task {
                Some(task) => {
                    if let NodeKind::Boundary { host, .. } = &mut self.nodes[index].kind {
                        *host = Some(task);
                    }
                    self.nodes[task].boundaries.push(index);
                }
                None => {
                    let id = self.nodes[index].id.clone();
                    let message = "边界定时器没有贴在任务或子流程上。把它拖到一个任务或子流程的边上";
                    self.faults.push(Finding::error(id, "boundary_unattached", message));
                }
            }
        }
    }

    /// Leads every sub-process in to its start and its ends to its way out.
    pub(super) fn join_insides(&mut self) {
        let events = self.events.iter().map(|&event| (event, self.way_out_of(event)));
        let all: Vec<(usize, Option<usize>)> =
            self.insides.iter().map(|&(entry, exit)| (entry, Some(exit))).chain(events).collect();
        for (entry, exit) in all {
            let label = self.nodes[entry].label().to_owned();
            let id = self.nodes[entry].id.clone();
            let of = |list: &[(usize, usize)]| -> Vec<usize> {
                list.iter().filter(|(_, scope)| *scope == entry).map(|(node, _)| *node).collect()
            };
            let (starts, ends) = (of(&self.inner_starts), of(&self.inner_ends));
            match starts.as_slice() {
                [] => self.faults.push(Finding::error(
                    &id,
                    "no_start",
                    format!("子流程“{label}”里没有开始。放一个开始事件，连到第一个环节"),
                )),
                &[start] => {
                    if !self.nodes[start].incoming.is_empty() {
                        self.faults.push(Finding::error(
                            &self.nodes[start].id,
                            "start_has_incoming",
                            format!("子流程“{label}”的开始前面不能再有连线。把连线接到它后面的环节"),
                        ));
                    } else if self.nodes[start].outgoing.len() > 1 {
                        // A start with several ways takes all that hold, inside as outside.
                        self.nodes[start].kind = NodeKind::Inclusive;
                    }
                    let part = if self.calls.iter().any(|call| call.entry == entry) { "/" } else { "" };
                    self.link(format!("{id}{part}/in"), entry, start);
                }
                [_, others @ ..] => {
                    for &other in others {
                        self.faults.push(Finding::error(
                            &self.nodes[other].id,
                            "several_starts",
                            format!("子流程“{label}”有不止一个开始。只留一个"),
                        ));
                    }
                }
            }
            if ends.is_empty() {
                let message = format!("子流程“{label}”里没有结束。放一个结束事件，连上最后一个环节");
                self.faults.push(Finding::error(&id, "no_end", message));
            }
            for end in ends {
                if !self.nodes[end].outgoing.is_empty() {
                    self.faults.push(Finding::error(
                        &self.nodes[end].id,
                        "end_has_outgoing",
                        format!("子流程“{label}”的结束后面不能再有连线。删掉连线，或者换成环节"),
                    ));
                }
                if let Some(exit) = exit {
                    self.link(format!("{}/out", self.nodes[end].id), end, exit);
                }
            }
        }
    }
}
