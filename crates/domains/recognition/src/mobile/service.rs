//! Link, unlink, look up, and come in from the phone.

use axum::http::StatusCode;
use identity::{Entry, ReadSelf, Staff};
use platform::sessions::{Origin, Sessions};
use platform::web::gate::MOBILE;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::page::PageQuery;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use platform::work::audit::{Line, Outcome};
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::gate::end_by_platform;
use super::platform_of_staff::MobileUser;
use super::store::{self, row};
use crate::Recognition;
use crate::once::{self, Kind};
use crate::permissions::{EndMobileLink, ReadMobileLinks};

/// How long the way to the platform and back may take.
const LASTS: Duration = Duration::minutes(10);
/// Longest ticket of the platform.
const LONGEST: usize = 256;

/// Which links a list shows.
pub(crate) struct Wanted<'a> {
    /// Part of a name or login.
    pub(crate) q: &'a str,
    /// `linked` or `ended`.
    pub(crate) state: Option<&'a str>,
    pub(crate) page: &'a PageQuery,
}

impl Recognition {
    /// Begins to link the own account: where the browser goes.
    ///
    /// # Errors
    /// 422 when password or code is wrong, 409 when the account is linked.
    pub(crate) async fn begin_link(&self, caller: &Allowed<ReadSelf>, password: String, code: &str) -> Result<String> {
        self.identity.prove_self(caller, password, code).await?;
        if store::of_staff(self.platform.db.read(), caller.id).await?.is_some() {
            return Err(already_linked());
        }
        let state = once::issue(&self.platform, Kind::MobileLink, Some(caller.id), json!({}), LASTS).await?;
        let redirect = format!("{}/desk/m/link", self.platform.config.public_url.trim_end_matches('/'));
        self.mobile.authorize_url(&redirect, &state)
    }

