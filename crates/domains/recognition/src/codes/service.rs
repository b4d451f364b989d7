//! Scan a code.

use axum::http::StatusCode;
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::audit::{Line, Outcome};
use serde_json::json;

use super::platform_of_codes::CodeRefusal;
use crate::Recognition;
use crate::identifying::service::{New, already_used};
use crate::identifying::{Found, Purpose, Seen, Way};
use crate::once::{self, Kind};
use crate::permissions::IdentifyPerson;

/// Longest text a scanner may give.
const LONGEST: usize = 512;

impl Recognition {
    /// Identifies somebody by the code shown.
    ///
    /// # Errors
    /// 422 for a text that can't be a code, 409 `code_used`, 410 `code_expired`, 422 `code_unknown`
    /// (never issued, or altered), 503 when the code platform does not answer.
    pub async fn scan_code(&self, caller: &Allowed<IdentifyPerson>, code: &str, purpose: Purpose) -> Result<Found> {
        let code = code.trim();
        if code.is_empty() || code.len() > LONGEST || code.chars().any(|one| one.is_control() || one.is_whitespace()) {
            return Err(Problem::invalid_field("/code", "format", "没有扫到完整的码，请对准再扫一次。"));
        }
        if once::is_spent(self.platform.db.read(), Kind::Code, code).await? {
            return Err(self.note_refused_code(caller, code, already_used()).await?);
        }
        let holder = match self.codes.holder(code, purpose.as_str()).await? {
            Ok(holder) if !holder.is_whole() => return Err(self.note_refused_code(caller, code, unknown()).await?),
            // Our own clock too: a platform that forgets to look must not open anything.
            Ok(holder) if holder.expires_at <= self.platform.now() => {
                return Err(self.note_refused_code(caller, code, expired()).await?);
            }
            Ok(holder) => holder,
            Err(CodeRefusal::Expired) => return Err(self.note_refused_code(caller, code, expired()).await?),
            Err(CodeRefusal::Used) => return Err(self.note_refused_code(caller, code, already_used()).await?),
            Err(CodeRefusal::Unknown) => return Err(self.note_refused_code(caller, code, unknown()).await?),
        };
        let way = if holder.enterprise.is_some() { Way::EnterpriseCode } else { Way::CitizenCode };
        let seen = Seen { person: holder.person, enterprise: holder.enterprise };
        let spent = Some((Kind::Code, code.to_owned()));
        self.keep(caller, New { way, purpose, seen, device: None, spent }).await
    }

    /// Writes a refused code down; gives the refusal back.
    async fn note_refused_code(
        &self,
        caller: &Allowed<IdentifyPerson>,
        code: &str,
        problem: Problem,
    ) -> Result<Problem> {
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "identify.refused",
            // Not the code: it may still open something elsewhere.
            format!("code:{}", self.platform.blind_index(code)),
            json!({ "code": problem.code() }),
        );
        let entry = line.entry().result(Outcome::Refused);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(entry);
                    Ok(())
                })
            })
            .await?;
        Ok(problem)
    }
}

fn expired() -> Problem {
    Problem::new(StatusCode::GONE, "code_expired", "这个码已经过期，没有核验。")
        .detail("请对方在手机上刷新，出示新的码再扫。也可以读身份证。")
}

fn unknown() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "code_unknown", "这不是有效的个人码或企业码，没有核验。")
        .detail("请确认扫的是办事用的身份码，再扫一次。不行的话，请读身份证或者手工输入。")
}
