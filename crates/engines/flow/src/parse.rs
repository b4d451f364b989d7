//! BPMN XML → [`Definition`].
//!
//! Reading is forgiving where a clerk needs to see the fault in the drawing (an unsupported element, a flow that leads
//! nowhere): such faults are kept and reported by lint. It refuses only what is not a BPMN process at all.
//!
//! A sub-process is drawn into the flow around it: its box becomes a way in, its ends lead to one way out (`<id>/end`)
//! that waits for everything still going on inside, as BPMN 2.0 §13.3.4 asks. So returning, joins and the proof of
//! soundness know no nesting.

use std::collections::{HashMap, HashSet};

use crate::duration::seconds_of;
use crate::finding::Finding;
use crate::model::{BPMN_NAMESPACE, Definition, Flow, Node, NodeKind, TONGBAN_NAMESPACE, Timer};
use crate::reach::Reach;
use crate::step::{self, StepSettings};
use crate::xml::{Document, Element};

/// Largest file accepted, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most nodes in one process: checking costs more than linearly, and nobody can read a larger drawing.
pub(crate) const MAX_NODES: usize = 1_000;
/// Most sequence flows in one process.
pub(crate) const MAX_FLOWS: usize = 3_000;

impl Definition {
    /// Reads a BPMN 2.0 file with one process.
    ///
    /// # Errors
    /// Findings saying why the file is refused: too large, not well-formed XML, DOCTYPE or entities, not BPMN, no process.
    /// Faults of the drawing itself are not errors here; [`crate::lint`] lists them.
    pub fn parse(xml: &str) -> Result<Self, Vec<Finding>> {
        if xml.len() > MAX_BYTES {
            return Err(vec![Finding::error(
                "",
                "xml_too_large",
                format!("文件超过 {} MB。把流程拆成几个再导入", MAX_BYTES / 1024 / 1024),
            )]);
        }
        let document = Document::read(xml).map_err(|finding| vec![finding])?;
        if !is(&document.root, "definitions") {
            return Err(vec![Finding::error("", "not_bpmn", "这不是 BPMN 2.0 流程文件。用流程设计器导出后再导入")]);
        }
        let processes: Vec<&Element> = document.root.elements().filter(|e| is(e, "process")).collect();
        let Some(process) =
            processes.iter().find(|p| p.attribute("isExecutable") == Some("true")).or(processes.first())
        else {
            return Err(vec![Finding::error("", "no_process", "文件里没有流程。先画一个流程再导入")]);
        };
        let mut reading = Reading::default();
        reading.ids_of(&document.root, false);
        let id = process.attribute("id").unwrap_or_default().to_owned();
        let name = process.attribute("name").unwrap_or_default().to_owned();
        if processes.len() > 1 {
            reading.faults.push(Finding::error(
                &id,
                "several_processes",
                format!("文件里有 {} 个流程，只能有一个。把其他流程另存成文件", processes.len()),
            ));
        }
        reading.nodes_of(process, None);
        reading.hosts();
        reading.flows_of(process);
        reading.join_insides();
        let Reading { mut nodes, flows, node_index, flow_index, faults, .. } = reading;
        if nodes.len() > MAX_NODES || flows.len() > MAX_FLOWS {
            return Err(vec![Finding::error(
                id,
                "too_many_elements",
                format!(
                    "流程有 {} 个环节、{} 条连线，最多 {MAX_NODES} 个和 {MAX_FLOWS} 条。把流程拆成几个再导入",
                    nodes.len(),
                    flows.len()
                ),
            )]);
        }
        for index in 0..nodes.len() {
            if matches!(nodes[index].kind, NodeKind::Inclusive | NodeKind::Drain) && nodes[index].joins() {
                let entry = nodes[index].id.strip_suffix("/end").and_then(|id| node_index.get(id).copied());
                nodes[index].reach = Some(Reach::of(index, entry, &nodes, &flows));
            }
        }
        Ok(Self { id, name, nodes, flows, node_index, flow_index, faults, document })
    }
}

fn is(element: &Element, local: &str) -> bool {
    element.namespace.as_deref() == Some(BPMN_NAMESPACE) && element.local == local
}

fn child<'a>(element: &'a Element, local: &str) -> Option<&'a Element> {
    element.elements().find(|e| is(e, local))
}

