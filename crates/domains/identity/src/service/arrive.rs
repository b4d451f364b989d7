//! What the recognition domain asks of this one: who somebody is that another portal vouches for,
//! a session for somebody who arrives, what a system may know of a person, an item's name.

use platform::sessions::{Origin, PrincipalSource};
use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::model::account::{Account, Profile};
use crate::openid::model;
use crate::second_factor::NextStep;
use crate::sign_ins::model::NewSignIn;
use crate::sign_ins::store::record;
use crate::store::accounts;
use crate::systems::ConnectedSystem;
use crate::{Identity, error};

/// How subjects begin that were made for people another portal sent.
pub(super) const PEER_SUBJECT: &str = "peer:";

impl Identity {
    /// The account of somebody a trusted portal vouches for: the one the person has here, or a new
    /// one. What is known here stays as it is: the portal's word opens the account, it changes nothing.
    ///
    /// # Errors
    /// 409 when the number is known here under another name; 400 for a profile that is not whole.
    pub async fn recognise(&self, issuer: &str, mut profile: Profile) -> Result<Account> {
        if !profile.is_whole() {
            return Err(error::sign_on_refused());
        }
        let index = self.platform.blind_index(&profile.id_number);
        let known = match &profile.enterprise {
            None => accounts::person_by_number(self.platform.db.read(), &index).await?,
            Some(body) => self.enterprise_account(&index, &body.uscc).await?,
        };
        if let Some(row) = known {
            if row.name != profile.name {
                return Err(Problem::conflict("profile_differs", "对方门户传来的姓名和这里登记的不一致，没有登录。")
                    .detail("请用省统一身份认证登录，核对您的实名信息。"));
            }
            return self.known_account(row.id).await;
        }
        profile.subject = format!("{PEER_SUBJECT}{issuer}:{}", profile.subject);
        self.mirror(profile).await
    }

    /// The account of an enterprise whose representative has the number behind `index`.
    pub(super) async fn enterprise_account(&self, index: &str, uscc: &str) -> Result<Option<accounts::row::Model>> {
        let known = accounts::enterprise_by_representative(self.platform.db.read(), index).await?;
        Ok(known.into_iter().find(|row| {
            let own = row.enterprise.as_ref().and_then(|body| body.get("uscc")).and_then(Value::as_str);
            own == Some(uscc)
        }))
    }

    /// The session of somebody who arrives from another system, with its record; the session cookie,
    /// or `None` when the account may not sign in any more.
    ///
    /// # Errors
    /// 503 when the system is full; what the access policy refuses; 403 for staff whose role wants a second factor:
    /// arriving must not go round it.
    pub async fn open_arrival(
        &self,
        audience: Audience,
        account: Uuid,
        client: &Client,
        origin: &Origin,
        way: &'static str,
    ) -> Result<Option<String>> {
        if self.principal(&self.platform, audience, account).await?.is_none() {
            return Ok(None);
        }
        if audience == Audience::Portal {
            self.room_for_citizens().await?;
            let account = self.known_account(account).await?;
            return Ok(Some(self.citizen_session(&account, origin, way).await?));
        }
        let Some(staff) = self.staff(account).await? else { return Ok(None) };
        self.room_for(&staff).await?;
        self.admit_sign_in(client, &staff).await?;
        if self.next_step(&staff).await? != NextStep::None {
            return Err(Problem::forbidden("您的岗位登录时要动态口令，不能从别的系统直接进来。")
                .detail("请在工作台登录页用登录名、口令和动态口令登录。"));
        }
        self.record_sign_in(self.entry(&staff, origin, way)).await?;
        self.platform.sessions.start_from(&self.platform, audience, staff.id, origin, way).await.map(Some)
    }

    /// Writes down that somebody entered a connected system through us.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_sign_in_elsewhere(&self, audience: Audience, account: Uuid, app_id: &str) -> Result<()> {
        let user_type = match audience {
            Audience::Desk => "staff",
            Audience::Portal => self.account(account).await?.map_or("person", |account| account.kind.as_str()),
        };
        let entry = NewSignIn {
            id: self.platform.new_id(),
            at: self.platform.now(),
            audience,
            user_type,
            account,
            app_id: app_id.to_owned(),
            origin: Origin::default(),
            way: "ticket",
            refused: String::new(),
        };
        self.platform.db.write(entry.at, move |tx| Box::pin(async move { record(tx.conn(), entry).await })).await
    }

    /// What a system may know of somebody now, by its grant `user_data`; `None` when the account may
    /// no longer sign in. Without the account's own id: systems get their own subject.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn user_data(
        &self,
        system: &ConnectedSystem,
        audience: Audience,
        account: Uuid,
    ) -> Result<Option<Map<String, Value>>> {
        let scopes = model::joined(&model::allowed(system, audience, self.platform.now()));
        let claims = self.claims_for(system, audience, account, &scopes).await?;
        Ok(claims.and_then(|claims| match claims {
            Value::Object(mut claims) => {
                claims.remove("sub");
                Some(claims)
            }
            _ => None,
        }))
    }

    /// What people read for the data a system would get of somebody of a user system.
    pub fn user_data_labels(&self, system: &ConnectedSystem, audience: Audience) -> Vec<&'static str> {
        model::allowed(system, audience, self.platform.now())
            .into_iter()
            .filter(|scope| !scope.field.is_empty())
            .flat_map(|scope| scope.items.iter().copied())
            .collect()
    }

    /// Name of an offered item, or `None`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn item_name(&self, slug: &str) -> Result<Option<String>> {
        Ok(self.grantable(slug).await?.map(|item| item.name))
    }
}
