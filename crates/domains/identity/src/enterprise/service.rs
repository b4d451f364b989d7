//! Activate, sign in, change the password.

use platform::calls;
use platform::captcha::{self, Answer};
use platform::messages::{self, Channel, Message};
use platform::passwords;
use platform::sessions::Origin;
use platform::web::guard::{Audience, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::Registration;
use super::store::{self, activation, credential};
use crate::model::account::Profile;
use crate::model::staff::Tries;
use crate::service::token_hash;
use crate::sign_ins::store::record;
use crate::store::accounts;
use crate::{Account, AccountKind, Enterprise, Identity, error};

/// How long an activation may take.
pub(crate) const ACTIVATION_VALID: Duration = Duration::minutes(10);
/// How long the last word of the authority counts while it does not answer.
const LICENCE_REMEMBERED: Duration = Duration::days(7);

/// An activation under way.
pub(crate) struct Activation {
    pub(crate) ticket: String,
    pub(crate) registration: Registration,
}

/// State of somebody's own password.
pub(crate) struct PasswordState {
    pub(crate) changed_at: OffsetDateTime,
    pub(crate) overdue: bool,
    pub(crate) days_left: i64,
}

/// Credit code or registration number as it is looked up.
fn checked_code(text: &str) -> Result<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let registration_number = (13..=15).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    if registration_number || base::codes::Uscc::parse(&code).is_ok() {
        Ok(code)
    } else {
        Err(Problem::invalid_field("/code", "format", "请填写 18 位统一社会信用代码，或者营业执照上的注册号。"))
    }
}

fn licence_reason(registration: &Registration) -> String {
    let why = if registration.licence.reason.is_empty() { "已失效" } else { &registration.licence.reason };
    format!("营业执照{why}，不能用企业账号办理。")
}

impl Identity {
    /// The first step: the authority knows the enterprise and its licence counts; a text goes to the
    /// telephone registered there.
    ///
    /// # Errors
    /// 422 for a wrong captcha before anything else is looked at; 422 for a code that is none, an
    /// enterprise that is not registered or whose licence does not count, each with the reason; 409
    /// when it is active already; 503 when the authority does not answer.
    pub(crate) async fn begin_activation(&self, captcha_answer: &Answer, code: &str) -> Result<Activation> {
        captcha::check(&self.platform, captcha_answer).await?;
        let code = checked_code(code)?;
        let Some(registration) = self.registration(&code).await? else {
            self.note_enterprise("enterprise.activation_refused", &code, json!({ "why": "not_registered" })).await?;
            return Err(Problem::invalid_field(
                "/code",
                "not_registered",
                "登记机关没有这家企业，请核对营业执照上的代码。刚办的执照，第二天再试。",
            ));
        };
        if !registration.licence.valid {
            self.note_enterprise("enterprise.activation_refused", &code, json!({ "why": "licence_invalid" })).await?;
            return Err(Problem::invalid_field("/code", "licence_invalid", licence_reason(&registration)));
        }
        if store::by_code(self.platform.db.read(), &registration.uscc).await?.is_some() {
            return Err(Problem::conflict("already_active", "这家企业的账号已经激活，请直接登录。"));
        }
        if base::codes::Phone::parse_mobile(&registration.phone).is_err() {
            return Err(Problem::conflict("no_phone", "登记机关没有留这家企业的手机号，不能在网上激活。")
                .detail("请法定代表人带身份证和营业执照到窗口，先更新联系电话。"));
        }
        let platform = &self.platform;
        let ticket = base::id::token_hex(platform.randomness.as_ref(), 32);
        let hash = token_hash(&ticket);
        let sms_code = base::id::digits(platform.randomness.as_ref(), 6);
        let now = platform.now();
        let new = activation::Model {
            ticket_hash: hash.clone(),
            uscc: registration.uscc.clone(),
            code_index: self.sms_index(&hash, &sms_code),
            tries: 0,
            expires_at: now + ACTIVATION_VALID,
            used_at: None,
        };
        platform
            .db
            .write(now, move |tx| Box::pin(async move { store::begin_activation(tx.conn(), new, now).await }))
            .await?;
        let text =
            format!("【通办】企业账号激活验证码 {sms_code}，10 分钟内有效。不是您本人在操作，请不要告诉任何人。");
        messages::send(
            platform,
            Message {
                event_key: format!("activation:{hash}"),
                recipient: platform.blind_index(&registration.phone),
                phone: Some(registration.phone.clone()),
                account: None,
                channel: Channel::Sms,
                template: "enterprise_activation".to_owned(),
                body: text,
            },
        )
        .await?;
        Ok(Activation { ticket, registration })
    }

