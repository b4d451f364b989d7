//! Staff sign in with their own accounts (IDENT-004).

use platform::passwords;
use platform::sessions::Origin;
use platform::web::guard::Audience;
use platform::web::policy;
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use platform::work::audit::Line;
use serde_json::json;

use crate::model::staff::{Staff, Tries};
use crate::second_factor::{NextStep, Step};
use crate::sign_ins::store::record;
use crate::store::staff;
use crate::{Identity, error};

/// Permission of those who keep the system running.
const KEEPS_RUNNING: &str = "run.edit";

impl Identity {
    /// Checks login and password; gives a session, or a ticket where a second factor follows.
    ///
    /// # Errors
    /// 503 when the system is full, told after the right password only; one and the same 401 for an unknown, disabled
    /// or locked login and for a wrong password, after the same work: every way through hashes one password and
    /// writes two transactions.
    pub(crate) async fn sign_in(
        &self,
        client: &Client,
        origin: &Origin,
        login: &str,
        password: String,
    ) -> Result<Step> {
        let platform = &self.platform;
        let login = login.trim().to_owned();
        let decoy = self.decoy().await?;
        let now = platform.now();
        let tried = login.clone();
        let found = platform
            .db
            .write(now, move |tx| Box::pin(async move { staff::begin_try(tx.conn(), &tried, now).await }))
            .await?;
        let hash = found.as_ref().map_or(decoy, |known| known.password_hash.clone());
        let fits = passwords::verify(password, hash).await?;
        let known = found.map(|known| known.staff);
        let right = known.clone().filter(|_| fits);
        // Only after the password, so that nobody learns from the refusal which logins exist.
        let (next, barred) = match &right {
            Some(staff) => {
                if let Err(full) = self.room_for(staff).await {
                    return Err(self.forget_try(staff, full).await);
                }
                (self.next_step(staff).await?, self.admit_sign_in(client, staff).await.err())
            }
            None => (NextStep::None, None),
        };
        let signs_in = right.is_some() && barred.is_none() && next == NextStep::None;
        // With a second step to come the try is forgiven there, and the sign-in recorded.
        let entry = known.as_ref().filter(|_| next == NextStep::None || barred.is_some()).map(|known| {
            let mut entry = self.entry(known, origin, "password");
            entry.refused = match (&right, &barred) {
                (None, _) => "口令不对".to_owned(),
                (Some(_), Some(problem)) => problem.title().to_owned(),
                (Some(_), None) => String::new(),
            };
            entry
        });
        let line = Line {
            id: platform.new_id(),
            actor_id: known.as_ref().map(|staff| staff.id),
            actor_name: known.as_ref().map(|staff| staff.name.clone()).unwrap_or_default(),
            action: match &right {
                Some(_) if signs_in => "staff.sign_in",
                Some(_) => "staff.password_shown",
                None => "staff.sign_in_failed",
            },
            // Never the text itself: people type their password into the wrong field.
            subject: format!("login:{}", platform.blind_index(&login)),
            detail: json!({}),
        };
        let line = line.entry().org(known.as_ref().map(|staff| staff.org_id));
        let forgiven = right.as_ref().filter(|_| signs_in).map(|staff| staff.id);
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(id) = forgiven {
                        staff::set_tries(tx.conn(), id, Tries::default()).await?;
                        staff::note_sign_in(tx.conn(), id, now).await?;
                    }
                    if let Some(entry) = entry {
                        record(tx.conn(), entry).await?;
                    }
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        let mut staff = right.ok_or_else(error::not_signed_in)?;
        if let Some(problem) = barred {
            return Err(problem);
        }
        staff.password_set_at.get_or_insert(now);
        self.after_password(staff, next, origin).await
    }

    /// Whether there is room for a staff user's session (OPS-007). Who keeps the system running always finds it, or
    /// nobody could make some.
    ///
    /// # Errors
    /// 503 with the way out when the system is full.
    pub(crate) async fn room_for(&self, staff: &Staff) -> Result<()> {
        let platform = &self.platform;
        if !platform.sessions.are_full(platform, Audience::Desk).await? {
            return Ok(());
        }
        let snapshot = self.directory.snapshot(platform).await?;
        let held = snapshot.roles.permissions(Audience::Desk, &staff.roles);
        if held.contains(KEEPS_RUNNING) { Ok(()) } else { Err(error::desk_full()) }
    }

    /// Whether there is room for a session of a citizen or an enterprise.
    ///
    /// # Errors
    /// 503 with the way out when the system is full.
    pub(crate) async fn room_for_citizens(&self) -> Result<()> {
        let full = self.platform.sessions.are_full(&self.platform, Audience::Portal).await?;
        if full { Err(error::portal_full()) } else { Ok(()) }
    }

    /// Takes back the try that a right password was counted as: who is asked to come again must not be locked out by
    /// coming. The refusal, or what went wrong.
    async fn forget_try(&self, staff: &Staff, refusal: Problem) -> Problem {
        let (id, now) = (staff.id, self.platform.now());
        let forgotten = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { staff::take_back_try(tx.conn(), id).await }))
            .await;
        forgotten.err().unwrap_or(refusal)
    }

    /// Holds a sign-in against the access policies: address, terminal, number of sessions (IDENT-035).
    pub(crate) async fn admit_sign_in(&self, client: &Client, staff: &Staff) -> Result<()> {
        let platform = &self.platform;
        let Some(policy) = self.directory.snapshot(platform).await?.policy_of(staff) else { return Ok(()) };
        let mut outcome = policy.admits(client);
        if let (Ok(()), Some(most)) = (&outcome, policy.max_sessions) {
            let open = platform.sessions.open_of(platform, Audience::Desk, staff.id, policy.idle_minutes).await?;
            if open >= most {
                outcome = Err(error::too_many_sessions(most));
            }
        }
        if let Err(problem) = &outcome {
            policy::note_refusal(platform, Some(staff.id), &staff.name, client, problem).await?;
        }
        outcome
    }

    /// A hash that no password fits, to spend the same time on an unknown login.
    pub(crate) async fn decoy(&self) -> Result<String> {
        let make = || async {
            let secret = base::id::token_hex(self.platform.randomness.as_ref(), 16);
            passwords::hash(secret, self.salt()).await
        };
        self.decoy.get_or_try_init(make).await.cloned()
    }

    pub(crate) fn salt(&self) -> [u8; 16] {
        let mut salt = [0_u8; 16];
        self.platform.randomness.fill(&mut salt);
        salt
    }
}
