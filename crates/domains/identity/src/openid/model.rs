//! Scopes, and what makes a request of a client wrong.

use platform::web::guard::Audience;
use time::{Duration, OffsetDateTime};

use crate::systems::ConnectedSystem;

/// How long a browser may take from the request to the code.
pub(crate) const REQUEST_VALID: Duration = Duration::minutes(10);
/// How long a code waits for its client.
pub(crate) const CODE_VALID: Duration = Duration::seconds(60);
/// How long an access token and an identity token are good for.
pub(crate) const TOKEN_VALID: Duration = Duration::minutes(10);
/// Age at which a signing key is replaced.
pub(crate) const KEY_SIGNS: Duration = Duration::days(90);
/// How long a replaced key stays published, so that what it signed still verifies.
pub(crate) const KEY_OVERLAP: Duration = Duration::hours(24);

/// What a client may ask for.
pub(crate) struct Scope {
    pub(crate) key: &'static str,
    /// What the person reads on the page of consent.
    pub(crate) label: &'static str,
    /// What is handed over.
    pub(crate) items: &'static [&'static str],
    /// Field of the grant `user_data` that it needs; empty when none.
    pub(crate) field: &'static str,
    /// The one user system that has it; both when absent.
    pub(crate) only: Option<Audience>,
}

/// All scopes, in the order shown.
pub(crate) const SCOPES: &[Scope] = &[
    Scope { key: "openid", label: "您的通办账号编号", items: &["账号编号"], field: "", only: None },
    Scope { key: "profile", label: "姓名", items: &["姓名"], field: "name", only: None },
    Scope {
        key: "real_name",
        label: "实名状态",
        items: &["是否已经实名"],
        field: "real_name",
        only: Some(Audience::Portal),
    },
    Scope {
        key: "id_number",
        label: "身份证件号码",
        items: &["证件类型", "证件号码"],
        field: "id_number",
        only: Some(Audience::Portal),
    },
    Scope {
        key: "phone", label: "手机号码", items: &["手机号码"], field: "phone", only: Some(Audience::Portal)
    },
    Scope { key: "email", label: "邮箱", items: &["邮箱"], field: "email", only: Some(Audience::Portal) },
    Scope {
        key: "enterprise",
        label: "企业信息",
        items: &["企业名称", "统一社会信用代码", "法定代表人"],
        field: "enterprise",
        only: Some(Audience::Portal),
    },
    Scope {
        key: "staff",
        label: "岗位和单位",
        items: &["登录名", "单位", "岗位"],
        field: "name",
        only: Some(Audience::Desk),
    },
];

/// Scopes a client may use now.
pub(crate) fn allowed(system: &ConnectedSystem, audience: Audience, now: OffsetDateTime) -> Vec<&'static Scope> {
    SCOPES
        .iter()
        .filter(|scope| scope.only.is_none_or(|only| only == audience))
        .filter(|scope| scope.field.is_empty() || system.may_field("user_data", scope.field, now))
        .collect()
}

/// Scopes of a space-separated text, each once, in our order; unknown ones fall away.
pub(crate) fn known(text: &str) -> Vec<&'static Scope> {
    let asked: Vec<&str> = text.split(' ').collect();
    SCOPES.iter().filter(|scope| asked.contains(&scope.key)).collect()
}

pub(crate) fn joined(scopes: &[&Scope]) -> String {
    scopes.iter().map(|scope| scope.key).collect::<Vec<_>>().join(" ")
}

/// Whether every scope of `wanted` is in `held`.
pub(crate) fn covers(held: &str, wanted: &str) -> bool {
    let held: Vec<&str> = held.split(' ').collect();
    wanted.split(' ').all(|scope| held.contains(&scope))
}

/// Whether a text is a challenge of PKCE S256: 32 bytes in base64url.
pub(crate) fn is_challenge(text: &str) -> bool {
    base::encoding::from_base64url(text).is_some_and(|bytes| bytes.len() == 32)
}

/// Whether a verifier is the one the challenge was made from (RFC 7636 4.6).
pub(crate) fn verifies(challenge: &str, verifier: &str) -> bool {
    let good = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let made = base::encoding::to_base64url(&base::crypto::sha256(verifier.as_bytes()));
    good && base::crypto::constant_time_eq(made.as_bytes(), challenge.as_bytes())
}

/// What a client asks the browser to bring.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) response_type: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) code_challenge: String,
    pub(crate) code_challenge_method: String,
    pub(crate) prompt: String,
    pub(crate) max_age: Option<i64>,
}

impl Asked {
    /// What is wrong with a request whose client and address are right: an error code of
    /// RFC 6749 4.1.2.1 and words for the client's programmer.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        if self.response_type != "code" {
            return Some(("unsupported_response_type", "only response_type=code"));
        }
        if !self.scope.split(' ').any(|scope| scope == "openid") {
            return Some(("invalid_scope", "scope must contain openid"));
        }
        if self.code_challenge_method != "S256" || !is_challenge(&self.code_challenge) {
            return Some(("invalid_request", "PKCE with code_challenge_method=S256 is required"));
        }
        if self.state.len() > 1024 || self.nonce.len() > 256 {
            return Some(("invalid_request", "state or nonce is too long"));
        }
        None
    }

    pub(crate) fn prompts(&self, word: &str) -> bool {
        self.prompt.split(' ').any(|prompt| prompt == word)
    }
}

/// An address with parameters added to its query.
pub(crate) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = url::Url::parse(address) else { return address.to_owned() };
    // Only then: an address without parameters stays as it was registered, letter by letter.
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        url.query_pairs_mut().append_pair(key, value);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn a_verifier_fits_its_challenge_only() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(is_challenge(challenge));
        assert!(verifies(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!verifies(challenge, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!verifies(challenge, ""));
    }

    #[test]
    fn a_request_without_openid_or_pkce_is_faulty() {
        let good = Asked {
            response_type: "code".into(),
            scope: "openid profile".into(),
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            code_challenge_method: "S256".into(),
            ..Asked::default()
        };
        assert_eq!(good.fault(), None);
        assert_eq!(Asked { scope: "profile".into(), ..good.clone() }.fault().unwrap().0, "invalid_scope");
        assert_eq!(
            Asked { code_challenge_method: "plain".into(), ..good.clone() }.fault().unwrap().0,
            "invalid_request"
        );
        assert_eq!(Asked { response_type: "token".into(), ..good }.fault().unwrap().0, "unsupported_response_type");
        assert!(covers("openid profile phone", "openid phone") && !covers("openid", "openid phone"));
    }
}
