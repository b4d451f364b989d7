//! What the author of a flow set on a step: who does it, with which buttons, what happens on entering and leaving, and
//! what it may do with the form (FORM-026). Read from `extensionElements`; wrong spellings become findings.
//!
//! The engine itself uses only the handlers of a joint review; the rest is handed to the caller, who knows people,
//! messages and forms.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::xml::{Element, TONGBAN_NAMESPACE};

/// What names a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandlerKind {
    /// A member of staff, by id.
    Person,
    /// Everybody with a role.
    Role,
    /// Everybody of an organisation, by id.
    Department,
    /// Found when the step begins: see [`DYNAMIC`].
    Dynamic,
}

/// Keys of handlers that are found when the step begins: who did the step before, who accepted the case, the case's
/// organisation, the one above it, and a FEEL expression giving staff ids.
pub const DYNAMIC: &[&str] = &["previous_handler", "acceptor", "case_org", "superior", "expression"];

/// Who may do a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    /// What `key` is.
    pub kind: HandlerKind,
    /// Id or key, by kind.
    pub key: String,
    /// Name when it was chosen; for reading only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// FEEL, with the dynamic key `expression`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
}

impl Handler {
    /// A member of staff.
    #[must_use]
    pub fn person(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self { kind: HandlerKind::Person, key: id.into(), label: label.into(), expression: None }
    }
}

/// What a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonAction {
    /// Completes the step with an outcome.
    Pass,
    /// Back to an earlier step.
    Return,
    /// Asks the applicant for a correction.
    Correct,
    /// Gives the task to a colleague.
    Transfer,
    /// Asks colleagues to give their opinion too.
    Countersign,
    /// Begins a special procedure.
    Suspend,
}

/// A button of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it does.
    pub action: ButtonAction,
    /// What is written on it.
    pub label: String,
    /// With [`ButtonAction::Pass`]: what becomes `<step>.outcome`.
    pub outcome: Option<String>,
}

/// When something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The step begins.
    Enter,
    /// The step is done.
    Leave,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A message in the account or at the desk.
    Message,
    /// A text message to the phone.
    Sms,
    /// Data to a connected system.
    Push,
    /// A seal on a paper.
    Seal,
}

/// Something that happens on entering or leaving a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepEvent {
    /// When.
    pub on: Moment,
    /// What.
    pub kind: EventKind,
    /// Message and text message: `applicant`, `agent`, `handler` or `role:<key>`; push: the system's id; seal: the paper.
    pub to: String,
    /// The text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
}

/// What a step may do with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// See and change it.
    Write,
    /// See it.
    #[default]
    Read,
    /// Not even see it.
    Hidden,
}

/// What a step may do with the form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FieldRights {
    /// For fields not named.
    pub default: Access,
    /// By field key.
    pub fields: IndexMap<String, Access>,
}

impl FieldRights {
    /// What holds for a field.
    #[must_use]
    pub fn of(&self, key: &str) -> Access {
        self.fields.get(key).copied().unwrap_or(self.default)
    }
}

/// A joint review: several handlers, each with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joint {
    /// One after the other instead of all at once.
    pub sequential: bool,
    /// Percent of the handlers who must pass it, 1 to 100.
    pub ratio: u8,
}

impl Joint {
    /// How many of `total` must pass it.
    #[must_use]
    pub fn needed(self, total: usize) -> usize {
        (total * usize::from(self.ratio)).div_ceil(100).clamp(1, total.max(1))
    }
}

/// Everything set on one step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepSettings {
    /// Who may do it; empty: everybody with the step's role.
    pub handlers: Vec<Handler>,
    /// What may be pressed, in this order; empty: what the caller offers by itself.
    pub buttons: Vec<Button>,
    /// What happens on entering and leaving.
    pub events: Vec<StepEvent>,
    /// What it may do with the form; nothing set: everything may be read.
    pub fields: FieldRights,
    /// Whether it is a joint review.
    pub joint: Option<Joint>,
}

