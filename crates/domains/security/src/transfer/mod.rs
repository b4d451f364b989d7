//! Transfer between the inner and the outer network 数据摆渡 (DATASEC-013).
//!
//! Two installations that no network joins exchange packets through folders that a ferry (a gap
//! device, a person with a disc) carries: `out` of one becomes `in` of the other.
//!
//! * [`rules`]: what may cross, in which direction, with which fields and files. Both ends filter;
//! * [`packet`]: one packet: sealed with the zone's key, signed by its sender, numbered, chained;
//! * [`outbox`]: numbers without gaps, writes, hears acknowledgements, sends again;
//! * [`inbox`]: proves, holds until what came before is there, delivers once and in order;
//! * `consume`: hands each delivered packet to the domain that declared its kind, once;
//! * [`zone`]: the folders.
//!
//! The ferry may lose, double, delay and reorder whatever it carries. An acknowledgement carries the
//! receiver's chain: when it equals the sender's at that number, both sides hold the same.

pub(crate) mod consume;
pub(crate) mod inbox;
pub(crate) mod outbox;
pub mod packet;
pub(crate) mod register;
pub mod rules;
pub(crate) mod store;
pub mod zone;

use serde::{Deserialize, Serialize};

pub use consume::CONSUME_JOB;
pub use inbox::RECEIVED;
pub use outbox::{FORWARD_JOB, SentFile};
use rules::Rules;
use zone::Zone;

/// Chain before the first packet.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A side of the gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The government's own network.
    Inner,
    /// The network of citizens and telephones.
    Outer,
}

impl Side {
    /// Key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inner => "inner",
            Self::Outer => "outer",
        }
    }

    /// Name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Inner => "内网",
            Self::Outer => "外网",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Inner => Self::Outer,
            Self::Outer => Self::Inner,
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inner, Self::Outer].into_iter().find(|side| side.as_str() == text)
    }
}

/// The transfer of one installation.
pub struct Transfer {
    /// What may cross.
    pub rules: Rules,
    /// The folders and keys.
    pub zone: Zone,
}
