//! Tickets and to-dos for the document system.

use axum::http::StatusCode;
use identity::systems::{ConnectedSystem, Interface};
use identity::{Entry, Staff};
use platform::sessions::{Origin, PrincipalSource};
use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use platform::work::audit::Line;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::DeskSummary;
use crate::Recognition;
use crate::once::{self, Kind};

/// Seconds a ticket counts: the browser follows the redirect at once.
pub(crate) const TICKET_SECONDS: i64 = 60;
/// How entries from the document system are recorded.
const WAY: &str = "document";
/// Kind of an organisation that speaks for its whole region.
const GOVERNMENT: &str = "government";

/// To-dos of staff and entry without password.
pub struct StaffDeskInterface;

impl Interface for StaffDeskInterface {
    const KEY: &'static str = "staff_desk";
}

/// Where to go after coming in: a page of the desk, or the workbench.
///
/// Anything a browser could read as another site falls back to the workbench.
pub(crate) fn desk_path(wanted: &str) -> String {
    let good = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.starts_with("/api/")
        && wanted.len() <= 300
        && wanted.chars().all(|one| !one.is_control() && !one.is_whitespace() && one != '\\');
    let inside = wanted.strip_prefix("/desk").filter(|rest| rest.starts_with('/')).unwrap_or(wanted);
    // What is left after the prefix must be a path of its own again.
    if good && inside.starts_with('/') && !inside.starts_with("//") { inside.to_owned() } else { "/".to_owned() }
}

impl Recognition {
    /// A one-time ticket for a staff user of the calling system's organisation, and where it leads.
    ///
    /// # Errors
    /// 404 for somebody unknown, disabled, or of another organisation: the caller can't tell which.
    pub(crate) async fn issue_ticket(&self, system: &ConnectedSystem, login: &str, to: &str) -> Result<String> {
        let staff = self.vouched(system, login).await?;
        let detail = json!({ "system": system.id, "app_id": system.app_id, "to": desk_path(to) });
        let lasts = Duration::seconds(TICKET_SECONDS);
        let ticket = once::issue(&self.platform, Kind::DocumentTicket, Some(staff.id), detail, lasts).await?;
        self.note_staff_entry(system, &staff, "document.ticket").await?;
        Ok(ticket)
    }

    /// Comes in with a ticket; who, where to, and the cookie.
    ///
    /// # Errors
    /// 401 `document_ticket_refused` for a ticket that is unknown, over, used, or of a system that was
    /// switched off meanwhile; what [`identity::Identity::enter_staff`] refuses.
    pub(crate) async fn document_sign_on(
        &self,
        client: &Client,
        origin: &Origin,
        ticket: &str,
    ) -> Result<(Staff, String, String)> {
        let text = ticket.trim().to_owned();
        let issued = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { once::redeem(tx, Kind::DocumentTicket, &text).await })
            })
            .await?;
        let Some((issued, id)) = issued.and_then(|issued| Some((issued.clone(), issued.owner_id?))) else {
            return Err(ticket_refused());
        };
        let text_of =
            |key: &str| issued.detail.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let app_id = text_of("app_id");
        let system = self.identity.live_system(&app_id).await?.ok_or_else(ticket_refused)?;
        system.grant(StaffDeskInterface::KEY, self.platform.now()).ok_or_else(ticket_refused)?;
        let entry = Entry { way: WAY, app_id: &app_id };
        let (staff, cookie) = self.identity.enter_staff(id, client, origin, &entry).await?;
        Ok((staff, desk_path(&text_of("to")), cookie))
    }

    /// What waits for a staff user of the calling system's organisation.
    ///
    /// # Errors
    /// 404 as for a ticket.
    pub(crate) async fn desk_of(&self, system: &ConnectedSystem, login: &str) -> Result<DeskSummary> {
        let staff = self.vouched(system, login).await?;
        let caller = self.identity.principal(&self.platform, Audience::Desk, staff.id).await?.ok_or_else(no_staff)?;
        let Some(desk) = &self.desk else { return Ok(DeskSummary::default()) };
        desk.waiting(&caller).await
    }

    /// The staff user a system may speak for: of the organisation that answers for the system and
    /// those below it; a government's speaks for its region.
    async fn vouched(&self, system: &ConnectedSystem, login: &str) -> Result<Staff> {
        let staff = self.identity.staff_by_login(login).await?.filter(|staff| !staff.disabled).ok_or_else(no_staff)?;
        let orgs = self.identity.orgs().await?;
        let owner = orgs.get(system.owner_org_id).ok_or_else(no_staff)?;
        let reach: Vec<Uuid> =
            if owner.kind == GOVERNMENT { orgs.in_region(&owner.region) } else { orgs.subtree(owner.id) };
        if reach.contains(&staff.org_id) { Ok(staff) } else { Err(no_staff()) }
    }

    async fn note_staff_entry(&self, system: &ConnectedSystem, staff: &Staff, action: &'static str) -> Result<()> {
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: system.name.clone(),
            action,
            subject: format!("staff:{}", staff.id),
            detail: json!({ "system": system.app_id }),
        };
        self.platform.leave(line).await
    }
}

fn no_staff() -> Problem {
    Problem::not_found("没有找到这位工作人员，或者不属于这个系统的单位。")
}

fn ticket_refused() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "document_ticket_refused", "这次进入已经失效，没有登录。")
        .detail("从公文系统进入的链接只能用一次，一分钟内有效。请回到公文系统再点一次，或者用登录名和口令登录。")
}

#[cfg(test)]
mod tests {
    use super::desk_path;

    /// Only a page of the desk is gone to.
    ///
    /// req: IDENT-017
    #[test]
    fn a_ticket_leads_to_a_page_of_the_desk_and_nowhere_else() {
        assert_eq!(desk_path("/desk/cases/7?view=papers"), "/cases/7?view=papers");
        assert_eq!(desk_path("/tasks"), "/tasks");
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/desk//evil.example",
            "/\\evil.example",
            "/api/v1/staff/sign-out",
            "/desk/\tx",
            "tasks",
            "",
        ] {
            assert_eq!(desk_path(bad), "/", "{bad:?}");
        }
    }
}