/// Elements without a meaning for running: labels, data, lanes.
const SILENT: &[&str] = &[
    "documentation",
    "extensionElements",
    "laneSet",
    "textAnnotation",
    "association",
    "group",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "ioSpecification",
    "property",
    "auditing",
    "monitoring",
    "supports",
    "artifact",
    "sequenceFlow",
    "resourceRole",
    "performer",
    "humanPerformer",
    "potentialOwner",
    "correlationSubscription",
];

/// Why an element is not supported, as a clerk would call it.
fn plain_name(local: &str) -> String {
    let plain = match local {
        "subProcess" => "由事件启动的子流程",
        "transaction" | "adHocSubProcess" => "特殊子流程",
        "callActivity" => "调用活动",
        "scriptTask" => "脚本任务",
        "sendTask" => "发送任务",
        "receiveTask" => "接收任务",
        "manualTask" => "手工任务",
        "businessRuleTask" => "规则任务",
        "task" => "未定类型的任务",
        "eventBasedGateway" => "事件网关",
        "complexGateway" => "复杂网关",
        "intermediateThrowEvent" => "中间抛出事件",
        "multiInstanceLoopCharacteristics" => "多实例任务",
        "standardLoopCharacteristics" => "循环任务",
        "messageEventDefinition" => "消息事件",
        "signalEventDefinition" => "信号事件",
        "errorEventDefinition" => "错误事件",
        "escalationEventDefinition" => "升级事件",
        "terminateEventDefinition" => "终止事件",
        "conditionalEventDefinition" => "条件事件",
        "compensateEventDefinition" => "补偿事件",
        "linkEventDefinition" => "链接事件",
        "timerEventDefinition" => "定时开始",
        _ => return format!("“{local}”元素"),
    };
    format!("{plain}（{local}）")
}

#[derive(Default)]
struct Reading {
    nodes: Vec<Node>,
    flows: Vec<Flow>,
    node_index: HashMap<String, usize>,
    flow_index: HashMap<String, usize>,
    faults: Vec<Finding>,
    seen: HashSet<String>,
    /// The sub-process that each node stands in, by the index of its way in.
    scopes: Vec<Option<usize>>,
    /// Sub-processes: way in and way out.
    insides: Vec<(usize, usize)>,
    /// Start and end events inside sub-processes, with the way in of their sub-process.
    inner_starts: Vec<(usize, usize)>,
    inner_ends: Vec<(usize, usize)>,
    /// Timers on edges with the id of what they sit on.
    hosts: Vec<(usize, String)>,
}

impl Reading {
    /// Ids are unique in a file (xsd:ID), whatever element bears them; foreign elements are not ours to judge.
    fn ids_of(&mut self, element: &Element, foreign: bool) {
        let foreign =
            foreign || is(element, "extensionElements") || element.namespace.as_deref() != Some(BPMN_NAMESPACE);
        if let (false, Some(id)) = (foreign, element.attribute("id"))
            && !self.seen.insert(id.to_owned())
        {
            self.faults.push(Finding::error(
                id,
                "duplicate_id",
                format!("编号“{id}”用了不止一次。给每个元素一个自己的编号"),
            ));
        }
        for inner in element.elements() {
            self.ids_of(inner, foreign);
        }
    }

    /// The nodes of a process, or of the sub-process whose way in is `scope`.
    fn nodes_of(&mut self, container: &Element, scope: Option<usize>) {
        for element in container.elements() {
            if element.namespace.as_deref() != Some(BPMN_NAMESPACE) || SILENT.contains(&element.local.as_str()) {
                continue;
            }
            let Some(id) = element.attribute("id").filter(|id| !id.is_empty()) else {
                self.faults.push(Finding::error(
                    "",
                    "missing_id",
                    format!("有一个{}没有编号。在设计器里选中它，补上编号", plain_name(&element.local)),
                ));
                continue;
            };
            if self.node_index.contains_key(id) {
                continue; // reported as a duplicate id
            }
            let kind = self.kind_of(element, id);
            let mut node = Node {
                id: id.to_owned(),
                name: element.attribute("name").unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
                kind,
                incoming: Vec::new(),
                outgoing: Vec::new(),
                default: None,
                boundaries: Vec::new(),
                attributes: element
                    .attributes
                    .iter()
                    .filter(|a| a.namespace.as_deref() == Some(TONGBAN_NAMESPACE))
                    .map(|a| (a.local.clone(), a.value.clone()))
                    .collect(),
                settings: StepSettings::default(),
                reach: None,
            };
            if node.kind == NodeKind::UserTask {
                node.settings = step::read(element, id, node.label(), &mut self.faults);
                self.joint_of(element, &mut node);
            }
            match (&node.kind, scope) {
                (NodeKind::Boundary { .. }, _) => {
                    let host = element.attribute("attachedToRef").unwrap_or_default().to_owned();
                    self.hosts.push((self.nodes.len(), host));
                }
                (NodeKind::Start, Some(scope)) => {
                    node.kind = NodeKind::Exclusive;
                    self.inner_starts.push((self.nodes.len(), scope));
                }
                (NodeKind::End, Some(scope)) => {
                    node.kind = NodeKind::Exclusive;
                    self.inner_ends.push((self.nodes.len(), scope));
                }
                _ => {}
            }
            let index = self.push(node, scope);
            if is(element, "subProcess") && self.nodes[index].kind == NodeKind::Exclusive {
                let entry = &self.nodes[index];
                let exit = Node { id: format!("{id}/end"), kind: NodeKind::Drain, ..entry.clone() };
                let exit = self.push(exit, scope);
                self.insides.push((index, exit));
                self.nodes_of(element, Some(index));
            }
        }
    }

