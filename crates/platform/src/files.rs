//! Stored files: content-addressed by SM3, type told from the bytes, size limited, sealed with SM4.
//!
//! A file row belongs to who uploaded it until a case takes it over; the same bytes are stored once.
//! What lies on the disk is sealed in authenticated chunks bound to the digest (DATASEC-005,
//! `base::crypto`): a changed, cut or exchanged file is refused, and so is one of before the sealing
//! whose digest no longer fits. The row says which key sealed it, for the change of keys ([`reseal`]).

mod bucket;
mod danger;
mod place;

use std::sync::Arc;

use base::clock::Clock;
use bytes::Bytes;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Platform;
use crate::config::Config;
use crate::web::problem::{Problem, Result};
pub use place::{FilePlace, Lying};

mod row {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "files")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub digest: String,
        pub size: i64,
        pub media_type: String,
        pub name: String,
        pub owner_id: Option<Uuid>,
        pub purpose: String,
        pub created_at: OffsetDateTime,
        pub key_id: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// A stored file as pages see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, PartialEq, Eq)]
pub struct FileRef {
    /// Id to fetch it by.
    pub id: Uuid,
    /// Name as uploaded.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Type told from its first bytes.
    pub media_type: String,
    /// When it was stored.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub uploaded_at: OffsetDateTime,
}

/// The file store: which bytes lie where, behind whatever place the settings name.
#[derive(Clone)]
pub struct Files {
    place: Arc<dyn FilePlace>,
}

impl Files {
    /// The store of the settings: a bucket when one is named, the folder of the data otherwise.
    ///
    /// # Errors
    /// When the folder or the file of the bucket's secret can't be used.
    pub fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Self> {
        if config.keeps_objects() {
            return Ok(Self::at(Arc::new(bucket::Bucket::new(config, clock)?)));
        }
        Self::in_folder(&config.data_dir.join("files"))
    }

    /// A store in a folder.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub fn in_folder(folder: &std::path::Path) -> Result<Self> {
        Ok(Self::at(Arc::new(place::Folder::new(folder)?)))
    }

    /// A store at any place.
    pub fn at(place: Arc<dyn FilePlace>) -> Self {
        Self { place }
    }

    /// The place itself, for those who copy what lies there without opening it (backups).
    pub fn place(&self) -> &dyn FilePlace {
        self.place.as_ref()
    }

    /// What lies there, sealed or of before the sealing; `None` when nothing does.
    async fn raw(&self, digest: &str) -> Result<Option<Bytes>> {
        self.place.read(&path(digest)).await
    }

    async fn drop(&self, digest: &str) -> Result<()> {
        self.place.remove(&path(digest)).await
    }

    /// Id of the key that sealed what lies there; empty when it is not sealed.
    async fn key_of(&self, digest: &str) -> Result<Option<String>> {
        let head = self.place.head(&path(digest), 64).await?;
        Ok(head.map(|head| base::crypto::sealed_file_key(&head).unwrap_or_default().to_owned()))
    }

    async fn write(&self, digest: &str, sealed: Vec<u8>) -> Result<()> {
        self.place.write(&path(digest), Bytes::from(sealed)).await
    }
}

/// Where the files stored since a moment lie below the store's folder, for those who copy them; each once.
///
/// # Errors
/// When the database refuses.
pub async fn stored_since(conn: &impl ConnectionTrait, since: OffsetDateTime) -> Result<Vec<String>> {
    let digests: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::Digest)
        .filter(row::Column::CreatedAt.gte(since))
        .distinct()
        .into_tuple()
        .all(conn)
        .await?;
    Ok(digests.iter().map(|digest| path(digest)).collect())
}

/// Digest, hex. Off the threads that answer: a large file takes a moment.
async fn digest_of(bytes: Bytes) -> Result<String> {
    let digest = tokio::task::spawn_blocking(move || base::encoding::to_hex(&base::crypto::sm3(&bytes)));
    digest.await.map_err(Problem::internal)
}

