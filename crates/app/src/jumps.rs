//! Cases as recognition asks for them: for pushing a case's data along with a jump.

use async_trait::async_trait;
use casework::Casework;
use platform::Result;
use platform::web::guard::{Audience, Principal};
use recognition::jumps::{CaseFacts, Cases};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Casework as recognition sees it.
pub struct FiledCases(pub Casework);

#[async_trait]
impl Cases for FiledCases {
    async fn within_reach(&self, caller: &Principal, case: Uuid) -> Result<Option<CaseFacts>> {
        let Some((found, account)) = self.0.finished_case(Some(case), None).await? else { return Ok(None) };
        let reached = match caller.audience {
            Audience::Portal => account == Some(caller.id),
            Audience::Desk => caller.may("case.read") && caller.reaches(found.org_id, &found.item_slug),
        };
        if reached { self.facts(case).await } else { Ok(None) }
    }

    async fn facts(&self, case: Uuid) -> Result<Option<CaseFacts>> {
        let Some(progress) = self.0.public_progress(case).await? else { return Ok(None) };
        let (_, item) = self.0.org_and_item_of(case).await?;
        let steps: Vec<_> = progress
            .steps
            .iter()
            .map(|step| json!({ "name": step.name, "at": step.at.format(&Rfc3339).unwrap_or_default() }))
            .collect();
        let data = json!({
            "case_number": progress.case_number,
            "item_code": progress.item_code,
            "item_name": progress.item_name,
            "org_name": progress.org_name,
            "region": progress.region,
            "state": progress.state,
            "state_label": progress.state_label,
            "steps": steps,
        });
        Ok(Some(CaseFacts { number: progress.case_number, item, data }))
    }
}
