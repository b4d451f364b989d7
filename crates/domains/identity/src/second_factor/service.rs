//! Enrol, show, lose and take away a second factor.

use base::crypto::otp;
use platform::passwords;
use platform::sessions::Origin;
use platform::web::guard::{Allowed, Audience, Principal};
use platform::web::problem::{Problem, Result};
use platform::web::terminal::Client;
use platform::work::audit::{Entry, Line};
use qrcode::QrCode;
use qrcode::render::svg;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::{MAX_TRIES, PATIENCE, RECOVERY_CODES, is_app_code, normalised, recovery_code};
use super::store;
use crate::model::staff::{Staff, Tries};
use crate::permissions::{ReadSelf, ResetSecondFactor};
use crate::service::token_hash;
use crate::sign_ins::model::NewSignIn;
use crate::sign_ins::store::record;
use crate::store::staff as people;
use crate::{Identity, error};

/// Who issues the codes, as the app lists it.
const ISSUER: &str = "通办";

/// What stands between a right password and a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Nothing.
    None,
    /// A code of the app, or a recovery code.
    Code,
    /// The enrolment, because a role demands a second factor.
    Enrol,
}

/// Where somebody who gave the right password is now.
pub(crate) enum Step {
    /// Signed in: who and the session cookie.
    Done(Box<Staff>, String),
    /// The code is asked for.
    Code(String),
    /// A role demands a second factor and there is none yet.
    Enrol(String),
}

/// What the authenticator app is to hold.
pub(crate) struct Enrolment {
    /// For typing, in groups of four.
    pub(crate) secret: String,
    pub(crate) uri: String,
    pub(crate) qr_svg: String,
    pub(crate) account: String,
}

/// Signed in by the second step.
pub(crate) struct Finished {
    pub(crate) staff: Staff,
    pub(crate) cookie: String,
    /// Only after an enrolment.
    pub(crate) recovery_codes: Option<Vec<String>>,
    pub(crate) recovery_left: u64,
}

/// State of a user's second factor.
pub(crate) struct State {
    pub(crate) enrolled_at: Option<OffsetDateTime>,
    pub(crate) required_by: Vec<String>,
    pub(crate) recovery_left: u64,
}

fn place(staff: Uuid) -> String {
    format!("second_factor:{staff}")
}

impl Identity {
    /// What a right password leads to.
    pub(crate) async fn next_step(&self, staff: &Staff) -> Result<NextStep> {
        let factor = store::find(self.platform.db.read(), staff.id).await?;
        Ok(if factor.is_some_and(|factor| factor.enrolled_at.is_some()) {
            NextStep::Code
        } else if self.second_factor_demanded_by(staff).await?.is_empty() {
            NextStep::None
        } else {
            NextStep::Enrol
        })
    }