    fn push(&mut self, node: Node, scope: Option<usize>) -> usize {
        let index = self.nodes.len();
        self.node_index.insert(node.id.clone(), index);
        self.nodes.push(node);
        self.scopes.push(scope);
        index
    }

    fn joint_of(&mut self, element: &Element, node: &mut Node) {
        let Some(loops) = child(element, "multiInstanceLoopCharacteristics") else { return };
        match step::joint(loops) {
            Ok(joint) => node.settings.joint = Some(joint),
            Err(message) => {
                let message = format!("“{}”的{message}。改好再发布", node.label());
                self.faults.push(Finding::error(&node.id, "bad_ratio", message));
            }
        }
    }

    /// Puts timers on the tasks whose edge they sit on.
    fn hosts(&mut self) {
        for (index, host_id) in std::mem::take(&mut self.hosts) {
            let found = self.node_index.get(&host_id).copied();
            let task = found.filter(|&h| matches!(self.nodes[h].kind, NodeKind::UserTask | NodeKind::ServiceTask));
            match task {
                Some(task) => {
                    if let NodeKind::Boundary { host, .. } = &mut self.nodes[index].kind {
                        *host = Some(task);
                    }
                    self.nodes[task].boundaries.push(index);
                }
                None => {
                    let id = self.nodes[index].id.clone();
                    let inside = found.is_some_and(|at| self.insides.iter().any(|(entry, _)| *entry == at));
                    let message = if inside {
                        "边界定时器贴在了子流程上。把它贴到子流程里的任务上"
                    } else {
                        "边界定时器没有贴在任务上。把它拖到一个任务的边上"
                    };
                    self.faults.push(Finding::error(id, "boundary_unattached", message));
                }
            }
        }
    }

