//! Ratings over cases: feedback asks, casework answers.

use std::sync::Arc;

use async_trait::async_trait;
use casework::Casework;
use feedback::{EndedCase, Feedback, NewRating, RateMyCase, RatedCase, RatedCases, Reasons};
use platform::web::guard::{Allowed, Principal};
use platform::{Platform, Problem, Result};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::App;

/// How departments are rated, for the cockpit: approval asks, feedback answers.
pub struct Rated(pub Feedback);

#[async_trait]
impl approval::cockpit::Ratings for Rated {
    async fn by_org(
        &self,
        orgs: &[Uuid],
        from: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<Vec<approval::cockpit::OrgRatings>> {
        let found = self.0.by_org(orgs, from, until).await?;
        Ok(found
            .into_iter()
            .map(|(org_id, summary)| approval::cockpit::OrgRatings { org_id, by_stars: summary.by_stars })
            .collect())
    }
}

struct Cases(Casework);

#[async_trait]
impl RatedCases for Cases {
    async fn case_of_account(&self, case_id: Uuid, account: Uuid) -> Result<Option<RatedCase>> {
        Ok(self.0.rated_case(case_id, account).await?.map(rated))
    }

    async fn case_by_number(&self, number: &str) -> Result<Option<RatedCase>> {
        Ok(self.0.finished_case(None, Some(number)).await?.map(|(case, _)| rated(case)))
    }

    async fn ended_case(&self, case_id: Uuid) -> Result<Option<EndedCase>> {
        let Some((case, account)) = self.0.finished_case(Some(case_id), None).await? else { return Ok(None) };
        Ok(Some(EndedCase {
            finished: case.finished,
            to_hand_over: case.undelivered && self.0.delivery_wish(case_id).await?.0 != "electronic",
            has_account: account.is_some(),
        }))
    }

    async fn invite(&self, case_id: Uuid, link: &str) -> Result<()> {
        let key = format!("rating.invited:{case_id}");
        self.0.tell_about(case_id, "rating_invited", &key, &[("rating_link", link)]).await
    }
}

fn rated(case: casework::cases::service::Ended) -> RatedCase {
    RatedCase {
        id: case.id,
        case_number: case.case_number,
        item_slug: case.item_slug,
        item_name: case.item_name,
        applicant_name: case.applicant_name,
        org_id: case.org_id,
        closed_at: case.closed_at,
        finished: case.finished,
    }
}

/// Feedback over casework, with the reasons of the packs.
///
/// # Errors
/// Names the file of reasons when it is absent or broken.
pub fn wire(platform: &Platform, casework: &Casework) -> Result<Feedback> {
    let path = platform.config.packs_dir.join("platform/rating-reasons.yaml");
    let named = |error: String| Problem::internal(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| named(error.to_string()))?;
    let reasons = Reasons::parse(&text).map_err(named)?;
    Ok(Feedback::new(platform.clone(), Arc::new(Cases(casework.clone())), reasons))
}

/// Rates a case as its applicant, with the first reasons of the grade (demo).
///
/// # Errors
/// What the service refuses.
pub async fn rate(app: &App, caller: &Principal, case: Uuid, stars: i64) -> Result<()> {
    let reasons = app.feedback.reasons().offered(stars).take(2).map(|reason| reason.code.clone()).collect();
    let rating = NewRating { stars, reasons, text: String::new() };
    app.feedback.rate(&Allowed::<RateMyCase>::trusted(caller.clone()), case, rating).await?;
    Ok(())
}