    /// After a right password: a session, or the ticket for the second step.
    pub(crate) async fn after_password(&self, staff: Staff, next: NextStep, origin: &Origin) -> Result<Step> {
        let platform = &self.platform;
        let step = match next {
            NextStep::None => {
                let cookie =
                    platform.sessions.start_from(platform, Audience::Desk, staff.id, origin, "password").await?;
                return Ok(Step::Done(Box::new(staff), cookie));
            }
            NextStep::Code => "code",
            NextStep::Enrol => "enrol",
        };
        let ticket = base::id::token_hex(platform.randomness.as_ref(), 32);
        let (hash, id, now) = (token_hash(&ticket), staff.id, platform.now());
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move { store::issue_ticket(tx.conn(), hash, id, step, now, now + PATIENCE).await })
            })
            .await?;
        Ok(if next == NextStep::Code { Step::Code(ticket) } else { Step::Enrol(ticket) })
    }

    /// Roles that demand a second factor of somebody; none where the installation does not ask for it.
    pub(crate) async fn second_factor_demanded_by(&self, staff: &Staff) -> Result<Vec<String>> {
        if self.platform.config.require_second_factor {
            Ok(self.directory.snapshot(&self.platform).await?.roles.demanding_second_factor(&staff.roles))
        } else {
            Ok(Vec::new())
        }
    }

    /// What to put into the app, for somebody who has to enrol before the first session.
    ///
    /// # Errors
    /// 401 when the ticket is over or is for somebody who has enrolled: a password alone must not
    /// replace a second factor.
    pub(crate) async fn begin_enrolment_with(&self, ticket: &str) -> Result<Enrolment> {
        let found = store::ticket(self.platform.db.read(), &token_hash(ticket), self.platform.now()).await?;
        let (staff, _) = found.filter(|(_, step)| step == "enrol").ok_or_else(error::sign_in_over)?;
        let staff = self.staff(staff).await?.filter(|staff| !staff.disabled).ok_or_else(error::sign_in_over)?;
        self.enrolment(&staff).await
    }

    /// The same for somebody who is signed in and shows the password again.
    ///
    /// # Errors
    /// 422 when the password is wrong.
    pub(crate) async fn begin_own_enrolment(&self, caller: &Allowed<ReadSelf>, password: String) -> Result<Enrolment> {
        let staff = self.own_with_password(caller, password).await?;
        self.enrolment(&staff).await
    }

    /// Proves again who sits at an open session: the password, and the code where there is a second
    /// factor. For acts that bind something to the account.
    ///
    /// # Errors
    /// 422 naming the password or the code.
    pub async fn prove_self(&self, caller: &Principal, password: String, typed: &str) -> Result<()> {
        let staff = self.own_with_password(caller, password).await?;
        let factor = store::find(self.platform.db.read(), staff.id).await?;
        if factor.is_none_or(|factor| factor.enrolled_at.is_none()) {
            return Ok(());
        }
        if typed.trim().is_empty() {
            return Err(Problem::invalid_field(
                "/code",
                "required",
                "请输入手机应用上的 6 位动态口令，或者一个恢复码。",
            ));
        }
        self.own_try(caller).await?;
        if !self.show_code(caller.id, typed, None, false, true).await? {
            return Err(error::wrong_code());
        }
        self.own_success(caller, "staff.prove_self").await
    }

    async fn own_with_password(&self, caller: &Principal, password: String) -> Result<Staff> {
        let staff = self.staff(caller.id).await?.ok_or_else(error::no_account)?;
        let (login, now) = (staff.login.clone(), self.platform.now());
        let tried = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { people::begin_try(tx.conn(), &login, now).await }))
            .await?;
        let wrong = || Problem::invalid_field("/password", "wrong", "口令不对，请重新输入。");
        let hash = tried.ok_or_else(wrong)?.password_hash;
        if !passwords::verify(password, hash).await? {
            return Err(wrong());
        }
        let id = staff.id;
        self.platform
            .db
            .write(now, move |tx| Box::pin(async move { people::set_tries(tx.conn(), id, Tries::default()).await }))
            .await?;
        Ok(staff)
    }

    /// The pending secret of somebody; made when there is none.
    async fn enrolment(&self, staff: &Staff) -> Result<Enrolment> {
        let platform = &self.platform;
        let known = store::find(platform.db.read(), staff.id).await?.and_then(|factor| factor.pending_sealed);
        let sealed = match known {
            Some(sealed) => sealed,
            None => {
                let sealed = platform.seal(&base::id::token_hex(platform.randomness.as_ref(), 20), &place(staff.id));
                let (id, kept) = (staff.id, sealed.clone());
                platform
                    .db
                    .write(platform.now(), move |tx| {
                        Box::pin(async move { store::set_pending(tx.conn(), id, kept).await })
                    })
                    .await?;
                sealed
            }
        };
        let secret = otp::secret_text(&self.secret(&sealed, staff.id)?);
        let account = format!("{ISSUER}:{}", staff.login);
        let mut uri = url::Url::parse("otpauth://totp/").map_err(Problem::internal)?;
        uri.set_path(&account);
        uri.query_pairs_mut()
            .append_pair("secret", &secret)
            .append_pair("issuer", ISSUER)
            .append_pair("digits", "6")
            .append_pair("period", &otp::STEP_SECONDS.to_string());
        let uri = String::from(uri);
        let qr_svg = QrCode::new(uri.as_bytes())
            .map_err(Problem::internal)?
            .render::<svg::Color<'_>>()
            .min_dimensions(220, 220)
            .build();
        let letters: Vec<char> = secret.chars().collect();
        let secret = letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
        Ok(Enrolment { secret, uri, qr_svg, account })
    }

    fn secret(&self, sealed: &str, staff: Uuid) -> Result<Vec<u8>> {
        let text = self.platform.unseal(sealed, &place(staff))?;
        base::encoding::from_hex(&text).ok_or_else(|| Problem::internal("a second factor's secret is no hex"))
    }

    /// The second step of a sign-in: the app's code, or a recovery code.
    ///
    /// # Errors
    /// 503 when the system is full; 401 `sign_in_over` when the ticket is unknown, old or tried too often, 401
    /// `second_factor_failed` when the code is wrong, too old or was used before.
    pub(crate) async fn second_step(
        &self,
        client: &Client,
        ticket: &str,
        typed: &str,
        origin: &Origin,
    ) -> Result<Finished> {
        let platform = &self.platform;
        let (hash, now) = (token_hash(ticket), platform.now());
        // Before the try is counted: who finds no room comes again with the same ticket.
        if platform.sessions.are_full(platform, Audience::Desk).await?
            && let Some((id, _)) = store::ticket(platform.db.read(), &hash, now).await?
            && let Some(staff) = self.staff(id).await?
        {
            self.room_for(&staff).await?;
        }
        let tried = hash.clone();
        let found = platform
            .db
            .write(now, move |tx| Box::pin(async move { store::try_ticket(tx.conn(), &tried, now).await }))
            .await?;
        let (id, step) = found.ok_or_else(error::sign_in_over)?;
        let mut staff = self.staff(id).await?.filter(|staff| !staff.disabled).ok_or_else(error::sign_in_over)?;
        staff.password_set_at.get_or_insert(now);
        // Again: sessions may have been opened elsewhere since the password, or the address changed.
        self.admit_sign_in(client, &staff).await?;
        let enrolling = step == "enrol";
        let codes = enrolling.then(|| self.fresh_codes());
        let shown = self.show_code(id, typed, codes.clone(), enrolling, true).await?;
        let line = self.line(
            &staff,
            if shown { "staff.sign_in" } else { "staff.second_factor_failed" },
            json!({ "step": step }),
        );
        let mut entry = self.entry(&staff, origin, "second_factor");
        if !shown {
            "动态口令不对".clone_into(&mut entry.refused);
        }
        let login = staff.login.clone();
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if shown {
                        store::use_ticket(tx.conn(), &hash, now).await?;
                        people::set_tries(tx.conn(), id, Tries::default()).await?;
                        people::note_sign_in(tx.conn(), id, now).await?;
                    } else {
                        // Counts like a wrong password: a stolen password does not buy endless guesses.
                        people::begin_try(tx.conn(), &login, now).await?;
                    }
                    record(tx.conn(), entry).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        if !shown {
            return Err(error::second_factor_failed());
        }
        let cookie = platform.sessions.start_from(platform, Audience::Desk, id, origin, "second_factor").await?;
        let recovery_left = store::recovery_left(platform.db.read(), id).await?;
        Ok(Finished { staff, cookie, recovery_codes: codes, recovery_left })
    }

    /// Confirms the pending secret with a code of the app; gives the recovery codes.
    ///
    /// # Errors
    /// 422 when the code is wrong.
    pub(crate) async fn confirm_enrolment(&self, caller: &Allowed<ReadSelf>, typed: &str) -> Result<Vec<String>> {
        let codes = self.fresh_codes();
        self.own_try(caller).await?;
        if !self.show_code(caller.id, typed, Some(codes.clone()), true, false).await? {
            return Err(error::wrong_code());
        }
        self.own_success(caller, "second_factor.enrol").await?;
        Ok(codes)
    }

    /// New recovery codes; the old end.
    ///
    /// # Errors
    /// 422 when the code is wrong.
    pub(crate) async fn renew_recovery(&self, caller: &Allowed<ReadSelf>, typed: &str) -> Result<Vec<String>> {
        let codes = self.fresh_codes();
        self.own_try(caller).await?;
        if !self.show_code(caller.id, typed, Some(codes.clone()), false, false).await? {
            return Err(error::wrong_code());
        }
        self.own_success(caller, "second_factor.recovery").await?;
        Ok(codes)
    }

    /// The owner takes the second factor off.
    ///
    /// # Errors
    /// 409 when a role demands it; 422 when password or code is wrong.
    pub(crate) async fn remove_second_factor(
        &self,
        caller: &Allowed<ReadSelf>,
        password: String,
        typed: &str,
    ) -> Result<()> {
        let staff = self.own_with_password(caller, password).await?;
        let demanded = self.second_factor_demanded_by(&staff).await?;
        if !demanded.is_empty() {
            return Err(Problem::conflict(
                "second_factor_required",
                format!("“{}”岗位必须用动态口令，不能关掉。", demanded.join("、")),
            )
            .detail("要换手机，请重新绑定。"));
        }
        self.own_try(caller).await?;
        if !self.show_code(caller.id, typed, None, false, true).await? {
            return Err(error::wrong_code());
        }
        self.take_away(caller, staff.id, "second_factor.remove", String::new()).await
    }

    /// An administrator takes a lost second factor away and ends the user's sessions.
    ///
    /// # Authorisation
    /// `second_factor.reset`; only staff of organisations the caller sees, and never one's own.
    ///
    /// # Errors
    /// 404 outside the reach, 422 without a reason.
    pub(crate) async fn reset_second_factor(
        &self,
        caller: &Allowed<ResetSecondFactor>,
        id: Uuid,
        reason: &str,
    ) -> Result<()> {
        let reason = crate::sign_ins::http::checked_reason(reason)?;
        let staff = self.staff(id).await?.filter(|staff| caller.visible_orgs.contains(&staff.org_id));
        let staff = staff.ok_or_else(|| Problem::not_found("没有找到这位工作人员。"))?;
        if staff.id == caller.id {
            return Err(Problem::conflict("own_second_factor", "自己的动态口令不能自己重置，请另一位安全管理员办理。"));
        }
        self.take_away(caller, id, "second_factor.reset", reason).await?;
        self.platform.sessions.end_all(&self.platform, Audience::Desk, id, None).await?;
        Ok(())
    }

    async fn take_away(&self, caller: &Principal, id: Uuid, action: &'static str, reason: String) -> Result<()> {
        let line = Line::by(caller, self.platform.new_id(), action, format!("staff:{id}"), json!({ "reason": reason }));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::remove(tx.conn(), id).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// What the owner's page shows.
    pub(crate) async fn second_factor_state(&self, caller: &Allowed<ReadSelf>) -> Result<State> {
        let conn = self.platform.db.read();
        let staff = self.staff(caller.id).await?.ok_or_else(error::no_account)?;
        Ok(State {
            enrolled_at: store::find(conn, caller.id).await?.and_then(|factor| factor.enrolled_at),
            required_by: self.second_factor_demanded_by(&staff).await?,
            recovery_left: store::recovery_left(conn, caller.id).await?,
        })
    }

    /// Whether a code counts; uses it up in the same transaction. With `codes` new recovery codes
    /// take the old ones' place. `pending` looks at the secret that is not confirmed yet.
    async fn show_code(
        &self,
        staff: Uuid,
        typed: &str,
        codes: Option<Vec<String>>,
        pending: bool,
        recovery: bool,
    ) -> Result<bool> {
        let typed = normalised(typed);
        let index = self.recovery_index(staff, &typed);
        let fresh: Option<Vec<(Uuid, String)>> = codes.map(|codes| {
            codes.iter().map(|code| (self.platform.new_id(), self.recovery_index(staff, &normalised(code)))).collect()
        });
        let (this, now) = (self.clone(), self.platform.now());
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    let Some(factor) = store::locked(tx.conn(), staff).await? else { return Ok(false) };
                    let good = if !is_app_code(&typed) {
                        recovery && !pending && store::use_recovery(tx.conn(), staff, &index, now).await?
                    } else if pending {
                        let Some(sealed) = factor.pending_sealed else { return Ok(false) };
                        let secret = this.secret(&sealed, staff)?;
                        match otp::matching_step(&secret, &typed, now.unix_timestamp(), -1) {
                            Some(step) => {
                                store::confirm(tx.conn(), staff, sealed, step, now).await?;
                                true
                            }
                            None => false,
                        }
                    } else {
                        let Some(sealed) = factor.secret_sealed else { return Ok(false) };
                        let secret = this.secret(&sealed, staff)?;
                        match otp::matching_step(&secret, &typed, now.unix_timestamp(), factor.last_step) {
                            Some(step) => store::use_step(tx.conn(), staff, step).await?,
                            None => false,
                        }
                    };
                    if let Some(fresh) = fresh.filter(|_| good) {
                        store::set_recovery(tx.conn(), staff, fresh).await?;
                    }
                    Ok(good)
                })
            })
            .await
    }

    /// Counts a try of a signed-in owner, so that a stolen session can't guess the code.
    async fn own_try(&self, caller: &Principal) -> Result<()> {
        let staff = self.staff(caller.id).await?.ok_or_else(error::no_account)?;
        let now = self.platform.now();
        let tried = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { people::begin_try(tx.conn(), &staff.login, now).await }))
            .await?;
        tried.map(|_| ()).ok_or_else(error::wrong_code)
    }

    async fn own_success(&self, caller: &Principal, action: &'static str) -> Result<()> {
        let id = caller.id;
        let line = Line::by(caller, self.platform.new_id(), action, format!("staff:{id}"), json!({}));
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    people::set_tries(tx.conn(), id, Tries::default()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    fn fresh_codes(&self) -> Vec<String> {
        (0..RECOVERY_CODES).map(|_| recovery_code(self.platform.randomness.as_ref())).collect()
    }

    fn recovery_index(&self, staff: Uuid, code: &str) -> String {
        self.platform.blind_index(&format!("recovery:{staff}:{code}"))
    }

    pub(crate) fn entry(&self, staff: &Staff, origin: &Origin, way: &'static str) -> NewSignIn {
        NewSignIn {
            id: self.platform.new_id(),
            at: self.platform.now(),
            audience: Audience::Desk,
            user_type: "staff",
            account: staff.id,
            app_id: String::new(),
            origin: origin.clone(),
            way,
            refused: String::new(),
        }
    }

    pub(crate) fn line(&self, staff: &Staff, action: &'static str, detail: serde_json::Value) -> Entry {
        let line = Line {
            id: self.platform.new_id(),
            actor_id: Some(staff.id),
            actor_name: staff.name.clone(),
            action,
            subject: format!("login:{}", self.platform.blind_index(&staff.login)),
            detail,
        };
        line.entry().org(Some(staff.org_id))
    }
}

/// Tries of one ticket, for the words of a refusal.
pub(crate) const TRIES: i64 = MAX_TRIES;
