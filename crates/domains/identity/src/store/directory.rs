//! Regions, organisations, windows and who is linked to them.

use std::collections::{HashMap, HashSet};

use platform::web::problem::Result;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, Set};

use crate::model::org::{Org, OrgState, Region};
use crate::model::staff::Window;

pub(crate) mod regions {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "regions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub name: String,
        pub parent: Option<String>,
        pub level: i64,
        pub valid: bool,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod orgs {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "orgs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub key: String,
        pub name: String,
        pub short_name: String,
        pub kind: String,
        pub uscc: Option<String>,
        pub parent_id: Option<Uuid>,
        pub region: String,
        pub level: i64,
        pub phone: Option<String>,
        pub state: String,
        pub merged_into: Option<Uuid>,
        pub sort: i64,
        pub version: i64,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod windows {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "windows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub key: String,
        pub hall_key: String,
        pub hall_name: String,
        pub number: String,
        pub name: String,
        pub kind: String,
        pub org_id: Uuid,
        pub region: String,
        pub version: i64,
        pub class: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod window_orgs {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "window_orgs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub window_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub org_id: Uuid,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod window_items {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "window_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub window_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod window_staff {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "window_staff")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub window_key: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub staff_id: Uuid,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod item_orgs {
    use super::*;
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "item_orgs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub item_slug: String,
        pub org_id: Uuid,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows a multi-row insert may carry; keeps the number of parameters far below both limits.
const CHUNK: usize = 500;

impl From<orgs::Model> for Org {
    fn from(row: orgs::Model) -> Self {
        Self {
            id: row.id,
            key: row.key,
            name: row.name,
            short_name: row.short_name,
            kind: row.kind,
            uscc: row.uscc,
            parent_id: row.parent_id,
            region: row.region,
            level: row.level,
            phone: row.phone,
            state: OrgState::from_column(&row.state),
            merged_into: row.merged_into,
            sort: row.sort,
            version: row.version,
        }
    }
}

impl From<windows::Model> for Window {
    fn from(row: windows::Model) -> Self {
        Self {
            id: row.id,
            key: row.key,
            hall_key: row.hall_key,
            hall_name: row.hall_name,
            number: row.number,
            name: row.name,
            kind: row.kind,
            class: row.class,
            org_id: row.org_id,
            region: row.region,
            version: row.version,
        }
    }
}

pub(crate) async fn all_orgs(conn: &impl ConnectionTrait) -> Result<Vec<Org>> {
    Ok(orgs::Entity::find().order_by_asc(orgs::Column::Id).all(conn).await?.into_iter().map(Org::from).collect())
}

pub(crate) async fn save_orgs(conn: &impl ConnectionTrait, rows: Vec<Org>) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|org| orgs::ActiveModel {
            id: Set(org.id),
            key: Set(org.key),
            name: Set(org.name),
            short_name: Set(org.short_name),
            kind: Set(org.kind),
            uscc: Set(org.uscc),
            parent_id: Set(org.parent_id),
            region: Set(org.region),
            level: Set(org.level),
            phone: Set(org.phone),
            state: Set(org.state.as_str().to_owned()),
            merged_into: Set(org.merged_into),
            sort: Set(org.sort),
            version: Set(org.version),
        });
        use orgs::Column as C;
        orgs::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(C::Key)
                    .update_columns([
                        C::Name,
                        C::ShortName,
                        C::Kind,
                        C::Uscc,
                        C::ParentId,
                        C::Region,
                        C::Level,
                        C::Phone,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

pub(crate) async fn save_regions(conn: &impl ConnectionTrait, rows: Vec<Region>) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|region| regions::ActiveModel {
            code: Set(region.code),
            name: Set(region.name),
            parent: Set(region.parent),
            level: Set(region.level),
            valid: Set(true),
        });
        use regions::Column as C;
        regions::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(C::Code).update_columns([C::Name, C::Parent, C::Level, C::Valid]).to_owned(),
            )
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

pub(crate) async fn region(conn: &impl ConnectionTrait, code: &str) -> Result<Option<Region>> {
    Ok(regions::Entity::find_by_id(code.to_owned()).one(conn).await?.map(region_of))
}

/// Valid regions directly below one, or the top ones; with each whether more lie below it.
pub(crate) async fn regions_below(conn: &impl ConnectionTrait, parent: Option<&str>) -> Result<Vec<(Region, bool)>> {
    let column = regions::Column::Parent;
    let filter = parent.map_or_else(|| column.is_null(), |code| column.eq(code));
    let rows = regions::Entity::find()
        .filter(filter)
        .filter(regions::Column::Valid.eq(true))
        .order_by_asc(regions::Column::Code)
        .all(conn)
        .await?;
    let codes: Vec<String> = rows.iter().map(|row| row.code.clone()).collect();
    use sea_orm::QuerySelect;
    let parents: HashSet<String> = regions::Entity::find()
        .select_only()
        .column(column)
        .distinct()
        .filter(column.is_in(codes))
        .filter(regions::Column::Valid.eq(true))
        .into_tuple::<String>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| (parents.contains(&row.code), region_of(row)))
        .map(|(more, row)| (row, more))
        .collect())
}

/// Valid regions by part of the name, or by code, highest level first; with each the name of the region above.
pub(crate) async fn regions_named(
    conn: &impl ConnectionTrait,
    words: &str,
    limit: u64,
) -> Result<Vec<(Region, String)>> {
    use sea_orm::QuerySelect;
    let fits =
        sea_orm::Condition::any().add(regions::Column::Name.contains(words)).add(regions::Column::Code.eq(words));
    let rows = regions::Entity::find()
        .filter(fits)
        .filter(regions::Column::Valid.eq(true))
        .order_by_asc(regions::Column::Level)
        .order_by_asc(regions::Column::Code)
        .limit(limit)
        .all(conn)
        .await?;
    let parents: Vec<String> = rows.iter().filter_map(|row| row.parent.clone()).collect();
    let above: std::collections::HashMap<String, String> = regions::Entity::find()
        .filter(regions::Column::Code.is_in(parents))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.code, row.name))
        .collect();
    let named = |row: regions::Model| {
        let over = row.parent.as_ref().and_then(|code| above.get(code)).cloned().unwrap_or_default();
        (region_of(row), over)
    };
    Ok(rows.into_iter().map(named).collect())
}

