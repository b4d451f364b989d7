//! Trust anchors as PEM, and verification away from the installation. Pure.

use base::encoding::{from_base64url, to_base64url};

pub use paper::{Report, SignatureReport, Trust, Verdict};

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Writes certificates (DER) as PEM, to give to whoever verifies offline.
pub fn write_trust(certificates: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for der in certificates {
        let mut encoded = to_base64url(der).replace('-', "+").replace('_', "/");
        while !encoded.len().is_multiple_of(4) {
            encoded.push('=');
        }
        text.push_str(BEGIN);
        text.push('\n');
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, next) = rest.split_at(rest.len().min(64));
            text.push_str(line);
            text.push('\n');
            rest = next;
        }
        text.push_str(END);
        text.push('\n');
    }
    text
}

/// Reads the certificates of a PEM text.
///
/// # Errors
/// Plain words when there is none, or one can't be read.
pub fn read_trust(pem: &str) -> Result<Trust, String> {
    let mut certificates = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, next) = after.split_once(END).ok_or("信任文件不完整，缺少证书的结尾")?;
        let letters: String = body.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
        let der = from_base64url(&letters.replace('+', "-").replace('/', "_"))
            .filter(|der| paper::read_certificate(der).is_some())
            .ok_or("信任文件里有一张证书读不出来")?;
        certificates.push(der);
        rest = next;
    }
    if certificates.is_empty() { Err("信任文件里没有证书".to_owned()) } else { Ok(Trust { certificates }) }
}

/// Verifies a licence file against trust anchors alone: needs no database and no network.
///
/// It proves who sealed the file and that nothing was changed since; whether the licence was
/// abolished later only the installation knows.
///
/// req: LIC-025
pub fn verify_offline(pdf: &[u8], trust: &Trust) -> Report {
    paper::verify(pdf, trust)
}
