//! What narrows a caller besides the roles: items, and the access policy (IDENT-035).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use ipnet::IpNet;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::guard::Principal;
use super::problem::{Problem, Result};
use super::terminal::{Client, Terminal};
use crate::Platform;
use crate::work::audit::Line;

/// Bounds of one caller. The default bounds nothing.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// For some of the visible organisations the only items (slugs) that count there. An organisation
    /// without an entry is not narrowed.
    pub items: BTreeMap<Uuid, BTreeSet<String>>,
    /// Organisations for which the caller takes applications in and of which nothing else is seen.
    pub intake: Intake,
    /// Where from and how much; `None` when no policy applies.
    pub policy: Option<Arc<AccessPolicy>>,
    /// Whether the session was begun through the government mobile platform (IDENT-016).
    pub mobile: bool,
}

/// What somebody takes in for others: of their cases only those count that the own side took in (IDENT-028).
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// The organisations that take in: the own body and what is below it.
    pub at: BTreeSet<Uuid>,
    /// For whom, and which items; `None` = all.
    pub orgs: BTreeMap<Uuid, Option<BTreeSet<String>>>,
}

impl Intake {
    fn covers(&self, org: Uuid, item: &str) -> bool {
        self.orgs.get(&org).is_some_and(|only| only.as_ref().is_none_or(|only| only.contains(item)))
    }
}

impl Bounds {
    /// Whether every visible organisation is seen whole, and nothing beside them.
    pub fn are_none(&self) -> bool {
        self.items.is_empty() && self.intake.orgs.is_empty()
    }
}

impl Principal {
    /// Organisations whose cases the caller may meet, whole or in part.
    pub fn met_orgs(&self) -> BTreeSet<Uuid> {
        self.visible_orgs.iter().chain(self.bounds.intake.orgs.keys()).copied().collect()
    }

    /// Whether the caller takes applications for an item of an organisation in.
    pub fn takes_in(&self, org: Uuid, item: &str) -> bool {
        self.reaches(org, item) || self.bounds.intake.covers(org, item)
    }

    /// Whether the caller's reach holds something of an organisation and item that was taken in somewhere.
    pub fn reaches_taken(&self, org: Uuid, item: &str, taken_at: Option<Uuid>) -> bool {
        let own = |at| self.bounds.intake.at.contains(&at);
        self.reaches(org, item) || (taken_at.is_some_and(own) && self.bounds.intake.covers(org, item))
    }

    /// The same as a condition over a row's organisation, item and place of intake.
    pub fn within_taken<C: ColumnTrait>(&self, org: C, item: C, taken_at: C) -> Condition {
        let whole = self.within(org, item);
        if self.bounds.intake.orgs.is_empty() {
            return whole;
        }
        let mut named = Condition::any();
        for (id, only) in &self.bounds.intake.orgs {
            let mut one = Condition::all().add(org.eq(*id));
            if let Some(only) = only {
                one = one.add(item.is_in(only.iter().map(String::as_str)));
            }
            named = named.add(one);
        }
        let taken = taken_at.is_in(self.bounds.intake.at.iter().copied());
        Condition::any().add(whole).add(Condition::all().add(taken).add(named))
    }

    /// Whether the caller's reach holds an item of an organisation.
    pub fn reaches(&self, org: Uuid, item: &str) -> bool {
        self.visible_orgs.contains(&org) && self.bounds.items.get(&org).is_none_or(|only| only.contains(item))
    }

    /// The same as a condition over a row's organisation and item.
    pub fn within(&self, org: impl ColumnTrait, item: impl ColumnTrait) -> Condition {
        if self.bounds.items.is_empty() {
            return org.is_in(self.visible_orgs.iter().copied()).into_condition();
        }
        let mut parts: BTreeMap<Option<&BTreeSet<String>>, Vec<Uuid>> = BTreeMap::new();
        for id in &self.visible_orgs {
            parts.entry(self.bounds.items.get(id)).or_default().push(*id);
        }
        let mut any = Condition::any();
        for (only, orgs) in parts {
            let mut all = Condition::all().add(org.is_in(orgs));
            if let Some(only) = only {
                all = all.add(item.is_in(only.iter().map(String::as_str)));
            }
            any = any.add(all);
        }
        // An empty "any" is true, and somebody who sees nothing must not see everything.
        if self.visible_orgs.is_empty() { org.is_in(Vec::<Uuid>::new()).into_condition() } else { any }
    }
}

/// The strictest of all policies that apply to one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessPolicy {
    /// Terminals allowed; `None` = any.
    pub terminals: Option<BTreeSet<Terminal>>,
    /// Lists of network ranges; the address must be in one of each list.
    pub networks: Vec<Vec<IpNet>>,
    /// Idle minutes after which the session ends, when shorter than the general ones.
    pub idle_minutes: Option<i64>,
    /// Sessions at the same time.
    pub max_sessions: Option<u64>,
    /// Requests in a minute.
    pub requests_per_minute: Option<u32>,
}

