//! Judges a whole application: conditions, answers, agreement, form, materials, delivery.
//!
//! One function, used while filling in, at submission, at the counter and by pack tests, so that
//! what is promised while typing is what is decided at the end.

use catalogue::items::model::{Item, Material};
use catalogue::items::resolve::{self, Answers, Resolution};
use design::{Bound, FeelExpressions, Unmet};
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Delivery;
use super::checks::unmet;

/// Code of what a rule bound to the form says.
pub const RULE: &str = "rule";

/// Agreement of step 4.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Consents {
    /// Licences held about the applicant may be looked up.
    pub authorised: bool,
    /// What was filled in is true.
    pub agreed: bool,
}

/// One material as handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handed {
    /// `upload`, `licence`, `window`, `later`, `paper`, or empty.
    pub handing: String,
    /// Whether a file is there.
    pub has_files: bool,
}

/// Everything judged.
pub struct Application<'a> {
    /// Item.
    pub item: &'a Item,
    /// Form.
    pub form: &'a form::Form,
    /// Handling item key.
    pub handle_item: &'a str,
    /// Answers to situations.
    pub situations: &'a Answers,
    /// Answers to conditions.
    pub conditions: &'a Answers,
    /// Agreement; absent at the counter, where the signature on paper stands for it.
    pub consents: Option<&'a Consents>,
    /// Form data.
    pub data: &'a Map<String, Value>,
    /// Values the applicant can't change.
    pub locked: &'a Map<String, Value>,
    /// `person` or `enterprise`, with name.
    pub applicant: Map<String, Value>,
    /// Writer's role for field permissions.
    pub role: &'a str,
    /// Rules bound to the form.
    pub checks: &'a [Bound],
    /// `web`, `mobile`, `kiosk`, `window`.
    pub channel: &'a str,
    /// Taken at the counter: paper in the clerk's hand counts as handed in.
    pub at_counter: bool,
    /// Today in China, `YYYY-MM-DD`.
    pub today: String,
    /// Materials by key.
    pub handed: &'a dyn Fn(&str) -> Handed,
    /// Name of the licence we hold in place of a material, if we hold it.
    pub held_licence: &'a dyn Fn(&str) -> Option<String>,
    /// Delivery.
    pub delivery: &'a Delivery,
}

/// A problem and the step of the guided application it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StepProblem {
    /// JSON pointer: `/conditions/x`, `/situations/x`, `/consents/agreed`, `/form/area`, `/materials/m03`, `/delivery/address`.
    pub pointer: String,
    /// Code.
    pub code: String,
    /// What to do.
    pub message: String,
    /// 1 资格校验 … 7 领取方式.
    pub step: u8,
}

impl From<StepProblem> for FieldProblem {
    fn from(problem: StepProblem) -> Self {
        Self::new(problem.pointer, problem.code, problem.message)
    }
}

/// The judgement.
pub struct Judgement {
    /// Form data that counts: nothing hidden or unknown, computed values in place.
    pub data: Map<String, Value>,
    /// Key paths of the form fields that show.
    pub visible: std::collections::BTreeSet<String>,
    /// Questions, materials, stops.
    pub resolution: Resolution,
    /// Everything to mend, in the order of the steps.
    pub problems: Vec<StepProblem>,
    /// What rules say that only warn.
    pub warnings: Vec<StepProblem>,
}

/// Judges.
pub fn judge(application: &Application<'_>, feel: &FeelExpressions) -> Judgement {
    let item = application.item;
    let resolution =
        resolve::resolve(item, feel, application.handle_item, application.situations, application.conditions);
    let mut problems = Vec::new();
    let mut add = |step, pointer: String, code: &str, message: String| {
        problems.push(StepProblem { pointer, code: code.to_owned(), message, step });
    };
    conditions(application, &resolution, &mut add);
    for stop in &resolution.stops {
        let way_out = stop.goto.as_ref().map(|goto| format!("请改办“{goto}”。")).unwrap_or_default();
        add(2, format!("/situations/{}", stop.key), "leads_away", format!("{}{way_out}", stop.reason));
    }
    for key in &resolution.questions {
        if !application.situations.0.contains_key(key) {
            let question = item.situations.iter().find(|one| one.key == *key).map_or("", |one| one.question.as_str());
            add(2, format!("/situations/{key}"), "unanswered", format!("回答“{question}”"));
        }
    }
    if let Some(consents) = application.consents {
        if !consents.agreed {
            add(4, "/consents/agreed".into(), "not_agreed", "确认填报内容真实，勾选后才能提交".into());
        }
        let borrowed =
            resolution.materials.iter().any(|m| m.needed && (application.handed)(&m.key).handing == "licence");
        if borrowed && !consents.authorised {
            add(
                4,
                "/consents/authorised".into(),
                "not_authorised",
                "有材料从电子证照库调取，请先勾选授权，或者改为上传".into(),
            );
        }
    }
    let situation = resolve::context(item, feel, application.handle_item, application.situations);
    let outcome = judge_form(application, feel, situation.clone());
    for problem in &outcome.problems {
        add(5, format!("/form{}", problem.pointer), &problem.code, problem.message.clone());
    }
    let warning =
        |pointer: String, code: &str, message: String| StepProblem { pointer, code: code.to_owned(), message, step: 5 };
    let mut warnings: Vec<StepProblem> = outcome
        .warnings
        .iter()
        .map(|told| warning(format!("/form{}", told.pointer), &told.code, told.message.clone()))
        .collect();
    for unmet in asked(application, &outcome.data, &situation) {
        // The message stands at the first field on the page that the decision reads.
        let field = unmet.reads.iter().find(|key| outcome.visible.contains(*key));
        let pointer = field.map_or_else(|| "/form".to_owned(), |key| format!("/form/{key}"));
        if unmet.warns {
            warnings.push(warning(pointer, RULE, unmet.message));
        } else {
            add(5, pointer, RULE, unmet.message);
        }
    }
    for material in &resolution.materials {
        if let Some(definition) = item.material(&material.key).filter(|_| material.needed && !material.generated)
            && let Some(message) = material_problem(application, definition)
        {
            add(6, format!("/materials/{}", material.key), "material_missing", message);
        }
    }
    delivery_problems(application.delivery, &mut add);
    Judgement { data: outcome.data, visible: outcome.visible, resolution, problems, warnings }
}