/// Seals and writes, unless the bytes are there already; gives the id of the key that sealed them.
async fn put(platform: &Platform, digest: &str, bytes: Bytes) -> Result<String> {
    if let Some(key) = platform.files.key_of(digest).await? {
        return Ok(key);
    }
    let (shell, name) = (platform.clone(), digest.to_owned());
    let sealed = tokio::task::spawn_blocking(move || shell.crypto.seal_file(&bytes, &name, shell.randomness.as_ref()));
    let sealed = sealed.await.map_err(Problem::internal)?;
    let key = base::crypto::sealed_file_key(&sealed).unwrap_or_default().to_owned();
    platform.files.write(digest, sealed).await?;
    Ok(key)
}

/// Reads and opens; what does not open or fit its digest is refused and logged, never shown.
async fn get(platform: &Platform, digest: &str) -> Result<Bytes> {
    let raw = platform.files.raw(digest).await?;
    let raw = raw.ok_or_else(|| Problem::internal(format!("file {digest} is not on the disk")))?;
    let (shell, name) = (platform.clone(), digest.to_owned());
    let opened = tokio::task::spawn_blocking(move || open(&shell, &name, raw)).await.map_err(Problem::internal)?;
    opened.map_err(|cause| Problem::internal(format!("file {digest}: {cause}")))
}

fn open(platform: &Platform, digest: &str, raw: Bytes) -> std::result::Result<Bytes, String> {
    if base::crypto::sealed_file_key(&raw).is_some() {
        return platform.crypto.open_file(&raw, digest).map(Bytes::from).map_err(|error| error.to_string());
    }
    // Stored before files were sealed: its name is its digest.
    let fits = base::encoding::to_hex(&base::crypto::sm3(&raw)) == digest;
    if fits { Ok(raw) } else { Err("its content does not fit its digest".to_owned()) }
}

/// Files on the disk by the key that sealed them; those of before the sealing under the empty id.
///
/// # Errors
/// When the database refuses.
pub async fn by_key(conn: &impl ConnectionTrait) -> Result<std::collections::BTreeMap<String, i64>> {
    let rows: Vec<(String, i64)> = row::Entity::find()
        .select_only()
        .column(row::Column::KeyId)
        .column_as(sea_orm::sea_query::ExprTrait::count_distinct(Expr::col(row::Column::Digest)), "n")
        .group_by(row::Column::KeyId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Files and their bytes; a file stored twice counts twice.
///
/// # Errors
/// When the database refuses.
pub async fn usage(conn: &impl ConnectionTrait) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes FROM files";
    let row = conn.query_one_raw(sea_orm::Statement::from_string(conn.get_database_backend(), sql)).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    Ok((row.try_get("", "n")?, row.try_get("", "bytes")?))
}

/// Seals up to `limit` files anew that another key than the active one sealed, or none; gives the digests
/// of those done and of those that did not open. The latter are left as they are and logged: they must
/// not stop the others, and `skip` keeps them out of the next go.
///
/// # Errors
/// When the disk or the database refuses.
pub async fn reseal(platform: &Platform, limit: u64, skip: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let active = platform.crypto.provider().field_keys()?.active;
    let mut query = row::Entity::find()
        .select_only()
        .column(row::Column::Digest)
        .filter(row::Column::KeyId.ne(active.clone()))
        .distinct()
        .limit(limit);
    if !skip.is_empty() {
        query = query.filter(row::Column::Digest.is_not_in(skip.iter().cloned()));
    }
    let stale: Vec<String> = query.into_tuple().all(platform.db.read()).await?;
    let (mut done, mut broken) = (Vec::new(), Vec::new());
    for digest in stale {
        match get(platform, &digest).await {
            Ok(content) => {
                let (shell, name) = (platform.clone(), digest.clone());
                let seal = move || shell.crypto.seal_file(&content, &name, shell.randomness.as_ref());
                let sealed = tokio::task::spawn_blocking(seal).await.map_err(Problem::internal)?;
                platform.files.write(&digest, sealed).await?;
                done.push(digest);
            }
            Err(problem) => {
                tracing::error!(cause = %problem, digest, "a file can't be sealed anew");
                broken.push(digest);
            }
        }
    }
    let changed = done.clone();
    if !changed.is_empty() {
        let write = platform.db.write(platform.now(), move |tx| {
            Box::pin(async move {
                row::Entity::update_many()
                    .col_expr(row::Column::KeyId, Expr::value(active))
                    .filter(row::Column::Digest.is_in(changed))
                    .exec(tx.conn())
                    .await?;
                Ok(())
            })
        });
        write.await?;
    }
    Ok((done, broken))
}

fn path(digest: &str) -> String {
    let (a, rest) = digest.split_at(2);
    let (b, rest) = rest.split_at(2);
    format!("{a}/{b}/{rest}")
}

/// Type of a file told from its first bytes; `None` for what we do not take.
pub fn sniff(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [b'P', b'K', 3, 4, ..] if contains(bytes, b"word/") => {
            Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
        [b'P', b'K', 3, 4, ..] if contains(bytes, b"xl/") => {
            Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        _ => None,
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Stores an upload and leaves its row.
///
/// # Errors
/// 422 with the way out when the type or the size is wrong.
pub async fn store(
    platform: &Platform,
    owner: Option<Uuid>,
    purpose: &str,
    name: &str,
    bytes: Bytes,
) -> Result<FileRef> {
    let max = platform.config.upload_max_mb * 1024 * 1024;
    if bytes.len() as u64 > max {
        return Err(too_large(platform.config.upload_max_mb));
    }
    if bytes.is_empty() {
        return Err(Problem::invalid_field("/file", "empty_file", "这个文件是空的，请重新选择。"));
    }
    if let Some(danger) = danger::of(&bytes) {
        return Err(Problem::invalid_field("/file", "dangerous_file", danger));
    }
    let Some(media_type) = sniff(&bytes) else {
        return Err(Problem::invalid_field("/file", "unsupported_type", "这个格式打不开，请换成 PDF、JPG 或 PNG。"));
    };
    let row = place(platform, owner, purpose, &safe_name(name), media_type, bytes).await?;
    let file = reference(&row);
    let model: row::ActiveModel = row.into();
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                row::Entity::insert(reset(model)).exec_without_returning(tx.conn()).await?;
                Ok(())
            })
        })
        .await?;
    Ok(file)
}