    /// Links the own account to whoever the platform says came back.
    ///
    /// # Errors
    /// 400 `mobile_link_over` for a state that is not the caller's, over or used; 401 for a ticket that
    /// does not count; 409 when somebody else's name comes back, or either side is linked.
    pub(crate) async fn finish_link(
        &self,
        caller: &Allowed<ReadSelf>,
        state: &str,
        ticket: &str,
    ) -> Result<row::Model> {
        let platform = &self.platform;
        let (text, id) = (state.to_owned(), caller.id);
        let issued = platform
            .db
            .write(platform.now(), move |tx| Box::pin(async move { once::redeem(tx, Kind::MobileLink, &text).await }))
            .await?;
        if issued.and_then(|issued| issued.owner_id) != Some(id) {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "mobile_link_over", "这次绑定已经失效，请重新绑定。")
                .detail("绑定要在 10 分钟内、由本人完成，每次只能用一回。"));
        }
        let user = self.redeem_ticket(ticket).await?;
        let staff = self.identity.staff(id).await?.filter(|staff| !staff.disabled).ok_or_else(ticket_refused)?;
        let index = platform.blind_index(&user.user_id);
        self.suits(&staff, &user, &index).await?;
        let (link, now) = (platform.new_id(), platform.now());
        let row = row::Model {
            id: link,
            staff_id: id,
            user_sealed: platform.seal(&user.user_id, &store::place(link)),
            user_index: index,
            user_name: user.name,
            linked_at: now,
            verified_at: now,
            ended_at: None,
            ended_by: String::new(),
            end_reason: String::new(),
            linked_by: String::new(),
            link_reason: String::new(),
        };
        let line = Line::by(caller, platform.new_id(), "mobile_link.add", format!("staff:{id}"), json!({}));
        let kept = row.clone();
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if !store::insert(tx.conn(), row).await? {
                        return Err(already_linked());
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(kept)
    }

    /// Whether the platform's user is the person of the account.
    async fn suits(&self, staff: &Staff, user: &MobileUser, index: &str) -> Result<()> {
        if !user.active {
            return Err(user_disabled());
        }
        let known = self.identity.mobile_identity_of(staff.id).await?;
        if user.name.trim() != staff.name || known.is_some_and(|known| known != index) {
            return Err(Problem::conflict("mobile_other_person", "移动政务平台上登录的不是您本人，没有绑定。")
                .detail("请在平台上换成自己的账号再绑定。姓名或移动身份登记错了的话，请找本单位管理员更正。"));
        }
        Ok(())
    }

    /// The own link.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn own_link(&self, caller: &Allowed<ReadSelf>) -> Result<Option<row::Model>> {
        store::of_staff(self.platform.db.read(), caller.id).await
    }

    /// Takes the own link off; sessions begun on the phone end.
    ///
    /// # Errors
    /// 422 when password or code is wrong, 404 without a link.
    pub(crate) async fn remove_link(&self, caller: &Allowed<ReadSelf>, password: String, code: &str) -> Result<()> {
        self.identity.prove_self(caller, password, code).await?;
        let link = store::of_staff(self.platform.db.read(), caller.id).await?.ok_or_else(no_link)?;
        self.end(caller, link, "本人解除", false).await
    }

    /// Ends somebody's link: a phone was lost, somebody left.
    ///
    /// # Authorisation
    /// `mobile_link.end`; only staff of organisations the caller sees.
    ///
    /// # Errors
    /// 404 outside them, 409 when it has ended, 422 without a reason.
    pub(crate) async fn end_link(&self, caller: &Allowed<EndMobileLink>, id: Uuid, reason: &str) -> Result<()> {
        let reason = reason.trim();
        if !(4..=200).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
            return Err(Problem::invalid_field("/reason", "length", "请写明原因，4 到 200 个字。"));
        }
        let link = store::find(self.platform.db.read(), id).await?.ok_or_else(no_link)?;
        let staff = self.identity.staff(link.staff_id).await?;
        staff.filter(|staff| caller.visible_orgs.contains(&staff.org_id)).ok_or_else(no_link)?;
        self.end(caller, link, reason, true).await
    }

    /// `told`: somebody else ended it, so both sides are told.
    async fn end(&self, caller: &Principal, link: row::Model, reason: &str, told: bool) -> Result<()> {
        let platform = &self.platform;
        let subject = format!("staff:{}", link.staff_id);
        let line = Line::by(caller, platform.new_id(), "mobile_link.end", subject, json!({ "reason": reason }));
        let (by, reason) = (caller.name.clone(), reason.to_owned());
        let job = told.then(|| self.told_job(link.id));
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    if !store::end(tx, link.id, &by, &reason).await? {
                        return Err(Problem::conflict("mobile_link_ended", "这个绑定已经结束。请刷新后再看。"));
                    }
                    Sessions::end_way_of(tx, Audience::Desk, link.staff_id, MOBILE).await?;
                    tx.audit(line);
                    if let Some(job) = job {
                        tx.enqueue(job);
                    }
                    Ok(())
                })
            })
            .await?;
        platform.sessions.forget_all();
        Ok(())
    }

    /// Links of the staff the caller sees, newest first.
    ///
    /// # Authorisation
    /// `mobile_link.read`.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn links(
        &self,
        caller: &Allowed<ReadMobileLinks>,
        wanted: &Wanted<'_>,
    ) -> Result<(Vec<(row::Model, Staff)>, u64)> {
        let q = wanted.q.trim();
        let mut staff = self.identity.staff_of(&caller.visible_orgs).await?;
        staff.retain(|one| q.is_empty() || one.name.contains(q) || one.login.contains(q));
        let open = wanted.state.map(|state| state == "linked");
        let before = wanted.page.cursor_parts(1)?.and_then(|parts| parts.first().and_then(|id| id.parse().ok()));
        let ids = staff.iter().map(|one| one.id).collect();
        let (rows, total) = store::page(self.platform.db.read(), ids, open, before, wanted.page.limit() + 1).await?;
        let with_staff = |row: row::Model| {
            let whose = staff.iter().find(|one| one.id == row.staff_id).cloned()?;
            Some((row, whose))
        };
        Ok((rows.into_iter().filter_map(with_staff).collect(), total))
    }

    /// Signs in on the phone with the platform's one-time ticket; the cookie.
    ///
    /// # Errors
    /// 401 `mobile_ticket_refused`, 403 `mobile_unlinked`, `mobile_user_disabled`, `staff_disabled`,
    /// `second_factor_needed`; 503 when the platform does not answer.
    pub(crate) async fn mobile_sign_on(
        &self,
        client: &Client,
        origin: &Origin,
        ticket: &str,
    ) -> Result<(Staff, String)> {
        let user = match self.redeem_ticket(ticket).await {
            Ok(user) => user,
            Err(problem) => return Err(self.note_entry("-", problem).await?),
        };
        let index = self.platform.blind_index(&user.user_id);
        let Some(link) = store::of_user(self.platform.db.read(), &index).await? else {
            return Err(self.note_entry(&index, unlinked()).await?);
        };
        if !user.active {
            end_by_platform(&self.platform, link).await?;
            return Err(self.note_entry(&index, user_disabled()).await?);
        }
        let entry = Entry { way: MOBILE, app_id: "" };
        let (staff, cookie) = self.identity.enter_staff(link.staff_id, client, origin, &entry).await?;
        let now = self.platform.now();
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { store::verified(tx.conn(), link.id, now).await }))
            .await?;
        Ok((staff, cookie))
    }

    /// The user of a ticket; a ticket is answered once, whatever the platform says.
    async fn redeem_ticket(&self, ticket: &str) -> Result<MobileUser> {
        let ticket = ticket.trim().to_owned();
        let plain = ticket.bytes().all(|byte| byte.is_ascii_graphic());
        if ticket.is_empty() || ticket.len() > LONGEST || !plain {
            return Err(ticket_refused());
        }
        if once::is_spent(self.platform.db.read(), Kind::MobileTicket, &ticket).await? {
            return Err(ticket_refused());
        }
        let user = self.mobile.user_of_ticket(&ticket).await?.ok_or_else(ticket_refused)?;
        let first = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { once::spend(tx, Kind::MobileTicket, &ticket).await })
            })
            .await?;
        if first { Ok(user) } else { Err(ticket_refused()) }
    }

    /// Writes a refused entry down; gives the refusal back.
    async fn note_entry(&self, user: &str, problem: Problem) -> Result<Problem> {
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: String::new(),
            action: "mobile.sign_in_failed",
            subject: format!("mobile_user:{user}"),
            detail: json!({ "code": problem.code() }),
        };
        let entry = line.entry().result(Outcome::Refused);
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(entry);
                    Ok(())
                })
            })
            .await?;
        Ok(problem)
    }
}

pub(super) fn already_linked() -> Problem {
    Problem::conflict("mobile_linked", "这个账号或者这个平台用户已经绑定过，没有再绑。")
        .detail("一个账号只绑一个平台用户。要换的话，先解除原来的绑定。")
}

fn no_link() -> Problem {
    Problem::not_found("没有找到这个绑定。")
}

fn ticket_refused() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "mobile_ticket_refused", "移动政务平台的登录凭据无效，没有登录。")
        .detail("凭据只能用一次，很快过期。请回到移动政务平台重新打开“通办”。")
}

fn unlinked() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "mobile_unlinked", "您的平台账号还没有绑定通办账号，不能进入。")
        .detail("请在电脑上登录工作台，打开“我的账号”绑定移动政务平台，再回到手机上打开。")
}

fn user_disabled() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "mobile_user_disabled", "您在移动政务平台上的账号已停用，不能进入。")
        .detail("需要恢复的话，请找本单位的平台管理员。恢复后要重新绑定。")
}
