//! HTTP of the platform: problems, extractors, permissions, live updates.

pub mod client;
pub mod extract;
pub mod guard;
pub mod live;
pub mod page;
pub mod problem;