fn conditions(application: &Application<'_>, resolution: &Resolution, add: &mut impl FnMut(u8, String, &str, String)) {
    for unmet in &resolution.unmet {
        add(
            1,
            format!("/conditions/{}", unmet.key),
            "condition_unmet",
            format!("“{}”还不满足。{}", unmet.text, unmet.reason),
        );
    }
    // At the counter the clerk judges the conditions by the papers.
    if application.consents.is_none() {
        return;
    }
    for condition in &application.item.conditions {
        let in_scope = condition.handle_items.is_empty()
            || condition.handle_items.iter().any(|key| key == application.handle_item);
        let answered = application.conditions.0.contains_key(&condition.key);
        if condition.necessary && in_scope && !condition.options.is_empty() && !answered {
            let question = condition.question.as_deref().unwrap_or(&condition.text);
            add(1, format!("/conditions/{}", condition.key), "unanswered", format!("回答“{question}”"));
        }
    }
}

fn judge_form(application: &Application<'_>, feel: &FeelExpressions, situation: Map<String, Value>) -> form::Outcome {
    let context = form::Context {
        handle_item: Some(application.handle_item.to_owned()),
        situation,
        applicant: application.applicant.clone(),
        today: application.today.clone(),
    };
    application.form.evaluate(
        feel,
        &form::Input {
            data: application.data,
            context: &context,
            role: application.role,
            // Before acceptance no flow runs, so no step either.
            step: "",
            channel: application.channel,
            locked: application.locked,
        },
    )
}

/// Checks of an application that are not met. A decision reads the fields by their keys, the whole as `form`, and
/// beside them `item`, `handle_item`, `channel`, `situation`, `applicant`, `today`.
fn asked(application: &Application<'_>, data: &Map<String, Value>, situation: &Map<String, Value>) -> Vec<Unmet> {
    if application.checks.is_empty() {
        return Vec::new();
    }
    let around = json!({
        "form": data,
        "item": application.item.slug,
        "handle_item": application.handle_item,
        "channel": application.channel,
        "situation": situation,
        "applicant": application.applicant,
        "today": application.today,
    });
    unmet(application.checks, data, around)
}

fn material_problem(application: &Application<'_>, material: &Material) -> Option<String> {
    let handed = (application.handed)(&material.key);
    let held = || material.licence_type.as_deref().and_then(application.held_licence).is_some();
    match handed.handing.as_str() {
        "licence" if held() => None,
        "licence" => Some(format!("电子证照库里没有找到可以替代“{}”的证照，请上传", material.name)),
        "window" if material.hand_in.iter().any(|way| way == "window") => None,
        "window" => Some(format!("“{}”只能网上提交，请上传", material.name)),
        "paper" if application.at_counter => None,
        "later" if material.necessity == "3" && application.item.tolerance.supported => None,
        "later" => Some(format!("“{}”不能后补，请上传", material.name)),
        _ if handed.has_files => None,
        _ if material.necessity == "2" => None,
        _ if material.necessity == "3" && application.item.tolerance.supported => {
            Some(format!("上传“{}”，或者选择受理后再补", material.name))
        }
        _ => Some(format!("上传“{}”", material.name)),
    }
}

pub(crate) fn delivery_problems(delivery: &Delivery, add: &mut impl FnMut(u8, String, &str, String)) {
    match delivery.way.as_str() {
        "electronic" | "self" => {}
        "post" => {
            let address = delivery.address.clone().unwrap_or_default();
            if address.name.trim().is_empty() {
                add(7, "/delivery/address/name".into(), "required", "填写收件人姓名".into());
            }
            if let Err(error) = base::codes::Phone::parse(&address.phone) {
                add(7, "/delivery/address/phone".into(), "phone", error.to_string());
            }
            if address.address.trim().chars().count() < 5 {
                add(7, "/delivery/address/address".into(), "required", "填写详细的收件地址，到门牌号".into());
            }
        }
        _ => add(7, "/delivery/way".into(), "option", "选择领取结果的方式".into()),
    }
}

/// The applicant for FEEL and forms.
pub fn applicant(kind: &str, name: &str) -> Map<String, Value> {
    match json!({ "kind": kind, "name": name }) {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
