//! Bindings 账号绑定: an own account of a connected system (自有帐号) that belongs to an account here.
//!
//! Made in one of three ways: the owner signs in over there once and it is bound; the first jump makes
//! an account over there; the first jump finds the one with the same papers. The owner ends it.
//!
//! req: IDENT-005, IDENT-007, IDENT-008

pub(crate) mod http;
mod report;
mod service;
pub(crate) mod store;
mod sync;

pub(crate) use report::ReportBinding;
pub(crate) use service::{NewBinding, checked_external};
pub use sync::{CHANGED_JOB, SYNC_JOB};

/// How a binding was made: column value, and what people read.
pub(crate) const WAYS: [(&str, &str); 4] = [
    ("signed_in", "在那边登录后绑定"),
    ("created", "第一次打开时开通"),
    ("matched", "按证件号码认出"),
    ("arrived", "从那边过来时绑定"),
];

/// What people read for a way.
pub(crate) fn way_label(way: &str) -> &'static str {
    WAYS.iter().find(|(key, _)| *key == way).map_or("绑定", |(_, label)| label)
}
