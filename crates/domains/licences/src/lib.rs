//! Electronic licences: types, seals, making, sealing, verifying and abolishing.
//!
//! From an approved result [`Licences::issue`] builds what stands on the licence, sets the draft,
//! makes the PDF, seals it and sets it valid, once per case and type however often it is called.
//! Before sealing a draft may be corrected or deleted; afterwards only the life cycle changes it.
//! This domain knows nothing of cases: it is told what it needs in an [`IssueRequest`].
//!
//! Start at [`Licences`]; words and tables are in README.md.
//!
//! req: LIC-025, LIC-028

mod error;
mod http;
mod model;
pub mod overprint;
mod permissions;
mod seals;
mod service;
mod store;
mod trust;

use std::sync::Arc;

use axum::extract::FromRef;
use design::Design;
use identity::Identity;
use platform::Platform;
use platform::db::migrate::Migration;

pub use http::routes;
pub use model::{DraftField, Holder, HolderKind, IssueRequest, Licence, LicenceType, Replaces, State};
pub use permissions::{EditDraft, Overprint, PERMISSIONS, ReadLicence, ReadMyLicence};
pub use seals::{CertificateAuthority, OwnAuthority, SealInfo, SealPurpose, SealSubject};
pub use service::Draft;
pub use service::look_up::Standing;
pub use service::verify::{FileCheck, FileVerdict};
pub use trust::{Report, SignatureReport, Trust, Verdict, read_trust, verify_offline, write_trust};

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[platform::personal::HeldData {
    key: "licences",
    table: "licences",
    parts: &[],
    whose: platform::personal::Whose::Number("holder_id_index = $1"),
    since: "created_at",
    label: "电子证照",
    content: "证照照面内容、持证人姓名和证件号码",
    source: "发证部门签发",
    purpose: "licences",
    keep: platform::personal::Keep::Law("证照有效期内和档案保管期内由发证部门保存。内容有误，请提出更正。"),
}];

/// Columns of this domain that hold sealed values.
pub const SEALED: &[platform::crypto::SealedColumn] = &[
    platform::crypto::SealedColumn {
        table: "seals",
        column: "key_sealed",
        key: "id",
        place: "seal:{id}:key",
        label: "印章私钥",
    },
    platform::crypto::SealedColumn {
        table: "licences",
        column: "holder_id_sealed",
        key: "id",
        place: "licence:{id}:holder",
        label: "持证主体证件号码",
    },
    platform::crypto::SealedColumn {
        table: "licences",
        column: "fields_sealed",
        key: "id",
        place: "licence:{id}:fields",
        label: "证照内容",
    },
    platform::crypto::SealedColumn {
        table: "licences",
        column: "corrections_sealed",
        key: "id",
        place: "licence:{id}:corrections",
        label: "证照更正内容",
    },
];

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "licences_0001", sql: include_str!("../migrations/0001_licences.sql") },
    Migration { name: "licences_0002", sql: include_str!("../migrations/0002_overprint.sql") },
    Migration { name: "licences_0003_items", sql: include_str!("../migrations/0003_items.sql") },
    Migration { name: "licences_0004_blanks", sql: include_str!("../migrations/0004_blanks.sql") },
];

/// Event left when a licence became valid; payload `{licence_id, case_id, type_key}`.
pub const LICENCE_ISSUED: &str = "licence.issued";
/// Event left when a licence was abolished; payload `{licence_id, case_id, type_key, reason}`.
pub const LICENCE_ABOLISHED: &str = "licence.abolished";

/// The licences domain. Cheap to clone.
#[derive(Clone)]
pub struct Licences {
    pub(crate) platform: Platform,
    pub(crate) design: Design,
    pub(crate) identity: Identity,
    pub(crate) authority: Arc<dyn CertificateAuthority>,
    pub(crate) fonts: paper::Fonts,
}

impl Licences {
    /// The domain with the installation's own certificate authority.
    pub fn new(platform: Platform, design: Design, identity: Identity) -> Self {
        let authority = Arc::new(OwnAuthority::new(platform.clone()));
        Self::with_authority(platform, design, identity, authority)
    }

    /// The same with a certificate authority outside.
    pub fn with_authority(
        platform: Platform,
        design: Design,
        identity: Identity,
        authority: Arc<dyn CertificateAuthority>,
    ) -> Self {
        Self { platform, design, identity, authority, fonts: paper::Fonts::built_in() }
    }

    /// With typefaces of the city (小标宋, 仿宋, rare characters) besides the built-in ones.
    #[must_use]
    pub fn with_fonts(mut self, fonts: paper::Fonts) -> Self {
        self.fonts = fonts;
        self
    }
}

impl FromRef<Licences> for Platform {
    fn from_ref(licences: &Licences) -> Self {
        licences.platform.clone()
    }
}

#[cfg(test)]
mod tests;
