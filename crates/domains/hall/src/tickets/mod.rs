//! Tickets 号票: who waits in a hall, who was called to which window, and which cases came of it.
//!
//! * [`model`]: states, and what may follow what;
//! * [`inbound`]: what a hall's own queue system tells (HALL-028); the last revision counts, whatever order they come in;
//! * [`acts`]: what the clerk at the window does: take over, write down by hand, finish;
//! * [`visits`]: what casework asks before it takes an application in, and tells when it has (CASE-011);
//! * [`list`]: tickets called to the caller's windows (CASE-004), and all of the caller's halls.
//!
//! The queue system decides about its tickets: what it tells later overrides what the clerk did here. A ticket links to
//! as many cases as its visitor had matters.

pub mod acts;
pub mod http;
pub mod inbound;
pub mod list;
pub mod model;
pub(crate) mod store;
pub(crate) mod visits;