fn region_of(row: regions::Model) -> Region {
    Region { code: row.code, name: row.name, parent: row.parent, level: row.level }
}

/// A window with its links.
pub(crate) struct LinkedWindow {
    pub(crate) window: Window,
    pub(crate) orgs: Vec<Uuid>,
    pub(crate) items: Vec<String>,
}

/// Replaces the windows named; links of a window are those given, nothing else.
pub(crate) async fn save_windows(conn: &impl ConnectionTrait, rows: Vec<LinkedWindow>) -> Result<()> {
    let keys: Vec<String> = rows.iter().map(|row| row.window.key.clone()).collect();
    window_orgs::Entity::delete_many().filter(window_orgs::Column::WindowKey.is_in(keys.clone())).exec(conn).await?;
    window_items::Entity::delete_many().filter(window_items::Column::WindowKey.is_in(keys)).exec(conn).await?;
    for row in rows {
        let key = row.window.key.clone();
        let linked =
            row.orgs.iter().map(|org| window_orgs::ActiveModel { window_key: Set(key.clone()), org_id: Set(*org) });
        if !row.orgs.is_empty() {
            window_orgs::Entity::insert_many(linked).exec_without_returning(conn).await?;
        }
        if !row.items.is_empty() {
            let items = row
                .items
                .into_iter()
                .map(|slug| window_items::ActiveModel { window_key: Set(key.clone()), item_slug: Set(slug) });
            window_items::Entity::insert_many(items).exec_without_returning(conn).await?;
        }
        let window = row.window;
        use windows::Column as C;
        windows::Entity::insert(windows::ActiveModel {
            id: Set(window.id),
            key: Set(window.key),
            hall_key: Set(window.hall_key),
            hall_name: Set(window.hall_name),
            number: Set(window.number),
            name: Set(window.name),
            kind: Set(window.kind),
            org_id: Set(window.org_id),
            region: Set(window.region),
            version: Set(window.version),
            class: Set(window.class),
        })
        .on_conflict(
            OnConflict::column(C::Key)
                .update_columns([
                    C::HallKey,
                    C::HallName,
                    C::Number,
                    C::Name,
                    C::Kind,
                    C::OrgId,
                    C::Region,
                    C::Version,
                    C::Class,
                ])
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    }
    Ok(())
}

/// Notes which organisation answers for an item.
pub(crate) async fn save_item_org(conn: &impl ConnectionTrait, slug: String, org: Uuid) -> Result<()> {
    item_orgs::Entity::insert(item_orgs::ActiveModel { item_slug: Set(slug), org_id: Set(org) })
        .on_conflict(OnConflict::column(item_orgs::Column::ItemSlug).update_column(item_orgs::Column::OrgId).to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Replaces the windows a member of staff holds.
pub(crate) async fn hold_windows(conn: &impl ConnectionTrait, staff: Uuid, keys: Vec<String>) -> Result<()> {
    window_staff::Entity::delete_many().filter(window_staff::Column::StaffId.eq(staff)).exec(conn).await?;
    if !keys.is_empty() {
        let rows = keys.into_iter().map(|key| window_staff::ActiveModel { window_key: Set(key), staff_id: Set(staff) });
        window_staff::Entity::insert_many(rows).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Keys of the windows a member of staff holds.
pub(crate) async fn windows_held(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Vec<String>> {
    let rows = window_staff::Entity::find()
        .filter(window_staff::Column::StaffId.eq(staff))
        .order_by_asc(window_staff::Column::WindowKey)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.window_key).collect())
}

/// A link of a window: an organisation, and the only item it is linked by; without an item the
/// whole organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) org: Uuid,
    pub(crate) item: Option<String>,
}

/// Items a window takes and their links, by window key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    pub(crate) links: HashMap<String, Vec<Link>>,
    pub(crate) items: HashMap<String, Vec<String>>,
    pub(crate) orgs: HashMap<String, Vec<Uuid>>,
}

/// All windows with their links, by name or by an item they take.
pub(crate) async fn windows_with_links(conn: &impl ConnectionTrait) -> Result<(Vec<Window>, Links)> {
    let all: Vec<Window> = windows::Entity::find()
        .order_by_asc(windows::Column::Id)
        .all(conn)
        .await?
        .into_iter()
        .map(Window::from)
        .collect();
    // Of the items that windows name, not of all there are: this is read again every few seconds.
    let named = window_items::Entity::find().select_only().column(window_items::Column::ItemSlug).into_query();
    let item_org = orgs_of(conn, item_orgs::Column::ItemSlug.in_subquery(named)).await?;
    let mut found = Links::default();
    for row in window_orgs::Entity::find().all(conn).await? {
        found.orgs.entry(row.window_key.clone()).or_default().push(row.org_id);
        found.links.entry(row.window_key).or_default().push(Link { org: row.org_id, item: None });
    }
    for row in window_items::Entity::find().order_by_asc(window_items::Column::ItemSlug).all(conn).await? {
        found.items.entry(row.window_key.clone()).or_default().push(row.item_slug.clone());
        // The entry says that the window names items, also when none of them is published yet.
        let links = found.links.entry(row.window_key).or_default();
        links.extend(item_org.get(&row.item_slug).map(|org| Link { org: *org, item: Some(row.item_slug) }));
    }
    Ok((all, found))
}

/// Which organisation answers for each of some items; those never published are left out.
pub(crate) async fn answering(conn: &impl ConnectionTrait, items: &[String]) -> Result<HashMap<String, Uuid>> {
    let mut found = HashMap::new();
    for items in items.chunks(CHUNK) {
        let named = item_orgs::Column::ItemSlug.is_in(items.iter().map(String::as_str));
        found.extend(orgs_of(conn, named).await?);
    }
    Ok(found)
}

async fn orgs_of(conn: &impl ConnectionTrait, items: Expr) -> Result<HashMap<String, Uuid>> {
    let rows = item_orgs::Entity::find().filter(items).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.item_slug, row.org_id)).collect())
}

