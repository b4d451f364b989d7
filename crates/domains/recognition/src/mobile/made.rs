//! An administrator links a member of staff to a user of the mobile platform (CASE-032), and both sides are told.
//!
//! The same rules as for an own link: one account, one user, the same name on both sides, and the identity an
//! administrator wrote down must be that user's. Nobody links himself so: that wants the own password. The account's
//! owner reads it in the desk's inbox, the platform's user on the platform; whoever did not expect it can undo it.

use platform::messages::{self, Channel, Message};
use platform::web::guard::Allowed;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::jobs::NewJob;
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::already_linked;
use super::store::{self, row};
use crate::Recognition;
use crate::permissions::MakeMobileLink;

/// Job that tells both sides what became of a link.
pub const TOLD_JOB: &str = "recognition.mobile_link_told";

/// A link to make.
pub(crate) struct Wanted {
    pub(crate) staff_id: Uuid,
    pub(crate) user_id: String,
    pub(crate) reason: String,
}

impl Recognition {
    /// Links somebody's account to a user of the platform.
    ///
    /// # Authorisation
    /// `mobile_link.make`; only staff of organisations the caller sees, never oneself.
    ///
    /// # Errors
    /// 422 at the field that is wrong: unknown person or user, another name, no reason; 409 when either side is
    /// linked; 503 when the platform does not answer.
    pub(crate) async fn make_link(&self, caller: &Allowed<MakeMobileLink>, wanted: Wanted) -> Result<row::Model> {
        let platform = &self.platform;
        let reason = wanted.reason.trim().to_owned();
        if !(4..=200).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
            return Err(Problem::invalid_field("/reason", "length", "请写明为什么代为绑定，4 到 200 个字。"));
        }
        let staff = self.identity.staff(wanted.staff_id).await?;
        let staff = staff.filter(|one| !one.disabled && caller.visible_orgs.contains(&one.org_id));
        let staff = staff.ok_or_else(|| {
            Problem::invalid_field("/staff_id", "unknown", "没有找到这位工作人员，或者不归您管、账号已停用。")
        })?;
        if staff.id == caller.id {
            return Err(Problem::invalid_field("/staff_id", "self", "自己的账号请在“我的账号”里绑定。"));
        }
        let user_id = wanted.user_id.trim();
        if user_id.is_empty() || user_id.len() > 100 || !user_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::invalid_field("/user_id", "format", "填写平台上的用户标识，不带空格。"));
        }
        let user = self.mobile.user_of_id(user_id).await?.filter(|user| user.active).ok_or_else(|| {
            Problem::invalid_field("/user_id", "unknown", "平台上没有这个用户，或者已停用，请核对用户标识。")
        })?;
        let index = platform.blind_index(&user.user_id);
        let known = self.identity.mobile_identity_of(staff.id).await?;
        if user.name.trim() != staff.name || known.is_some_and(|known| known != index) {
            let message = "平台上的这个用户不是这位工作人员：姓名或者登记的移动身份对不上。";
            return Err(Problem::invalid_field("/user_id", "other_person", message));
        }
        let (link, now) = (platform.new_id(), platform.now());
        let made = row::Model {
            id: link,
            staff_id: staff.id,
            user_sealed: platform.seal(&user.user_id, &store::place(link)),
            user_index: index,
            user_name: user.name,
            linked_at: now,
            verified_at: now,
            ended_at: None,
            ended_by: String::new(),
            end_reason: String::new(),
            linked_by: caller.name.clone(),
            link_reason: reason.clone(),
        };
        let subject = format!("staff:{}", staff.id);
        let line = Line::by(caller, platform.new_id(), "mobile_link.make", subject, json!({ "reason": reason }));
        let job = self.told_job(link);
        let kept = made.clone();
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if !store::insert(tx.conn(), made).await? {
                        return Err(already_linked());
                    }
                    tx.audit(line);
                    tx.enqueue(job);
                    Ok(())
                })
            })
            .await?;
        Ok(kept)
    }

    /// The job that tells both sides of a link as it stands.
    pub(crate) fn told_job(&self, link: Uuid) -> NewJob {
        NewJob {
            id: self.platform.new_id(),
            kind: TOLD_JOB,
            payload: json!({ "link_id": link }),
            run_at: None,
            key: None,
        }
    }

    /// The job behind [`TOLD_JOB`]. Each side reads it once, also when the job runs again.
    ///
    /// # Errors
    /// 503 when the platform does not answer: tried again.
    pub async fn tell_of_link(&self, payload: Value) -> Result<()> {
        let id: Uuid = serde_json::from_value(payload.get("link_id").cloned().unwrap_or_default())?;
        let Some(link) = store::find(self.platform.db.read(), id).await? else { return Ok(()) };
        let Some(staff) = self.identity.staff(link.staff_id).await? else { return Ok(()) };
        let (act, text) = if link.ended_at.is_some() {
            let by = &link.ended_by;
            (
                "ended",
                format!("{by}解除了“{}”（{}）和移动政务平台的绑定：{}。", staff.name, staff.login, link.end_reason),
            )
        } else {
            let by = &link.linked_by;
            let what = format!("{by}把“{}”（{}）绑定到移动政务平台用户{}", staff.name, staff.login, link.user_name);
            (
                "made",
                format!("{what}：{}。不是您要的，请马上在“我的账号”里解除，并告诉本单位管理员。", link.link_reason),
            )
        };
        let key = format!("mobile_link:{id}:{act}");
        messages::send(
            &self.platform,
            Message {
                event_key: key.clone(),
                recipient: format!("staff:{}", link.staff_id),
                phone: None,
                account: None,
                channel: Channel::InApp,
                template: "mobile_link".to_owned(),
                body: text.clone(),
            },
        )
        .await?;
        let user = self.platform.unseal(&link.user_sealed, &store::place(id))?;
        self.mobile.tell(&user, &key, &text).await
    }
}
