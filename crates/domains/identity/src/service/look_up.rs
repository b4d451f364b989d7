//! Questions the other domains ask: organisations, staff, windows, regions.

use std::collections::HashMap;
use std::sync::Arc;

use platform::web::guard::Audience;
use platform::web::problem::Result;
use uuid::Uuid;

use crate::Identity;
use crate::model::org::{Org, OrgTree, Region};
use crate::model::staff::{Staff, Window};
use crate::store::{directory, staff};

impl Identity {
    /// Staff in service of these organisations whose name or login contains `q`, by name, at most `limit`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn find_staff(&self, orgs: &[Uuid], q: &str, limit: u64) -> Result<Vec<Staff>> {
        staff::find_in_orgs(self.platform.db.read(), orgs, q, limit).await
    }

    /// Staff whose name or login contains `q`, those who left too, at most `limit`: whose lines a log holds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_called(&self, q: &str, limit: u64) -> Result<Vec<Staff>> {
        staff::called(self.platform.db.read(), q, limit).await
    }

    /// Names of staff by id, those who left too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_names(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = staff::some(self.platform.db.read(), ids).await?;
        Ok(found.into_iter().map(|staff| (staff.id, staff.name)).collect())
    }

    /// All organisations, a few seconds old at most.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn orgs(&self) -> Result<Arc<OrgTree>> {
        Ok(Arc::clone(&self.directory.snapshot(&self.platform).await?.tree))
    }

    /// One organisation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn org(&self, id: Uuid) -> Result<Option<Org>> {
        Ok(self.orgs().await?.get(id).cloned())
    }

    /// The organisation with a unified social credit code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn org_by_uscc(&self, uscc: &str) -> Result<Option<Org>> {
        Ok(self.orgs().await?.by_uscc(uscc).cloned())
    }

    /// Notes that an organisation answers for an item: the windows that take the item are linked to
    /// it from then on. The catalogue calls it when an item is published.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn link_item(&self, slug: &str, org: Uuid) -> Result<()> {
        let slug = slug.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { directory::save_item_org(tx.conn(), slug, org).await })
            })
            .await?;
        self.directory_changed();
        Ok(())
    }

    /// A staff user.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff(&self, id: Uuid) -> Result<Option<Staff>> {
        staff::find(self.platform.db.read(), id).await
    }

    /// A staff user by login.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_by_login(&self, login: &str) -> Result<Option<Staff>> {
        staff::by_login(self.platform.db.read(), login).await
    }

    /// Staff of a body, its sections included, who hold a role: whom to tell about a task.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_with_role(&self, org: Uuid, role: &str) -> Result<Vec<Staff>> {
        let tree = self.orgs().await?;
        let inside = tree.body(org).map(|body| tree.subtree(body.id)).unwrap_or_default();
        let mut found = staff::active(self.platform.db.read()).await?;
        found.retain(|staff| inside.contains(&staff.org_id) && staff.roles.iter().any(|held| held == role));
        Ok(found)
    }

    /// Everybody who may sign in at the desk.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn active_staff(&self) -> Result<Vec<Staff>> {
        staff::active(self.platform.db.read()).await
    }

    /// Staff who hold a permission through any of their roles.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_holding(&self, permission: &str) -> Result<Vec<Staff>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let mut found = staff::active(self.platform.db.read()).await?;
        found.retain(|staff| {
            snapshot.roles.permissions(platform::web::guard::Audience::Desk, &staff.roles).contains(permission)
        });
        Ok(found)
    }

    /// How many who may sign in have a password older than it may grow.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn overdue_passwords(&self) -> Result<u64> {
        let limit = self.platform.now() - crate::model::staff::PASSWORD_AGE;
        staff::with_password_before(self.platform.db.read(), limit).await
    }

    /// The built-in roles and the city's own.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn role_book(&self) -> Result<crate::roles::RoleBook> {
        Ok(self.directory.snapshot(&self.platform).await?.roles.clone())
    }

    /// [`Identity::staff_with_role`], only those who may handle an item: whom to tell about its task.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_for(&self, org: Uuid, role: &str, item: &str) -> Result<Vec<Staff>> {
        let mut found = self.staff_with_role(org, role).await?;
        found.retain(|staff| staff.items.is_empty() || staff.items.iter().any(|listed| listed == item));
        Ok(found)
    }

    /// Lets a staff user sign in, or no longer; open sessions end at once.
    ///
    /// # Errors
    /// 404 when there is no such user.
    pub async fn set_staff_disabled(&self, id: Uuid, disabled: bool) -> Result<()> {
        let found = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if disabled {
                        platform::sessions::Sessions::end_all_of(tx, Audience::Desk, id, None).await?;
                    }
                    staff::set_disabled(tx.conn(), id, disabled).await
                })
            })
            .await?;
        self.directory_changed();
        if found { Ok(()) } else { Err(platform::Problem::not_found("没有找到这位工作人员。")) }
    }

    /// Staff of some organisations, disabled ones too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staff_of(&self, orgs: &[Uuid]) -> Result<Vec<Staff>> {
        staff::in_orgs(self.platform.db.read(), orgs).await
    }

    /// Blind index of the mobile identity that an administrator has written down for a staff user.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mobile_identity_of(&self, id: Uuid) -> Result<Option<String>> {
        staff::mobile_identity(self.platform.db.read(), id).await
    }

    /// A window by the key of the content pack.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn window_by_key(&self, key: &str) -> Result<Option<Window>> {
        Ok(self.directory.snapshot(&self.platform).await?.window(key).cloned())
    }

    /// All windows of all halls.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all_windows(&self) -> Result<Vec<Window>> {
        Ok(self.directory.snapshot(&self.platform).await?.windows.values().cloned().collect())
    }

    /// A window by id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn window(&self, id: Uuid) -> Result<Option<Window>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        Ok(snapshot.windows.values().find(|window| window.id == id).cloned())
    }

    /// Windows a staff user holds.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn windows_of(&self, staff: Uuid) -> Result<Vec<Window>> {
        let held = directory::windows_held(self.platform.db.read(), staff).await?;
        let snapshot = self.directory.snapshot(&self.platform).await?;
        Ok(held.iter().filter_map(|key| snapshot.window(key).cloned()).collect())
    }

    /// A region by its 12 digits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn region(&self, code: &str) -> Result<Option<Region>> {
        directory::region(self.platform.db.read(), code).await
    }

    /// Full name of a region with the names above it, `示例市示例区示例街道`; empty when unknown.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn region_path(&self, code: &str) -> Result<String> {
        let mut names = Vec::new();
        let mut next = Some(code.to_owned());
        // Five levels; the bound ends the walk should two rows ever name each other.
        while let Some(code) = next.take().filter(|_| names.len() < 6) {
            if let Some(region) = self.region(&code).await? {
                names.push(region.name);
                next = region.parent;
            }
        }
        names.reverse();
        Ok(names.concat())
    }

    /// The first twenty regions by part of the name, or by code, each with the name of the one above.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn regions_named(&self, words: &str) -> Result<Vec<(Region, String)>> {
        directory::regions_named(self.platform.db.read(), words, 20).await
    }

    /// Regions directly below one (the top ones without), each with whether more lie below it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn regions_below(&self, parent: Option<&str>) -> Result<Vec<(Region, bool)>> {
        directory::regions_below(self.platform.db.read(), parent).await
    }
}
