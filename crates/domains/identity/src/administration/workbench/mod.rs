//! The start page of a role: component cards, laid out and kept for each user (IDENT-031, CASE-001).
//!
//! `cards.yaml` lists the components, `desktops.yaml` the layout each role begins with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{Problem, Result};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::organisations::Faults;
use super::store::staff_layouts;
use crate::Identity;
use crate::permissions::ReadSelf;

/// Columns of the page.
const COLUMNS: i64 = 12;
/// Rows at most.
const ROWS: i64 = 60;

/// A component that may be laid out.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct Card {
    /// Stable key.
    pub key: String,
    /// Title.
    pub label: String,
    /// What it shows.
    pub hint: String,
    /// Permission it needs.
    pub permission: String,
    /// Width at first, of 12 columns.
    pub w: i64,
    /// Height at first, rows.
    pub h: i64,
    /// Least width.
    pub min_w: i64,
    /// Least height.
    pub min_h: i64,
    /// Greatest width.
    pub max_w: i64,
    /// Greatest height.
    pub max_h: i64,
}

/// A card with its place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = PlacedCard)]
pub struct Placed {
    /// Which card.
    pub key: String,
    /// Column from the left, 0 to 11.
    pub x: i64,
    /// Row from the top.
    pub y: i64,
    /// Columns wide.
    pub w: i64,
    /// Rows high.
    pub h: i64,
}

/// A layout.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Layout {
    /// Send it back with a change; 0 while nothing is saved.
    pub version: i64,
    /// Whether the user has laid it out.
    pub saved: bool,
    /// Cards with their places.
    pub cards: Vec<Placed>,
}

static CARDS: LazyLock<Vec<Card>> = LazyLock::new(|| {
    serde_yaml_ng::from_str(include_str!("cards.yaml")).unwrap_or_else(|error| {
        tracing::error!(cause = %error, "cards.yaml can't be read: the start page is empty");
        Vec::new()
    })
});

/// A role's first layout: components with width and height.
type Desktop = Vec<(String, i64, i64)>;

static DESKTOPS: LazyLock<BTreeMap<String, Desktop>> = LazyLock::new(|| {
    serde_yaml_ng::from_str(include_str!("desktops.yaml")).unwrap_or_else(|error| {
        tracing::error!(cause = %error, "desktops.yaml can't be read: every role begins with all its components");
        BTreeMap::new()
    })
});

/// Cards somebody may use.
pub(crate) fn cards_of(caller: &Principal) -> Vec<Card> {
    CARDS.iter().filter(|card| caller.may(&card.permission)).cloned().collect()
}

/// The layout that comes with the roles: that of the first one that has a desktop, else every card.
fn layout_of(roles: &[String], cards: &[Card]) -> Vec<Placed> {
    let Some(desktop) = roles.iter().find_map(|role| DESKTOPS.get(role)) else { return first_layout(cards) };
    let allowed = desktop.iter().filter_map(|(key, w, h)| {
        let card = cards.iter().find(|card| card.key == *key)?;
        Some((key.clone(), (*w).clamp(card.min_w, card.max_w), (*h).clamp(card.min_h, card.max_h)))
    });
    in_rows(allowed)
}

/// The cards one after another, as wide as they like to be.
fn first_layout(cards: &[Card]) -> Vec<Placed> {
    in_rows(cards.iter().map(|card| (card.key.clone(), card.w, card.h)))
}

fn in_rows(cards: impl Iterator<Item = (String, i64, i64)>) -> Vec<Placed> {
    let (mut x, mut y, mut row) = (0, 0, 0);
    let mut placed = Vec::new();
    for (key, w, h) in cards {
        if x + w > COLUMNS {
            (x, y, row) = (0, y + row, 0);
        }
        placed.push(Placed { key, x, y, w, h });
        x += w;
        row = row.max(h);
    }
    placed
}

fn check(cards: &[Card], placed: &[Placed]) -> Result<()> {
    let mut faults = Faults::default();
    for (at, one) in placed.iter().enumerate() {
        let pointer = format!("/cards/{at}");
        let Some(card) = cards.iter().find(|card| card.key == one.key) else {
            faults.add(&pointer, "unknown", "没有这个组件，或者您的岗位不能用它");
            continue;
        };
        if !(card.min_w..=card.max_w).contains(&one.w) || !(card.min_h..=card.max_h).contains(&one.h) {
            faults.add(&pointer, "size", format!("“{}”的大小超出范围", card.label));
        }
        if one.x < 0 || one.y < 0 || one.x + one.w > COLUMNS || one.y + one.h > ROWS {
            faults.add(&pointer, "outside", format!("“{}”放到页面外面了", card.label));
        }
        for other in placed.iter().take(at) {
            if other.key == one.key {
                faults.add(&pointer, "repeated", format!("“{}”放了两次", card.label));
            } else if one.x < other.x + other.w
                && other.x < one.x + one.w
                && one.y < other.y + other.h
                && other.y < one.y + one.h
            {
                faults.add(&pointer, "overlap", format!("“{}”和别的组件重叠了", card.label));
            }
        }
    }
    faults.check()
}