impl AccessPolicy {
    /// Both together: what either forbids is forbidden.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        fn least<T: Ord + Copy>(a: Option<T>, b: Option<T>) -> Option<T> {
            a.into_iter().chain(b).min()
        }
        self.terminals = match (self.terminals, &other.terminals) {
            (Some(mine), Some(other)) => Some(mine.intersection(other).copied().collect()),
            (mine, other) => mine.or_else(|| other.clone()),
        };
        self.networks.extend(other.networks.iter().cloned());
        self.idle_minutes = least(self.idle_minutes, other.idle_minutes);
        self.max_sessions = least(self.max_sessions, other.max_sessions);
        self.requests_per_minute = least(self.requests_per_minute, other.requests_per_minute);
        self
    }

    /// Whether the terminal and the address are allowed.
    ///
    /// # Errors
    /// 403 that names which of the two.
    pub fn admits(&self, client: &Client) -> Result<()> {
        let inside = |list: &Vec<IpNet>| list.iter().any(|net| net.contains(&client.address));
        if !self.networks.iter().all(inside) {
            return Err(refused("policy_network", "这个网络地址不能使用您的账号，没有办理。")
                .detail("请在单位规定的网络里操作。需要在别处办公的话，请找安全管理员调整访问策略。"));
        }
        if self.terminals.as_ref().is_some_and(|allowed| !allowed.contains(&client.terminal)) {
            return Err(refused("policy_terminal", "这种终端不能使用您的账号，没有办理。")
                .detail("请换规定的终端操作。需要调整的话，请找安全管理员。"));
        }
        Ok(())
    }
}

fn refused(code: &'static str, title: &'static str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, title)
}

/// Holds a request against the caller's policy; a refusal is written to the audit log.
///
/// # Errors
/// 403 for address and terminal, 429 for the quota.
pub async fn admit(platform: &Platform, caller: &Principal, client: &Client) -> Result<()> {
    let Some(policy) = &caller.bounds.policy else { return Ok(()) };
    let outcome = match policy.admits(client) {
        Ok(()) => policy.requests_per_minute.map_or(Ok(()), |rate| platform.sessions.spend(platform, caller.id, rate)),
        refused => refused,
    };
    if let Err(problem) = &outcome {
        note_refusal(platform, Some(caller.id), &caller.name, client, problem).await?;
    }
    outcome
}

/// Writes a refusal by policy to the audit log.
///
/// # Errors
/// When the database refuses.
pub async fn note_refusal(
    platform: &Platform,
    id: Option<Uuid>,
    name: &str,
    client: &Client,
    problem: &Problem,
) -> Result<()> {
    let line = Line {
        id: platform.new_id(),
        actor_id: id,
        actor_name: name.to_owned(),
        action: "access.refused",
        subject: id.map_or_else(|| format!("address:{}", client.address), |id| format!("staff:{id}")),
        detail: serde_json::json!({ "code": problem.code(), "address": client.address, "terminal": client.terminal }),
    };
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                tx.audit(line);
                Ok(())
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(address: &str, terminal: Terminal) -> Client {
        Client { address: address.parse().unwrap(), terminal }
    }

    /// req: IDENT-035
    #[test]
    fn of_several_policies_the_strictest_counts() {
        let office = AccessPolicy {
            networks: vec![vec!["10.0.0.0/8".parse().unwrap()]],
            idle_minutes: Some(20),
            ..AccessPolicy::default()
        };
        let hall = AccessPolicy {
            terminals: Some([Terminal::Desktop, Terminal::Kiosk].into()),
            networks: vec![vec!["10.2.0.0/16".parse().unwrap(), "10.3.0.0/16".parse().unwrap()]],
            idle_minutes: Some(5),
            max_sessions: Some(1),
            requests_per_minute: None,
        };
        let both = office.and(&hall);
        assert_eq!((both.idle_minutes, both.max_sessions), (Some(5), Some(1)));
        assert!(both.admits(&client("10.2.1.1", Terminal::Desktop)).is_ok());
        assert_eq!(both.admits(&client("10.9.1.1", Terminal::Desktop)).unwrap_err().code(), "policy_network");
        assert_eq!(both.admits(&client("10.2.1.1", Terminal::Mobile)).unwrap_err().code(), "policy_terminal");
        let none = AccessPolicy { terminals: Some([Terminal::Mobile].into()), ..AccessPolicy::default() }.and(&hall);
        assert!(none.admits(&client("10.2.1.1", Terminal::Mobile)).is_err(), "nothing is allowed by both");
    }
}
