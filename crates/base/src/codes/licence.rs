//! 电子证照标识 (GB/T 36904-2018): root, licence type, issuer, serial, version
//! and a MOD 37,36 check character, joined by dots.

use super::{Uscc, normalise};

const ROOT: &str = "1.2.156.3005.2";

/// A checked licence identifier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenceIdentifier {
    type_code: String,
    issuer: String,
    serial: String,
    version: u16,
}

/// Why a text or a set of parts is no licence identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LicenceIdentifierError {
    /// Wrong number of parts or wrong root.
    #[error("证照标识要以 {ROOT} 开头，后面是类型、颁发机构、流水号、版本号和校验位，用点隔开")]
    Structure,
    /// Not USCC and three digits.
    #[error("证照类型代码要 21 位：18 位统一社会信用代码加 3 位顺序号")]
    TypeCode,
    /// Not a USCC.
    #[error("证照颁发机构代码要 18 位统一社会信用代码")]
    Issuer,
    /// Empty, longer than 32, or other characters.
    #[error("证照流水号只能是数字和大写字母，1 到 32 位")]
    Serial,
    /// Outside 001 to 999.
    #[error("证照版本号要在 001 到 999 之间")]
    Version,
    /// The check character differs.
    #[error("证照标识的校验位对不上，请核对或重新扫码")]
    Check,
}

impl LicenceIdentifier {
    /// Builds an identifier.
    ///
    /// `type_code` is 21 characters: USCC of the body that defines the licence
    /// and a 3-digit order; `issuer` the USCC of the issuing body; `serial` 1 to
    /// 32 digits and capital letters; `version` from 1.
    ///
    /// # Errors
    /// [`LicenceIdentifierError`] names the part.
    pub fn build(type_code: &str, issuer: &str, serial: &str, version: u16) -> Result<Self, LicenceIdentifierError> {
        let (type_code, issuer, serial) = (normalise(type_code), normalise(issuer), normalise(serial));
        let order = type_code.get(18..).filter(|order| order.len() == 3 && order.bytes().all(|c| c.is_ascii_digit()));
        // Live identifiers carry codes of the transition time, so only their form is checked.
        if order.is_none() || type_code.get(..18).is_none_or(|code| Uscc::accept_despite_check(code).is_err()) {
            return Err(LicenceIdentifierError::TypeCode);
        }
        if Uscc::accept_despite_check(&issuer).is_err() || issuer.len() != 18 {
            return Err(LicenceIdentifierError::Issuer);
        }
        if !(1..=32).contains(&serial.len()) || !serial.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
            return Err(LicenceIdentifierError::Serial);
        }
        if !(1..=999).contains(&version) {
            return Err(LicenceIdentifierError::Version);
        }
        Ok(Self { type_code, issuer, serial, version })
    }

    /// Reads and checks a full identifier.
    ///
    /// # Errors
    /// [`LicenceIdentifierError`].
    pub fn parse(text: &str) -> Result<Self, LicenceIdentifierError> {
        let text = normalise(text);
        let rest = text.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('.'));
        let parts: Vec<&str> = rest.ok_or(LicenceIdentifierError::Structure)?.split('.').collect();
        let [type_code, issuer, serial, version, check] = parts[..] else {
            return Err(LicenceIdentifierError::Structure);
        };
        if version.len() != 3 || !version.bytes().all(|c| c.is_ascii_digit()) {
            return Err(LicenceIdentifierError::Version);
        }
        let version = version.parse().map_err(|_| LicenceIdentifierError::Version)?;
        let identifier = Self::build(type_code, issuer, serial, version)?;
        if check.chars().ne([identifier.check()]) {
            return Err(LicenceIdentifierError::Check);
        }
        Ok(identifier)
    }

    /// The licence type, 21 characters.
    #[must_use]
    pub fn type_code(&self) -> &str {
        &self.type_code
    }

    /// The issuing body's USCC.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The issuer's serial.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The version, from 1.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The same licence's next version (change, renewal).
    ///
    /// # Errors
    /// [`LicenceIdentifierError::Version`] after 999.
    pub fn next_version(&self) -> Result<Self, LicenceIdentifierError> {
        Self::build(&self.type_code, &self.issuer, &self.serial, self.version.saturating_add(1))
    }

    /// The check character over type, issuer, serial and version, without dots
    /// and without the root.
    #[must_use]
    pub fn check(&self) -> char {
        let body = format!("{}{}{}{:03}", self.type_code, self.issuer, self.serial, self.version);
        // All parts are digits and capitals, see build().
        mod_37_36(&body).unwrap_or('?')
    }
}

impl std::fmt::Display for LicenceIdentifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { type_code, issuer, serial, version } = self;
        write!(f, "{ROOT}.{type_code}.{issuer}.{serial}.{version:03}.{}", self.check())
    }
}

impl serde::Serialize for LicenceIdentifier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

super::text_code_reading!(LicenceIdentifier, LicenceIdentifierError);

/// The ISO/IEC 7064 MOD 37,36 check character (GB/T 17710-2008) of digits and
/// capital letters; `None` when another character occurs.
#[must_use]
pub fn mod_37_36(body: &str) -> Option<char> {
    let mut product = 36;
    for character in body.chars() {
        let value = character.to_digit(36).filter(|_| !character.is_ascii_lowercase())?;
        let sum = match (product + value) % 36 {
            0 => 36,
            sum => sum,
        };
        product = 2 * sum % 37;
    }
    char::from_digit((37 - product) % 36, 36).map(|c| c.to_ascii_uppercase())
}
