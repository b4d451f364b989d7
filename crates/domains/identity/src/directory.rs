//! Organisations, windows, roles, mandates, policies and grants as read a few seconds ago.
//!
//! They change seldom and are asked for by every request, so each node keeps a copy for
//! [`FRESH_SECONDS`]; a change made on this node replaces it at once. When it is time to read again one request does,
//! and those beside it go on with the copy instead of reading the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use platform::Platform;
use platform::web::policy::AccessPolicy;
use platform::web::problem::Result;
use sea_orm::ConnectionTrait;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::administration::policies::model::{CrossGrant, Policy, Subject};
use crate::administration::roles::model::{Exclusion, Mandate};
use crate::administration::store as admin_store;
use crate::citywide::marks::Marks;
use crate::model::org::OrgTree;
use crate::model::staff::{Staff, Window};
use crate::roles::RoleBook;
use crate::store::directory::{self, Link, Links};

/// Seconds a copy is used.
pub(crate) const FRESH_SECONDS: i64 = 5;
/// Seconds a copy is borne while somebody reads the next one.
const BORNE_SECONDS: i64 = 10;

/// A copy of the directory.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) tree: Arc<OrgTree>,
    pub(crate) windows: HashMap<String, Window>,
    pub(crate) links: Links,
    pub(crate) roles: RoleBook,
    pub(crate) exclusions: Vec<Exclusion>,
    /// Not revoked; those whose time is over are filtered where they are used.
    pub(crate) mandates: Vec<Mandate>,
    /// Enabled ones.
    pub(crate) policies: Vec<Policy>,
    /// Not recalled, by staff user.
    pub(crate) cross: HashMap<Uuid, Vec<CrossGrant>>,
    /// Items every hall takes in.
    pub(crate) citywide: Marks,
}

impl Snapshot {
    /// Reads all of it.
    pub(crate) async fn read(conn: &impl ConnectionTrait) -> Result<Self> {
        let tree = OrgTree::new(directory::all_orgs(conn).await?).with_changes(admin_store::org_changes(conn).await?);
        let (windows, links) = directory::windows_with_links(conn).await?;
        let mut cross: HashMap<Uuid, Vec<CrossGrant>> = HashMap::new();
        for grant in admin_store::open_cross_grants(conn).await? {
            cross.entry(grant.staff_id).or_default().push(grant);
        }
        Ok(Self {
            tree: Arc::new(tree),
            windows: windows.into_iter().map(|window| (window.key.clone(), window)).collect(),
            links,
            roles: admin_store::role_book(conn).await?,
            exclusions: admin_store::exclusions(conn).await?,
            mandates: admin_store::open_mandates(conn).await?,
            policies: admin_store::enabled_policies(conn).await?,
            cross,
            citywide: Marks::read(conn).await?,
        })
    }

    pub(crate) fn window(&self, key: &str) -> Option<&Window> {
        self.windows.get(key)
    }

    /// Links of a window: its own organisation and those named, whole; those answering for an item it
    /// takes, for that item. One that names no item, such as delivery and guidance, serves every
    /// window of its hall.
    pub(crate) fn links_of_window(&self, key: &str) -> Vec<Link> {
        let Some(window) = self.windows.get(key) else { return Vec::new() };
        let serves_hall = !self.links.links.contains_key(key);
        let mut found = Vec::new();
        for other in self.windows.values() {
            if other.key == window.key || (serves_hall && other.hall_key == window.hall_key) {
                found.push(Link { org: other.org_id, item: None });
                found.extend(self.links.links.get(&other.key).into_iter().flatten().cloned());
            }
        }
        found
    }

    /// The strictest of the policies that apply to a staff user; `None` when none does.
    pub(crate) fn policy_of(&self, staff: &Staff) -> Option<AccessPolicy> {
        let region = self.tree.get(staff.org_id).map_or(staff.region.as_str(), |org| org.region.as_str());
        let applies = |policy: &&Policy| match &policy.subject {
            Subject::User(id) => *id == staff.id,
            Subject::Role(key) => staff.roles.contains(key),
            Subject::Area(code) => code.contains_text(region),
        };
        let mut applying = self.policies.iter().filter(applies).peekable();
        applying.peek()?;
        Some(applying.fold(AccessPolicy::default(), |all, policy| all.and(&policy.bounds)))
    }

    /// Regions whose organisations somebody administers or sees: those in the region of an organisation.
    pub(crate) fn in_region_of(&self, org: Uuid) -> BTreeSet<Uuid> {
        let region = self.tree.get(org).map(|org| org.region.as_str()).unwrap_or_default();
        self.tree.in_region(region).into_iter().collect()
    }
}

/// The cached directory of one node.
#[derive(Default)]
pub(crate) struct Directory {
    cached: Mutex<Option<(OffsetDateTime, Arc<Snapshot>)>>,
    /// Grows with every change made here.
    changes: AtomicU64,
    /// Held by the one who reads again.
    reading: tokio::sync::Mutex<()>,
}

impl Directory {
    /// The directory, at most [`FRESH_SECONDS`] old, and the few that its reading takes.
    pub(crate) async fn snapshot(&self, platform: &Platform) -> Result<Arc<Snapshot>> {
        let now = platform.now();
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Nobody waits for the other's reading: in a database that does not answer all would wait one after the other.
        let reading = self.reading.try_lock();
        let good_for = time::Duration::seconds(if reading.is_ok() { FRESH_SECONDS } else { BORNE_SECONDS });
        if let Some((at, snapshot)) = cached {
            let age = now - at;
            if age >= time::Duration::ZERO && age < good_for {
                return Ok(snapshot);
            }
        }
        let changes = self.changes.load(Ordering::SeqCst);
        let snapshot = Arc::new(Snapshot::read(platform.db.read()).await?);
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        // Read before a change and kept after it, it would hide the change for seconds.
        if self.changes.load(Ordering::SeqCst) == changes {
            *cached = Some((now, Arc::clone(&snapshot)));
        }
        drop(cached);
        Ok(snapshot)
    }

    /// Forgets the copy after a change made here.
    pub(crate) fn forget(&self) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        self.changes.fetch_add(1, Ordering::SeqCst);
        *cached = None;
    }
}
