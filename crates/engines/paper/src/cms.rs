//! Signed data in the Cryptographic Message Syntax (RFC 5652) with the CAdES attributes that
//! PAdES asks for (ETSI EN 319 142): the piece that sits in a PDF signature's `/Contents`.

use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::der::{self, Reader};
use crate::key::{self, Signer};
use crate::oids;

/// Signs a digest: gives the whole ContentInfo, detached (the content is not inside).
pub(crate) fn signed_data(
    digest: &[u8; 32],
    certificate: &[u8],
    key: &dyn Signer,
    signed_at: OffsetDateTime,
) -> Result<Vec<u8>, String> {
    let own = Certificate::read(certificate).ok_or("印章证书不是有效的 SM2 证书")?;
    if own.public_key != Some(&key.public_key()) {
        return Err("印章证书与签名密钥不匹配".to_owned());
    }
    let sm3 = der::sequence(&[der::oid(oids::SM3)]);
    let attribute = |oid: &str, value: Vec<u8>| der::sequence(&[der::oid(oid), der::set(vec![value])]);
    let certificate_id =
        der::sequence(&[der::sequence(&[der::sequence(&[sm3.clone(), der::octets(&key::sm3(&[own.raw]))])])]);
    let attributes = der::set(vec![
        attribute(oids::CONTENT_TYPE, der::oid(oids::DATA)),
        attribute(oids::SIGNING_TIME, der::moment(signed_at)),
        attribute(oids::MESSAGE_DIGEST, der::octets(digest)),
        attribute(oids::SIGNING_CERTIFICATE_V2, certificate_id),
    ]);
    // Signed as SET OF (tag 31), stored as [0] (RFC 5652 §5.4).
    let signature = key.sign(&attributes)?;
    let mut stored = attributes;
    if let Some(tag) = stored.first_mut() {
        *tag = 0xa0;
    }
    let signer = der::sequence(&[
        der::unsigned(&[1]),
        der::sequence(&[own.issuer.to_vec(), der::unsigned(own.serial)]),
        sm3.clone(),
        stored,
        der::sequence(&[der::oid(oids::SM2_WITH_SM3)]),
        der::octets(&signature),
    ]);
    let signed = der::sequence(&[
        der::unsigned(&[1]),
        der::set(vec![sm3]),
        der::sequence(&[der::oid(oids::DATA)]),
        der::context(0, own.raw),
        der::set(vec![signer]),
    ]);
    Ok(der::sequence(&[der::oid(oids::SIGNED_DATA), der::context(0, &signed)]))
}

/// What signed data says, and the bytes to check it with.
pub(crate) struct Signed<'a> {
    pub certificates: Vec<Certificate<'a>>,
    issuer: &'a [u8],
    serial: &'a [u8],
    /// The signed attributes as they were signed (tag 31).
    pub attributes: Vec<u8>,
    pub digest: &'a [u8],
    pub signed_at: OffsetDateTime,
    certificate_digest: Option<&'a [u8]>,
    pub signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Reads SM2-with-SM3 signed data of one signer. `Err` says in plain words why not.
    pub fn read(bytes: &'a [u8]) -> Result<Self, &'static str> {
        const BROKEN: &str = "签名数据无法读取";
        const OTHER: &str = "签名不是 SM2 算法，本平台不能核验";
        let mut outer = Reader::new(bytes).take(der::SEQUENCE).ok_or(BROKEN)?.inside();
        if !outer.next().ok_or(BROKEN)?.is_oid(oids::SIGNED_DATA) {
            return Err(BROKEN);
        }
        let signed = outer.take(0xa0).and_then(|it| it.inside().take(der::SEQUENCE)).ok_or(BROKEN)?;
        let mut parts = signed.inside();
        parts.take(der::INTEGER).ok_or(BROKEN)?;
        parts.take(der::SET).ok_or(BROKEN)?;
        parts.take(der::SEQUENCE).ok_or(BROKEN)?;
        let mut certificates = Vec::new();
        if let Some(list) = parts.take(0xa0) {
            let mut list = list.inside();
            while let Some(one) = list.next() {
                certificates.extend(Certificate::read(one.raw));
            }
        }
        parts.take(0xa1);
        let mut signers = parts.take(der::SET).ok_or(BROKEN)?.inside();
        let mut signer = signers.take(der::SEQUENCE).ok_or(BROKEN)?.inside();
        if signers.next().is_some() {
            return Err(BROKEN);
        }
        signer.take(der::INTEGER).ok_or(BROKEN)?;
        let mut id = signer.take(der::SEQUENCE).ok_or(BROKEN)?.inside();
        let issuer = id.next().ok_or(BROKEN)?.raw;
        let serial = id.take(der::INTEGER).ok_or(BROKEN)?.number();
        let digest_kind = signer.take(der::SEQUENCE).ok_or(BROKEN)?;
        let stored = signer.take(0xa0).ok_or(BROKEN)?;
        let signature_kind = signer.take(der::SEQUENCE).ok_or(BROKEN)?;
        let signature = signer.take(der::OCTET_STRING).ok_or(BROKEN)?.content;
        let is = |kind: der::Element<'_>, oid| kind.inside().next().is_some_and(|it| it.is_oid(oid));
        if !is(digest_kind, oids::SM3) || !is(signature_kind, oids::SM2_WITH_SM3) {
            return Err(OTHER);
        }
        let mut attributes = stored.raw.to_vec();
        if let Some(tag) = attributes.first_mut() {
            *tag = der::SET;
        }
        let (mut digest, mut signed_at, mut certificate_digest) = (None, None, None);
        let mut list = stored.inside();
        while let Some(attribute) = list.next() {
            let mut pair = attribute.inside();
            let kind = pair.next().ok_or(BROKEN)?;
            let value = pair.take(der::SET).and_then(|set| set.inside().next()).ok_or(BROKEN)?;
            if kind.is_oid(oids::MESSAGE_DIGEST) {
                digest = Some(value.content);
            } else if kind.is_oid(oids::SIGNING_TIME) {
                signed_at = value.moment();
            } else if kind.is_oid(oids::SIGNING_CERTIFICATE_V2) {
                certificate_digest = certificate_digest_of(value);
            }
        }
        Ok(Self {
            certificates,
            issuer,
            serial,
            attributes,
            digest: digest.ok_or(BROKEN)?,
            signed_at: signed_at.ok_or("签名里没有签名时间")?,
            certificate_digest,
            signature,
        })
    }

    /// The signer's certificate: named by issuer and serial, and bound by its digest.
    pub fn certificate(&self) -> Option<Certificate<'a>> {
        self.certificates
            .iter()
            .find(|one| one.issuer == self.issuer && one.serial == self.serial)
            .filter(|one| self.certificate_digest == Some(&key::sm3(&[one.raw])))
            .copied()
    }
}

/// The SM3 digest inside SigningCertificateV2.
fn certificate_digest_of(value: der::Element<'_>) -> Option<&[u8]> {
    let mut id = value.inside().take(der::SEQUENCE)?.inside().take(der::SEQUENCE)?.inside();
    let kind = id.take(der::SEQUENCE)?;
    if !kind.inside().next()?.is_oid(oids::SM3) {
        return None;
    }
    Some(id.take(der::OCTET_STRING)?.content)
}
