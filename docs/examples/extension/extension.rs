//! An extension in Rust: a place for files of one's own, and a part that is watched with the others. Both implement
//! a trait that the product declares; no line of the product changes but the one that plugs them in
//! (docs/how-to/extend.md). This file is compiled and run by the product's own tests.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use axum::body::Bytes;
use operations::look::{Finding, State, Watched};
use platform::Result;
use platform::files::{FilePlace, Lying};
use time::OffsetDateTime;

/// A place for files: here memory, in earnest the store of your city.
#[derive(Default)]
pub struct MemoryPlace(Mutex<BTreeMap<String, Bytes>>);

impl MemoryPlace {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Bytes>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// Paths of what lies here.
    pub fn paths(&self) -> Vec<String> {
        self.with(|kept| kept.keys().cloned().collect())
    }
}

#[async_trait]
impl FilePlace for MemoryPlace {
    async fn read(&self, path: &str) -> Result<Option<Bytes>> {
        Ok(self.with(|kept| kept.get(path).cloned()))
    }

    async fn head(&self, path: &str, most: u64) -> Result<Option<Bytes>> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(self.with(|kept| kept.get(path).map(|bytes| bytes.slice(..bytes.len().min(most)))))
    }

    async fn about(&self, path: &str) -> Result<Option<Lying>> {
        Ok(self.with(|kept| kept.get(path).map(|bytes| Lying { size: bytes.len() as u64, mark: None })))
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<()> {
        self.with(|kept| kept.insert(path.to_owned(), bytes));
        Ok(())
    }

    async fn remove(&self, path: &str) -> Result<()> {
        self.with(|kept| kept.remove(path));
        Ok(())
    }

    async fn check(&self) -> std::result::Result<String, String> {
        Ok("内存".to_owned())
    }
}

/// A part of your own that the page 运行情况 shows: here whether the hall's door is open.
pub struct Door {
    /// Hours of the day, in China, between which it stands open.
    pub open: std::ops::Range<u8>,
}

#[async_trait]
impl Watched for Door {
    async fn look(&self, now: OffsetDateTime) -> Vec<Finding> {
        let hour = now.to_offset(time::macros::offset!(+8)).hour();
        let state = if self.open.contains(&hour) { State::Ok } else { State::Off };
        let said = if state == State::Ok { "大厅开着" } else { "大厅关门了" };
        vec![Finding::new("door", "大厅的门", "server", state, said).advise("到门口看一看。")]
    }
}
