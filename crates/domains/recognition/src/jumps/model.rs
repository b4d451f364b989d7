//! A jump, and what makes it wrong.

use identity::{Account, AccountKind};
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::links::is_address;

/// A parameter of the address over there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = JumpParam)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value; `{item}`, `{handle_item}` and `{case_number}` stand for what is handled.
    pub value: String,
}

/// A person's field under the name the other system gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = JumpMapping)]
pub struct Mapping {
    /// Field here, one of the choices.
    pub field: String,
    /// Name over there.
    pub name: String,
}

/// What is written down about a jump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JumpDraft {
    /// App id of the system.
    pub app_id: String,
    /// Page over there.
    pub target_url: String,
    /// Parameters of the address.
    #[serde(default)]
    pub params: Vec<Param>,
    /// Person's data under the names of the other system, told when it redeems the ticket; never in
    /// the address.
    #[serde(default)]
    pub mapping: Vec<Mapping>,
    /// What is pushed along: `case`, `call_ticket`.
    #[serde(default)]
    pub pushes: Vec<String>,
    /// What people read before they go.
    #[serde(default)]
    pub note: String,
    /// Whether 在线办理 jumps.
    pub enabled: bool,
}

/// A field of a person: key, label, and the field of the grant `user_data` that it needs.
pub(crate) const FIELDS: [(&str, &str, &str); 9] = [
    ("name", "姓名", "name"),
    ("id_number", "证件号码", "id_number"),
    ("id_type", "证件类型", "id_number"),
    ("phone", "手机号", "phone"),
    ("email", "电子邮箱", "email"),
    ("real_name", "实名状态", "real_name"),
    ("enterprise_name", "企业名称", "enterprise"),
    ("uscc", "统一社会信用代码", "enterprise"),
    ("legal_person", "法定代表人", "enterprise"),
];

/// What can be pushed along.
pub(crate) const PUSHES: [(&str, &str); 2] = [("case", "办件数据"), ("call_ticket", "叫号")];

/// What stands in a parameter for what is handled.
pub(crate) const PLACES: [&str; 3] = ["{item}", "{handle_item}", "{case_number}"];

/// The value of a field; `None` when the person has none.
pub(crate) fn field_of(account: &Account, key: &str) -> Option<serde_json::Value> {
    let body = account.enterprise.as_ref().filter(|_| account.kind == AccountKind::Enterprise);
    Some(match key {
        "name" => account.name.clone().into(),
        "id_number" => account.id_number.clone().into(),
        "id_type" => account.id_type.clone().into(),
        "phone" => account.phone.clone()?.into(),
        "email" => account.email.clone()?.into(),
        "real_name" => account.real_name.into(),
        "enterprise_name" => body?.name.clone().into(),
        "uscc" => body?.uscc.clone().into(),
        "legal_person" => body?.legal_person.clone().into(),
        _ => return None,
    })
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

impl JumpDraft {
    /// The draft trimmed, or each wrong field. `granted` says whether the system may see a field of
    /// the grant.
    pub(crate) fn checked(mut self, granted: impl Fn(&str) -> bool) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut add = |at: String, code: &str, message: String| problems.push(FieldProblem::new(at, code, message));
        for text in [&mut self.target_url, &mut self.note] {
            *text = text.trim().to_owned();
        }
        for param in &mut self.params {
            param.name = param.name.trim().to_owned();
            param.value = param.value.trim().to_owned();
        }
        if !is_address(&self.target_url) {
            let how = "地址要写全，以 https:// 开头（本机调试可用 http://127.0.0.1），不带 # 号";
            add("/target_url".into(), "url", how.into());
        }
        if self.params.len() > 20 {
            add("/params".into(), "length", "参数最多 20 个".into());
        }
        let mut seen = std::collections::BTreeSet::from(["ticket"]);
        for (at, param) in self.params.iter().enumerate() {
            if !is_name(&param.name) {
                add(format!("/params/{at}/name"), "format", "参数名用字母、数字和 - _ .，最多 40 个字符".into());
            } else if !seen.insert(&param.name) {
                let why = if param.name == "ticket" {
                    "ticket 留给票据用，请换一个参数名"
                } else {
                    "参数名写了两次"
                };
                add(format!("/params/{at}/name"), "duplicate", why.into());
            }
            let mut rest = param.value.clone();
            for place in PLACES {
                rest = rest.replace(place, "");
            }
            if rest.contains(['{', '}']) {
                let known = PLACES.join("、");
                add(format!("/params/{at}/value"), "place", format!("大括号里只能写 {known}"));
            }
            if param.value.chars().count() > 200 || param.value.chars().any(char::is_control) {
                add(format!("/params/{at}/value"), "length", "参数值最多 200 个字".into());
            }
        }
        let mut names = std::collections::BTreeSet::new();
        for (at, one) in self.mapping.iter().enumerate() {
            match FIELDS.iter().find(|(key, _, _)| *key == one.field) {
                None => add(format!("/mapping/{at}/field"), "option", "选择要带过去的信息".into()),
                Some((_, label, grant)) if !granted(grant) => {
                    let why = format!("这个系统没有授权看{label}，请先在接入系统里授权");
                    add(format!("/mapping/{at}/field"), "not_granted", why);
                }
                Some(_) => {}
            }
            if !is_name(&one.name) || !names.insert(one.name.as_str()) {
                let how = "对方字段名用字母、数字和 - _ .，最多 40 个字符，不能重复";
                add(format!("/mapping/{at}/name"), "format", how.into());
            }
        }
        for (at, push) in self.pushes.iter().enumerate() {
            if !PUSHES.iter().any(|(key, _)| key == push) {
                add(format!("/pushes/{at}"), "option", "选择随跳转推送的内容".into());
            }
        }
        if self.note.chars().count() > 200 {
            add("/note".into(), "length", "提示最多 200 字".into());
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> JumpDraft {
        let mapping = |field: &str, name: &str| Mapping { field: field.into(), name: name.into() };
        let param = |name: &str, value: &str| Param { name: name.into(), value: value.into() };
        JumpDraft {
            app_id: "transport".into(),
            target_url: "https://yz.example.gov.cn/apply".into(),
            params: vec![param("sxbm", "{item}"), param("ly", "tongban")],
            mapping: vec![mapping("name", "xm"), mapping("id_number", "sfzh")],
            pushes: vec!["case".into()],
            note: String::new(),
            enabled: true,
        }
    }

    /// req: IDENT-012
    #[test]
    fn a_jump_names_only_what_the_system_may_know_and_the_item_has() {
        let all = |_: &str| true;
        assert!(draft().checked(all).is_ok());
        let wrong = |change: fn(&mut JumpDraft)| {
            let mut draft = draft();
            change(&mut draft);
            draft.checked(|field| field != "phone").unwrap_err().remove(0).pointer
        };
        assert_eq!(wrong(|one| one.mapping[0].field = "phone".into()), "/mapping/0/field", "not granted");
        assert_eq!(wrong(|one| one.mapping[0].field = "shoe_size".into()), "/mapping/0/field");
        assert_eq!(wrong(|one| one.mapping[1].name = "xm".into()), "/mapping/1/name", "twice");
        assert_eq!(wrong(|one| one.params[0].value = "{id_number}".into()), "/params/0/value", "not in an address");
        assert_eq!(wrong(|one| one.params[0].name = "ticket".into()), "/params/0/name");
        assert_eq!(wrong(|one| one.pushes[0] = "everything".into()), "/pushes/0");
        assert_eq!(wrong(|one| one.target_url = "/apply".into()), "/target_url");
    }
}
