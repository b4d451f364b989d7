//! Seals of bodies, their keys and certificates.
//!
//! A seal's key is made here and kept sealed in the table; its certificate comes from a
//! [`CertificateAuthority`]. Until a city joins a licensed authority, [`OwnAuthority`] serves: a
//! root of this installation, so that everything works and verifies from the first minute.

use async_trait::async_trait;
use base::crypto::Sm2Key;
use base::encoding::{from_base64url, to_base64url};
use paper::{Issuer, Signer, Subject, Validity};
use platform::Platform;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use sea_orm::Set;
use sea_orm::entity::prelude::*;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::store::seal_row as row;
use crate::{Licences, error};

/// Files of strangers that are read at the same time.
static VERIFYING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// Slot of the installation's own authority.
const AUTHORITY: &str = "authority";
/// Years a root counts.
const ROOT_YEARS: i64 = 20;
/// Years a seal's certificate counts.
const SEAL_YEARS: i64 = 5;
/// A certificate is renewed when less than this is left of it.
const RENEW_BEFORE: Duration = Duration::days(30);

/// What a seal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealPurpose {
    /// On licences.
    Licence,
    /// On notices and decisions of cases.
    Notice,
    /// On applications and receipts, at the window.
    Acceptance,
}

impl SealPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Notice => "notice",
            Self::Acceptance => "acceptance",
        }
    }

    /// The kind engraved on it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Licence => "电子证照专用章",
            Self::Notice => "政务服务专用章",
            Self::Acceptance => "业务受理专用章",
        }
    }

    fn slot(self, org: Uuid) -> String {
        format!("{}:{org}", self.as_str())
    }
}

/// Whose seal a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSubject {
    /// The body.
    pub body: String,
    /// The kind of seal.
    pub kind: String,
}

/// A seal as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealInfo {
    /// Id.
    pub id: Uuid,
    /// The body.
    pub body: String,
    /// The kind.
    pub kind: String,
    /// Certificate, DER.
    pub certificate: Vec<u8>,
    /// Last moment of the certificate.
    pub valid_to: OffsetDateTime,
}

/// Who certifies seals.
#[async_trait]
pub trait CertificateAuthority: Send + Sync {
    /// A certificate (DER) for the public key `04 ‖ x ‖ y` of a seal.
    async fn certify(&self, subject: &SealSubject, public_key: [u8; 65], validity: Validity) -> Result<Vec<u8>>;

    /// The certificates (DER) that verifiers must trust.
    async fn anchors(&self) -> Result<Vec<Vec<u8>>>;
}

/// The installation's own authority: its root key is kept sealed in the seals table.
pub struct OwnAuthority {
    platform: Platform,
}

impl OwnAuthority {
    /// On a platform. The root is made when it is first asked for.
    pub fn new(platform: Platform) -> Self {
        Self { platform }
    }

    async fn root(&self) -> Result<row::Model> {
        let platform = &self.platform;
        if let Some(found) = by_slot(platform, AUTHORITY).await? {
            return Ok(found);
        }
        let key = Sm2Key::generate(platform.randomness.as_ref());
        let now = platform.now();
        let validity = Validity { from: now - Duration::days(1), until: now + Duration::days(365 * ROOT_YEARS) };
        let subject = Subject {
            common_name: "通办平台电子印章根证书".to_owned(),
            organisation: "通办政务服务平台".to_owned(),
        };
        let certificate = paper::make_certificate(&subject, &Issuer::Itself(&key), validity, &serial(platform))
            .map_err(Problem::internal)?;
        let made = new_row(platform, AUTHORITY.to_owned(), None, &subject_of_root(), &key, &certificate, validity)?;
        keep(platform, AUTHORITY, made).await
    }
}

fn subject_of_root() -> SealSubject {
    SealSubject { body: "通办平台".to_owned(), kind: "根证书".to_owned() }
}

#[async_trait]
impl CertificateAuthority for OwnAuthority {
    async fn certify(&self, subject: &SealSubject, public_key: [u8; 65], validity: Validity) -> Result<Vec<u8>> {
        let root = self.root().await?;
        let key = key_of(&self.platform, &root)?;
        let certificate = certificate_of(&root)?;
        let issuer = Issuer::Authority { certificate: &certificate, key: &key, subject_key: public_key };
        let name =
            Subject { common_name: format!("{}{}", subject.body, subject.kind), organisation: subject.body.clone() };
        let until = validity.until.min(root.valid_to);
        paper::make_certificate(&name, &issuer, Validity { until, ..validity }, &serial(&self.platform))
            .map_err(Problem::internal)
    }

    async fn anchors(&self) -> Result<Vec<Vec<u8>>> {
        Ok(vec![certificate_of(&self.root().await?)?])
    }
}

