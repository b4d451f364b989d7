//! Grants: states, scope, and the judgement whether somebody may do something now. Pure.
//!
//! Start at [`judge`]; [`Scope::within`] is the rule that nobody gives more than he holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// What a grantee is for the principal (IDENT-019, IDENT-022).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantRole)]
pub enum Role {
    /// Manager 管理者 of an enterprise: may appoint agents.
    Manager,
    /// Agent 经办人 of an enterprise.
    Agent,
    /// Relative who handles things for a person 亲属代办.
    Proxy,
}

impl Role {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Proxy => "proxy",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Manager, Self::Agent, Self::Proxy].into_iter().find(|role| role.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Manager => "管理者",
            Self::Agent => "经办人",
            Self::Proxy => "亲属代办",
        }
    }

    /// Roles that the holder of this one may appoint below.
    pub fn may_appoint(self) -> &'static [Self] {
        match self {
            Self::Manager => &[Self::Agent],
            Self::Agent | Self::Proxy => &[],
        }
    }
}

/// State of a grant (IDENT-023).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantState)]
pub enum State {
    /// The other side has not answered.
    Waiting,
    /// In force.
    Active,
    /// The other side said no.
    Refused,
    /// Taken back, given up, or ended with what it hung on.
    Revoked,
    /// Its period is over.
    Expired,
}

/// What happens to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The side that was asked agrees.
    Accept,
    /// The side that was asked does not agree.
    Refuse,
    /// Taken back or given up; a request is withdrawn.
    Revoke,
    /// The period ended.
    Expire,
    /// The principal's side changes period, items or materials.
    Change,
}

impl Event {
    fn label(self) -> &'static str {
        match self {
            Self::Accept => "确认",
            Self::Refuse => "拒绝",
            Self::Revoke => "撤销",
            Self::Expire => "到期",
            Self::Change => "修改",
        }
    }
}

/// The event can't follow the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("“{}”的授权不能{}", state.label(), event.label())]
pub struct OutOfOrder {
    /// Present state.
    pub state: State,
    /// What was wanted.
    pub event: Event,
}

impl State {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Active, Self::Refused, Self::Revoked, Self::Expired];

    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "等对方确认",
            Self::Active => "有效",
            Self::Refused => "已拒绝",
            Self::Revoked => "已撤销",
            Self::Expired => "已到期",
        }
    }

    /// The state as the clock sees it: a period that is over is over, whether or not a job has marked it.
    pub fn at(self, until: OffsetDateTime, now: OffsetDateTime) -> Self {
        if matches!(self, Self::Waiting | Self::Active) && until <= now { Self::Expired } else { self }
    }

    /// The state after an event; the only place that decides.
    ///
    /// # Errors
    /// When the event can't happen now.
    pub fn after(self, event: Event) -> Result<Self, OutOfOrder> {
        match (self, event) {
            (Self::Waiting, Event::Accept) => Ok(Self::Active),
            (Self::Waiting, Event::Refuse) => Ok(Self::Refused),
            (Self::Waiting | Self::Active, Event::Revoke) => Ok(Self::Revoked),
            (Self::Waiting | Self::Active, Event::Expire) => Ok(Self::Expired),
            (Self::Waiting | Self::Active, Event::Change) => Ok(self),
            _ => Err(OutOfOrder { state: self, event }),
        }
    }
}

/// All, or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Without limit.
    All,
    /// These only.
    Only(BTreeSet<String>),
}

impl Reach {
    /// All, or the list.
    pub fn new(all: bool, list: impl IntoIterator<Item = String>) -> Self {
        if all { Self::All } else { Self::Only(list.into_iter().collect()) }
    }

    /// Whether it names one of the words by which a thing goes.
    pub fn covers(&self, words: &[&str]) -> bool {
        match self {
            Self::All => true,
            Self::Only(list) => words.iter().any(|word| list.contains(*word)),
        }
    }

    /// Whether it lies within another.
    pub fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::All) => true,
            (Self::All, Self::Only(_)) => false,
            (Self::Only(own), Self::Only(other)) => own.is_subset(other),
        }
    }

    /// What both name; `None` when that is nothing.
    pub fn both(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::All, one) | (one, Self::All) => Some(one.clone()),
            (Self::Only(own), Self::Only(other)) => {
                let both: BTreeSet<String> = own.intersection(other).cloned().collect();
                if both.is_empty() { None } else { Some(Self::Only(both)) }
            }
        }
    }

    /// Whether it has no limit.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// What it names; empty for all.
    pub fn list(&self) -> Vec<String> {
        match self {
            Self::All => Vec::new(),
            Self::Only(list) => list.iter().cloned().collect(),
        }
    }
}

/// Period, items and materials of a grant (IDENT-020).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// First instant.
    pub from: OffsetDateTime,
    /// First instant after the end.
    pub until: OffsetDateTime,
    /// Item keys.
    pub items: Reach,
    /// Material keys.
    pub materials: Reach,
}

