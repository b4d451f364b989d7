//! X.509 certificates on SM2: made for the demonstration authority and its seals, read when
//! a seal is verified. Standards: GB/T 20518 (certificate format), RFC 5280, GM/T 0015.
//!
//! A city with a certificate authority of its own gives its certificates as DER; nothing else
//! in this crate depends on how they were made.

use time::OffsetDateTime;

use crate::der::{self, Reader};
use crate::key::{self, Signer};
use crate::oids;

/// Whose certificate it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Common name: of a person, a body or a seal.
    pub common_name: String,
    /// The body it belongs to.
    pub organisation: String,
}

impl Subject {
    fn name(&self) -> Vec<u8> {
        let part = |oid: &str, value: Vec<u8>| der::set(vec![der::sequence(&[der::oid(oid), value])]);
        der::sequence(&[
            part(oids::COUNTRY, der::element(0x13, b"CN")),
            part(oids::ORGANISATION, der::utf8(&self.organisation)),
            part(oids::COMMON_NAME, der::utf8(&self.common_name)),
        ])
    }
}

/// Who signs a new certificate: its own key (a root) or an authority above it.
pub enum Issuer<'a> {
    /// Signed by the subject's own key: the root of an authority.
    Itself(&'a dyn Signer),
    /// Signed by an authority, for the public key of the subject.
    Authority {
        /// The authority's certificate, DER.
        certificate: &'a [u8],
        /// The authority's key.
        key: &'a dyn Signer,
        /// The public key the certificate is for, `04 ‖ x ‖ y`.
        subject_key: [u8; 65],
    },
}

/// From when to when a certificate counts, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from: OffsetDateTime,
    /// Last moment.
    pub until: OffsetDateTime,
}

/// Makes a certificate and gives its DER. `serial` is up to 20 bytes, unique within the
/// issuer, from the caller's randomness or counter.
///
/// # Errors
/// Plain words when the issuer's certificate can't be read or its key can't sign.
pub fn make_certificate(
    subject: &Subject,
    issuer: &Issuer<'_>,
    validity: Validity,
    serial: &[u8],
) -> Result<Vec<u8>, String> {
    let name = subject.name();
    let (issuer_name, public_key, key, root): (Vec<u8>, [u8; 65], &dyn Signer, bool) = match issuer {
        Issuer::Itself(key) => (name.clone(), key.public_key(), *key, true),
        Issuer::Authority { certificate, key, subject_key } => {
            let above = Certificate::read(certificate).ok_or("签发机构的证书无法读取")?;
            (above.subject.to_vec(), *subject_key, *key, false)
        }
    };
    let algorithm = der::sequence(&[der::oid(oids::SM2_WITH_SM3)]);
    let key_info = der::sequence(&[
        der::sequence(&[der::oid(oids::EC_PUBLIC_KEY), der::oid(oids::SM2_CURVE)]),
        der::bits(&public_key, 0),
    ]);
    let key_id = key::sm3(&[&public_key]);
    let extension = |oid: &str, critical: bool, value: Vec<u8>| {
        let mut parts = vec![der::oid(oid)];
        if critical {
            parts.push(der::element(der::BOOLEAN, &[0xff]));
        }
        parts.push(der::octets(&value));
        der::sequence(&parts)
    };
    let basic = if root { der::sequence(&[der::element(der::BOOLEAN, &[0xff])]) } else { der::sequence(&[]) };
    // Root: keyCertSign and cRLSign. Seal: digitalSignature and nonRepudiation.
    let usage = if root { der::bits(&[0b0000_0110], 1) } else { der::bits(&[0b1100_0000], 6) };
    let extensions = der::sequence(&[
        extension(oids::BASIC_CONSTRAINTS, true, basic),
        extension(oids::KEY_USAGE, true, usage),
        extension(oids::SUBJECT_KEY_ID, false, der::octets(key_id.get(..20).unwrap_or_default())),
    ]);
    let body = der::sequence(&[
        der::context(0, &der::unsigned(&[2])),
        der::unsigned(serial),
        algorithm.clone(),
        issuer_name,
        der::sequence(&[der::moment(validity.from), der::moment(validity.until)]),
        name,
        key_info,
        der::context(3, &extensions),
    ]);
    let signature = key.sign(&body)?;
    Ok(der::sequence(&[body, algorithm, der::bits(&signature, 0)]))
}

/// What a person wants to know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateInfo {
    /// Common name, or the organisation when there is none.
    pub name: String,
    /// From when to when it counts.
    pub validity: Validity,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// The SM2 public key, `04 ‖ x ‖ y`; empty for another kind of key.
    pub public_key: Vec<u8>,
}

