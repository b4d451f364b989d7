//! Where the bytes of stored files lie: a folder of this machine, or a bucket of an object store.
//!
//! A place knows paths and bytes only. What it gets is sealed already, and what it gives back is proven by
//! whoever asked: another place is another implementation of [`FilePlace`], nothing else (OPS-017, ADR 0090).

use async_trait::async_trait;
use bytes::Bytes;
use opendal::Operator;

use crate::web::problem::{Problem, Result};

/// What is known of stored bytes without reading them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lying {
    /// How many bytes.
    pub size: u64,
    /// The place's own mark of this content, changed with it; none where the place has no marks.
    pub mark: Option<String>,
}

/// A place for bytes, by path (`3f/9a/…`). A write is there whole or not at all, and a second one takes the
/// place of the first.
#[async_trait]
pub trait FilePlace: Send + Sync + 'static {
    /// All bytes; `None` when nothing lies there.
    ///
    /// # Errors
    /// When the place can't be used.
    async fn read(&self, path: &str) -> Result<Option<Bytes>>;

    /// The first bytes, at most `most`; `None` when nothing lies there.
    ///
    /// # Errors
    /// When the place can't be used.
    async fn head(&self, path: &str, most: u64) -> Result<Option<Bytes>>;

    /// Size and mark; `None` when nothing lies there.
    ///
    /// # Errors
    /// When the place can't be used.
    async fn about(&self, path: &str) -> Result<Option<Lying>>;

    /// Stores.
    ///
    /// # Errors
    /// When the place can't be used or has no room.
    async fn write(&self, path: &str, bytes: Bytes) -> Result<()>;

    /// Removes; nothing happens when nothing lies there.
    ///
    /// # Errors
    /// When the place can't be used.
    async fn remove(&self, path: &str) -> Result<()>;

    /// Whether the place can be used now: a word about it, or what is wrong.
    async fn check(&self) -> std::result::Result<String, String>;
}

/// A folder of this machine.
pub(super) struct Folder {
    root: std::path::PathBuf,
    store: Operator,
}

impl Folder {
    /// # Errors
    /// When the folder can't be used.
    pub(super) fn new(root: &std::path::Path) -> Result<Self> {
        // A file is written beside and renamed: a power cut leaves the old one or the new one.
        let beside = root.join(".writing");
        let service =
            opendal::services::Fs::default().root(&root.to_string_lossy()).atomic_write_dir(&beside.to_string_lossy());
        let store = Operator::new(service).map_err(Problem::internal)?;
        Ok(Self { root: root.to_owned(), store })
    }
}

#[async_trait]
impl FilePlace for Folder {
    async fn read(&self, path: &str) -> Result<Option<Bytes>> {
        match self.store.read(path).await {
            Ok(bytes) => Ok(Some(bytes.to_bytes())),
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::internal(error)),
        }
    }

    async fn head(&self, path: &str, most: u64) -> Result<Option<Bytes>> {
        let Some(about) = self.about(path).await? else { return Ok(None) };
        let head = self.store.read_with(path).range(0..about.size.min(most)).await.map_err(Problem::internal)?;
        Ok(Some(head.to_bytes()))
    }

    async fn about(&self, path: &str) -> Result<Option<Lying>> {
        match self.store.stat(path).await {
            Ok(about) => Ok(Some(Lying { size: about.content_length(), mark: None })),
            Err(error) if error.kind() == opendal::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::internal(error)),
        }
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<()> {
        self.store.write(path, bytes).await.map_err(refused)?;
        Ok(())
    }

    async fn remove(&self, path: &str) -> Result<()> {
        self.store.delete(path).await.map_err(Problem::internal)
    }

    async fn check(&self) -> std::result::Result<String, String> {
        if self.root.is_dir() {
            Ok("本机目录".to_owned())
        } else {
            Err("存放文件的目录不见了".to_owned())
        }
    }
}

/// A disk without room is told as that, not as a fault of ours.
fn refused(error: opendal::Error) -> Problem {
    use std::io::ErrorKind;
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(one) = cause {
        let kind = one.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let full =
            [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge, ErrorKind::ReadOnlyFilesystem];
        if kind.is_some_and(|kind| full.contains(&kind)) {
            return crate::db::standing::Trouble::Full.problem(&error);
        }
        cause = one.source();
    }
    Problem::internal(error)
}
