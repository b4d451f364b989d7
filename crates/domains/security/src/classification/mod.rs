//! Classification and grading 分类分级: what each column holds, how sensitive it is, who may see it raw.
//!
//! * [`pack`]: levels, classes and rules, data read from `packs/platform/classification.yaml`;
//! * `inventory`: every column of the live schema, proposed by rule (DATASEC-001);
//! * `review`: changed by hand, confirmed by another person, every version kept;
//! * `grades`: the highest level of a role or a staff user (DATASEC-010);
//! * `policy`: answers the platform's [`platform::disclosure`] from all of these (DATASEC-004, IDENT-034).

pub(crate) mod grades;
pub(crate) mod inventory;
pub(crate) mod list;
pub(crate) mod model;
pub mod pack;
pub(crate) mod policy;
pub(crate) mod review;
pub(crate) mod store;
