//! HTTP of classification, discovery and masked copies.

pub(super) mod copies;
pub(super) mod discovery;
pub(super) mod fields;
pub(super) mod grades;
pub(super) mod review;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A word of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = DataWord)]
pub(crate) struct Word {
    key: &'static str,
    label: &'static str,
}

fn words(list: &[(&'static str, &'static str)]) -> Vec<Word> {
    list.iter().map(|(key, label)| Word { key, label }).collect()
}

/// A decision on something that waits.
#[derive(Deserialize, ToSchema)]
#[schema(as = DataDecision)]
pub(crate) struct Decision {
    version: i64,
    #[serde(default)]
    text: String,
}
