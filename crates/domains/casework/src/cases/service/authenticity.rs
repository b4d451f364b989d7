//! Whether a PDF somebody holds is a document of ours, unchanged (FORM-020).
//!
//! Two proofs: the seal in the file (whose it is, whether a byte changed since), and the digest of the copy
//! kept here, which also knows papers without a seal such as the application.

use base::crypto::sm3;
use base::encoding::to_hex;
use bytes::Bytes;
use platform::Result;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Casework;
use crate::cases::store::{case, case_document};
use crate::papers::store::paper_stamp;

/// A seal in the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentSeal {
    /// Name of the seal.
    pub seal: String,
    /// Who the certificate is for.
    pub signer: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub signed_at: Option<OffsetDateTime>,
    /// Whether the sealed part is unchanged.
    pub intact: bool,
    /// Whether the certificate is one we trust.
    pub trusted: bool,
    /// What is wrong, in plain words.
    pub problem: Option<String>,
}

/// What is known of the document, nothing of the person.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentFacts {
    /// Name.
    pub name: String,
    /// 文号.
    pub number: Option<String>,
    /// Item.
    pub item_name: String,
    /// Body that made it.
    pub issuer: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
    /// False for a copy from before a later seal.
    pub latest: bool,
}

/// Answer to a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentAnswer {
    /// Whether it is a document of ours, unchanged.
    pub genuine: bool,
    /// 真实有效, 被改动, 印章真实但不是本平台留存的文书, 查无此文书, 不是可读的 PDF.
    pub verdict: &'static str,
    /// Seals in it.
    pub seals: Vec<DocumentSeal>,
    /// The document.
    pub document: Option<DocumentFacts>,
    /// When it was checked.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: OffsetDateTime,
}

impl Casework {
    /// Checks a file; stores nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn check_document(&self, file: Bytes) -> Result<DocumentAnswer> {
        let digest = to_hex(&sm3(&file));
        let report = self.licences.verify_pdf(file).await?;
        let document = self.known_document(&digest).await?;
        let verdict = match (report.verdict, &document) {
            (paper::Verdict::Unreadable, _) => "不是可读的 PDF",
            (paper::Verdict::Altered, None) => "被改动",
            (_, Some(_)) => "真实有效",
            (paper::Verdict::Genuine, None) => "印章真实，但不是本平台留存的文书",
            _ => "查无此文书",
        };
        Ok(DocumentAnswer {
            genuine: document.is_some(),
            verdict,
            seals: report
                .signatures
                .into_iter()
                .map(|one| DocumentSeal {
                    seal: one.seal,
                    signer: one.signer,
                    signed_at: one.signed_at,
                    intact: one.intact,
                    trusted: one.trusted,
                    problem: one.problem,
                })
                .collect(),
            document,
            checked_at: self.platform.now(),
        })
    }

    async fn known_document(&self, digest: &str) -> Result<Option<DocumentFacts>> {
        let conn = self.platform.db.read();
        let kept = case_document::Entity::find().filter(case_document::Column::FileDigest.eq(digest)).one(conn).await?;
        let (document, latest) = match kept {
            Some(kept) => (Some(kept), true),
            None => {
                let stamp =
                    paper_stamp::Entity::find().filter(paper_stamp::Column::Digest.eq(digest)).one(conn).await?;
                match stamp {
                    Some(stamp) => (case_document::Entity::find_by_id(stamp.document_id).one(conn).await?, false),
                    None => (None, false),
                }
            }
        };
        let Some(document) = document else { return Ok(None) };
        let Some(row) = case::Entity::find_by_id(document.case_id).one(conn).await? else { return Ok(None) };
        let issuer = self.identity.org(row.org_id).await?.map(|org| org.name).unwrap_or_default();
        Ok(Some(DocumentFacts {
            name: document.name,
            number: document.number,
            item_name: row.item_name,
            issuer,
            made_at: document.created_at,
            latest,
        }))
    }
}
