//! Citizens' and enterprises' accounts: a mirror of the province's user (IDENT-001).

use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Natural person 自然人.
    Person,
    /// Legal person or other body 法人, with the person who acts for it.
    Enterprise,
}

impl AccountKind {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Enterprise => "enterprise",
        }
    }

    pub(crate) fn from_column(text: &str) -> Self {
        if text == "enterprise" { Self::Enterprise } else { Self::Person }
    }
}

/// The enterprise an account acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Registered name.
    pub name: String,
    /// Unified social credit code (GB 32100).
    pub uscc: String,
    /// Legal representative.
    pub legal_person: String,
    /// Registered address.
    #[serde(default)]
    pub address: String,
}

/// An account with its raw values. Mask before showing (`base::mask`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: Uuid,
    /// Person or enterprise.
    pub kind: AccountKind,
    /// Name of the person; of an enterprise account, of the person who acts for it.
    pub name: String,
    /// Kind of paper, `111` = citizen id card (GA/T 517).
    pub id_type: String,
    /// Number of that paper.
    pub id_number: String,
    /// Mobile number, when known.
    pub phone: Option<String>,
    /// E-mail, when given.
    pub email: Option<String>,
    /// How the pages greet the owner.
    pub display_name: String,
    /// Whether the province has verified the person; without it nothing is handled online.
    pub real_name: bool,
    /// The enterprise of an enterprise account.
    pub enterprise: Option<Enterprise>,
    /// Grows with every change by the owner.
    pub version: i64,
}

impl Account {
    /// Name of the applicant this account stands for: the enterprise, else the person.
    pub fn applicant_name(&self) -> &str {
        self.enterprise.as_ref().map_or(&self.name, |enterprise| &enterprise.name)
    }
}

/// What the province tells about who signed in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// The province's id of the user.
    #[serde(rename = "sub")]
    pub subject: String,
    /// Person or enterprise.
    pub kind: AccountKind,
    /// Name of the person.
    pub name: String,
    /// Kind of paper.
    pub id_type: String,
    /// Number of the paper.
    pub id_number: String,
    /// Mobile number, empty when unknown.
    #[serde(default)]
    pub phone: String,
    /// Real-name state.
    #[serde(default)]
    pub real_name: bool,
    /// Enterprise signed in as.
    #[serde(default)]
    pub enterprise: Option<Enterprise>,
}

impl Profile {
    /// Whether the parts belong together: an enterprise login names its enterprise, a person's does not.
    pub(crate) fn is_whole(&self) -> bool {
        let named = !self.subject.is_empty() && !self.name.is_empty() && !self.id_number.is_empty();
        named && (self.kind == AccountKind::Enterprise) == self.enterprise.is_some()
    }
}

/// What an owner may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEdit {
    /// How the pages greet the owner.
    pub display_name: String,
    /// E-mail; empty takes it away.
    pub email: String,
    /// Mobile number; empty takes it away.
    pub phone: String,
}

impl AccountEdit {
    /// Trims, and names every field that can't stay as it is.
    pub(crate) fn checked(self) -> Result<Self, Vec<FieldProblem>> {
        let edit = Self {
            display_name: self.display_name.trim().to_owned(),
            email: self.email.trim().to_owned(),
            phone: self.phone.trim().to_owned(),
        };
        let mut errors = Vec::new();
        let length = edit.display_name.chars().count();
        if !(1..=20).contains(&length) || edit.display_name.chars().any(char::is_control) {
            errors.push(FieldProblem::new("/display_name", "length", "请填写称呼，1 到 20 个字"));
        }
        if !edit.email.is_empty() && !is_email(&edit.email) {
            errors.push(FieldProblem::new("/email", "format", "请检查邮箱，例如 name@example.com"));
        }
        if !edit.phone.is_empty() && base::codes::Phone::parse_mobile(&edit.phone).is_err() {
            errors.push(FieldProblem::new("/phone", "format", "请填写 11 位手机号码"));
        }
        if errors.is_empty() { Ok(edit) } else { Err(errors) }
    }
}

/// Good enough to catch a slip; whether the address exists only a mail can tell.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"@,;<>\"".contains(c));
    text.len() <= 254
        && plain(name)
        && plain(host)
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
}

/// Where to go after signing in: a path of this site, or the first page.
///
/// Anything a browser could read as another site (`//host`, `/\host`, a full address, control
/// characters that it drops) falls back to `/`.
pub fn local_path(wanted: Option<&str>) -> String {
    let good = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.starts_with("/api/")
            && path.len() <= 512
            && path.chars().all(|c| !c.is_control() && c != '\\')
    };
    wanted.filter(good).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_this_site_is_gone_back_to() {
        assert_eq!(local_path(Some("/apply/food?step=3#area")), "/apply/food?step=3#area");
        for bad in
            ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil", "", "/api/v1/x"]
        {
            assert_eq!(local_path(Some(bad)), "/", "{bad:?}");
        }
        assert_eq!(local_path(None), "/");
    }

    #[test]
    fn every_wrong_field_of_an_edit_is_named() {
        let edit = |display_name: &str, email: &str, phone: &str| {
            AccountEdit { display_name: display_name.into(), email: email.into(), phone: phone.into() }.checked()
        };
        let pointers: Vec<String> =
            edit("  ", "a@b", "12345").unwrap_err().into_iter().map(|error| error.pointer).collect();
        assert_eq!(pointers, ["/display_name", "/email", "/phone"]);
        assert_eq!(edit(" 海燕 ", "", "").unwrap().display_name, "海燕");
        assert!(edit("海燕", "hai.yan@example.com", "19900000001").is_ok());
    }

    #[test]
    fn an_enterprise_login_without_its_enterprise_is_not_whole() {
        let mut profile = Profile {
            subject: "s".into(),
            kind: AccountKind::Enterprise,
            name: "王海燕".into(),
            id_type: "111".into(),
            id_number: "1".into(),
            phone: String::new(),
            real_name: true,
            enterprise: None,
        };
        assert!(!profile.is_whole());
        profile.kind = AccountKind::Person;
        assert!(profile.is_whole());
    }
}
