//! How a call through a gateway is signed. Several bodies use the same header names with different
//! formulas, so the formula belongs to each connected system (standards 9).

use base::crypto::sha256;
use base::encoding::to_hex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Application id.
pub(crate) const PAASID: &str = "x-tif-paasid";
/// Seconds since 1970.
pub(crate) const TIMESTAMP: &str = "x-tif-timestamp";
/// Number used once.
pub(crate) const NONCE: &str = "x-tif-nonce";
/// Signature.
pub(crate) const SIGNATURE: &str = "x-tif-signature";
/// User part of the formula with user.
pub(crate) const USER: [&str; 3] = ["x-tif-uid", "x-tif-uinfo", "x-tif-ext"];

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// `upper(hex(SHA-256(timestamp + secret + nonce + timestamp)))`, the gateway of the Rio kind.
    Tif,
    /// The same with the user in between: `timestamp + secret + nonce + "," + uid + "," + uinfo + "," + ext + timestamp`.
    TifUser,
    /// `upper(hex(SHA-256(app id + timestamp + nonce + body + secret)))`: the body is covered too.
    TifBody,
}

/// One call to sign or to check.
#[derive(Debug, Clone, Copy)]
pub struct Signing<'a> {
    /// Application id.
    pub app_id: &'a str,
    /// Secret, the gateway's token.
    pub secret: &'a str,
    /// Seconds since 1970.
    pub timestamp: &'a str,
    /// Number used once.
    pub nonce: &'a str,
    /// User id, user data and extension; empty unless the formula wants them.
    pub user: [&'a str; 3],
    /// Body as sent.
    pub body: &'a [u8],
}

impl Formula {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Tif, Self::TifUser, Self::TifBody];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tif => "tif",
            Self::TifUser => "tif_user",
            Self::TifBody => "tif_body",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|formula| formula.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Tif => "网关签名",
            Self::TifUser => "网关签名（带用户）",
            Self::TifBody => "网关签名（带正文）",
        }
    }

    /// The signature, hex in capitals.
    pub fn signature(self, call: &Signing<'_>) -> String {
        let Signing { app_id, secret, timestamp, nonce, user: [uid, uinfo, ext], body } = *call;
        let text = match self {
            Self::Tif => format!("{timestamp}{secret}{nonce}{timestamp}").into_bytes(),
            Self::TifUser => format!("{timestamp}{secret}{nonce},{uid},{uinfo},{ext}{timestamp}").into_bytes(),
            Self::TifBody => {
                [app_id.as_bytes(), timestamp.as_bytes(), nonce.as_bytes(), body, secret.as_bytes()].concat()
            }
        };
        to_hex(&sha256(&text)).to_uppercase()
    }

    /// Headers of a call of ours.
    pub fn headers(self, call: &Signing<'_>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            (PAASID, call.app_id.to_owned()),
            (TIMESTAMP, call.timestamp.to_owned()),
            (NONCE, call.nonce.to_owned()),
            (SIGNATURE, self.signature(call)),
        ];
        if self == Self::TifUser {
            headers.extend(USER.iter().zip(call.user).map(|(name, value)| (*name, value.to_owned())));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digests were computed with `openssl dgst -sha256`, not with this code.
    ///
    /// req: IDENT-013
    #[test]
    fn the_formulas_give_what_openssl_gives() {
        let call = Signing {
            app_id: "demo",
            secret: "s3cret",
            timestamp: "1790000000",
            nonce: "n0nce",
            user: ["u1", "info", "ext"],
            body: b"{\"a\":1}",
        };
        let expected = include_str!("tests/signatures.txt");
        let given: Vec<String> =
            Formula::ALL.iter().map(|formula| format!("{} {}", formula.as_str(), formula.signature(&call))).collect();
        assert_eq!(given, expected.lines().collect::<Vec<_>>());
        assert_eq!(Formula::Tif.headers(&call).len(), 4);
        assert_eq!(Formula::TifUser.headers(&call).len(), 7);
    }
}
