//! One packet and one acknowledgement, as they lie in the folder. Pure.

use base::clock::Randomness;
use base::crypto::{FieldCipher, Sm2Key, Sm2PublicKey, sm3};
use base::encoding::{from_base64url, from_hex, to_base64url, to_hex};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Side;

/// What a packet carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Fields.
    pub body: Map<String, Value>,
    /// Files.
    #[serde(default)]
    pub files: Vec<Enclosed>,
}

/// A file inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enclosed {
    /// Name.
    pub name: String,
    /// Bytes, base64url.
    pub bytes: String,
}

/// A packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packet {
    /// Sender.
    pub from: Side,
    /// Number, from 1 without gaps.
    pub no: i64,
    /// Kind.
    pub kind: String,
    /// SM3 of the content, hex.
    pub digest: String,
    /// Chain up to this packet.
    pub chain: String,
    /// Content, sealed with the zone's key, base64url.
    pub sealed: String,
    /// SM2 over everything before, hex of DER.
    pub signature: String,
}

/// What a side has received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// Who says so.
    pub from: Side,
    /// All up to here are there.
    pub upto: i64,
    /// The receiver's chain up to there.
    pub chain: String,
    /// Numbers that are missing below the highest one seen.
    pub missing: Vec<i64>,
    /// Unix seconds: a later one counts more.
    pub at: i64,
    /// SM2 over everything before, hex of DER.
    pub signature: String,
}

/// Why a file from the other side is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Not one of ours.
    #[error("读不出来")]
    Format,
    /// Signed by somebody else, or altered.
    #[error("签名不对，可能被改动或不是对方发的")]
    Signature,
    /// Sent by this very side.
    #[error("是本方自己发出的")]
    Own,
    /// Does not open, or is not what its digest says.
    #[error("内容解不开或与摘要不符")]
    Content,
}

/// Keys of a zone: one both sides hold, an own one to sign, the other side's to check.
pub struct ZoneKeys {
    /// Seals contents.
    pub cipher: FieldCipher,
    /// Signs.
    pub own: std::sync::Arc<Sm2Key>,
    /// Checks.
    pub peer: Sm2PublicKey,
}

/// The chain after one more packet.
pub fn chain(previous: &str, no: i64, kind: &str, digest: &str) -> String {
    to_hex(&sm3(&joined(&["ferry1", previous, &no.to_string(), kind, digest])))
}

