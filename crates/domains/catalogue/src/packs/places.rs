//! Where items are handled, told once for the city (`city/windows.yaml`): halls with their windows, and
//! self-service areas. An item without `places` of its own takes those that handle it (PORTAL-009).

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::{PackError, format_error, text};
use crate::items::model::{BookingWay, Place};

#[derive(Deserialize)]
struct City {
    #[serde(default)]
    halls: Vec<Hall>,
    #[serde(default)]
    windows: Vec<Window>,
    #[serde(default)]
    terminals: Vec<Terminal>,
}

#[derive(Deserialize)]
struct Hall {
    key: String,
    name: String,
    region: String,
    address: String,
    hours: String,
    phone: String,
    #[serde(default)]
    floors: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    traffic: Option<String>,
    #[serde(default)]
    booking: Vec<BookingWay>,
}

#[derive(Deserialize)]
struct Window {
    hall: String,
    number: String,
    kind: String,
    #[serde(default)]
    items: Vec<String>,
}

#[derive(Deserialize)]
struct Terminal {
    name: String,
    region: String,
    address: String,
    hours: String,
    phone: String,
    #[serde(default)]
    all_day: bool,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    traffic: Option<String>,
    items: Vec<String>,
}

/// The places of a city that handle an item: halls in the order of the file, then self-service areas.
///
/// # Errors
/// When the file is there but can't be read.
pub(super) fn of_item(city: &Path, slug: &str) -> Result<Vec<Place>, PackError> {
    let content: Value = serde_yaml_ng::from_str(&text(city)?).map_err(|error| format_error(city, error))?;
    let city: City = serde_json::from_value(content).map_err(|error| format_error(city, error))?;
    let takes = |items: &[String]| items.iter().any(|item| item == slug);
    let halls = city.halls.into_iter().filter_map(|hall| {
        let windows: Vec<String> = city
            .windows
            .iter()
            .filter(|window| window.hall == hall.key && window.kind == "handle" && takes(&window.items))
            .map(|window| window.number.clone())
            .collect();
        (!windows.is_empty()).then(|| Place {
            name: hall.name,
            address: match hall.floors {
                Some(floors) => format!("{}（{floors}）", hall.address),
                None => hall.address,
            },
            hours: hall.hours,
            phone: hall.phone,
            windows,
            terminal: false,
            region: hall.region,
            all_day: false,
            location: hall.location,
            traffic: hall.traffic,
            booking: hall.booking,
        })
    });
    let terminals = city.terminals.into_iter().filter(|terminal| takes(&terminal.items)).map(|terminal| Place {
        name: terminal.name,
        address: terminal.address,
        hours: terminal.hours,
        phone: terminal.phone,
        windows: Vec::new(),
        terminal: true,
        region: terminal.region,
        all_day: terminal.all_day,
        location: terminal.location,
        traffic: terminal.traffic,
        booking: Vec::new(),
    });
    Ok(halls.chain(terminals).collect())
}
