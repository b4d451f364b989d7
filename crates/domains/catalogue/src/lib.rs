//! Service items: the single authority for what the government offers.
//!
//! Everything else reads items from here, in published, frozen versions. Start at
//! [`Catalogue::published`] (what is offered now), [`items::resolve`] (what an answer does) and
//! [`items::rules`] (what a good item looks like).

pub mod items;

pub use items::service::{Catalogue, PublishedItem};

use platform::db::migrate::Migration;

/// Schema steps of this domain.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "catalogue_0001", sql: include_str!("../migrations/0001_items.sql") }];
