//! Service items: the single authority for what the government offers.
//!
//! Everything else reads items from here, in published, frozen versions. Start at
//! [`Catalogue::published`] (what is offered now), [`items::resolve`] (what an answer does),
//! [`items::rules`] (what a good item looks like), [`packs`] (items on disk) and [`search`].
//! README.md tells words, tables, permissions.

mod admin;
mod http;
pub mod items;
pub mod navigation;
pub mod packs;
mod permissions;
pub mod search;
mod sheets;

pub use admin::drafts::{OfferedContent, PreparedItem};
pub use http::{Download, Downloads, booking, fee_text, routes};
pub use items::service::{Catalogue, Definitions, PublishedItem, Sources};
pub use permissions::{EditFavourite, EditItem, PERMISSIONS, PublishItem, ReadItem};

use platform::db::migrate::Migration;

/// Personal data of citizens in this domain's tables.
pub const HELD: &[platform::personal::HeldData] = &[platform::personal::HeldData {
    key: "favourites",
    table: "favourites",
    parts: &[],
    whose: platform::personal::Whose::Account("account_id = $1"),
    since: "created_at",
    label: "收藏",
    content: "您收藏的事项",
    source: "您本人收藏",
    purpose: "favourites",
    keep: platform::personal::Keep::Delete,
}];

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "catalogue_0001", sql: include_str!("../migrations/0001_items.sql") },
    Migration { name: "catalogue_0002", sql: include_str!("../migrations/0002_samples.sql") },
    Migration { name: "catalogue_0003_definitions", sql: include_str!("../migrations/0003_definitions.sql") },
    Migration { name: "catalogue_0004_changes", sql: include_str!("../migrations/0004_changes.sql") },
];

#[cfg(test)]
mod tests;
