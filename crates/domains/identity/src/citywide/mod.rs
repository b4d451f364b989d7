//! Items that every hall of the city takes in, and which department is competent for which area (市内通办, CASE-046).
//!
//! They stand here because they say who may take what in: whoever sits at a general window of any hall takes a marked
//! item in for every department that is competent for it, and sees of those departments what the own side took in,
//! nothing else (`widen`). Marking is the city's act and no right that an administrator hands on, so it is
//! not judged as administrative commands are (docs/adr/0058). Start at [`Identity::citywide`].

pub(crate) mod marks;

use std::collections::HashMap;

use platform::Tx;
use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Set, TryInsertResult};

use crate::Identity;
use crate::administration::rights::Orgs;
use crate::directory::Snapshot;
use crate::model::staff::GENERAL;
use marks::{competent, items};

pub use marks::{CityWide, Competent, inside};

/// What somebody takes in beside the windows' own items: marked items, at a general window.
pub(crate) fn widen(intake: &mut Orgs, held: &[String], snapshot: &Snapshot) {
    let general = |key: &String| snapshot.window(key).is_some_and(|window| window.class == GENERAL);
    if !held.iter().any(general) {
        return;
    }
    for one in snapshot.citywide.items.values().filter(|one| one.open) {
        for place in &one.places {
            // A body takes its cases in for all of its sections.
            let body = snapshot.tree.body(place.org_id).map_or(place.org_id, |body| body.id);
            for org in snapshot.tree.subtree(body) {
                crate::administration::rights::widen(intake, org, Some([one.item_slug.clone()].into()));
            }
        }
    }
}

/// A counter where an item is taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Hall.
    pub hall_name: String,
    /// Number on the sign.
    pub number: String,
    /// Text on the sign.
    pub name: String,
}

/// A hall with the items it takes in beside the marked ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hall {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Area.
    pub region: String,
    /// Whether it has a general window, where marked items are taken in.
    pub general: bool,
    /// Items its windows name.
    pub items: std::collections::BTreeSet<String>,
}

impl Identity {
    /// A marked item, also one whose mark has ended; `None` for one that never was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn citywide(&self, item: &str) -> Result<Option<CityWide>> {
        Ok(self.directory.snapshot(&self.platform).await?.citywide.items.get(item).cloned())
    }

    /// All marked items by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all_citywide(&self) -> Result<Vec<CityWide>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let mut all: Vec<CityWide> = snapshot.citywide.items.values().cloned().collect();
        all.sort_by(|a, b| a.item_name.cmp(&b.item_name).then_with(|| a.item_slug.cmp(&b.item_slug)));
        Ok(all)
    }

    /// Writes a mark whose version is still `read`, inside a command. [`Identity::directory_was_changed`] follows.
    ///
    /// # Errors
    /// 409 for an old page.
    pub async fn put_citywide(&self, tx: &Tx, mark: CityWide, read: i64) -> Result<()> {
        use items::Column as C;
        let row = items::ActiveModel {
            item_slug: Set(mark.item_slug.clone()),
            item_name: Set(mark.item_name),
            batch: Set(mark.batch),
            standard: Set(mark.standard),
            released_on: Set(mark.released_on),
            state: Set(if mark.open { "open" } else { "ended" }.to_owned()),
            version: Set(read + 1),
            changed_at: Set(mark.changed_at),
            changed_by_name: Set(mark.changed_by_name),
        };
        let written = if read == 0 {
            let made = items::Entity::insert(row)
                .on_conflict(OnConflict::column(C::ItemSlug).do_nothing().to_owned())
                .try_insert()
                .exec_without_returning(tx.conn())
                .await?;
            matches!(made, TryInsertResult::Inserted(1..))
        } else {
            let updated = items::Entity::update_many()
                .set(row)
                .filter(C::ItemSlug.eq(mark.item_slug.clone()))
                .filter(C::Version.eq(read))
                .exec(tx.conn())
                .await?;
            updated.rows_affected == 1
        };
        if !written {
            return Err(Problem::stale());
        }
        competent::Entity::delete_many()
            .filter(competent::Column::ItemSlug.eq(mark.item_slug.clone()))
            .exec(tx.conn())
            .await?;
        let mut rows = Vec::new();
        for place in mark.places {
            rows.push(competent::ActiveModel {
                item_slug: Set(mark.item_slug.clone()),
                region: Set(place.region),
                org_id: Set(place.org_id),
                promise: Set(place.promise.map(serde_json::to_value).transpose()?),
            });
        }
        if !rows.is_empty() {
            competent::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
        }
        Ok(())
    }

    /// Makes a mark felt at once on this node.
    pub fn directory_was_changed(&self) {
        self.directory_changed();
    }

    /// Counters where an item is taken in: the windows that name it, or the general ones when it is marked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn counters_of(&self, item: &str) -> Result<Vec<Counter>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let marked = snapshot.citywide.items.get(item).is_some_and(|one| one.open);
        let mut found: Vec<_> = snapshot
            .windows
            .values()
            .filter(|window| window.kind == "handle")
            .filter(|window| {
                let named =
                    snapshot.links.items.get(&window.key).is_some_and(|items| items.iter().any(|one| one == item));
                named || (marked && window.class == GENERAL)
            })
            .collect();
        found.sort_by_key(|window| format!("{} {:0>10}", window.hall_key, window.number));
        Ok(found
            .into_iter()
            .map(|window| Counter {
                hall_name: window.hall_name.clone(),
                number: window.number.clone(),
                name: window.name.clone(),
            })
            .collect())
    }

    /// Every hall with what it takes in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn halls(&self) -> Result<Vec<Hall>> {
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let mut halls: std::collections::BTreeMap<String, Hall> = std::collections::BTreeMap::new();
        for window in snapshot.windows.values().filter(|window| window.kind == "handle") {
            let hall = halls.entry(window.hall_key.clone()).or_insert_with(|| Hall {
                key: window.hall_key.clone(),
                name: window.hall_name.clone(),
                region: window.region.clone(),
                general: false,
                items: Default::default(),
            });
            hall.general |= window.class == GENERAL;
            hall.items.extend(snapshot.links.items.get(&window.key).into_iter().flatten().cloned());
        }
        Ok(halls.into_values().collect())
    }

    /// Which department answers for each of some items; those never published are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn answering(&self, items: &[String]) -> Result<HashMap<String, Uuid>> {
        crate::store::directory::answering(self.platform.db.read(), items).await
    }

    /// The windows somebody sits at, handling ones first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn seats_of(&self, staff: Uuid) -> Result<Vec<crate::Window>> {
        let held = crate::store::directory::windows_held(self.platform.db.read(), staff).await?;
        let snapshot = self.directory.snapshot(&self.platform).await?;
        let mut seats: Vec<crate::Window> = held.iter().filter_map(|key| snapshot.window(key).cloned()).collect();
        seats.sort_by_key(|window| window.kind != "handle");
        Ok(seats)
    }

    /// Names of regions by code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn region_names(&self, codes: Vec<String>) -> Result<HashMap<String, String>> {
        crate::store::directory::region_names(self.platform.db.read(), codes).await
    }
}