/// Reads an SM2-signed certificate (DER); `None` when it is none.
#[must_use]
pub fn read_certificate(der: &[u8]) -> Option<CertificateInfo> {
    let certificate = Certificate::read(der)?;
    Some(CertificateInfo {
        name: certificate.display_name(),
        validity: certificate.validity,
        serial: base::encoding::to_hex(certificate.serial),
        public_key: certificate.public_key.unwrap_or_default().to_vec(),
    })
}

/// The parts of a certificate that verification needs; borrows from the DER.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Certificate<'a> {
    pub raw: &'a [u8],
    body: &'a [u8],
    pub serial: &'a [u8],
    pub issuer: &'a [u8],
    pub subject: &'a [u8],
    pub validity: Validity,
    /// The SM2 point; `None` for another kind of key.
    pub public_key: Option<&'a [u8]>,
    signature: &'a [u8],
    authority: bool,
}

impl<'a> Certificate<'a> {
    pub fn read(raw: &'a [u8]) -> Option<Self> {
        let whole = Reader::new(raw).take(der::SEQUENCE)?;
        let mut parts = whole.inside();
        let body = parts.take(der::SEQUENCE)?;
        let algorithm = parts.take(der::SEQUENCE)?;
        let signature = parts.take(der::BIT_STRING)?.bit_content()?;
        if !algorithm.inside().next()?.is_oid(oids::SM2_WITH_SM3) {
            return None;
        }
        let mut fields = body.inside();
        fields.take(0xa0);
        let serial = fields.take(der::INTEGER)?;
        fields.take(der::SEQUENCE)?;
        let issuer = fields.take(der::SEQUENCE)?;
        let mut times = fields.take(der::SEQUENCE)?.inside();
        let validity = Validity { from: times.next()?.moment()?, until: times.next()?.moment()? };
        let subject = fields.take(der::SEQUENCE)?;
        let mut key_info = fields.take(der::SEQUENCE)?.inside();
        let mut key_kind = key_info.take(der::SEQUENCE)?.inside();
        let is_sm2 = key_kind.next()?.is_oid(oids::EC_PUBLIC_KEY)
            && key_kind.next().is_some_and(|curve| curve.is_oid(oids::SM2_CURVE));
        let point = key_info.take(der::BIT_STRING)?.bit_content()?;
        let mut authority = false;
        while let Some(field) = fields.next() {
            if field.tag == 0xa3 {
                authority = says_authority(field.content).unwrap_or(false);
            }
        }
        Some(Self {
            raw: whole.raw,
            body: body.raw,
            serial: serial.number(),
            issuer: issuer.raw,
            subject: subject.raw,
            validity,
            public_key: is_sm2.then_some(point),
            signature,
            authority,
        })
    }

    /// The common name, or the whole organisation when there is none.
    pub fn display_name(&self) -> String {
        let find = |wanted: &str| {
            let mut sets = Reader::new(self.subject).next()?.inside();
            while let Some(set) = sets.next() {
                let mut pair = set.inside().next()?.inside();
                if pair.next()?.is_oid(wanted) {
                    return Some(String::from_utf8_lossy(pair.next()?.content).into_owned());
                }
            }
            None
        };
        find(oids::COMMON_NAME).or_else(|| find(oids::ORGANISATION)).unwrap_or_default()
    }

    /// Whether the authority's key made this certificate's signature and may do so.
    pub fn is_issued_by(&self, above: &Certificate<'_>) -> bool {
        above.authority
            && self.issuer == above.subject
            && above.public_key.is_some_and(|key| key::verifies(key, self.body, self.signature))
    }

    pub fn counts_at(&self, at: OffsetDateTime) -> bool {
        self.validity.from <= at && at <= self.validity.until
    }
}

/// Reads `cA` of the basic constraints.
fn says_authority(extensions: &[u8]) -> Option<bool> {
    let mut list = Reader::new(extensions).take(der::SEQUENCE)?.inside();
    while let Some(extension) = list.next() {
        let mut parts = extension.inside();
        if !parts.next()?.is_oid(oids::BASIC_CONSTRAINTS) {
            continue;
        }
        parts.take(der::BOOLEAN);
        let value = parts.take(der::OCTET_STRING)?.inside().take(der::SEQUENCE)?;
        return Some(value.inside().take(der::BOOLEAN).is_some_and(|flag| flag.content == [0xff]));
    }
    Some(false)
}