/// 422 for an upload over the limit.
pub fn too_large(max_mb: u64) -> Problem {
    Problem::invalid_field("/file", "too_large", format!("文件不能超过 {max_mb} MB，请压缩后再上传。"))
}

/// Stores bytes made by the product itself (a notice, a licence); the row is written by `tx`.
///
/// # Errors
/// When the disk or the database refuses.
pub async fn store_made(
    platform: &Platform,
    purpose: &str,
    name: &str,
    media_type: &str,
    bytes: Bytes,
) -> Result<NewFile> {
    place(platform, None, purpose, name, media_type, bytes).await.map(NewFile)
}

/// A file whose bytes are stored and whose row is still to be written.
pub struct NewFile(row::Model);

impl NewFile {
    /// Id it will have.
    pub fn id(&self) -> Uuid {
        self.0.id
    }

    /// SM3 of the bytes, hex.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// Writes the row in a command's transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep(self, tx: &crate::Tx) -> Result<()> {
        row::Entity::insert(reset(self.0.into())).exec_without_returning(tx.conn()).await?;
        Ok(())
    }
}

/// A model turned active has unchanged values; an insert wants them set.
fn reset(model: row::ActiveModel) -> row::ActiveModel {
    sea_orm::ActiveModelTrait::reset_all(model)
}

async fn place(
    platform: &Platform,
    owner: Option<Uuid>,
    purpose: &str,
    name: &str,
    media_type: &str,
    bytes: Bytes,
) -> Result<row::Model> {
    let digest = digest_of(bytes.clone()).await?;
    let size = i64::try_from(bytes.len()).map_err(Problem::internal)?;
    let key_id = put(platform, &digest, bytes).await?;
    Ok(row::Model {
        id: platform.new_id(),
        digest,
        size,
        media_type: media_type.to_owned(),
        name: name.to_owned(),
        owner_id: owner,
        purpose: purpose.to_owned(),
        created_at: platform.now(),
        key_id,
    })
}

