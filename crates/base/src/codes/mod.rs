//! Identifiers with a structure and a check: people, bodies, phones, licences,
//! items and cases. Every type holds the normalised form (trimmed, half-width,
//! upper case) and can only be made from a text that passed its checks; every
//! error says in plain words what is wrong and what to do.
//!
//! Sources: GB 11643 (citizens), GB 32100 (social credit code), GB 11714
//! (organisation code), GB/T 36904 (licence identifier), GB/T 39554.1 (items).

mod citizen;
mod licence;
mod organisation;
mod phone;
mod service;

pub use citizen::{CitizenId, CitizenIdError, CitizenIdKind, Sex};
pub use licence::{LicenceIdentifier, LicenceIdentifierError, mod_37_36};
pub use organisation::{OrganisationCode, OrganisationCodeError, Uscc, UsccError};
pub use phone::{Phone, PhoneError};
pub use service::{BasicCode, CaseNumber, HandleCode, ItemType, ServiceCodeError, TaskCode};

/// Full-width letters and digits become half-width, spaces go, letters are
/// upper case: people paste numbers from everywhere.
fn normalise(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
            other => other,
        })
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// Implements the text traits shared by all codes.
macro_rules! text_code {
    ($type:ty) => {
        impl $type {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

/// Adds reading for codes that need nothing but the text.
macro_rules! text_code_reading {
    ($type:ty, $error:ty) => {
        impl std::str::FromStr for $type {
            type Err = $error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

use text_code;
use text_code_reading;

#[cfg(test)]
mod tests;