impl Identity {
    /// The caller's layout; cards whose right is gone are left out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn layout(&self, caller: &Allowed<ReadSelf>) -> Result<Layout> {
        let cards = cards_of(caller);
        match staff_layouts::Entity::find_by_id(caller.id).one(self.platform.db.read()).await? {
            Some(row) => {
                let mut placed: Vec<Placed> = serde_json::from_value(row.cards)?;
                placed.retain(|one| cards.iter().any(|card| card.key == one.key));
                Ok(Layout { version: row.version, saved: true, cards: placed })
            }
            None => Ok(Layout { version: 0, saved: false, cards: layout_of(&caller.roles, &cards) }),
        }
    }

    /// Keeps a layout.
    ///
    /// # Errors
    /// 409 for an old page, 422 for a card that is unknown, too large, outside or over another one.
    pub async fn save_layout(&self, caller: &Allowed<ReadSelf>, version: i64, placed: Vec<Placed>) -> Result<Layout> {
        check(&cards_of(caller), &placed)?;
        let (id, kept) = (caller.id, json!(placed));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    let done = if version == 0 {
                        let row = staff_layouts::ActiveModel {
                            staff_id: Set(id),
                            cards: Set(kept),
                            version: Set(1),
                            updated_at: Set(now),
                        };
                        staff_layouts::Entity::insert(row)
                            .on_conflict(OnConflict::column(staff_layouts::Column::StaffId).do_nothing().to_owned())
                            .exec_without_returning(tx.conn())
                            .await?
                    } else {
                        staff_layouts::Entity::update_many()
                            .col_expr(staff_layouts::Column::Cards, Expr::value(kept))
                            .col_expr(staff_layouts::Column::Version, Expr::value(version + 1))
                            .col_expr(staff_layouts::Column::UpdatedAt, Expr::value(now))
                            .filter(staff_layouts::Column::StaffId.eq(id))
                            .filter(staff_layouts::Column::Version.eq(version))
                            .exec(tx.conn())
                            .await?
                            .rows_affected
                    };
                    if done == 1 { Ok(()) } else { Err(Problem::stale()) }
                })
            })
            .await?;
        self.layout(caller).await
    }

    /// Back to the layout that comes with the role.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn drop_layout(&self, caller: &Allowed<ReadSelf>) -> Result<()> {
        let id = caller.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    staff_layouts::Entity::delete_by_id(id).exec(tx.conn()).await?;
                    Ok(())
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_fits_and_the_first_layout_is_allowed() {
        assert!(CARDS.len() > 8);
        check(&CARDS, &first_layout(&CARDS)).unwrap();
        let known = crate::roles::RoleBook::default().every_permission(platform::web::guard::Audience::Desk);
        assert!(CARDS.iter().all(|card| known.contains(&card.permission)));
    }

    /// Each role with a desktop finds to-do, statistics, reminders and entries as far as it may use them, and nothing
    /// it may not.
    ///
    /// req: CASE-001
    #[test]
    fn every_role_begins_with_a_desktop_of_its_own_components() {
        let book = crate::roles::RoleBook::default();
        assert!(DESKTOPS.len() >= 10);
        for (role, desktop) in DESKTOPS.iter() {
            let roles = vec![role.clone()];
            let held = book.permissions(platform::web::guard::Audience::Desk, &roles);
            assert!(!held.is_empty(), "{role} is no role");
            let cards: Vec<Card> = CARDS.iter().filter(|card| held.contains(&card.permission)).cloned().collect();
            let placed = layout_of(&roles, &cards);
            check(&cards, &placed).unwrap_or_else(|problem| panic!("{role}: {:?}", problem.field_errors()));
            assert_eq!(placed.len(), desktop.len(), "{role} names a component it may not use");
            for key in ["counts", "reminders", "week", "entries"] {
                assert!(placed.iter().any(|one| one.key == key), "{role} without {key}");
            }
            let todo = placed.iter().any(|one| one.key == "todo" || one.key == "board");
            assert!(todo || role == "hall_manager", "{role} sees no work");
        }
        // Whoever has no desktop of his own gets every component; of several roles the first one counts.
        assert_eq!(layout_of(&["item_editor".into()], &CARDS).len(), CARDS.len());
        let both = layout_of(&["leader".into(), "clerk".into()], &CARDS);
        assert_eq!(both, layout_of(&["leader".into()], &CARDS));
        assert_ne!(both, layout_of(&["clerk".into()], &CARDS));
    }

    /// req: IDENT-031, CASE-001
    #[test]
    fn cards_neither_overlap_nor_leave_the_page() {
        let place = |key: &str, x, y, w, h| Placed { key: key.into(), x, y, w, h };
        assert!(check(&CARDS, &[place("todo", 0, 0, 8, 4), place("counts", 8, 0, 4, 2)]).is_ok());
        for bad in [
            vec![place("todo", 0, 0, 8, 4), place("counts", 7, 0, 4, 2)],
            vec![place("todo", 6, 0, 8, 4)],
            vec![place("todo", 0, 0, 2, 4)],
            vec![place("todo", 0, -1, 8, 4)],
            vec![place("todo", 0, 0, 4, 4), place("todo", 4, 0, 4, 4)],
            vec![place("nothing", 0, 0, 4, 4)],
        ] {
            assert!(check(&CARDS, &bad).is_err(), "{bad:?}");
        }
    }
}
