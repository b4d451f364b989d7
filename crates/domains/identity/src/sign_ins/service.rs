//! See and end sessions, read sign-in records, count sign-ins.

use std::collections::{BTreeMap, HashMap};

use platform::sessions::{OpenSession, Origin, Whose};
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::page::PageQuery;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::Date;
use uuid::Uuid;

use super::model::NewSignIn;
use super::store;
use crate::model::staff::Staff;
use crate::permissions::{EndSession, ReadSessions};
use crate::{AccountKind, Identity};

/// Longest period of the statistics, days.
const LONGEST: i64 = 366;

/// Sign-ins of a period.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) total: i64,
    pub(crate) refused: i64,
    pub(crate) by_system: BTreeMap<String, i64>,
    pub(crate) by_user_type: HashMap<String, i64>,
    pub(crate) by_day: BTreeMap<String, i64>,
}

impl Identity {
    /// One's own open sessions, the newest first.
    pub(crate) async fn own_sessions(&self, caller: &Principal, current: &str) -> Result<Vec<OpenSession>> {
        let whose = Whose::Account(caller.id);
        let (open, _) =
            self.platform.sessions.open(&self.platform, caller.audience, whose, Some(current), (100, None)).await?;
        Ok(open)
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// 404 when it is not one's own, 409 for the one asked from.
    pub(crate) async fn end_own_session(&self, caller: &Principal, current: &str, id: Uuid) -> Result<()> {
        let own = self.own_sessions(caller, current).await?;
        let Some(session) = own.iter().find(|session| session.id == id) else { return Err(no_session()) };
        if session.current {
            return Err(Problem::conflict("current_session", "这是您现在用的登录。要结束它，请点“退出”。"));
        }
        if !self.platform.sessions.end_one(&self.platform, caller.audience, caller.id, id).await? {
            return Err(no_session());
        }
        self.note(caller, "session.end_own", format!("session:{id}"), json!({})).await
    }

    /// Ends every session of one's own but the one asked from; says how many.
    pub(crate) async fn end_other_sessions(&self, caller: &Principal, current: &str) -> Result<usize> {
        let platform = &self.platform;
        let ended = platform.sessions.end_all(platform, caller.audience, caller.id, Some(current)).await?;
        self.note(caller, "session.end_others", format!("account:{}", caller.id), json!({ "ended": ended })).await?;
        Ok(ended)
    }

    /// Open sessions of the staff the caller sees, the newest first.
    ///
    /// # Authorisation
    /// `session.read`; only staff of organisations the caller sees.
    pub(crate) async fn staff_sessions(
        &self,
        caller: &Allowed<ReadSessions>,
        q: &str,
        page: &PageQuery,
    ) -> Result<(Vec<(OpenSession, Staff)>, u64)> {
        let before = page.cursor_parts(1)?.and_then(|parts| parts.first().and_then(|id| id.parse().ok()));
        let staff: HashMap<Uuid, Staff> = crate::store::staff::in_orgs(self.platform.db.read(), &caller.visible_orgs)
            .await?
            .into_iter()
            .filter(|staff| q.is_empty() || staff.name.contains(q) || staff.login.contains(q))
            .map(|staff| (staff.id, staff))
            .collect();
        let whose = Whose::Accounts(staff.keys().copied().collect());
        let (open, total) = self
            .platform
            .sessions
            .open(&self.platform, Audience::Desk, whose, None, (page.limit() + 1, before))
            .await?;
        let with_staff = |session: OpenSession| staff.get(&session.account_id).cloned().map(|staff| (session, staff));
        Ok((open.into_iter().filter_map(with_staff).collect(), total))
    }

    /// Ends a session of somebody of the staff.
    ///
    /// # Authorisation
    /// `session.end`; outside the caller's organisations a session does not exist.
    pub(crate) async fn end_staff_session(&self, caller: &Allowed<EndSession>, id: Uuid, reason: &str) -> Result<()> {
        let reason = super::http::checked_reason(reason)?;
        let platform = &self.platform;
        let owner = platform.sessions.owner(platform, Audience::Desk, id).await?.ok_or_else(no_session)?;
        let staff = self.staff(owner).await?.filter(|staff| caller.visible_orgs.contains(&staff.org_id));
        let staff = staff.ok_or_else(no_session)?;
        if !platform.sessions.end_one(platform, Audience::Desk, staff.id, id).await? {
            return Err(no_session());
        }
        let detail = json!({ "staff": staff.id, "reason": reason });
        self.note(caller, "session.end", format!("session:{id}"), detail).await
    }

    async fn note(
        &self,
        caller: &Principal,
        action: &'static str,
        subject: String,
        detail: serde_json::Value,
    ) -> Result<()> {
        let line = Line::by(caller, self.platform.new_id(), action, subject, detail);
        self.platform.leave(line).await
    }

    /// One's own sign-ins, the newest first.
    pub(crate) async fn own_sign_ins(
        &self,
        caller: &Principal,
        page: &PageQuery,
    ) -> Result<(Vec<store::row::Model>, u64)> {
        let before = page.cursor_parts(1)?.and_then(|parts| parts.first().and_then(|id| id.parse().ok()));
        store::of_account(self.platform.db.read(), caller.audience, caller.id, page.limit() + 1, before).await
    }

    /// Sign-ins of a period, both days included.
    ///
    /// # Errors
    /// 422 when the days are in the wrong order or more than a year apart.
    pub(crate) async fn sign_in_statistics(
        &self,
        from: Date,
        to: Date,
        audience: Option<Audience>,
    ) -> Result<Statistics> {
        if to < from || (to - from).whole_days() > LONGEST {
            return Err(Problem::invalid_field("/to", "range", "结束日期要在开始日期之后，最长一年。"));
        }
        let mut sum = Statistics::default();
        let mut day = from;
        while day <= to {
            sum.by_day.insert(day.to_string(), 0);
            let Some(next) = day.next_day() else { break };
            day = next;
        }
        for line in store::counted(self.platform.db.read(), from, to, audience).await? {
            if !line.ok {
                sum.refused += line.count;
                continue;
            }
            sum.total += line.count;
            *sum.by_system.entry(line.app_id).or_default() += line.count;
            *sum.by_user_type.entry(line.user_type).or_default() += line.count;
            *sum.by_day.entry(line.day).or_default() += line.count;
        }
        Ok(sum)
    }

    /// A record of a citizen's or enterprise's sign-in.
    pub(crate) fn citizen_entry(
        &self,
        account: Uuid,
        kind: AccountKind,
        origin: &Origin,
        way: &'static str,
    ) -> NewSignIn {
        NewSignIn {
            id: self.platform.new_id(),
            at: self.platform.now(),
            audience: Audience::Portal,
            user_type: kind.as_str(),
            account,
            app_id: String::new(),
            origin: origin.clone(),
            way,
            refused: String::new(),
        }
    }

    /// Keeps a record in a transaction of its own.
    pub(crate) async fn record_sign_in(&self, entry: NewSignIn) -> Result<()> {
        self.platform.db.write(entry.at, move |tx| Box::pin(async move { store::record(tx.conn(), entry).await })).await
    }
}

fn no_session() -> Problem {
    Problem::not_found("没有找到这个登录，它可能已经结束。")
}

impl Identity {
    /// Name of a connected system, also of one that is switched off.
    pub(crate) async fn system_name(&self, app_id: &str) -> Result<Option<String>> {
        Ok(self.system_by_app_id(app_id).await?.map(|system| system.name))
    }
}
