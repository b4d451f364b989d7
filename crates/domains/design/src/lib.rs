//! design
pub mod expressions;
