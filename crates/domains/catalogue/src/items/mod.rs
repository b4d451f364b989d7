//! Items: model, rules, answers, published versions.

pub mod definitions;
mod elements;
mod export;
pub mod findings;
pub mod labels;
pub mod model;
mod own_flows;
pub mod places;
pub(crate) mod publish;
pub mod resolve;
pub mod rules;
pub mod service;
mod shape;
pub(crate) mod store;

/// Chinese name of the element at a JSON pointer of an item.
pub(crate) fn element_name(pointer: &str) -> String {
    elements::name_of(pointer)
}
