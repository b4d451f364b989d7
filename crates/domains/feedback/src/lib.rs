//! Feedback: the rating of finished cases 好差评.
//!
//! One rating per case, one to five stars, changeable by who gave it. A rating is voluntary and
//! the rater's data stay hidden from the staff rated (国办发〔2019〕51号). This domain owns no case:
//! it asks [`RatedCases`]. Start at [`Feedback`]; words and tables are in README.md.
//!
//! req: FEEDBACK-001

mod cases;
mod http;
mod model;
mod permissions;
mod reasons;
mod service;
mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use platform::Platform;
use platform::db::migrate::Migration;

pub use cases::{EndedCase, RatedCase, RatedCases};
pub use http::routes;
pub use model::{Entry, NewRating, Rating};
pub use permissions::{PERMISSIONS, RateMyCase, ReadRatings, TraceRatings};
pub use reasons::{Grade, Reason, Reasons};
pub use service::summary::Summary;

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[platform::personal::HeldData {
    key: "ratings",
    table: "ratings",
    parts: &["rating_history"],
    whose: platform::personal::Whose::Account("account_id = $1"),
    since: "created_at",
    label: "评价",
    content: "星级、评价内容、办件编号",
    source: "您本人评价",
    purpose: "rating",
    keep: platform::personal::Keep::Law("好差评是监督服务的依据，长期保存，公开时不带您的身份。"),
}];

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "feedback_0001", sql: include_str!("../migrations/0001_ratings.sql") }];

/// Event left when a rating was given or changed; payload `{rating_id, case_id, stars, bad, times}`.
pub const RATING_GIVEN: &str = "rating.given";

/// The feedback domain. Cheap to clone.
#[derive(Clone)]
pub struct Feedback {
    pub(crate) platform: Platform,
    pub(crate) cases: Arc<dyn RatedCases>,
    pub(crate) reasons: Arc<Reasons>,
}

impl Feedback {
    /// The domain over the cases of another one, with the list of reasons in use.
    pub fn new(platform: Platform, cases: Arc<dyn RatedCases>, reasons: Reasons) -> Self {
        Self { platform, cases, reasons: Arc::new(reasons) }
    }

    /// The list of reasons in use.
    pub fn reasons(&self) -> &Reasons {
        &self.reasons
    }
}

impl FromRef<Feedback> for Platform {
    fn from_ref(feedback: &Feedback) -> Self {
        feedback.platform.clone()
    }
}

#[cfg(test)]
mod tests;