/// Reads the settings of `element` (a user task called `name`); what can't be read becomes a finding.
pub(crate) fn read(element: &Element, id: &str, name: &str, faults: &mut Vec<Finding>) -> StepSettings {
    let mut settings = StepSettings::default();
    let mut fault = |what: String| {
        faults.push(Finding::error(id, "bad_setting", format!("“{name}”的{what}")));
    };
    let ours = |e: &&Element| e.namespace.as_deref() == Some(TONGBAN_NAMESPACE);
    let extensions = element.elements().filter(|e| e.local == "extensionElements").flat_map(Element::elements);
    for group in extensions.filter(ours) {
        match group.local.as_str() {
            "handlers" => {
                for one in group.elements().filter(ours) {
                    match handler(one) {
                        Some(handler) => settings.handlers.push(handler),
                        None => fault("办理人没有写全。重新选一次办理人".to_owned()),
                    }
                }
            }
            "buttons" => {
                for one in group.elements().filter(ours) {
                    match button(one) {
                        Some(button) => settings.buttons.push(button),
                        None => fault("按钮没有写全。给按钮选一个动作，写上名称".to_owned()),
                    }
                }
            }
            "events" => {
                for one in group.elements().filter(ours) {
                    match event(one) {
                        Some(event) => settings.events.push(event),
                        None => fault("事件没有写全。选进入或离开、做什么、给谁".to_owned()),
                    }
                }
            }
            "fields" => {
                match access(group.attribute("default").unwrap_or("read")) {
                    Some(default) => settings.fields.default = default,
                    None => fault("表单权限只能是可填、只读或隐藏".to_owned()),
                }
                for one in group.elements().filter(ours) {
                    match (word(one, "key"), access(one.attribute("access").unwrap_or_default())) {
                        (Some(key), Some(access)) => {
                            settings.fields.fields.insert(key, access);
                        }
                        _ => fault("表单权限没有写全。选一个字段，再选可填、只读或隐藏".to_owned()),
                    }
                }
            }
            other => fault(format!("设置“{other}”不认识。去掉它，或者更新系统")),
        }
    }
    settings
}

/// Reads `multiInstanceLoopCharacteristics`; the reason when its ratio is none.
pub(crate) fn joint(element: &Element) -> Result<Joint, String> {
    let ratio = element
        .attributes
        .iter()
        .find(|a| a.namespace.as_deref() == Some(TONGBAN_NAMESPACE) && a.local == "ratio")
        .map_or("100", |a| a.value.trim());
    match ratio.parse::<u8>() {
        Ok(ratio) if (1..=100).contains(&ratio) => {
            Ok(Joint { sequential: element.attribute("isSequential") == Some("true"), ratio })
        }
        _ => Err(format!("会签比例“{ratio}”要是 1 到 100 的整数")),
    }
}

fn word(element: &Element, key: &str) -> Option<String> {
    element.attribute(key).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn handler(element: &Element) -> Option<Handler> {
    let kind = match element.attribute("kind")? {
        "person" => HandlerKind::Person,
        "role" => HandlerKind::Role,
        "department" => HandlerKind::Department,
        "dynamic" => HandlerKind::Dynamic,
        _ => return None,
    };
    let handler = Handler {
        kind,
        key: word(element, "key")?,
        label: word(element, "label").unwrap_or_default(),
        expression: word(element, "expression"),
    };
    let known = kind != HandlerKind::Dynamic || DYNAMIC.contains(&handler.key.as_str());
    let complete = handler.key != "expression" || kind != HandlerKind::Dynamic || handler.expression.is_some();
    (known && complete).then_some(handler)
}

fn button(element: &Element) -> Option<Button> {
    let action = match element.attribute("action")? {
        "pass" => ButtonAction::Pass,
        "return" => ButtonAction::Return,
        "correct" => ButtonAction::Correct,
        "transfer" => ButtonAction::Transfer,
        "countersign" => ButtonAction::Countersign,
        "suspend" => ButtonAction::Suspend,
        _ => return None,
    };
    Some(Button { action, label: word(element, "label")?, outcome: word(element, "outcome") })
}

fn event(element: &Element) -> Option<StepEvent> {
    let on = match element.attribute("on")? {
        "enter" => Moment::Enter,
        "leave" => Moment::Leave,
        _ => return None,
    };
    let kind = match element.attribute("kind")? {
        "message" => EventKind::Message,
        "sms" => EventKind::Sms,
        "push" => EventKind::Push,
        "seal" => EventKind::Seal,
        _ => return None,
    };
    let content = word(element, "content").unwrap_or_default();
    let told = !content.is_empty() || !matches!(kind, EventKind::Message | EventKind::Sms);
    told.then_some(())?;
    Some(StepEvent { on, kind, to: word(element, "to")?, content })
}

fn access(text: &str) -> Option<Access> {
    match text {
        "write" => Some(Access::Write),
        "read" => Some(Access::Read),
        "hidden" => Some(Access::Hidden),
        _ => None,
    }
}
