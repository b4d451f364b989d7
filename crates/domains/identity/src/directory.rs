//! The organisation tree and the windows as read a few seconds ago.
//!
//! They change with an import a few times a year and are asked for by every request, so each node
//! keeps a copy for [`FRESH_SECONDS`]; an import on this node replaces it at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use platform::Platform;
use platform::web::problem::Result;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::org::OrgTree;
use crate::model::staff::Window;
use crate::store::directory;

/// Seconds a copy is used.
pub(crate) const FRESH_SECONDS: i64 = 5;

/// A copy of the directory.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) tree: Arc<OrgTree>,
    windows: HashMap<String, Window>,
    links: HashMap<String, Vec<Uuid>>,
}

impl Snapshot {
    pub(crate) fn window(&self, key: &str) -> Option<&Window> {
        self.windows.get(key)
    }

    /// Organisations linked to a window. One that names no item, such as delivery and guidance,
    /// serves every window of its hall.
    pub(crate) fn orgs_of_window(&self, key: &str) -> Vec<Uuid> {
        let Some(window) = self.windows.get(key) else { return Vec::new() };
        let serves_hall = !self.links.contains_key(key);
        let mut found = BTreeSet::new();
        for other in self.windows.values() {
            if other.key == window.key || (serves_hall && other.hall_key == window.hall_key) {
                found.insert(other.org_id);
                found.extend(self.links.get(&other.key).into_iter().flatten().copied());
            }
        }
        found.into_iter().collect()
    }
}

/// The cached directory of one node.
#[derive(Default)]
pub(crate) struct Directory {
    cached: Mutex<Option<(OffsetDateTime, Arc<Snapshot>)>>,
}

impl Directory {
    /// The directory, at most [`FRESH_SECONDS`] old.
    pub(crate) async fn snapshot(&self, platform: &Platform) -> Result<Arc<Snapshot>> {
        let now = platform.now();
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, snapshot)) = cached {
            let age = now - at;
            if age >= time::Duration::ZERO && age < time::Duration::seconds(FRESH_SECONDS) {
                return Ok(snapshot);
            }
        }
        let conn = platform.db.read();
        let tree = OrgTree::new(directory::all_orgs(conn).await?);
        let (windows, links) = directory::windows_with_orgs(conn).await?;
        let windows = windows.into_iter().map(|window| (window.key.clone(), window)).collect();
        let snapshot = Arc::new(Snapshot { tree: Arc::new(tree), windows, links });
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&snapshot)));
        Ok(snapshot)
    }

    /// Forgets the copy after a change made here.
    pub(crate) fn forget(&self) {
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