/// A part of a scope that goes beyond another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Begins earlier.
    From,
    /// Ends later.
    Until,
    /// Names more items.
    Items,
    /// Names more materials.
    Materials,
}

impl Scope {
    /// What goes beyond another scope; nothing when this one lies within it.
    pub fn beyond(&self, other: &Self) -> Vec<Beyond> {
        let mut parts = Vec::new();
        for (beyond, part) in [
            (self.from < other.from, Beyond::From),
            (self.until > other.until, Beyond::Until),
            (!self.items.within(&other.items), Beyond::Items),
            (!self.materials.within(&other.materials), Beyond::Materials),
        ] {
            if beyond {
                parts.push(part);
            }
        }
        parts
    }

    /// Nobody gives more than he holds (IDENT-019).
    pub fn within(&self, other: &Self) -> bool {
        self.beyond(other).is_empty()
    }

    /// What is left of this when the one it hangs on becomes `other`; `None` when nothing is.
    pub fn cut(&self, other: &Self) -> Option<Self> {
        let (from, until) = (self.from.max(other.from), self.until.min(other.until));
        if from >= until {
            return None;
        }
        Some(Self {
            from,
            until,
            items: self.items.both(&other.items)?,
            materials: self.materials.both(&other.materials)?,
        })
    }
}

/// A grant as far as the judgement needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Stored state.
    pub state: State,
    /// Scope.
    pub scope: Scope,
    /// Why it ended, as people read it.
    pub end_reason: String,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deed<'a> {
    /// Words by which the item goes: slug, codes.
    pub item: &'a [&'a str],
    /// Material handed in or used, when the deed is about one.
    pub material: Option<&'a str>,
    /// When.
    pub now: OffsetDateTime,
}

/// Why a deed is refused. Ordered: the later one is nearer to being allowed, and is what people read
/// when several grants refuse.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// There never was a grant.
    Missing,
    /// The other side refused.
    Refused,
    /// Ended, with the reason.
    Revoked(String),
    /// Not confirmed yet.
    Waiting,
    /// The period ended then.
    Expired(OffsetDateTime),
    /// The period begins then.
    NotYet(OffsetDateTime),
    /// The item is not in the list.
    Item,
    /// The material is not in the list.
    Material,
}

/// Judges a deed under a grant and the grants it hangs on, own one first: each must allow it now.
///
/// # Errors
/// The first reason that says no.
pub fn judge<'a>(chain: impl IntoIterator<Item = &'a Held>, deed: &Deed<'_>) -> Result<(), Refusal> {
    let mut any = false;
    for held in chain {
        any = true;
        match held.state.at(held.scope.until, deed.now) {
            State::Waiting => return Err(Refusal::Waiting),
            State::Refused => return Err(Refusal::Refused),
            State::Revoked => return Err(Refusal::Revoked(held.end_reason.clone())),
            State::Expired => return Err(Refusal::Expired(held.scope.until)),
            State::Active if deed.now < held.scope.from => return Err(Refusal::NotYet(held.scope.from)),
            State::Active if !held.scope.items.covers(deed.item) => return Err(Refusal::Item),
            State::Active if deed.material.is_some_and(|key| !held.scope.materials.covers(&[key])) => {
                return Err(Refusal::Material);
            }
            State::Active => {}
        }
    }
    if any { Ok(()) } else { Err(Refusal::Missing) }
}

/// What is done under a grant, for the use log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GrantAction)]
pub enum Action {
    /// Begin an application.
    Start,
    /// Fill in.
    Fill,
    /// Hand a material in.
    Upload,
    /// Use a licence held about the principal (DATASEC-012).
    UseLicence,
    /// Hand the application in.
    Submit,
    /// Supply a correction.
    Supply,
    /// Withdraw.
    Withdraw,
    /// Change the delivery.
    ChangeDelivery,
    /// Throw a draft away.
    Discard,
    /// Look at the case.
    Read,
    /// Take the result.
    Receive,
    /// Rate.
    Rate,
}

impl Action {
    /// Column value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Fill => "fill",
            Self::Upload => "upload",
            Self::UseLicence => "use_licence",
            Self::Submit => "submit",
            Self::Supply => "supply",
            Self::Withdraw => "withdraw",
            Self::ChangeDelivery => "change_delivery",
            Self::Discard => "discard",
            Self::Read => "read",
            Self::Receive => "receive",
            Self::Rate => "rate",
        }
    }

    /// What people read, by column value.
    pub fn label_of(text: &str) -> &'static str {
        match text {
            "start" => "开始申请",
            "fill" => "填写",
            "upload" => "交材料",
            "use_licence" => "调用电子证照",
            "submit" => "提交申请",
            "supply" => "交补正",
            "withdraw" => "撤回申请",
            "change_delivery" => "改领取方式",
            "discard" => "删除草稿",
            "receive" => "领取结果",
            "rate" => "评价",
            _ => "查看",
        }
    }
}
