//! The disk as people see it: what is asked for, what is shown of a paper.

use platform::files::FileRef;
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::rules::Standing;

/// Which own papers.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct DiskFilter {
    /// Part of the name.
    pub q: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// `valid`, `expiring` or `expired`.
    pub standing: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// An own paper.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiskItem {
    /// Id.
    pub id: Uuid,
    /// Version of the row.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Kind; empty when it is none of the known.
    pub kind: String,
    /// Category.
    pub category: String,
    /// In words.
    pub category_label: String,
    /// `own`, `licence`, `case`, `pull` or `proof`.
    pub source: String,
    /// In words.
    pub source_label: &'static str,
    /// From whom or which service.
    pub source_name: String,
    /// Newest version of the file.
    pub file: FileRef,
    /// Number of that version.
    pub no: i64,
    /// First day, `YYYY-MM-DD`.
    pub valid_from: Option<String>,
    /// Last day; absent when it has none.
    pub valid_until: Option<String>,
    /// How it stands today.
    pub standing: Standing,
    /// In words.
    pub standing_label: &'static str,
    /// Days left, when it ends soon.
    pub days_left: Option<i64>,
    /// Whether it is the owner's own upload, with a file that may be exchanged.
    pub own: bool,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub added_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
}

/// How many papers a category holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiskCount {
    /// Key.
    pub key: String,
    /// Name.
    pub label: String,
    /// What belongs there.
    pub says: String,
    /// Papers in it.
    pub count: i64,
}

/// The disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiskList {
    /// Rows, added last first.
    pub items: Vec<DiskItem>,
    /// Exact number.
    pub total: u64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Time of the data.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
    /// Categories with what they hold, whatever is searched for.
    pub categories: Vec<DiskCount>,
    /// Papers that end soon or are over.
    pub ending: u64,
    /// Days before the end from which on a paper ends soon.
    pub notice_days: i64,
}

/// A version of an own paper.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DiskVersion {
    /// Number, from 1.
    pub no: i64,
    /// The file.
    pub file: FileRef,
    /// Last day.
    pub valid_until: Option<String>,
    /// Where it is from, in words.
    pub came_from: String,
    /// SM3, hex.
    pub digest: String,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
}

/// Somebody looked at a paper.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MaterialLook {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub at: OffsetDateTime,
    /// Body of who looked; of a system its name.
    pub org: String,
    /// Who.
    pub who: String,
    /// What for.
    pub reason: String,
}

/// One own paper with its versions and who looked at it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiskDetail {
    /// The paper.
    pub item: DiskItem,
    /// Versions, the newest first.
    pub versions: Vec<DiskVersion>,
    /// Looks of others, the newest first.
    pub looks: Vec<MaterialLook>,
}

/// Keeps an uploaded file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddToDisk {
    /// File uploaded before.
    pub file: Uuid,
    /// Name; that of the file when empty.
    #[serde(default)]
    pub name: String,
    /// Category; the rules decide when empty.
    #[serde(default)]
    pub category: String,
    /// Last day, `YYYY-MM-DD`; empty for none.
    #[serde(default)]
    pub valid_until: Option<String>,
}

/// Renames or moves a paper; of an own upload also the last day and the file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeInDisk {
    /// Version of the page.
    pub version: i64,
    /// Name.
    pub name: String,
    /// Category.
    pub category: String,
    /// Last day; only for own uploads.
    #[serde(default)]
    pub valid_until: Option<String>,
    /// A newer file, uploaded before; only for own uploads.
    #[serde(default)]
    pub file: Option<Uuid>,
}

/// What a copy is for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CopyOfPaper {
    /// 2 to 40 characters; stands on every page of the copy.
    pub purpose: String,
}
