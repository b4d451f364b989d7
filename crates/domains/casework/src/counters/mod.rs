//! Counters: where a case is taken in and which department it goes to.
//!
//! * [`route`]: what a counter may take, and who is competent for the applicant's area (市内通办, CASE-046);
//! * [`marks`]: items that every hall takes in, released in batches (ITEM-028);
//! * [`instant`]: items done while the applicant waits (即办件, CASE-047);
//! * [`visits`]: whether whoever stands there was called with a ticket (CASE-011);
//! * [`figures`]: volumes by place, coverage, share of instant cases.
//!
//! Who sits at which window, and therefore what a caller takes in, is answered by `identity::citywide`.

pub mod figures;
pub mod http;
pub mod instant;
pub mod marks;
pub mod periods;
pub mod route;
pub(crate) mod store;
pub mod visits;