    /// Asks the authority; the call is in the ledger.
    async fn registration(&self, code: &str) -> Result<Option<Registration>> {
        let started = self.platform.clock.now();
        let mut entry = calls::Entry::new(&self.platform, calls::Direction::Out);
        entry.party = "registry".to_owned();
        entry.party_name = "企业登记机关".to_owned();
        entry.operation = "查询企业登记".to_owned();
        entry.address.clone_from(&self.platform.config.registry_url);
        entry.payload(code.as_bytes());
        let answer = self.registry.find(code).await;
        match &answer {
            Ok(_) => entry.succeeded(200, ""),
            Err(problem) => entry.refused(problem),
        }
        calls::write(&self.platform, entry, started).await?;
        answer
    }

    fn sms_index(&self, ticket_hash: &str, code: &str) -> String {
        self.platform.blind_index(&format!("activation:{ticket_hash}:{code}"))
    }

    /// The second step: code from the telephone, number of the legal representative, a password.
    /// Returns the account and its session cookie.
    ///
    /// # Errors
    /// 503 when the system is full; 400 when the activation is over, 422 names what is wrong.
    pub(crate) async fn finish_activation(
        &self,
        ticket: &str,
        sms_code: &str,
        legal_person_id_number: &str,
        password: String,
        origin: &Origin,
    ) -> Result<(Account, String)> {
        passwords::check_strength(&password)?;
        // Before the try is counted: the code in the hand of the enterprise stays good.
        self.room_for_citizens().await?;
        let (hash, now) = (token_hash(ticket), self.platform.now());
        let tried = hash.clone();
        let found = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { store::try_activation(tx.conn(), &tried, now).await }))
            .await?;
        let over = || {
            Problem::new(axum::http::StatusCode::BAD_REQUEST, "activation_over", "这次激活已经失效，请从头再来。")
                .detail("验证码 10 分钟内有效，最多试 5 次。")
        };
        let activation = found.ok_or_else(over)?;
        let registration = self.registration(&activation.uscc).await?.filter(|found| found.licence.valid);
        let registration = registration.ok_or_else(over)?;
        let index = self.sms_index(&hash, sms_code.trim());
        let mut errors = Vec::new();
        if !base::crypto::constant_time_eq(index.as_bytes(), activation.code_index.as_bytes()) {
            errors.push(FieldProblem::new("/sms_code", "wrong", "短信验证码不对"));
        }
        let shown = legal_person_id_number.trim().to_uppercase();
        let known = registration.legal_person_id_number.to_uppercase();
        if !base::crypto::constant_time_eq(shown.as_bytes(), known.as_bytes()) {
            errors.push(FieldProblem::new("/legal_person_id_number", "differs", "和登记的法定代表人身份证号码不一致"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let password_hash = passwords::hash(password, self.salt()).await?;
        let account = self.mirror(self.profile_of(&registration).await?).await?;
        let new = credential::Model {
            account_id: account.id,
            uscc: registration.uscc.clone(),
            registration_number: registration.registration_number.clone(),
            password_hash,
            password_changed_at: now,
            failed_count: 0,
            locked_until: None,
            activated_at: now,
            licence_checked_at: now,
            licence_valid_until: registration.licence.valid_until.clone(),
        };
        let line = self.account_line(&account, "enterprise.activate", json!({ "uscc": registration.uscc }));
        let active = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::use_activation(tx.conn(), &hash, now).await?;
                    let active = store::activate(tx.conn(), new).await?;
                    if active {
                        tx.audit(line);
                    }
                    Ok(active)
                })
            })
            .await?;
        if !active {
            return Err(Problem::conflict("already_active", "这家企业的账号已经激活，请直接登录。"));
        }
        let cookie = self.citizen_session(&account, origin, "enterprise").await?;
        Ok((account, cookie))
    }

    /// The enterprise as the province would tell of it; an account it already has is kept.
    async fn profile_of(&self, registration: &Registration) -> Result<Profile> {
        let index = self.platform.blind_index(&registration.legal_person_id_number);
        let known = accounts::enterprise_by_representative(self.platform.db.read(), &index).await?;
        let same = known.into_iter().find(|row| {
            let uscc = row.enterprise.as_ref().and_then(|body| body.get("uscc")).and_then(|uscc| uscc.as_str());
            uscc == Some(registration.uscc.as_str())
        });
        Ok(Profile {
            subject: same.map_or_else(|| format!("registry:{}", registration.uscc), |row| row.subject),
            kind: AccountKind::Enterprise,
            name: registration.legal_person.clone(),
            id_type: "111".to_owned(),
            id_number: registration.legal_person_id_number.clone(),
            phone: registration.phone.clone(),
            // The authority has seen the legal representative's papers.
            real_name: true,
            enterprise: Some(Enterprise {
                name: registration.name.clone(),
                uscc: registration.uscc.clone(),
                legal_person: registration.legal_person.clone(),
                address: registration.address.clone(),
            }),
        })
    }

    /// Signs an enterprise in: captcha, then password, then the licence.
    ///
    /// # Errors
    /// 503 when the system is full; 422 for a wrong captcha before the password is looked at; one 401 for an unknown
    /// or locked enterprise and a wrong password; 403 with the reason when the licence no longer counts; 503 when that
    /// can't be known.
    pub async fn sign_in_enterprise(
        &self,
        captcha_answer: &Answer,
        code: &str,
        password: String,
        origin: &Origin,
    ) -> Result<(Account, String)> {
        // Before the captcha is used up and the try counted.
        self.room_for_citizens().await?;
        captcha::check(&self.platform, captcha_answer).await?;
        let code = checked_code(code)?;
        let (now, tried) = (self.platform.now(), code.clone());
        let decoy = self.decoy().await?;
        let found = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { store::begin_try(tx.conn(), &tried, now).await }))
            .await?;
        let hash = found.as_ref().map_or(decoy, |known| known.password_hash.clone());
        let fits = passwords::verify(password, hash).await?;
        let Some(known) = found else {
            self.note_enterprise("enterprise.sign_in_failed", &code, json!({})).await?;
            return Err(error::enterprise_not_signed_in());
        };
        let account = self.known_account(known.account_id).await?;
        let refused = if fits { self.licence_refusal(&known).await? } else { Some("口令不对".to_owned()) };
        let mut entry = self.citizen_entry(account.id, AccountKind::Enterprise, origin, "enterprise");
        if let Some(refused) = refused {
            entry.refused.clone_from(&refused);
            let line = self.account_line(&account, "enterprise.sign_in_failed", json!({ "password": fits }));
            self.platform
                .db
                .write(now, move |tx| {
                    Box::pin(async move {
                        record(tx.conn(), entry).await?;
                        tx.audit(line);
                        Ok(())
                    })
                })
                .await?;
            return Err(if fits {
                Problem::new(axum::http::StatusCode::FORBIDDEN, "licence_invalid", refused)
                    .detail("请先到登记机关恢复或换发营业执照。正在办的事项不受影响，可以到窗口查询。")
            } else {
                error::enterprise_not_signed_in()
            });
        }
        let (id, line) = (account.id, self.account_line(&account, "enterprise.sign_in", json!({})));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::set_tries(tx.conn(), id, Tries::default()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        let cookie = self.citizen_session(&account, origin, "enterprise").await?;
        Ok((account, cookie))
    }

    /// Why the licence does not count now; `None` when it does.
    async fn licence_refusal(&self, known: &credential::Model) -> Result<Option<String>> {
        let now = self.platform.now();
        let registration = match self.registration(&known.uscc).await {
            Ok(found) => found,
            Err(problem) => {
                let today = base::zone::china_date(now).to_string();
                let over = known.licence_valid_until.as_ref().is_some_and(|until| *until < today);
                // The authority is down: its last word counts for a week, not beyond the licence's day.
                return if !over && known.licence_checked_at + LICENCE_REMEMBERED > now {
                    Ok(None)
                } else {
                    Err(problem)
                };
            }
        };
        match registration {
            None => Ok(Some("登记机关已经没有这家企业，不能用企业账号办理。".to_owned())),
            Some(found) if !found.licence.valid => Ok(Some(licence_reason(&found))),
            Some(found) => {
                let (id, until) = (known.account_id, found.licence.valid_until);
                self.platform
                    .db
                    .write(now, move |tx| Box::pin(async move { store::note_licence(tx.conn(), id, until, now).await }))
                    .await?;
                Ok(None)
            }
        }
    }

    /// Changes one's own password; the other sessions end.
    ///
    /// # Errors
    /// 409 for an account without a password here, 422 when the old one is wrong or the new one weak.
    pub(crate) async fn change_enterprise_password(
        &self,
        caller: &Principal,
        current: &str,
        old: String,
        new: String,
    ) -> Result<()> {
        let known = store::of_account(self.platform.db.read(), caller.id).await?;
        let known = known.ok_or_else(|| {
            Problem::conflict("no_password", "您是用省统一身份认证登录的，口令要到省统一身份认证修改。")
        })?;
        let now = self.platform.now();
        let uscc = known.uscc.clone();
        let tried = self
            .platform
            .db
            .write(now, move |tx| Box::pin(async move { store::begin_try(tx.conn(), &uscc, now).await }))
            .await?;
        let wrong = || Problem::invalid_field("/old_password", "wrong", "现在的口令不对，请重新输入。");
        let hash = tried.ok_or_else(wrong)?.password_hash;
        if !passwords::verify(old.clone(), hash).await? {
            return Err(wrong());
        }
        if old == new {
            return Err(Problem::invalid_field("/new_password", "same_password", "新口令和现在的一样，请换一个。"));
        }
        if let Err(problem) = passwords::check_strength(&new) {
            let message = problem.field_errors().first().map(|error| error.message.clone()).unwrap_or_default();
            return Err(Problem::invalid_field("/new_password", "weak_password", message));
        }
        let hash = passwords::hash(new, self.salt()).await?;
        let id = caller.id;
        let line = Line::by(caller, self.platform.new_id(), "account.password", format!("account:{id}"), json!({}));
        self.platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    store::set_password(tx.conn(), id, hash, now).await?;
                    store::set_tries(tx.conn(), id, Tries::default()).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.platform.sessions.end_all(&self.platform, Audience::Portal, id, Some(current)).await?;
        Ok(())
    }

    /// State of an account's own password; `None` when it has none here.
    pub(crate) async fn password_state(&self, account: Uuid) -> Result<Option<PasswordState>> {
        let known = store::of_account(self.platform.db.read(), account).await?;
        Ok(known.map(|known| {
            let age = (self.platform.now() - known.password_changed_at).whole_days();
            let days_left = self.platform.config.password_days - age;
            PasswordState {
                changed_at: known.password_changed_at,
                overdue: days_left <= 0,
                days_left: days_left.max(0),
            }
        }))
    }

    fn account_line(&self, account: &Account, action: &'static str, detail: serde_json::Value) -> Line {
        Line {
            id: self.platform.new_id(),
            actor_id: Some(account.id),
            actor_name: account.applicant_name().to_owned(),
            action,
            subject: format!("account:{}", account.id),
            detail,
        }
    }

    async fn note_enterprise(&self, action: &'static str, code: &str, detail: serde_json::Value) -> Result<()> {
        let line = Line {
            id: self.platform.new_id(),
            actor_id: None,
            actor_name: String::new(),
            action,
            subject: format!("enterprise:{code}"),
            detail,
        };
        self.platform.leave(line).await
    }
}
