//! The gateway in front of a platform: its own reading of the signature formula, not the product's.

use std::collections::HashSet;

use axum::http::{HeaderMap, StatusCode};

use crate::Refusal;

/// What a platform knows of the product: app id, secret, numbers already used.
pub(crate) struct Client {
    pub(crate) app_id: &'static str,
    pub(crate) secret: &'static str,
    pub(crate) nonces: HashSet<String>,
}

impl Client {
    pub(crate) fn new(app_id: &'static str, secret: &'static str) -> Self {
        Self { app_id, secret, nonces: HashSet::new() }
    }

    /// Checks the formula that covers the body.
    pub(crate) fn check(&mut self, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
        let refused = Refusal(StatusCode::UNAUTHORIZED, "400001");
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).ok_or(refused);
        let (app_id, timestamp) = (header("x-tif-paasid")?, header("x-tif-timestamp")?);
        let (nonce, signature) = (header("x-tif-nonce")?, header("x-tif-signature")?);
        let head = format!("{app_id}{timestamp}{nonce}");
        let text = [head.as_bytes(), body, self.secret.as_bytes()].concat();
        let right = base::encoding::to_hex(&base::crypto::sha256(&text));
        let good =
            app_id == self.app_id && right.eq_ignore_ascii_case(signature) && self.nonces.insert(nonce.to_owned());
        if good { Ok(()) } else { Err(refused) }
    }
}
