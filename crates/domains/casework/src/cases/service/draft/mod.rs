//! Filling in: begin a draft, save each step, hand in materials, check, throw away (CASE-005).

mod filling;
mod materials;
mod view;

pub use filling::SaveDraft;
pub(crate) use filling::{Applicant, account_applicant, refused, source, update_form};
pub use materials::{HandMaterial, MaterialFile, round};
pub(crate) use materials::{check_file, handed, put_material};
pub use view::{DraftMaterial, DraftView, ItemRef, KeyName, Prefilled};
