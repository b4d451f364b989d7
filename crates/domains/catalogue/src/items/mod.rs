//! Items: model, answers, published versions.

pub mod model;
pub mod resolve;
pub mod service;
pub(crate) mod store;
