//! A connected system: what is written down about it, what it is granted, and what makes it wrong.

use ipnet::IpNet;
use platform::config::ENVIRONMENTS;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::formula::Formula;

/// One interface that can be granted: key, name, and the fields that can be granted with it.
pub struct InterfaceKind {
    /// Key in a grant.
    pub key: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether the grant names items.
    pub by_item: bool,
    /// Fields: key and label.
    pub fields: &'static [(&'static str, &'static str)],
}

/// What a connected system can be granted.
pub const INTERFACES: &[InterfaceKind] = &[
    InterfaceKind { key: "events", label: "办件事件", by_item: true, fields: &[] },
    InterfaceKind {
        key: "channel",
        label: "申办渠道",
        by_item: false,
        fields: &[
            ("web", "网上大厅"),
            ("mobile", "手机小程序"),
            ("terminal", "自助终端"),
            ("window", "窗口系统"),
            ("wechat", "微信"),
            ("cross_area", "跨域通办平台"),
            ("province", "省统一受理平台"),
        ],
    },
    InterfaceKind {
        key: "cases",
        label: "办件库查询",
        by_item: true,
        fields: &[
            ("progress", "办理进度和结果"),
            ("applicant", "申请人（遮住号码）"),
            ("form", "申请表内容（遮住个人信息）"),
            ("materials", "材料目录"),
            ("steps", "受理、审查过程"),
            ("documents", "文书目录"),
        ],
    },
    InterfaceKind {
        key: "materials", label: "材料调用（种类在材料中心授权）", by_item: false, fields: &[]
    },
    InterfaceKind { key: "logs", label: "日志收集", by_item: false, fields: &[] },
    InterfaceKind { key: "sign_on", label: "单点登录", by_item: false, fields: &[] },
    InterfaceKind {
        key: "user_data",
        label: "用户信息",
        by_item: false,
        fields: &[
            ("name", "姓名"),
            ("real_name", "实名状态"),
            ("id_number", "证件号码"),
            ("phone", "手机号"),
            ("email", "电子邮箱"),
            ("enterprise", "企业信息"),
        ],
    },
    InterfaceKind { key: "payments", label: "缴费到账通知", by_item: false, fields: &[] },
    InterfaceKind { key: "queue", label: "大厅叫号", by_item: false, fields: &[] },
    InterfaceKind { key: "staff_desk", label: "工作人员待办和免登录进入", by_item: false, fields: &[] },
];

/// One granted interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SystemGrant)]
pub struct Grant {
    /// Key of the interface: `events`, `cases`, `materials`, `sign_on`, `user_data`, `payments`, `staff_desk`.
    pub interface: String,
    /// Slugs of items; `*` for all. Only for interfaces that go by item.
    #[serde(default)]
    pub items: Vec<String>,
    /// Keys of fields. Only for interfaces that give data.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Last moment; none without end.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub valid_until: Option<OffsetDateTime>,
}

/// A system as far as the rest of the product needs it.
#[derive(Debug, Clone)]
pub struct ConnectedSystem {
    /// Id.
    pub id: Uuid,
    /// App id (paasid, client id).
    pub app_id: String,
    /// Name.
    pub name: String,
    /// Organisation that answers for it.
    pub owner_org_id: Uuid,
    /// `test`, `pre_release`, `production`.
    pub environment: String,
    /// Callback and redirect addresses, compared as whole text.
    pub callbacks: Vec<String>,
    /// Networks it may call from.
    pub networks: Vec<IpNet>,
    /// How its calls, and ours to it, are signed.
    pub formula: Formula,
    /// Whether it is switched on.
    pub enabled: bool,
    /// What it may do.
    pub grants: Vec<Grant>,
}

impl ConnectedSystem {
    /// The grant of an interface that counts now.
    pub fn grant(&self, interface: &str, now: OffsetDateTime) -> Option<&Grant> {
        self.grants
            .iter()
            .find(|grant| grant.interface == interface && grant.valid_until.is_none_or(|until| now <= until))
    }

    /// Whether it may use an interface for an item.
    pub fn may_item(&self, interface: &str, slug: &str, now: OffsetDateTime) -> bool {
        self.grant(interface, now).is_some_and(|grant| grant.items.iter().any(|item| item == "*" || item == slug))
    }

    /// Whether it may see a field through an interface.
    pub fn may_field(&self, interface: &str, field: &str, now: OffsetDateTime) -> bool {
        self.grant(interface, now).is_some_and(|grant| grant.fields.iter().any(|one| one == field))
    }

    /// Whether a callback address is registered, letter by letter.
    pub fn knows_callback(&self, address: &str) -> bool {
        self.callbacks.iter().any(|one| one == address)
    }
}

