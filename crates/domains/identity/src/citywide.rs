//! Items that every hall of the city takes in, and which department is competent for which area (市内通办, CASE-046).
//!
//! They stand here because they say who may take what in: whoever sits at a general window of any hall takes a marked
//! item in for every department that is competent for it, and sees of those departments what the own side took in,
//! nothing else (`widen`). Marking is the city's act and no right that an administrator hands on, so it is
//! not judged as administrative commands are (docs/adr/0058). Start at [`Identity::citywide`].

use std::collections::HashMap;

use base::deadline::TimeLimit;
use platform::Tx;
use platform::web::problem::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, Set, TryInsertResult};
use time::OffsetDateTime;

use crate::Identity;
use crate::administration::rights::Orgs;
use crate::directory::Snapshot;
use crate::model::staff::GENERAL;

mod items {
    use sea_orm::entity::prelude::*;
    use time::OffsetDateTime;

    /// `citywide_items`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "citywide_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        pub item_name: String,
        pub batch: String,
        pub standard: String,
        pub released_on: String,
        pub state: String,
        pub version: i64,
        pub changed_at: OffsetDateTime,
        pub changed_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

mod competent {
    use sea_orm::entity::prelude::*;

    /// `citywide_orgs`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "citywide_orgs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub region: String,
        pub org_id: Uuid,
        pub promise: Option<Json>,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The department that handles an item for an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competent {
    /// Area, 12 digits.
    pub region: String,
    /// Department.
    pub org_id: Uuid,
    /// Its own promised limit; `None` = that of the item.
    pub promise: Option<TimeLimit>,
}

/// An item that every hall takes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityWide {
    /// Item.
    pub item_slug: String,
    /// Its name.
    pub item_name: String,
    /// Batch of the list it was released in.
    pub batch: String,
    /// The one standard all levels follow.
    pub standard: String,
    /// Day of the release, `YYYY-MM-DD`.
    pub released_on: String,
    /// Whether it is in force; an ended one keeps its row for the cases taken while it was.
    pub open: bool,
    /// Grows with every change; 0 before the first.
    pub version: i64,
    /// Last change.
    pub changed_at: OffsetDateTime,
    /// Who changed it.
    pub changed_by_name: String,
    /// Competent departments by area.
    pub places: Vec<Competent>,
}

impl CityWide {
    /// The department for an area: the one named for the area itself, else for the closest one around it.
    pub fn competent(&self, area: &str) -> Option<&Competent> {
        self.places.iter().filter(|place| inside(area, &place.region)).max_by_key(|place| digits(&place.region).len())
    }
}

/// A code without its closing zeros, whole levels at a time.
fn digits(region: &str) -> &str {
    for (level, rest) in [(2, "0000000000"), (4, "00000000"), (6, "000000"), (9, "000")] {
        if region.get(level..) == Some(rest) {
            return region.get(..level).unwrap_or(region);
        }
    }
    region
}

/// Whether an area lies in another one, or is it.
pub fn inside(area: &str, region: &str) -> bool {
    area.len() == 12 && area.starts_with(digits(region))
}

/// All of them, read with the directory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    pub(crate) items: HashMap<String, CityWide>,
}

impl Marks {
    pub(crate) async fn read(conn: &impl ConnectionTrait) -> Result<Self> {
        let mut places: HashMap<String, Vec<Competent>> = HashMap::new();
        for row in competent::Entity::find().order_by_asc(competent::Column::Region).all(conn).await? {
            let promise = row.promise.map(serde_json::from_value).transpose()?;
            let place = Competent { region: row.region, org_id: row.org_id, promise };
            places.entry(row.item_slug).or_default().push(place);
        }
        let mut items = HashMap::new();
        for row in items::Entity::find().all(conn).await? {
            let places = places.remove(&row.item_slug).unwrap_or_default();
            let one = CityWide {
                item_slug: row.item_slug.clone(),
                item_name: row.item_name,
                batch: row.batch,
                standard: row.standard,
                released_on: row.released_on,
                open: row.state == "open",
                version: row.version,
                changed_at: row.changed_at,
                changed_by_name: row.changed_by_name,
                places,
            };
            items.insert(row.item_slug, one);
        }
        Ok(Self { items })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(places: &[(&str, u128)]) -> CityWide {
        CityWide {
            item_slug: "food".into(),
            item_name: "食品".into(),
            batch: "第一批".into(),
            standard: String::new(),
            released_on: "2026-03-01".into(),
            open: true,
            version: 1,
            changed_at: OffsetDateTime::UNIX_EPOCH,
            changed_by_name: String::new(),
            places: places
                .iter()
                .map(|(region, org)| Competent {
                    region: (*region).into(),
                    org_id: Uuid::from_u128(*org),
                    promise: None,
                })
                .collect(),
        }
    }

    /// req: CASE-046
    #[test]
    fn the_department_closest_to_the_area_is_competent() {
        let one = mark(&[("449900000000", 1), ("449902000000", 2), ("449902101000", 3)]);
        let of = |area: &str| one.competent(area).map(|place| place.org_id.as_u128());
        assert_eq!(of("449902101001"), Some(3), "a village of the town");
        assert_eq!(of("449902003001"), Some(2), "another town of the district");
        assert_eq!(of("449901001001"), Some(1), "a district without one of its own");
        assert_eq!(of("440100000000"), None, "another city");
        assert_eq!(of("4499"), None, "no whole code");
        // 44990200 and 4499020 are no levels: a code is cut where a level ends.
        assert!(!inside("449920000000", "449902000000"));
    }
}
