//! The audit log read, exported and proven. Lines are written by `platform::work::audit`.
//!
//! Start at [`proof`]: what an export holds and how it is checked without the product.

pub(crate) mod labels;
pub mod proof;
pub(crate) mod roots;
pub(crate) mod search;
