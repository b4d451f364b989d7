//! Staff whom another system has proven come in without a password: the mobile platform (IDENT-016),
//! the document system (IDENT-017). Who proved it is asked above; whether the person may come in is
//! decided here, as for every sign-in.

use axum::http::StatusCode;
use platform::sessions::Origin;
use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use uuid::Uuid;

use crate::Identity;
use crate::model::staff::Staff;
use crate::second_factor::NextStep;
use crate::sign_ins::store::record;
use crate::store::staff as people;

/// How somebody comes in without a password.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Column value of the way, as sessions and sign-in records keep it.
    pub way: &'static str,
    /// App id of the system that proved the person; empty for a platform that is none.
    pub app_id: &'a str,
}

impl Identity {
    /// Begins a session for a staff user whom another system has proven; the cookie.
    ///
    /// # Errors
    /// 503 when the system is full; 403 for a disabled user and where a role demands a second factor; what the access
    /// policy refuses.
    pub async fn enter_staff(
        &self,
        id: Uuid,
        client: &Client,
        origin: &Origin,
        entry: &Entry<'_>,
    ) -> Result<(Staff, String)> {
        let platform = &self.platform;
        let found = self.staff(id).await?;
        let Some(staff) = found.clone().filter(|staff| !staff.disabled) else {
            if let Some(staff) = found {
                self.note_entry(&staff, origin, entry, "账号已停用").await?;
            }
            return Err(Problem::new(StatusCode::FORBIDDEN, "staff_disabled", "您的通办账号已停用，不能进入。")
                .detail("需要恢复的话，请找本单位管理员。"));
        };
        // Another system proves one thing only: who it is. A role that demands two shows both here.
        if self.next_step(&staff).await? != NextStep::None {
            self.note_entry(&staff, origin, entry, "要用动态口令").await?;
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "second_factor_needed",
                "您的账号要用动态口令，不能免登录进入。",
            )
            .detail("请在电脑上打开工作台，用登录名、口令和动态口令登录。"));
        }
        self.room_for(&staff).await?;
        self.admit_sign_in(client, &staff).await?;
        self.note_entry(&staff, origin, entry, "").await?;
        let cookie = platform.sessions.start_from(platform, Audience::Desk, staff.id, origin, entry.way).await?;
        Ok((staff, cookie))
    }

    /// The sign-in record and the audit line of an entry.
    async fn note_entry(&self, staff: &Staff, origin: &Origin, entry: &Entry<'_>, refused: &str) -> Result<()> {
        let mut record_of = self.entry(staff, origin, entry.way);
        entry.app_id.clone_into(&mut record_of.app_id);
        refused.clone_into(&mut record_of.refused);
        let action = if refused.is_empty() { "staff.sign_in" } else { "staff.sign_in_failed" };
        let detail = serde_json::json!({ "way": entry.way, "system": entry.app_id, "refused": refused });
        let line = self.line(staff, action, detail);
        let (id, now, came_in) = (staff.id, self.platform.now(), refused.is_empty());
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if came_in {
                        people::note_sign_in(tx.conn(), id, now).await?;
                    }
                    record(tx.conn(), record_of).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}
