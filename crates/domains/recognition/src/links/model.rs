//! A link, and what makes it wrong.

use identity::systems::ConnectedSystem;
use platform::web::guard::Audience;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::link;

/// What a connected system is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LinkRole)]
pub enum Role {
    /// A department's own system with its own accounts.
    Department,
    /// The provincial portal.
    Province,
    /// A city's portal.
    City,
    /// A district's portal.
    District,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Department, Self::Province, Self::City, Self::District];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Province => "province",
            Self::City => "city",
            Self::District => "district",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Department => "部门业务系统",
            Self::Province => "省级门户",
            Self::City => "市级门户",
            Self::District => "区县门户",
        }
    }
}

/// What is written down about a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkDraft {
    /// What the system is to us.
    pub role: Role,
    /// Whether citizens and enterprises use it.
    pub for_portal: bool,
    /// Whether staff use it.
    pub for_desk: bool,
    /// The name we have over there; its tickets are addressed to it, ours come from it.
    pub our_id: String,
    /// Page over there that takes our tickets.
    pub entry_url: String,
    /// Page over there where somebody shows the own account of that system; empty when there is none.
    #[serde(default)]
    pub bind_url: String,
    /// Where we redeem its tickets; empty when nobody comes from there.
    #[serde(default)]
    pub redeem_url: String,
    /// Where changed registration data go; empty when it wants none.
    #[serde(default)]
    pub sync_url: String,
    /// Where call-tickets and case data go; empty when it wants none.
    #[serde(default)]
    pub push_url: String,
    /// Whether who it says somebody is counts here. Only for portals.
    #[serde(default)]
    pub trusted: bool,
    /// Whether accounts are made over there at the first jump.
    #[serde(default)]
    pub creates: bool,
    /// Whether tickets are bound to the browser's network.
    #[serde(default)]
    pub bind_network: bool,
    /// Whether anything of this works now.
    pub enabled: bool,
}

/// A link with the system it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) system: ConnectedSystem,
    pub(crate) row: link::Model,
    pub(crate) role: Role,
}

impl Link {
    /// Whether people of a user system use it.
    pub(crate) fn serves(&self, audience: Audience) -> bool {
        match audience {
            Audience::Portal => self.row.for_portal,
            Audience::Desk => self.row.for_desk,
        }
    }
}

/// Whole address over TLS, or on the machine itself; without a fragment, which no server sees.
pub(crate) fn is_address(text: &str) -> bool {
    let Ok(url) = url::Url::parse(text) else { return false };
    let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    (url.scheme() == "https" || (url.scheme() == "http" && local))
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && text.len() <= 500
}

impl LinkDraft {
    /// The draft trimmed, or each wrong field.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut add = |at: &str, code: &str, message: &str| problems.push(FieldProblem::new(at, code, message));
        for text in [
            &mut self.our_id,
            &mut self.entry_url,
            &mut self.bind_url,
            &mut self.redeem_url,
            &mut self.sync_url,
            &mut self.push_url,
        ] {
            *text = text.trim().to_owned();
        }
        if !self.for_portal && !self.for_desk {
            add("/for_portal", "required", "选择谁用它：公众、工作人员，或者都用");
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !(2..=64).contains(&self.our_id.len()) || !self.our_id.bytes().all(plain) {
            add("/our_id", "format", "填写本平台在对方的标识，字母、数字和 - _ .，2 到 64 个字符");
        }
        let wrong = "地址要写全，以 https:// 开头（本机调试可用 http://127.0.0.1），不带 # 号";
        if !is_address(&self.entry_url) {
            add("/entry_url", "url", wrong);
        }
        for (at, text) in [
            ("/bind_url", &self.bind_url),
            ("/redeem_url", &self.redeem_url),
            ("/sync_url", &self.sync_url),
            ("/push_url", &self.push_url),
        ] {
            if !text.is_empty() && !is_address(text) {
                add(at, "url", wrong);
            }
        }
        if self.trusted && self.role == Role::Department {
            add("/trusted", "role", "部门业务系统的账号要先绑定，只有省、市、区县门户的身份可以互认");
        }
        if self.trusted && self.redeem_url.is_empty() {
            add("/redeem_url", "required", "互认身份要到对方核验票据，填写核验地址");
        }
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> LinkDraft {
        LinkDraft {
            role: Role::Province,
            for_portal: true,
            for_desk: false,
            our_id: "tongban".into(),
            entry_url: "https://www.example.gov.cn/arrive".into(),
            bind_url: String::new(),
            redeem_url: "https://www.example.gov.cn/redeem".into(),
            sync_url: String::new(),
            push_url: String::new(),
            trusted: true,
            creates: false,
            bind_network: false,
            enabled: true,
        }
    }

    /// A department keeps accounts of its own; its word about a person opens nothing here.
    ///
    /// req: IDENT-010
    #[test]
    fn only_a_portal_is_believed_and_only_what_can_be_checked() {
        assert!(draft().checked().is_ok());
        let wrong = |draft: LinkDraft| draft.checked().unwrap_err().remove(0).pointer;
        assert_eq!(wrong(LinkDraft { role: Role::Department, ..draft() }), "/trusted");
        assert_eq!(wrong(LinkDraft { redeem_url: String::new(), ..draft() }), "/redeem_url");
        assert_eq!(wrong(LinkDraft { for_portal: false, ..draft() }), "/for_portal");
        for address in
            ["http://www.example.gov.cn/", "https://user:word@example.gov.cn/", "/arrive", "javascript:alert(1)"]
        {
            assert_eq!(wrong(LinkDraft { entry_url: address.into(), ..draft() }), "/entry_url", "{address}");
        }
        assert_eq!(wrong(LinkDraft { our_id: "本平台".into(), ..draft() }), "/our_id");
    }
}
