//! The link is asked for at each request from a phone that sees cases or acts on them (CASE-032, IDENT-016).
//!
//! "From a phone" is a session begun through the mobile platform, or a terminal that says it is a
//! phone or tablet: a password on the phone must not be a way around the link. The link counts while
//! it is open here and the platform has confirmed its user lately; a platform that does not answer
//! does not stop work for [`PATIENCE`].

use std::sync::Weak;

use async_trait::async_trait;
use axum::http::StatusCode;
use platform::Platform;
use platform::sessions::Sessions;
use platform::web::gate::{Gate, MOBILE};
use platform::web::guard::{Audience, Principal};
use platform::web::policy::note_refusal;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::{Client, Terminal};
use platform::work::audit::Line;
use serde_json::json;
use time::Duration;

use super::platform_of_staff::MobilePlatform;
use super::store::{self, row};

/// What a phone may do with a link only: see cases (CASE-032), take in and accept, pre-review, examine and approve,
/// supervise, hand over.
pub const GATED: &[&str] = &[
    "case.list",
    "case.read",
    "case.print",
    "case.reveal",
    "case.export",
    "task.list",
    "task.transfer",
    "task.countersign",
    "board.read",
    "form_data.read",
    "case.intake",
    "case.pre_review",
    "case.correct",
    "case.accept",
    "case.not_accept",
    "case.suspend",
    "case.extend",
    "task.complete",
    "case.extend_decide",
    "case.abort",
    "case.void",
    "case.urge",
    "case.urge_reply",
    "case.deliver",
    "supervision.read",
    "supervision.note",
    "handling_material.read",
    "handling_material.edit",
    "cockpit.read",
];

/// How long a confirmation of the platform counts.
pub(crate) const FRESH: Duration = Duration::minutes(10);
/// How long the last confirmation counts while the platform does not answer.
pub(crate) const PATIENCE: Duration = Duration::hours(12);

/// The question plugged into the guard. It must not hold what holds the platform.
pub(crate) struct LinkGate {
    pub(crate) mobile: Weak<dyn MobilePlatform>,
}

#[async_trait]
impl Gate for LinkGate {
    async fn admit(
        &self,
        platform: &Platform,
        caller: &Principal,
        client: &Client,
        permission: &'static str,
    ) -> Result<()> {
        let on_a_phone = caller.bounds.mobile || client.terminal == Terminal::Mobile;
        if caller.audience != Audience::Desk || !on_a_phone || !GATED.contains(&permission) {
            return Ok(());
        }
        let counts = match store::of_staff(platform.db.read(), caller.id).await? {
            Some(link) => self.confirmed(platform, link).await?,
            None => false,
        };
        if counts {
            return Ok(());
        }
        let problem = refused();
        note_refusal(platform, Some(caller.id), &caller.name, client, &problem).await?;
        Err(problem)
    }
}

impl LinkGate {
    /// Whether the platform stands by a link, asked anew when its last word is old.
    async fn confirmed(&self, platform: &Platform, link: row::Model) -> Result<bool> {
        let now = platform.now();
        if now - link.verified_at < FRESH {
            return Ok(true);
        }
        let Some(mobile) = self.mobile.upgrade() else { return Ok(false) };
        let user = platform.unseal(&link.user_sealed, &store::place(link.id))?;
        match mobile.is_active(&user).await {
            Ok(true) => {
                let id = link.id;
                platform
                    .db
                    .write(now, move |tx| Box::pin(async move { store::verified(tx.conn(), id, now).await }))
                    .await?;
                Ok(true)
            }
            Ok(false) => {
                end_by_platform(platform, link).await?;
                Ok(false)
            }
            Err(_) if now - link.verified_at < PATIENCE => Ok(true),
            Err(problem) => Err(problem),
        }
    }
}

/// Ends a link whose user the platform no longer lets in, and the phone sessions with it.
pub(crate) async fn end_by_platform(platform: &Platform, link: row::Model) -> Result<()> {
    let line = Line {
        id: platform.new_id(),
        actor_id: None,
        actor_name: "移动政务平台".to_owned(),
        action: "mobile_link.end",
        subject: format!("staff:{}", link.staff_id),
        detail: json!({ "by": "platform" }),
    };
    platform
        .db
        .write(platform.now(), move |tx| {
            Box::pin(async move {
                if store::end(tx, link.id, "移动政务平台", "平台上的用户已停用").await? {
                    Sessions::end_way_of(tx, Audience::Desk, link.staff_id, MOBILE).await?;
                    tx.audit(line);
                }
                Ok(())
            })
        })
        .await?;
    platform.sessions.forget_all();
    Ok(())
}

fn refused() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "mobile_link_missing",
        "您的账号没有绑定移动政务平台，或者绑定已经结束，不能在手机上看办件、办办件。",
    )
    .detail("请在电脑上打开“我的账号”绑定后再用手机办，或者改在电脑上办理。")
}
