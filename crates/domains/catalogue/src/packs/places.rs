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
    #[serde(default)]
    name: String,
    kind: String,
    #[serde(default)]
    items: Vec<String>,
}

/// A hall of the city with its windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HallOfCity {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Address with the floors.
    pub address: String,
    /// Opening hours.
    pub hours: String,
    /// Phone.
    pub phone: String,
    /// How to get there.
    pub traffic: Option<String>,
    /// How to book a time.
    pub booking: Vec<BookingWay>,
    /// Windows in the order of the file.
    pub windows: Vec<WindowOfHall>,
}

/// A window of a hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowOfHall {
    /// Number on the sign.
    pub number: String,
    /// Name on the sign; empty when it has none.
    pub name: String,
    /// Slugs of the items it handles; empty where people are guided or collect.
    pub items: Vec<String>,
}

/// The halls of a city in the order of the file (`city/windows.yaml`), each with its windows.
///
/// # Errors
/// When the file is there but can't be read.
pub fn halls(city: &Path) -> Result<Vec<HallOfCity>, PackError> {
    let City { halls, windows, .. } = read(city)?;
    let of_hall = |key: &str| {
        let own = windows.iter().filter(|window| window.hall == key);
        own.map(|window| WindowOfHall {
            number: window.number.clone(),
            name: window.name.clone(),
            items: window.items.clone(),
        })
        .collect()
    };
    let told = halls.into_iter().map(|hall| HallOfCity {
        windows: of_hall(&hall.key),
        address: address(hall.address, hall.floors),
        key: hall.key,
        name: hall.name,
        hours: hall.hours,
        phone: hall.phone,
        traffic: hall.traffic,
        booking: hall.booking,
    });
    Ok(told.collect())
}

fn read(city: &Path) -> Result<City, PackError> {
    let content: Value = serde_yaml_ng::from_str(&text(city)?).map_err(|error| format_error(city, error))?;
    serde_json::from_value(content).map_err(|error| format_error(city, error))
}

fn address(address: String, floors: Option<String>) -> String {
    match floors {
        Some(floors) => format!("{address}（{floors}）"),
        None => address,
    }
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
    let city = read(city)?;
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
            address: address(hall.address, hall.floors),
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
