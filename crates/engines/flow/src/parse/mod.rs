//! BPMN XML → [`Definition`].
//!
//! Reading is forgiving where a clerk needs to see the fault in the drawing (an unsupported element, a flow that leads
//! nowhere): such faults are kept and reported by lint. It refuses only what is not a BPMN process at all.
//!
//! A sub-process is drawn into the flow around it: its box becomes a way in, its ends lead to one way out (`<id>/end`)
//! that waits for everything still going on inside, as BPMN 2.0 §13.3.4 asks. A called flow ([`Flows`]) is drawn in like
//! a sub-process, its ids behind that of the call (`<call>/<id>`; its way out is `<call>//end`). A sub-process that an
//! event starts begins with the timer that watches what is around it. So returning, joins and the proof of soundness
//! know no nesting.

mod calls;
mod flows;
mod insides;
mod timers;
mod ways;

use std::collections::{HashMap, HashSet};

use crate::finding::Finding;
use crate::model::{Call, Definition, Flow, Node, NodeKind};
use crate::step::{self, StepSettings};
use crate::xml::{BPMN_NAMESPACE, Document, Element, TONGBAN_NAMESPACE};
use calls::OpenCall;
use timers::{event_definitions, timer_of};

/// Largest file accepted, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most nodes in one process: checking costs more than linearly, and nobody can read a larger drawing.
pub(crate) const MAX_NODES: usize = 1_000;
/// Most sequence flows in one process.
pub(crate) const MAX_FLOWS: usize = 3_000;

/// Most calls one inside the other.
const MAX_CALLS: usize = 8;

/// The flows that can be called, in the version that counts.
pub trait Flows {
    /// The file of a published flow; nothing when there is none of this key.
    fn source(&self, key: &str) -> Option<&str>;
}

/// No flow to be called.
struct Alone;

impl Flows for Alone {
    fn source(&self, _: &str) -> Option<&str> {
        None
    }
}

impl Definition {
    /// Reads a BPMN 2.0 file with one process that calls no other flow; a call is a fault of the drawing.
    ///
    /// # Errors
    /// As [`Definition::parse_with`].
    pub fn parse(xml: &str) -> Result<Self, Vec<Finding>> {
        Self::parse_with(xml, None, &Alone)
    }

    /// Reads a BPMN 2.0 file with one process, drawing the flows it calls in. `key` is its own key, that it may not
    /// call itself by others.
    ///
    /// # Errors
    /// Findings saying why the file is refused: too large, not well-formed XML, DOCTYPE or entities, not BPMN, no process.
    /// Faults of the drawing itself are not errors here; [`crate::lint`] lists them.
    pub fn parse_with(xml: &str, key: Option<&str>, library: &dyn Flows) -> Result<Self, Vec<Finding>> {
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
        let mut reading = Reading::new(library, key);
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
        reading.flows_of(process);
        reading.calls();
        reading.hosts();
        reading.join_insides();
        let watched = reading.watched();
        let Reading { mut nodes, flows, node_index, flow_index, faults, insides, calls, called, .. } = reading;
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
                let entry = insides.iter().find(|(_, exit)| *exit == index).map(|(entry, _)| *entry);
                nodes[index].reach = Some(ways::reach_of(index, entry, &nodes, &flows));
            }
        }
        Ok(Self { id, name, nodes, flows, node_index, flow_index, faults, document, insides, calls, watched, called })
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
        "timerEventDefinition" => "定时开始（只有事件子流程可以定时开始）",
        _ => return format!("“{local}”元素"),
    };
    format!("{plain}（{local}）")
}

struct Reading<'a> {
    library: &'a dyn Flows,
    /// Keys of the flows being read, one calling the next.
    keys: Vec<String>,
    /// What stands before the ids of the flow being read.
    prefix: String,
    /// The call it is drawn in for.
    frame: Option<usize>,
    /// Calls met and not drawn in yet: way in, way out, key, and what stands around them.
    open_calls: Vec<OpenCall>,
    calls: Vec<Call>,
    /// Keys that the file itself calls.
    called: Vec<String>,
    /// Timers that start a sub-process, by the index of their node.
    events: Vec<usize>,
    nodes: Vec<Node>,
    flows: Vec<Flow>,
    node_index: HashMap<String, usize>,
    flow_index: HashMap<String, usize>,
    faults: Vec<Finding>,
    seen: HashSet<String>,
    /// Sub-processes: way in and way out.
    insides: Vec<(usize, usize)>,
    /// Start and end events inside sub-processes, with the way in of their sub-process.
    inner_starts: Vec<(usize, usize)>,
    inner_ends: Vec<(usize, usize)>,
    /// Timers on edges with the id of what they sit on.
    hosts: Vec<(usize, String)>,
}