/// A seal ready to seal.
pub(crate) struct Ready {
    pub seal: paper::Seal,
    pub certificate: Vec<u8>,
    pub key: Sm2Key,
}

impl Licences {
    /// Binds the licence seal of the body an organisation belongs to, unless it is bound already.
    ///
    /// # Errors
    /// 404 for an unknown organisation; what the authority says.
    pub async fn ensure_seal(&self, org: Uuid) -> Result<SealInfo> {
        self.ensure_seal_for(org, SealPurpose::Licence).await
    }

    /// The same for a seal of any purpose. A certificate about to end is replaced by a new seal.
    ///
    /// # Errors
    /// 404 for an unknown organisation; what the authority says.
    pub async fn ensure_seal_for(&self, org: Uuid, purpose: SealPurpose) -> Result<SealInfo> {
        let platform = &self.platform;
        let tree = self.identity.orgs().await?;
        let body = tree.body(org).ok_or_else(|| Problem::not_found("没有找到这个单位。"))?;
        let (slot, now) = (purpose.slot(body.id), platform.now());
        let found = by_slot(platform, &slot).await?;
        if let Some(found) = found.as_ref().filter(|found| found.valid_to - RENEW_BEFORE > now) {
            return info(found);
        }
        let subject = SealSubject { body: body.name.clone(), kind: purpose.kind().to_owned() };
        let key = Sm2Key::generate(platform.randomness.as_ref());
        let wanted = Validity { from: now - Duration::days(1), until: now + Duration::days(365 * SEAL_YEARS) };
        let certificate = self.authority.certify(&subject, Signer::public_key(&key), wanted).await?;
        // An authority may give a shorter term than asked for.
        let validity = paper::read_certificate(&certificate)
            .ok_or_else(|| Problem::internal("the authority gave an unreadable certificate"))?
            .validity;
        if let Some(old) = found {
            retire(platform, &old).await?;
        }
        let made = new_row(platform, slot.clone(), Some(body.id), &subject, &key, &certificate, validity)?;
        info(&keep(platform, &slot, made).await?)
    }

    /// Takes the licence seal of a body out of use: nothing is sealed with it from then on; what it
    /// sealed stays valid.
    ///
    /// # Errors
    /// 409 when no seal is bound.
    pub async fn release_seal(&self, org: Uuid) -> Result<()> {
        let tree = self.identity.orgs().await?;
        let body = tree.body(org).ok_or_else(|| Problem::not_found("没有找到这个单位。"))?;
        let found = by_slot(&self.platform, &SealPurpose::Licence.slot(body.id)).await?;
        retire(&self.platform, &found.ok_or_else(|| error::seal_unbound(&body.name))?).await
    }

    /// The bound seal of a body.
    pub(crate) async fn ready_seal(&self, body: Uuid, name: &str, purpose: SealPurpose) -> Result<Ready> {
        let found = by_slot(&self.platform, &purpose.slot(body)).await?.ok_or_else(|| error::seal_unbound(name))?;
        let now = self.platform.now();
        if now < found.valid_from || now > found.valid_to {
            return Err(error::seal_expired(name));
        }
        Ok(Ready {
            key: key_of(&self.platform, &found)?,
            certificate: certificate_of(&found)?,
            seal: paper::Seal { body: found.body, kind: found.kind },
        })
    }

    /// Seals a notice or decision with the notice seal of the body an organisation belongs to.
    ///
    /// # Errors
    /// 409 when no such seal is bound; what the paper engine says.
    pub async fn seal_notice(&self, org: Uuid, pdf: Vec<u8>, place: Option<paper::Place>) -> Result<Vec<u8>> {
        self.seal_paper(org, SealPurpose::Notice, pdf, place).await
    }

    /// Seals a paper with the seal of a purpose. Seals of windows are bound when they are first needed.
    ///
    /// # Errors
    /// 409 when no such seal is bound; what the paper engine says.
    pub async fn seal_paper(
        &self,
        org: Uuid,
        purpose: SealPurpose,
        pdf: Vec<u8>,
        place: Option<paper::Place>,
    ) -> Result<Vec<u8>> {
        if purpose == SealPurpose::Acceptance {
            self.ensure_seal_for(org, purpose).await?;
        }
        let tree = self.identity.orgs().await?;
        let body = tree.body(org).ok_or_else(|| Problem::not_found("没有找到这个单位。"))?;
        let ready = self.ready_seal(body.id, &body.name, purpose).await?;
        let (fonts, now) = (self.fonts.clone(), self.platform.now());
        tokio::task::spawn_blocking(move || ready.stamp(&pdf, place, &fonts, now))
            .await
            .map_err(error::lost)?
            .map_err(Problem::internal)
    }

