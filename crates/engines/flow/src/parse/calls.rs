//! Flows that are called, drawn in behind the ids of their calls.

use super::{MAX_BYTES, MAX_CALLS, MAX_NODES, Reading, is};
use crate::finding::Finding;
use crate::model::{Call, NodeKind};
use crate::xml::{Document, Element, TONGBAN_NAMESPACE};

/// A call that was met.
pub(super) struct OpenCall {
    entry: usize,
    exit: usize,
    key: String,
    keys: Vec<String>,
}

impl Reading<'_> {
    /// Keeps a call until the file it stands in has been read.
    pub(super) fn call(&mut self, element: &Element, entry: usize) {
        let key = element.attribute("calledElement").unwrap_or_default().trim().to_owned();
        if self.frame.is_none() && !key.is_empty() && !self.called.contains(&key) {
            self.called.push(key.clone());
        }
        let Some(&(_, exit)) = self.insides.iter().find(|(way_in, _)| *way_in == entry) else { return };
        let mut call = Call { entry, exit, takes: Vec::new(), gives: Vec::new() };
        let ours = |e: &&Element| e.namespace.as_deref() == Some(TONGBAN_NAMESPACE);
        let extensions = element.elements().filter(|e| is(e, "extensionElements")).flat_map(Element::elements);
        for one in extensions.filter(ours) {
            let list = match one.local.as_str() {
                "in" => &mut call.takes,
                "out" => &mut call.gives,
                _ => continue,
            };
            let text = |name: &str| one.attribute(name).map(str::trim).filter(|text| !text.is_empty());
            match (text("source"), text("target")) {
                (Some(source), Some(target)) => list.push((source.to_owned(), target.to_owned())),
                _ => {
                    let node = &self.nodes[entry];
                    let message = format!("“{}”交接的数据没有写全。写上取什么、叫什么", node.label());
                    self.faults.push(Finding::error(&node.id, "bad_handing", message));
                }
            }
        }
        self.calls.push(call);
        self.open_calls.push(OpenCall { entry, exit, key, keys: self.keys.clone() });
    }

    /// Draws in what is called. A call that can't be followed becomes a node that can't be run.
    pub(super) fn calls(&mut self) {
        while let Some(call) = self.open_calls.pop() {
            let node = &self.nodes[call.entry];
            let (id, label) = (node.id.clone(), node.label().to_owned());
            let OpenCall { key, .. } = &call;
            let fault = if key.is_empty() {
                Some(("missing_flow", format!("“{label}”没有写调用哪个流程。给它选一个已发布的流程")))
            } else if call.keys.contains(key) {
                let round = format!("{} → {key}", call.keys.join(" → "));
                Some(("call_cycle", format!("“{label}”调用的流程又调用回来：{round}。去掉其中一个调用")))
            } else if call.keys.len() > MAX_CALLS {
                Some(("call_too_deep", format!("“{label}”的调用超过 {MAX_CALLS} 层。减少一层调用")))
            } else {
                match self.library.source(key) {
                    None => Some(("unknown_flow", format!("“{label}”调用的流程“{key}”没有发布。先发布它，或者换一个"))),
                    Some(_) if self.nodes.len() > MAX_NODES => None,
                    Some(xml) => self
                        .draw_in(&call, xml)
                        .err()
                        .map(|()| ("broken_flow", format!("“{label}”调用的流程“{key}”没有通过检查。先改好它，再发布"))),
                }
            };
            if let Some((code, message)) = fault {
                self.faults.push(Finding::error(id, code, message));
                self.nodes[call.entry].kind = NodeKind::Unsupported("callActivity".to_owned());
                // The drawing goes on behind it, so that what else is wrong is found too.
                self.link(format!("{}//in", self.nodes[call.entry].id), call.entry, call.exit);
                self.calls.retain(|one| one.entry != call.entry);
                self.insides.retain(|(entry, _)| *entry != call.entry);
                self.nodes[call.exit].kind = NodeKind::Exclusive;
            }
        }
    }

    fn draw_in(&mut self, call: &OpenCall, xml: &str) -> Result<(), ()> {
        if xml.len() > MAX_BYTES {
            return Err(());
        }
        let document = Document::read(xml).map_err(|_| ())?;
        let processes: Vec<&Element> = document.root.elements().filter(|e| is(e, "process")).collect();
        let &[process] = processes.as_slice() else { return Err(()) };
        let before = self.faults.len();
        let marks = (self.nodes.len(), self.flows.len(), self.open_calls.len(), self.calls.len());
        let kept = (self.insides.len(), self.inner_starts.len(), self.inner_ends.len(), self.hosts.len());
        let events = self.events.len();
        let outer = (
            std::mem::replace(&mut self.prefix, format!("{}/", self.nodes[call.entry].id)),
            self.frame.replace(call.entry),
            std::mem::replace(&mut self.keys, call.keys.iter().chain([&call.key]).cloned().collect()),
        );
        self.nodes_of(process, Some(call.entry));
        self.flows_of(process);
        (self.prefix, self.frame, self.keys) = outer;
        // It was checked when it was published; what is wrong with it is told there.
        let sound = self.faults.len() == before;
        self.faults.truncate(before);
        if sound {
            return Ok(());
        }
        // Nothing of it stays: what follows from its faults would be told as faults of the one that calls it.
        let (nodes, flows, open, calls) = marks;
        self.nodes.truncate(nodes);
        self.flows.truncate(flows);
        self.open_calls.truncate(open);
        self.calls.truncate(calls);
        let (insides, starts, ends, hosts) = kept;
        self.insides.truncate(insides);
        self.inner_starts.truncate(starts);
        self.inner_ends.truncate(ends);
        self.hosts.truncate(hosts);
        self.events.truncate(events);
        self.node_index.retain(|_, node| *node < nodes);
        self.flow_index.retain(|_, flow| *flow < flows);
        Err(())
    }
}
