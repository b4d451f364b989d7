//! Items that are marked, and which department is competent for which area: what a mark says, and its rows.

use std::collections::HashMap;

use base::deadline::TimeLimit;
use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use time::OffsetDateTime;

pub(super) mod items {
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

pub(super) mod competent {
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
