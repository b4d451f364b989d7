//! Sequence flows.

use super::{Reading, child, is};
use crate::finding::Finding;
use crate::model::Flow;
use crate::xml::{BPMN_NAMESPACE, Element};

impl Reading<'_> {
    pub(super) fn link(&mut self, id: String, source: usize, target: usize) {
        let index = self.flows.len();
        self.flow_index.insert(id.clone(), index);
        self.nodes[source].outgoing.push(index);
        self.nodes[target].incoming.push(index);
        self.flows.push(Flow { id, name: String::new(), source, target, condition: None });
    }

    /// The node that a drawn flow leaves: of a sub-process its way out.
    pub(super) fn source_of(&self, id: &str) -> Option<usize> {
        let index = *self.node_index.get(id)?;
        Some(self.insides.iter().find(|(entry, _)| *entry == index).map_or(index, |(_, exit)| *exit))
    }

    /// The sequence flows of a process and of the sub-processes in it.
    pub(super) fn flows_of(&mut self, container: &Element) {
        let mut defaults: Vec<(usize, String)> = Vec::new();
        for element in container.elements().filter(|e| e.namespace.as_deref() == Some(BPMN_NAMESPACE)) {
            if let (Some(default), Some(index)) =
                (element.attribute("default"), element.attribute("id").and_then(|id| self.source_of(&self.id(id))))
            {
                defaults.push((index, self.id(default)));
            }
        }
        for element in container.elements().filter(|e| is(e, "sequenceFlow")) {
            let id = element.attribute("id").unwrap_or_default();
            if id.is_empty() {
                self.faults.push(Finding::error("", "missing_id", "有一条连线没有编号。在设计器里选中它，补上编号"));
                continue;
            }
            let id = self.id(id);
            let id = id.as_str();
            if self.flow_index.contains_key(id) {
                continue; // reported as a duplicate id
            }
            let source = element.attribute("sourceRef").and_then(|reference| self.source_of(&self.id(reference)));
            let target =
                element.attribute("targetRef").and_then(|reference| self.node_index.get(&self.id(reference)).copied());
            let (Some(source), Some(target)) = (source, target) else {
                self.faults.push(Finding::error(
                    id,
                    "dangling_flow",
                    format!("连线“{id}”有一头没有接上。把它接到一个环节，或者删掉"),
                ));
                continue;
            };
            if let Some(event) = [source, target].into_iter().find(|&end| self.nodes[end].event) {
                let node = &self.nodes[event];
                let message = format!("“{}”由定时启动，不能用连线接。删掉连线“{id}”", node.label());
                self.faults.push(Finding::error(&node.id, "event_has_flow", message));
                continue;
            }
            if self.nodes[source].scope != self.nodes[target].scope {
                self.faults.push(Finding::error(
                    id,
                    "crossing_flow",
                    format!("连线“{id}”穿过了子流程的边框。从子流程的开始进、结束出"),
                ));
                continue;
            }
            let condition = child(element, "conditionExpression").map(|c| {
                let text = c.text();
                let text = text.trim();
                // Some modellers mark FEEL by a leading equals sign.
                text.strip_prefix('=').unwrap_or(text).trim().to_owned()
            });
            let index = self.flows.len();
            self.flow_index.insert(id.to_owned(), index);
            self.nodes[source].outgoing.push(index);
            self.nodes[target].incoming.push(index);
            self.flows.push(Flow {
                id: id.to_owned(),
                name: element.attribute("name").unwrap_or_default().to_owned(),
                source,
                target,
                condition: condition.filter(|text| !text.is_empty()),
            });
        }
        for (node, default) in defaults {
            match self.flow_index.get(&default).copied().filter(|&flow| self.flows[flow].source == node) {
                Some(flow) => self.nodes[node].default = Some(flow),
                None => {
                    let (id, label) = (self.nodes[node].id.clone(), self.nodes[node].label().to_owned());
                    self.faults.push(Finding::error(
                        id,
                        "bad_default",
                        format!("“{label}”的默认走向“{default}”不是从它出来的连线。重新选一条"),
                    ));
                }
            }
        }
        for inner in container.elements().filter(|e| is(e, "subProcess")) {
            self.flows_of(inner);
        }
    }
}
