//! Keep the local mirror of who the province says signed in (IDENT-001).

use platform::sessions::Sessions;
use platform::web::guard::Audience;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::outbox::Event;

use super::arrive::PEER_SUBJECT;
use crate::model::account::{Account, Profile};
use crate::store::accounts::{self, Mirror, Sealed};
use crate::{Identity, enterprise, error, real_name};

impl Identity {
    /// Makes or updates the account of a province's user; returns it with raw values.
    ///
    /// Name, papers, real-name state and enterprise always follow the province; a phone number the
    /// owner entered here stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mirror(&self, profile: Profile) -> Result<Account> {
        let platform = &self.platform;
        // An enterprise that activated its account here keeps that one, however it signs in.
        let own = match &profile.enterprise {
            Some(body) => enterprise::store::by_code(platform.db.read(), &body.uscc).await?,
            None => None,
        };
        let kept = match own {
            Some(own) => accounts::find(platform.db.read(), own.account_id).await?.map(|row| row.subject),
            None => self.made_for_a_peer(&profile).await?,
        };
        let subject = kept.unwrap_or_else(|| profile.subject.clone());
        let legal_person = self.legal_person_of(&profile);
        let mut mirror = Mirror {
            kind: profile.kind.as_str(),
            id_number_sealed: platform.seal(&profile.id_number, &place(&subject, "id_number")),
            id_number_index: platform.blind_index(&profile.id_number),
            phone: (!profile.phone.is_empty()).then(|| self.sealed_phone(&subject, &profile.phone)),
            enterprise: profile.enterprise.as_ref().map(serde_json::to_value).transpose()?,
            name: profile.name.clone(),
            id_type: profile.id_type,
            real_name: profile.real_name,
        };
        let identity = self.clone();
        let (id, line_id, now) = (platform.new_id(), platform.new_id(), platform.now());
        let row = platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let mut before = None;
                    // A decided review outweighs what the province says (IDENT-003).
                    if let Some(known) = accounts::by_subject(tx.conn(), &subject).await? {
                        before = Some(told(&known));
                        match real_name::store::latest(tx.conn(), known.id).await?.map(|review| review.state).as_deref() {
                            Some("passed") => mirror.real_name = true,
                            Some("failed") => mirror.real_name = false,
                            _ => {}
                        }
                        // Another person signs on as the enterprise: whoever did before is out, also
                        // where a browser is still open.
                        if known.kind == "enterprise" && known.id_number_index != mirror.id_number_index {
                            Sessions::end_all_of(tx, Audience::Portal, known.id, None).await?;
                        }
                    }
                    let row = accounts::mirror(tx.conn(), now, id, &subject, mirror).await?;
                    let row = row.ok_or_else(|| Problem::internal("an account vanished"))?;
                    // What a former legal representative gave ends with the first sign-on that names a
                    // new one (IDENT-019).
                    if let Some((principal, now_is)) = &legal_person {
                        identity.end_of_former(tx, principal, now_is).await?;
                    }
                    if row.id == id {
                        tx.publish(Event {
                            id: identity.platform.new_id(),
                            topic: crate::ACCOUNT_CREATED,
                            subject: format!("account:{id}"),
                            payload: serde_json::json!({ "account_id": id }),
                        });
                    }
                    if before.is_some_and(|before| before != told(&row)) {
                        tx.publish(identity.account_changed(row.id));
                    }
                    tx.audit(Line {
                        id: line_id,
                        actor_id: Some(row.id),
                        actor_name: row.name.clone(),
                        action: "account.sign_on",
                        subject: format!("account:{}", row.id),
                        detail: serde_json::json!({ "kind": row.kind, "real_name": row.real_name, "new": row.id == id }),
                    });
                    Ok(row)
                })
            })
            .await?;
        self.opened(row)
    }

    /// Subject of the account that another portal's word made before the person ever came through the
    /// province: it stays the person's account.
    async fn made_for_a_peer(&self, profile: &Profile) -> Result<Option<String>> {
        if accounts::by_subject(self.platform.db.read(), &profile.subject).await?.is_some() {
            return Ok(None);
        }
        let index = self.platform.blind_index(&profile.id_number);
        let known = match &profile.enterprise {
            None => accounts::person_by_number(self.platform.db.read(), &index).await?,
            Some(body) => self.enterprise_account(&index, &body.uscc).await?,
        };
        Ok(known.map(|row| row.subject).filter(|subject| subject.starts_with(PEER_SUBJECT)))
    }

    /// An account with raw values; `None` when there is none.
    ///
    /// # Errors
    /// When the database refuses or a sealed value was altered.
    pub async fn account(&self, id: uuid::Uuid) -> Result<Option<Account>> {
        accounts::find(self.platform.db.read(), id).await?.map(|row| self.opened(row)).transpose()
    }

    /// The account of a person by identity number: a case taken at a counter shows there too.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_by_id_number(&self, id_number: &str) -> Result<Option<uuid::Uuid>> {
        let index = self.platform.blind_index(id_number);
        Ok(accounts::person_by_number(self.platform.db.read(), &index).await?.map(|row| row.id))
    }

    /// The same for many numbers at once; who has no account is absent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn accounts_by_id_numbers(
        &self,
        id_numbers: &[String],
    ) -> Result<std::collections::HashMap<String, uuid::Uuid>> {
        let indexes: std::collections::HashMap<String, &String> =
            id_numbers.iter().map(|number| (self.platform.blind_index(number), number)).collect();
        let found = accounts::persons_by_numbers(self.platform.db.read(), indexes.keys().cloned().collect()).await?;
        Ok(found.into_iter().filter_map(|(index, id)| Some(((*indexes.get(&index)?).clone(), id))).collect())
    }

    /// The same, or 404.
    pub(crate) async fn known_account(&self, id: uuid::Uuid) -> Result<Account> {
        self.account(id).await?.ok_or_else(error::no_account)
    }

    pub(crate) fn sealed_phone(&self, subject: &str, phone: &str) -> Sealed {
        Sealed { value: self.platform.seal(phone, &place(subject, "phone")), index: self.platform.blind_index(phone) }
    }

    pub(crate) fn opened(&self, row: accounts::row::Model) -> Result<Account> {
        let open = |field: &str, value: &str| self.platform.unseal(value, &place(&row.subject, field));
        Ok(Account {
            id: row.id,
            kind: crate::AccountKind::from_column(&row.kind),
            id_number: open("id_number", &row.id_number_sealed)?,
            phone: row.phone_sealed.as_deref().map(|value| open("phone", value)).transpose()?,
            email: row.email_sealed.as_deref().map(|value| open("email", value)).transpose()?,
            name: row.name,
            id_type: row.id_type,
            display_name: row.display_name,
            real_name: row.real_name,
            enterprise: row.enterprise.map(serde_json::from_value).transpose()?,
            version: row.version,
        })
    }
}

/// Place a sealed value is bound to: it opens only in its own account and field.
pub(crate) fn place(subject: &str, field: &str) -> String {
    format!("account:{subject}:{field}")
}

/// What connected systems are told of an account, as far as it can be compared: sealed values by their index.
fn told(row: &accounts::row::Model) -> (String, String, Option<String>, bool, Option<serde_json::Value>) {
    (row.name.clone(), row.id_number_index.clone(), row.phone_index.clone(), row.real_name, row.enterprise.clone())
}
