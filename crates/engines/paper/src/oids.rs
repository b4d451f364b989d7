//! Object identifiers by name.

/// SM3 digest (GM/T 0006).
pub(crate) const SM3: &str = "1.2.156.10197.1.401";
/// SM2 signature over SM3 (GM/T 0006).
pub(crate) const SM2_WITH_SM3: &str = "1.2.156.10197.1.501";
/// The recommended SM2 curve (GM/T 0006).
pub(crate) const SM2_CURVE: &str = "1.2.156.10197.1.301";
/// Public key on an elliptic curve (RFC 5480).
pub(crate) const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";

/// Plain content (RFC 5652).
pub(crate) const DATA: &str = "1.2.840.113549.1.7.1";
/// Signed content (RFC 5652).
pub(crate) const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// Signed attribute: what kind of content (RFC 5652).
pub(crate) const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
/// Signed attribute: digest of the content (RFC 5652).
pub(crate) const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
/// Signed attribute: when (RFC 5652).
pub(crate) const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
/// Signed attribute: which certificate, by digest (RFC 5035).
pub(crate) const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

pub(crate) const COMMON_NAME: &str = "2.5.4.3";
pub(crate) const COUNTRY: &str = "2.5.4.6";
pub(crate) const ORGANISATION: &str = "2.5.4.10";
pub(crate) const SUBJECT_KEY_ID: &str = "2.5.29.14";
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
