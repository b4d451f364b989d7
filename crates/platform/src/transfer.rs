//! What came over the gap between two networks, for the domain it is meant for (DATASEC-013).
//!
//! The security domain proves, orders and stores packets; what a packet says is for a domain above.
//! Such a domain declares its kinds as a [`Consumer`]; `app` hands all of them over. A kind that no
//! consumer names is listed for people with the way out.

use async_trait::async_trait;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Tx;
use crate::web::problem::Result;

/// A packet that was proven and filtered.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Its number in its direction, without gaps.
    pub no: i64,
    /// Kind, as the rules name it.
    pub kind: String,
    /// Content.
    pub body: Map<String, Value>,
    /// Stored files that came along.
    pub files: Vec<Uuid>,
}

impl Received {
    /// A text of the content; empty when it is not there.
    pub fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A domain that takes packets.
///
/// [`Consumer::take`] runs in the transaction that also marks the packet as taken: both happen or
/// neither, so each packet counts once however often it is delivered. Packets may be taken in another
/// order than they were sent; a consumer that minds compares a number of its own.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// Kinds it takes.
    fn kinds(&self) -> &'static [&'static str];

    /// Takes one packet; gives a few words on what became of it.
    ///
    /// # Errors
    /// A problem of the content (4xx) puts the packet aside for people with its words; anything else
    /// is tried again.
    async fn take(&self, tx: &Tx, received: &Received) -> Result<String>;
}
