//! Access policies and grants to staff of other regions, without database and HTTP.

use base::region::RegionCode;
use ipnet::IpNet;
use platform::web::client::network;
use platform::web::policy::AccessPolicy;
use platform::web::problem::{FieldProblem, Result};
use time::OffsetDateTime;
use uuid::Uuid;

/// An area that contains others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Area(pub(crate) RegionCode);

impl Area {
    /// Whether a region lies in it; a text that is no code lies nowhere.
    pub(crate) fn contains_text(&self, region: &str) -> bool {
        RegionCode::parse(region).is_ok_and(|code| self.0.contains(&code))
    }
}

/// Whom a policy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    User(Uuid),
    Role(String),
    Area(Area),
}

impl Subject {
    pub(crate) fn read(kind: &str, subject: &str) -> Option<Self> {
        match kind {
            "user" => subject.parse().ok().map(Self::User),
            "role" => Some(Self::Role(subject.to_owned())),
            "area" => RegionCode::parse(subject).ok().map(|code| Self::Area(Area(code))),
            _ => None,
        }
    }
}

/// A policy in force.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    pub(crate) subject: Subject,
    pub(crate) bounds: AccessPolicy,
}

/// Reads network ranges; a single address is a range of one.
pub(crate) fn networks(texts: &[String]) -> Result<Vec<IpNet>, FieldProblem> {
    let read = |text: &String| {
        let wrong =
            || FieldProblem::new("/networks", "format", format!("“{text}”不是网段，例如 10.2.0.0/16 或 10.2.1.8"));
        network(text).ok_or_else(wrong)
    };
    texts.iter().map(read).collect()
}

/// Items of one's own organisation that staff of another region may handle for a time (IDENT-018).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CrossGrant {
    pub(crate) id: Uuid,
    pub(crate) staff_id: Uuid,
    pub(crate) org_id: Uuid,
    pub(crate) items: Vec<String>,
    pub(crate) from: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
}

impl CrossGrant {
    /// Whether it counts at a moment.
    pub(crate) fn holds(&self, now: OffsetDateTime) -> bool {
        self.from <= now && now < self.until
    }
}