/// Every window held: staff and key.
pub(crate) async fn all_held(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, Vec<String>>> {
    let mut held: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in window_staff::Entity::find().order_by_asc(window_staff::Column::WindowKey).all(conn).await? {
        held.entry(row.staff_id).or_default().push(row.window_key);
    }
    Ok(held)
}

/// Names of regions by code.
pub(crate) async fn region_names(
    conn: &impl ConnectionTrait,
    mut codes: Vec<String>,
) -> Result<HashMap<String, String>> {
    codes.sort_unstable();
    codes.dedup();
    let rows = regions::Entity::find().filter(regions::Column::Code.is_in(codes)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// Who sits at some windows: key of the window, id and name.
pub(crate) async fn seated(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<Vec<(String, Uuid, String)>> {
    use crate::store::staff::row as staff;
    let rows = window_staff::Entity::find()
        .filter(window_staff::Column::WindowKey.is_in(keys))
        .order_by_asc(window_staff::Column::StaffId)
        .all(conn)
        .await?;
    let ids: HashSet<Uuid> = rows.iter().map(|row| row.staff_id).collect();
    let names = staff::Entity::find().filter(staff::Column::Id.is_in(ids)).all(conn).await?;
    let names: HashMap<Uuid, String> = names.into_iter().map(|row| (row.id, row.name)).collect();
    let named = |row: window_staff::Model| {
        let name = names.get(&row.staff_id).cloned().unwrap_or_default();
        (row.window_key, row.staff_id, name)
    };
    Ok(rows.into_iter().map(named).collect())
}

/// Windows some staff hold: key of the window and id.
pub(crate) async fn held_by(conn: &impl ConnectionTrait, staff: Vec<Uuid>) -> Result<Vec<(String, Uuid)>> {
    let rows = window_staff::Entity::find()
        .filter(window_staff::Column::StaffId.is_in(staff))
        .order_by_asc(window_staff::Column::WindowKey)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.window_key, row.staff_id)).collect())
}