impl<'a> Reading<'a> {
    fn new(library: &'a dyn Flows, key: Option<&str>) -> Self {
        Self {
            library,
            keys: key.map(str::to_owned).into_iter().collect(),
            prefix: String::new(),
            frame: None,
            open_calls: Vec::new(),
            calls: Vec::new(),
            called: Vec::new(),
            events: Vec::new(),
            nodes: Vec::new(),
            flows: Vec::new(),
            node_index: HashMap::new(),
            flow_index: HashMap::new(),
            faults: Vec::new(),
            seen: HashSet::new(),
            insides: Vec::new(),
            inner_starts: Vec::new(),
            inner_ends: Vec::new(),
            hosts: Vec::new(),
        }
    }

    /// An id of the file being read, as it is known in the whole.
    fn id(&self, local: &str) -> String {
        format!("{}{local}", self.prefix)
    }

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
            let id = self.id(id);
            let id = id.as_str();
            if self.node_index.contains_key(id) {
                continue; // reported as a duplicate id
            }
            let in_event = scope.is_some_and(|scope| self.nodes[scope].event);
            let kind = self.kind_of(element, id, in_event);
            let event = matches!(kind, NodeKind::Boundary { .. }) && is(element, "subProcess");
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
                scope,
                frame: self.frame,
                event,
            };
            if node.kind == NodeKind::UserTask {
                node.settings = step::read(element, id, node.label(), &mut self.faults);
                self.joint_of(element, &mut node);
            }
            match (&node.kind, scope) {
                (NodeKind::Boundary { .. }, _) if event => self.events.push(self.nodes.len()),
                (NodeKind::Boundary { .. }, _) => {
                    let host = self.id(element.attribute("attachedToRef").unwrap_or_default());
                    self.hosts.push((self.nodes.len(), host));
                }
                (NodeKind::Start, Some(scope)) => {
                    node.kind = NodeKind::Exclusive;
                    self.inner_starts.push((self.nodes.len(), scope));
                }
                (NodeKind::End, Some(scope)) => {
                    self.inner_ends.push((self.nodes.len(), scope));
                    if self.way_out_of(scope).is_some() {
                        node.kind = NodeKind::Exclusive;
                    }
                }
                _ => {}
            }
            let index = self.push(node);
            let within = is(element, "subProcess") || is(element, "callActivity");
            if within && self.nodes[index].kind == NodeKind::Exclusive {
                let entry = &self.nodes[index];
                // Behind the id of a call stand ids of its own file; these can't be such ones.
                let part = if is(element, "callActivity") { "/" } else { "" };
                let exit = Node { id: format!("{id}{part}/end"), kind: NodeKind::Drain, ..entry.clone() };
                let exit = self.push(exit);
                self.insides.push((index, exit));
            }
            if is(element, "callActivity") {
                self.call(element, index);
            } else if within && !matches!(self.nodes[index].kind, NodeKind::Unsupported(_)) {
                self.nodes_of(element, Some(index));
            }
        }
    }

    fn push(&mut self, node: Node) -> usize {
        let index = self.nodes.len();
        self.node_index.insert(node.id.clone(), index);
        self.nodes.push(node);
        index
    }

    /// Where the ends of a sub-process lead: one that an event starts has no way out of its own. None at the end of all.
    fn way_out_of(&self, scope: usize) -> Option<usize> {
        let own = self.insides.iter().find(|(entry, _)| *entry == scope).map(|(_, exit)| *exit);
        own.or_else(|| self.way_out_of(self.nodes[scope].scope?))
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

    fn kind_of(&mut self, element: &Element, id: &str, in_event: bool) -> NodeKind {
        let events: Vec<&Element> = event_definitions(element).collect();
        let loops = element
            .elements()
            .find(|e| is(e, "multiInstanceLoopCharacteristics") || is(e, "standardLoopCharacteristics"));
        let unsupported = match (element.local.as_str(), events.as_slice(), loops) {
            ("userTask", _, Some(inner)) if inner.local == "multiInstanceLoopCharacteristics" => None,
            (_, _, Some(inner)) => Some(inner.local.clone()),
            ("subProcess" | "callActivity", _, _) => None,
            ("startEvent", [inner], _) if in_event && inner.local == "timerEventDefinition" => None,
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
            "subProcess" if element.attribute("triggeredByEvent") == Some("true") => {
                let start = child(element, "startEvent");
                let events: Vec<&Element> = start.iter().flat_map(|start| event_definitions(start)).collect();
                NodeKind::Boundary {
                    timer: timer_of(&events),
                    host: None,
                    interrupting: start.is_none_or(|start| start.attribute("isInterrupting") != Some("false")),
                }
            }
            "exclusiveGateway" | "subProcess" | "callActivity" => NodeKind::Exclusive,
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
}