/// What is written down about a system by whoever registers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SystemDraft {
    /// App id (paasid): letters, digits, `-`, `_`, `.`; 3 to 64. Fixed once registered.
    pub app_id: String,
    /// Name.
    pub name: String,
    /// Organisation that answers for it.
    pub owner_org_id: Uuid,
    /// Whom to call.
    pub contact_name: String,
    /// Their phone; the masked number as shown leaves it as it is.
    pub contact_phone: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Callback and redirect addresses.
    #[serde(default)]
    pub callbacks: Vec<String>,
    /// `test`, `pre_release`, `production`.
    pub environment: String,
    /// Networks it may call from, such as `10.1.0.0/16`.
    pub networks: Vec<String>,
    /// How calls are signed.
    pub formula: Formula,
}

impl SystemDraft {
    /// The draft trimmed, or each wrong field.
    ///
    /// # Errors
    /// What to mend.
    pub fn checked(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut add =
            |pointer: String, code: &str, message: &str| problems.push(FieldProblem::new(pointer, code, message));
        for text in [
            &mut self.app_id,
            &mut self.name,
            &mut self.contact_name,
            &mut self.contact_phone,
            &mut self.description,
            &mut self.environment,
        ] {
            *text = text.trim().to_owned();
        }
        for text in self.callbacks.iter_mut().chain(&mut self.networks) {
            *text = text.trim().to_owned();
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !(3..=64).contains(&self.app_id.len()) || !self.app_id.bytes().all(plain) {
            add("/app_id".into(), "format", "应用标识用字母、数字和 - _ .，3 到 64 个字符");
        }
        if !(2..=60).contains(&self.name.chars().count()) {
            add("/name".into(), "length", "填写系统名称，2 到 60 个字");
        }
        if !(1..=30).contains(&self.contact_name.chars().count()) {
            add("/contact_name".into(), "required", "填写联系人姓名");
        }
        if self.description.chars().count() > 500 {
            add("/description".into(), "length", "说明最多 500 字");
        }
        if !ENVIRONMENTS.contains(&self.environment.as_str()) {
            add("/environment".into(), "option", "选择环境：测试、预发布或生产");
        }
        for (at, address) in self.callbacks.iter().enumerate() {
            if !is_callback(address) {
                add(
                    format!("/callbacks/{at}"),
                    "url",
                    "回调地址要写全，以 https:// 开头（本机调试可用 http://127.0.0.1），不带 # 号",
                );
            }
        }
        if self.callbacks.len() > 20 {
            add("/callbacks".into(), "length", "回调地址最多 20 个");
        }
        if self.networks.is_empty() || self.networks.len() > 50 {
            add("/networks".into(), "required", "写明它从哪些网段调用，例如 10.1.0.0/16，最多 50 个");
        }
        for (at, text) in self.networks.iter().enumerate() {
            if platform::web::client::network(text).is_none() {
                add(format!("/networks/{at}"), "network", "网段要写成 10.1.0.0/16 或单个地址的样子");
            }
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// Whole address over TLS, or on the machine itself; a fragment never reaches a server.
fn is_callback(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    (url.scheme() == "https" || (url.scheme() == "http" && local))
        && url.host_str().is_some()
        && url.fragment().is_none()
        && url.username().is_empty()
        && address.len() <= 300
}

/// Grants in order, or each wrong one. `knows_item` says whether a slug exists.
///
/// # Errors
/// What to mend.
pub(crate) fn checked_grants(grants: Vec<Grant>) -> Result<Vec<Grant>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (at, grant) in grants.iter().enumerate() {
        let mut add = |part: &str, code: &str, message: &str| {
            problems.push(FieldProblem::new(format!("/grants/{at}{part}"), code, message));
        };
        let Some(kind) = INTERFACES.iter().find(|kind| kind.key == grant.interface) else {
            add("/interface", "option", "选择要开通的接口");
            continue;
        };
        if !seen.insert(kind.key) {
            add("/interface", "duplicate", "同一个接口只授权一次，请合并成一条");
        }
        if kind.by_item && grant.items.is_empty() {
            add("/items", "required", "选择可以办的事项；全部事项请选“全部”");
        }
        if !kind.by_item && !grant.items.is_empty() {
            add("/items", "not_used", "这个接口不按事项授权，请清空事项");
        }
        if grant.items.len() > 2_000 || grant.items.iter().any(|item| item.is_empty() || item.len() > 100) {
            add("/items", "format", "事项写得不对，请重新选择");
        }
        if !kind.fields.is_empty() && grant.fields.is_empty() {
            add("/fields", "required", "选择可以看的字段");
        }
        for field in &grant.fields {
            if !kind.fields.iter().any(|(key, _)| key == field) {
                add("/fields", "option", "这个接口没有选中的字段，请重新选择");
                break;
            }
        }
    }
    if problems.is_empty() { Ok(grants) } else { Err(problems) }
}