fn joined(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// Digest of a content's text.
pub fn digest(content: &str) -> String {
    to_hex(&sm3(content.as_bytes()))
}

fn place(from: Side, no: i64) -> Vec<u8> {
    format!("ferry:{}:{no}", from.as_str()).into_bytes()
}

fn sign(keys: &ZoneKeys, bytes: &[u8]) -> String {
    // An SM2 signature can't fail with a good key; an empty one is refused by the other side.
    keys.own.sign(bytes).map(|signature| to_hex(&signature)).unwrap_or_default()
}

fn signed_by_peer(keys: &ZoneKeys, bytes: &[u8], signature: &str) -> bool {
    from_hex(signature).is_some_and(|signature| keys.peer.verify(bytes, &signature).is_ok())
}

impl Packet {
    /// Seals and signs.
    pub fn make(keys: &ZoneKeys, head: (Side, i64, &str, &str), content: &str, randomness: &dyn Randomness) -> Self {
        let (from, no, kind, chain) = head;
        let sealed = keys.cipher.seal_file(content.as_bytes(), &place(from, no), randomness);
        let mut packet = Self {
            from,
            no,
            kind: kind.to_owned(),
            digest: digest(content),
            chain: chain.to_owned(),
            sealed: to_base64url(&sealed),
            signature: String::new(),
        };
        packet.signature = sign(keys, &packet.signed());
        packet
    }

    fn signed(&self) -> Vec<u8> {
        let no = self.no.to_string();
        joined(&["packet", self.from.as_str(), &no, &self.kind, &self.digest, &self.chain, &self.sealed])
    }

    /// Reads, proves and opens a packet of the other side; gives the text of its content too.
    ///
    /// # Errors
    /// [`PacketError`].
    pub fn read(keys: &ZoneKeys, own: Side, bytes: &[u8]) -> Result<(Self, String), PacketError> {
        let packet: Self = serde_json::from_slice(bytes).map_err(|_| PacketError::Format)?;
        if packet.from == own {
            return Err(PacketError::Own);
        }
        if !signed_by_peer(keys, &packet.signed(), &packet.signature) {
            return Err(PacketError::Signature);
        }
        let sealed = from_base64url(&packet.sealed).ok_or(PacketError::Content)?;
        let opened = keys.cipher.open_file(&sealed, &place(packet.from, packet.no));
        let content = String::from_utf8(opened.map_err(|_| PacketError::Content)?).map_err(|_| PacketError::Content)?;
        if digest(&content) != packet.digest || packet.no < 1 {
            return Err(PacketError::Content);
        }
        Ok((packet, content))
    }
}

impl Ack {
    /// Signs.
    pub fn make(keys: &ZoneKeys, from: Side, upto: i64, chain: &str, missing: Vec<i64>, at: i64) -> Self {
        let mut ack = Self { from, upto, chain: chain.to_owned(), missing, at, signature: String::new() };
        ack.signature = sign(keys, &ack.signed());
        ack
    }

    fn signed(&self) -> Vec<u8> {
        let missing: Vec<String> = self.missing.iter().map(i64::to_string).collect();
        let (upto, at) = (self.upto.to_string(), self.at.to_string());
        joined(&["ack", self.from.as_str(), &upto, &self.chain, &missing.join(","), &at])
    }

    /// Reads and proves an acknowledgement of the other side.
    ///
    /// # Errors
    /// [`PacketError`].
    pub fn read(keys: &ZoneKeys, own: Side, bytes: &[u8]) -> Result<Self, PacketError> {
        let ack: Self = serde_json::from_slice(bytes).map_err(|_| PacketError::Format)?;
        if ack.from == own {
            return Err(PacketError::Own);
        }
        if signed_by_peer(keys, &ack.signed(), &ack.signature) { Ok(ack) } else { Err(PacketError::Signature) }
    }
}

#[cfg(test)]
mod tests {
    use base::crypto::FieldKey;

    use super::*;

    fn keys(own: u8, peer: u8) -> ZoneKeys {
        let key = |seed: u8| Sm2Key::from_bytes(&[seed; 32]).unwrap();
        let cipher = FieldCipher::new("zone", vec![FieldKey::new("zone", &[9; 32]).unwrap()]).unwrap();
        ZoneKeys { cipher, own: key(own).into(), peer: key(peer).public() }
    }

    /// req: DATASEC-013
    #[test]
    fn a_packet_is_read_by_the_other_side_only_and_not_after_a_change() {
        let (inner, outer) = (keys(1, 2), keys(2, 1));
        let dice = testkit::SeededRandomness::new(3);
        let packet = Packet::make(&inner, (Side::Inner, 7, "case.progress", "c"), "{\"body\":{}}", &dice);
        let bytes = serde_json::to_vec(&packet).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("body"), "nothing of it is in clear");
        let (read, content) = Packet::read(&outer, Side::Outer, &bytes).unwrap();
        assert_eq!((read, content.as_str()), (packet.clone(), "{\"body\":{}}"));
        assert_eq!(Packet::read(&inner, Side::Inner, &bytes), Err(PacketError::Own));
        let stranger = keys(2, 5);
        assert_eq!(Packet::read(&stranger, Side::Outer, &bytes), Err(PacketError::Signature));
        let changes: [fn(&mut Packet); 4] = [
            |packet: &mut Packet| packet.no = 8,
            |packet: &mut Packet| packet.kind = "approval.opinion".into(),
            |packet: &mut Packet| packet.chain = "d".into(),
            |packet: &mut Packet| packet.sealed.push('A'),
        ];
        for change in changes {
            let mut changed = packet.clone();
            change(&mut changed);
            let bytes = serde_json::to_vec(&changed).unwrap();
            assert_eq!(Packet::read(&outer, Side::Outer, &bytes), Err(PacketError::Signature));
        }
        assert_eq!(Packet::read(&outer, Side::Outer, &bytes[..bytes.len() - 9]), Err(PacketError::Format));
        let ack = Ack::make(&outer, Side::Outer, 7, "c", vec![3], 1);
        let mut more = ack.clone();
        more.upto = 8;
        assert_eq!(Ack::read(&inner, Side::Inner, &serde_json::to_vec(&ack).unwrap()), Ok(ack));
        assert_eq!(Ack::read(&inner, Side::Inner, &serde_json::to_vec(&more).unwrap()), Err(PacketError::Signature));
    }
}
