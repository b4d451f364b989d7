//! Rules bound to the form, the item and the channel (FORM-016).

use catalogue::PublishedItem;
use design::{Bound, Unmet};
use platform::Result;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::Casework;
use crate::cases::model::Channel;

/// The channel of a case as forms and rules name it.
pub(crate) fn form_channel(column: &str) -> &'static str {
    match column {
        one if one == Channel::Mobile.as_str() => "mobile",
        one if one == Channel::Terminal.as_str() => "kiosk",
        one if one == Channel::Web.as_str() => "web",
        // What comes whole from another office has been taken by its people.
        _ => "window",
    }
}

impl Casework {
    /// Rules that check an item's form at a moment: now, and for a case already handed in the moment of
    /// that, because a rule that begins later changes no running case.
    pub(crate) async fn checks(&self, item: &PublishedItem, channel: &str, at: OffsetDateTime) -> Result<Vec<Bound>> {
        let today = base::zone::china_date(at).to_string();
        let form = &item.definitions.form.key;
        // On the heap: the futures of filing are large as they are.
        Box::pin(self.design.checks(&rule::Filled { form, item: &item.slug, channel, today: &today })).await
    }
}

/// Checks that are not met by data and what is around it.
pub(crate) fn unmet(checks: &[Bound], data: &Map<String, Value>, around: Value) -> Vec<Unmet> {
    let mut input = data.clone();
    if let Value::Object(around) = around {
        input.extend(around);
    }
    checks.iter().filter_map(|check| check.unmet(&input)).collect()
}
