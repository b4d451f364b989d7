//! HTTP of fees: thin handlers, one service call each.

pub(crate) mod desk;
pub(crate) mod gateway;
pub(crate) mod lists;
pub(crate) mod my;
