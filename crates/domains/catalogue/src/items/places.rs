//! Where an item is handled, and how to book a time there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of the hall.
    pub name: String,
    /// Address.
    pub address: String,
    /// Opening hours.
    pub hours: String,
    /// Phone.
    pub phone: String,
    /// Window numbers.
    #[serde(default)]
    pub windows: Vec<String>,
    /// Whether a self-service machine stands there.
    #[serde(default)]
    pub terminal: bool,
    /// Region, 12 digits.
    #[serde(default)]
    pub region: String,
    /// Whether it (the terminal) is open day and night.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_day: bool,
    /// Where it is: `longitude,latitude` in decimal degrees (CGCS2000), for "nearest first".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// How to get there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<String>,
    /// How to book a time at this place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub booking: Vec<BookingWay>,
}

impl Place {
    /// Longitude and latitude, when the text gives both within China's range.
    pub fn point(&self) -> Option<(f64, f64)> {
        let (longitude, latitude) = self.location.as_deref()?.split_once(',')?;
        let point: (f64, f64) = (longitude.trim().parse().ok()?, latitude.trim().parse().ok()?);
        ((70.0..140.0).contains(&point.0) && (0.0..60.0).contains(&point.1)).then_some(point)
    }
}

/// A way to book a time, until there is a booking service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingWay {
    /// `phone`, `window` or `web`.
    pub way: String,
    /// What to do, one sentence.
    pub text: String,
    /// Number to dial, for `phone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Address of the page, for `web`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
