//! HTTP of the platform: problems, extractors, permissions, live updates.

pub mod client;
pub mod context;
pub mod csv;
pub mod extract;
pub mod freshness;
pub mod gate;
pub mod guard;
pub mod limits;
pub mod live;
pub mod page;
pub mod policy;
pub mod problem;
pub mod refusals;
pub mod terminal;
