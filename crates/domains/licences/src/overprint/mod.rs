//! 在线套打: the data of a valid licence printed on pre-printed licence stock.
//!
//! A type brings `overprint.typ` beside its face: variable texts at places in millimetres, no background.
//! Each sheet of stock has a number; printing records it, printing again is counted and wants a reason,
//! a spoiled sheet is written off. Start at [`service`]; the sheets are [`model::Sheet`].
//!
//! req: LIC-028, CASE-027

pub mod blanks;
pub(crate) mod http;
pub mod model;
mod service;
mod store;

pub use model::{Offset, Sheet, SheetState};