    /// Leads every sub-process in to its start and its ends to its way out.
    fn join_insides(&mut self) {
        for (entry, exit) in std::mem::take(&mut self.insides) {
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
                    }
                    self.link(format!("{id}/in"), entry, start);
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
                self.link(format!("{}/out", self.nodes[end].id), end, exit);
            }
        }
    }

    fn link(&mut self, id: String, source: usize, target: usize) {
        let index = self.flows.len();
        self.flow_index.insert(id.clone(), index);
        self.nodes[source].outgoing.push(index);
        self.nodes[target].incoming.push(index);
        self.flows.push(Flow { id, name: String::new(), source, target, condition: None });
    }

    /// The node that a drawn flow leaves: of a sub-process its way out.
    fn source_of(&self, id: &str) -> Option<usize> {
        let index = *self.node_index.get(id)?;
        Some(self.insides.iter().find(|(entry, _)| *entry == index).map_or(index, |(_, exit)| *exit))
    }

    fn kind_of(&mut self, element: &Element, id: &str) -> NodeKind {
        let events: Vec<&Element> = element
            .elements()
            .filter(|e| e.namespace.as_deref() == Some(BPMN_NAMESPACE) && e.local.ends_with("EventDefinition"))
            .collect();
        let loops = element
            .elements()
            .find(|e| is(e, "multiInstanceLoopCharacteristics") || is(e, "standardLoopCharacteristics"));
        let unsupported = match (element.local.as_str(), events.as_slice(), loops) {
            ("userTask", _, Some(inner)) if inner.local == "multiInstanceLoopCharacteristics" => None,
            (_, _, Some(inner)) => Some(inner.local.clone()),
            ("subProcess", _, _) if element.attribute("triggeredByEvent") != Some("true") => None,
            ("startEvent" | "endEvent", [inner, ..], _) => Some(inner.local.clone()),
            (
                "startEvent" | "endEvent" | "userTask" | "serviceTask" | "exclusiveGateway" | "parallelGateway"
                | "inclusiveGateway",
                _,
                _,
            ) => None,
            ("intermediateCatchEvent" | "boundaryEvent", [inner], _) if inner.local == "timerEventDefinition" => None,
            ("intermediateCatchEvent" | "boundaryEvent", [inner, ..], _) => Some(inner.local.clone()),
            (local, _, _) => Some(local.to_owned()),
        };
        if let Some(local) = unsupported {
            let name = element.attribute("name").filter(|n| !n.is_empty()).unwrap_or(id);
            self.faults.push(Finding::error(
                id,
                "unsupported_element",
                format!("“{name}”是{}，流程引擎不能办理。换成人工任务、服务任务、网关或定时器", plain_name(&local)),
            ));
            return NodeKind::Unsupported(local);
        }
        match element.local.as_str() {
            "startEvent" => NodeKind::Start,
            "endEvent" => NodeKind::End,
            "userTask" => NodeKind::UserTask,
            "serviceTask" => NodeKind::ServiceTask,
            "exclusiveGateway" | "subProcess" => NodeKind::Exclusive,
            "parallelGateway" => NodeKind::Parallel,
            "inclusiveGateway" => NodeKind::Inclusive,
            "boundaryEvent" => NodeKind::Boundary {
                timer: timer_of(&events),
                host: None,
                interrupting: element.attribute("cancelActivity") != Some("false"),
            },
            _ => NodeKind::Timer(timer_of(&events)),
        }
    }

    /// The sequence flows of a process and of the sub-processes in it.
    fn flows_of(&mut self, container: &Element) {
        let mut defaults: Vec<(usize, String)> = Vec::new();
        for element in container.elements().filter(|e| e.namespace.as_deref() == Some(BPMN_NAMESPACE)) {
            if let (Some(default), Some(index)) =
                (element.attribute("default"), element.attribute("id").and_then(|id| self.source_of(id)))
            {
                defaults.push((index, default.to_owned()));
            }
        }
        for element in container.elements().filter(|e| is(e, "sequenceFlow")) {
            let id = element.attribute("id").unwrap_or_default();
            if id.is_empty() {
                self.faults.push(Finding::error("", "missing_id", "有一条连线没有编号。在设计器里选中它，补上编号"));
                continue;
            }
            if self.flow_index.contains_key(id) {
                continue; // reported as a duplicate id
            }
            let source = element.attribute("sourceRef").and_then(|reference| self.source_of(reference));
            let target = element.attribute("targetRef").and_then(|reference| self.node_index.get(reference).copied());
            let (Some(source), Some(target)) = (source, target) else {
                self.faults.push(Finding::error(
                    id,
                    "dangling_flow",
                    format!("连线“{id}”有一头没有接上。把它接到一个环节，或者删掉"),
                ));
                continue;
            };
            if self.scopes[source] != self.scopes[target] {
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

fn timer_of(events: &[&Element]) -> Timer {
    let Some(event) = events.first() else {
        return Timer::Bad("没有写时间".to_owned());
    };
    if let Some(duration) = child(event, "timeDuration") {
        return match seconds_of(&duration.text()) {
            Ok(seconds) => Timer::Duration(seconds),
            Err(message) => Timer::Bad(message),
        };
    }
    if let Some(date) = child(event, "timeDate") {
        let text = date.text().trim().to_owned();
        return if looks_like_date(&text) {
            Timer::Date(text)
        } else {
            Timer::Bad(format!("日期“{text}”读不懂。按“2026-10-01”或“2026-10-01T09:00:00+08:00”这样写"))
        };
    }
    if child(event, "timeCycle").is_some() {
        return Timer::Bad("不支持重复定时。改成一段时长，如“P3D”".to_owned());
    }
    Timer::Bad("没有写时间。填一段时长，如“P3D”".to_owned())
}

/// The outer shape of an ISO 8601 date or date-time; the caller, who owns the calendar, reads it exactly.
fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let day = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    day && (bytes.len() == 10
        || (bytes.len() >= 16
            && bytes[10] == b'T'
            && bytes[11..16].iter().enumerate().all(|(i, b)| if i == 2 { *b == b':' } else { b.is_ascii_digit() })))
}