    /// What the signatures of a file prove, by the certificates trusted here.
    ///
    /// # Errors
    /// What the authority says.
    pub async fn verify_pdf(&self, file: bytes::Bytes) -> Result<paper::Report> {
        let trust = self.trust().await?;
        // Anybody may send files, as many as they like, and each is read whole.
        let _turn = VERIFYING.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(move || crate::verify_offline(&file, &trust)).await.map_err(error::lost)
    }

    /// Certificates that verifiers must trust, as PEM.
    ///
    /// # Errors
    /// What the authority says.
    pub async fn trust_pem(&self) -> Result<String> {
        Ok(crate::write_trust(&self.authority.anchors().await?))
    }

    /// The same, to verify with.
    pub(crate) async fn trust(&self) -> Result<paper::Trust> {
        Ok(paper::Trust { certificates: self.authority.anchors().await? })
    }
}

impl Ready {
    pub(crate) fn stamp(
        &self,
        pdf: &[u8],
        place: Option<paper::Place>,
        fonts: &paper::Fonts,
        at: OffsetDateTime,
    ) -> Result<Vec<u8>, paper::PaperError> {
        let by = paper::SealedBy { seal: &self.seal, certificate: &self.certificate, key: &self.key, place, fonts };
        paper::sign(pdf, &by, at)
    }
}

/// 16 random bytes, positive as ASN.1 wants.
fn serial(platform: &Platform) -> [u8; 16] {
    let mut serial = [0; 16];
    platform.randomness.fill(&mut serial);
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    serial
}

fn place_of_key(id: Uuid) -> String {
    format!("seal:{id}:key")
}

fn new_row(
    platform: &Platform,
    slot: String,
    org: Option<Uuid>,
    subject: &SealSubject,
    key: &Sm2Key,
    certificate: &[u8],
    validity: Validity,
) -> Result<row::ActiveModel> {
    let id = platform.new_id();
    let pem = key.to_pem().map_err(Problem::internal)?;
    Ok(row::ActiveModel {
        id: Set(id),
        slot: Set(slot),
        org_id: Set(org),
        body: Set(subject.body.clone()),
        kind: Set(subject.kind.clone()),
        certificate: Set(to_base64url(certificate)),
        key_sealed: Set(platform.seal(&pem, &place_of_key(id))),
        valid_from: Set(validity.from),
        valid_to: Set(validity.until),
        state: Set("active".to_owned()),
        created_at: Set(platform.now()),
    })
}

/// Writes the row unless another node was faster; gives the one that holds the slot.
async fn keep(platform: &Platform, slot: &str, made: row::ActiveModel) -> Result<row::Model> {
    let (now, id, bound) = (platform.now(), platform.new_id(), slot.to_owned());
    let written = platform
        .db
        .write(now, move |tx| {
            Box::pin(async move {
                row::Entity::insert(made)
                    .on_conflict(sea_orm::sea_query::OnConflict::column(row::Column::Slot).do_nothing().to_owned())
                    .exec_without_returning(tx.conn())
                    .await?;
                tx.audit(line(id, "seal.bind", &bound));
                Ok(())
            })
        })
        .await;
    match by_slot(platform, slot).await? {
        Some(found) => Ok(found),
        None => Err(written.err().unwrap_or_else(|| Problem::internal(format!("seal {slot} was not kept")))),
    }
}

fn line(id: Uuid, action: &'static str, seal: &str) -> Line {
    let detail = serde_json::Value::Null;
    Line { id, actor_id: None, actor_name: "系统".to_owned(), action, subject: format!("seal:{seal}"), detail }
}

async fn retire(platform: &Platform, old: &row::Model) -> Result<()> {
    let (old, slot, id) = (old.id, old.slot.clone(), platform.new_id());
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                row::Entity::update_many()
                    .col_expr(row::Column::Slot, Expr::value(format!("retired:{old}")))
                    .col_expr(row::Column::State, Expr::value("retired"))
                    .filter(row::Column::Id.eq(old))
                    .exec(tx.conn())
                    .await?;
                tx.audit(line(id, "seal.release", &slot));
                Ok(())
            })
        })
        .await
}

async fn by_slot(platform: &Platform, slot: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find().filter(row::Column::Slot.eq(slot)).one(platform.db.read()).await?)
}

fn key_of(platform: &Platform, seal: &row::Model) -> Result<Sm2Key> {
    Sm2Key::from_pem(&platform.unseal(&seal.key_sealed, &place_of_key(seal.id))?).map_err(Problem::internal)
}

fn certificate_of(seal: &row::Model) -> Result<Vec<u8>> {
    from_base64url(&seal.certificate).ok_or_else(|| Problem::internal(format!("certificate of seal {}", seal.id)))
}

fn info(seal: &row::Model) -> Result<SealInfo> {
    Ok(SealInfo {
        id: seal.id,
        body: seal.body.clone(),
        kind: seal.kind.clone(),
        certificate: certificate_of(seal)?,
        valid_to: seal.valid_to,
    })
}
