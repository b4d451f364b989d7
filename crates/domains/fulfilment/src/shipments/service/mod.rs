//! What can be done with a shipment, one file per act.

pub mod change;
pub mod lists;
pub mod order;
pub mod place;
pub mod tell;
pub mod track;

use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::courier::Party;
use super::store::shipment;
use crate::Fulfilment;

/// Both ends of a parcel, sealed in its row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Parties {
    pub sender: Party,
    pub receiver: Party,
}

fn sealed_at(id: Uuid) -> String {
    format!("shipment:{id}:parties")
}

impl Fulfilment {
    pub(crate) fn seal_parties(&self, parties: &Parties, id: Uuid) -> Result<String> {
        Ok(self.platform.seal(&serde_json::to_string(parties)?, &sealed_at(id)))
    }

    pub(crate) fn parties(&self, row: &shipment::Model) -> Result<Parties> {
        Ok(serde_json::from_str(&self.platform.unseal(&row.parties_sealed, &sealed_at(row.id))?)?)
    }
}

pub(crate) fn unknown() -> Problem {
    Problem::not_found("没有找到这个包裹。")
}
