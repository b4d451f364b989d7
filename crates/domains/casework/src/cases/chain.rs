//! The chain over a case's events: each hash covers the event and the hash before it.
//!
//! One chain per case, not one over all (that would be a lock every submission waits for). A daily
//! job gathers the heads into a root, chains the roots and signs them, see [`super::service`].

use time::OffsetDateTime;
use uuid::Uuid;

/// Hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is hashed of one event. The text form is fixed: changing it would break every old chain.
#[derive(Debug, Clone)]
pub struct Link<'a> {
    /// Case.
    pub case_id: Uuid,
    /// Number within the case, from 1.
    pub no: i64,
    /// Event kind.
    pub kind: &'a str,
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor_name: &'a str,
    /// What people read.
    pub text: &'a str,
    /// Content, JSON text as stored.
    pub data: &'a str,
    /// Hash before.
    pub previous: &'a str,
}

impl Link<'_> {
    /// SM3 over the length-prefixed parts, hex.
    pub fn hash(&self) -> String {
        let mut hasher = base::crypto::Sm3Hasher::new();
        let case_id = self.case_id.to_string();
        let no = self.no.to_string();
        let at = self.at.unix_timestamp().to_string();
        for part in [self.previous, &case_id, &no, self.kind, &at, self.actor_name, self.text, self.data] {
            // Length first: moving a character from one part to the next changes the hash.
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        base::encoding::to_hex(&hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_character_between_parts_changes_the_hash() {
        let link = |actor_name, text| Link {
            case_id: Uuid::nil(),
            no: 1,
            kind: "apply",
            at: OffsetDateTime::UNIX_EPOCH,
            actor_name,
            text,
            data: "{}",
            previous: GENESIS,
        };
        assert_ne!(link("王海", "燕提交").hash(), link("王海燕", "提交").hash());
        assert_eq!(link("a", "b").hash(), link("a", "b").hash());
        assert_eq!(link("a", "b").hash().len(), 64);
    }
}