fn reference(row: &row::Model) -> FileRef {
    FileRef {
        id: row.id,
        name: row.name.clone(),
        size: row.size,
        media_type: row.media_type.clone(),
        uploaded_at: row.created_at,
    }
}

/// Endings that a computer would run when somebody opens the file.
const RUNS: [&str; 16] =
    ["exe", "com", "bat", "cmd", "scr", "msi", "js", "vbs", "ps1", "sh", "jar", "apk", "hta", "html", "htm", "svg"];

/// Only the last part of a name, without control characters and signs that turn the writing direction
/// (`fdp.exe` would read `exe.pdf`), at most 120 characters, never with an ending that runs.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).take(120).collect();
    let ending = clean.rsplit_once('.').map(|(_, ending)| ending.trim().to_lowercase()).unwrap_or_default();
    match () {
        () if clean.trim().is_empty() => "未命名文件".to_owned(),
        () if RUNS.contains(&ending.as_str()) => format!("{clean}.file"),
        () => clean,
    }
}

/// Rows of several files by id, with their owner, in one query.
///
/// # Errors
/// When the database refuses.
pub async fn find(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<(FileRef, Option<Uuid>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find().filter(row::Column::Id.is_in(ids.iter().copied())).all(conn).await?;
    Ok(rows.iter().map(|row| (reference(row), row.owner_id)).collect())
}

/// Digests (SM3, hex) of several files by id, in one query.
///
/// # Errors
/// When the database refuses.
pub async fn digests(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(row::Entity::find()
        .select_only()
        .column(row::Column::Id)
        .column(row::Column::Digest)
        .filter(row::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(conn)
        .await?)
}

/// Content of a file. The caller has already been allowed to see it.
///
/// # Errors
/// 404 when there is no such file.
pub async fn read(platform: &Platform, id: Uuid) -> Result<(FileRef, Bytes)> {
    let row = row::Entity::find_by_id(id)
        .one(platform.db.read())
        .await?
        .ok_or_else(|| Problem::not_found("没有找到这个文件。"))?;
    let bytes = get(platform, &row.digest).await?;
    Ok((reference(&row), bytes))
}

/// Removes files made by the product; the bytes go when no other row holds the same.
///
/// # Errors
/// When the disk or the database refuses.
pub async fn remove_made(platform: &Platform, ids: &[Uuid]) -> Result<()> {
    for id in ids.iter().copied() {
        let Some(row) = row::Entity::find_by_id(id).one(platform.db.read()).await? else { continue };
        let digest = row.digest.clone();
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    row::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await?;
        let held =
            row::Entity::find().filter(row::Column::Digest.eq(digest.as_str())).count(platform.db.read()).await?;
        if held == 0 {
            platform.files.drop(&digest).await?;
        }
    }
    Ok(())
}

/// An HTTP answer that shows a file in the page, never runs it.
pub fn respond(file: &FileRef, bytes: Bytes) -> axum::response::Response {
    use axum::response::IntoResponse;
    let name: String = file
        .name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b'.' {
                (byte as char).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    (
        [
            (axum::http::header::CONTENT_TYPE, file.media_type.clone()),
            (axum::http::header::CONTENT_DISPOSITION, format!("inline; filename*=UTF-8''{name}")),
            (axum::http::header::CACHE_CONTROL, "private, no-store".to_owned()),
            (
                axum::http::header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'".to_owned(),
            ),
        ],
        bytes,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_the_type_not_the_name() {
        assert_eq!(sniff(b"%PDF-1.7 ..."), Some("application/pdf"));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(sniff(b"MZ\x90\x00 renamed.pdf"), None);
        assert_eq!(sniff(b"<html>"), None);
    }

    #[test]
    fn a_name_can_not_walk_out_of_its_folder() {
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("C:\\temp\\布局图.pdf"), "布局图.pdf");
        assert_eq!(safe_name("\u{0}"), "未命名文件");
        assert_eq!(safe_name("发票\u{202e}fdp.exe"), "发票fdp.exe.file");
        assert_eq!(safe_name("点我.HTML"), "点我.HTML.file");
    }
}
