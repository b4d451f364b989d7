//! Somebody comes from another portal or system with its ticket.

use axum::http::StatusCode;
use identity::{Profile, local_path};
use platform::sessions::Origin;
use platform::web::guard::Audience;
use platform::web::terminal::Client;
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::store::{self, log};
use super::ticket::{self, Claims, Fault, Here};
use crate::Recognition;
use crate::bindings::store as bindings;
use crate::links::Link;
use crate::outbound::{Answered, Call};

/// Who arrives, from where, in which user system.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) audience: Audience,
    pub(crate) client: Client,
    pub(crate) origin: Origin,
}

/// What an arrival led to.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// Signed in.
    SignedIn { cookie: String, to: String, system_name: String, person: String },
    /// An account here is asked for, once.
    AskAccount { pending: String, to: String, system_name: String, external_name: String },
}

/// A ticket that does not count: what it claimed and whose it is, as far as that is known.
type Refusal = (Option<Claims>, Option<Link>, Fault);

/// What the other side tells when we redeem its ticket: who it is, or which of its accounts.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default)]
    external: Option<External>,
}

#[derive(Debug, Deserialize)]
struct External {
    id: String,
    #[serde(default)]
    name: String,
}

impl Fault {
    /// What the person reads, with the way out.
    fn problem(self) -> Problem {
        let (title, way_out) = match self {
            Self::Unreadable | Self::Altered => {
                ("这个链接不完整，没有登录。", "请回到原来的门户，重新点一次。不要把链接复制到别处打开。")
            }
            Self::UnknownIssuer => {
                ("这个链接来自没有接入的系统，没有登录。", "您可以用省统一身份认证登录，事项都能照常办。")
            }
            Self::OtherPortal => ("这个链接是给别的门户的，没有登录。", "请回到原来的门户，选示例区再打开。"),
            Self::OtherPage => ("这个链接和要打开的页面对不上，没有登录。", "请回到原来的门户，重新点一次要办的事项。"),
            Self::Late => ("这个链接过了一分钟，已经失效。", "请回到原来的门户，重新点一次。"),
            Self::OtherNetwork => (
                "打开链接的网络和签发时的不一样，没有登录。",
                "请不要中途换网络，也不要把链接发给别人。回到原来的门户重新点一次。",
            ),
            Self::Replayed => {
                ("这个链接已经用过一次，不能再用。", "请回到原来的门户，重新点一次。已经登录的，直接办就行。")
            }
            Self::NotRedeemed => ("原来的门户不认这个链接，没有登录。", "请在原来的门户重新登录，再点一次。"),
            Self::NotTrusted => {
                ("这个系统的身份在这里不能直接用，没有登录。", "您可以用省统一身份认证登录，事项都能照常办。")
            }
            Self::AccountClosed => ("您在这里的账号现在不能登录。", "请到窗口或打 12345 问清原因。"),
        };
        let status = if self == Self::Unreadable { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
        Problem::new(status, self.code(), title).detail(way_out)
    }
}

impl Recognition {
    /// Takes somebody in who comes with a ticket for a page.
    ///
    /// # Errors
    /// 403 with the reason and the way out; 503 when the other portal does not answer.
    pub(crate) async fn arrive(&self, ticket: &str, to: &str, visitor: &Visitor) -> Result<Arrived> {
        let (claims, link) = match self.proven(ticket, to, visitor).await? {
            Ok(proven) => proven,
            Err((claims, link, fault)) => return self.refuse_arrival(claims, link, to, visitor, fault).await,
        };
        let call = Call {
            system: &link.system,
            address: &link.row.redeem_url,
            operation: "核验到达票据",
            body: json!({ "ticket": ticket }),
            case: None,
        };
        let told = match self.call(call).await? {
            Answered::Taken(answer) => serde_json::from_value::<Told>(answer).ok(),
            Answered::Refused(_) => None,
            Answered::Down(reason) => {
                return Err(Problem::unavailable(format!("{}暂时没有回应，没有登录。", link.system.name), reason)
                    .detail("过几分钟回到那里重新点一次。急的话，可以用省统一身份认证登录。")
                    .retry_after(60));
            }
        };
        match told {
            Some(Told { profile: Some(profile), .. }) if link.row.trusted && visitor.audience == Audience::Portal => {
                let account = match self.identity.recognise(&link.system.app_id, profile).await {
                    Ok(account) => account,
                    Err(problem) => return self.turn_away(&link, &claims.to, visitor, problem).await,
                };
                self.let_in(&link, account.id, visitor, &claims.to, "ticket").await
            }
            Some(Told { external: Some(external), .. }) => {
                let index = self.external_index(link.system.id, visitor.audience, &external.id);
                let db = self.platform.db.read();
                match bindings::by_external(db, link.system.id, visitor.audience, &index).await? {
                    Some(bound) => {
                        let done = self.let_in(&link, bound.account_id, visitor, &claims.to, "arrival").await?;
                        self.note_binding_use(bound.id).await?;
                        Ok(done)
                    }
                    None => self.ask_account(&link, &external.id, &external.name, visitor, &claims.to).await,
                }
            }
            Some(Told { profile: Some(_), .. }) => {
                self.refuse_arrival(Some(claims), Some(link), to, visitor, Fault::NotTrusted).await
            }
            _ => self.refuse_arrival(Some(claims), Some(link), to, visitor, Fault::NotRedeemed).await,
        }
    }

    /// Everything that can be known of a ticket without asking the other side, used up at the end.
    async fn proven(&self, ticket: &str, to: &str, visitor: &Visitor) -> Result<Result<(Claims, Link), Refusal>> {
        let unproven = match ticket::read(ticket) {
            Ok(unproven) => unproven,
            Err(fault) => return Ok(Err((None, None, fault))),
        };
        let claimed = unproven.claims.clone();
        let link = self.live_link(&claimed.iss).await?;
        let link = link.filter(|link| link.serves(visitor.audience) && !link.row.redeem_url.is_empty());
        let Some(link) = link else { return Ok(Err((Some(claimed), None, Fault::UnknownIssuer))) };
        let secrets = self.identity.valid_secrets(link.system.id).await?;
        let now = self.platform.now();
        let here =
            Here { us: &link.row.our_id, to, address: &visitor.origin.address, bound: link.row.bind_network, now };
        let claims = match unproven.proven(&secrets, &here) {
            Ok(claims) => claims,
            Err(fault) => return Ok(Err((Some(claimed), Some(link), fault))),
        };
        // Signed or not: only a page of this site is ever opened.
        if local_path(Some(&claims.to)) != claims.to {
            return Ok(Err((Some(claims), Some(link), Fault::OtherPage)));
        }
        let (app_id, number) = (link.system.app_id.clone(), claims.jti.clone());
        let until = now + ticket::VALID * 2;
        let first = self
            .platform
            .db
            .write(now, move |tx| {
                Box::pin(async move { store::take(tx.conn(), &app_id, &number, until, tx.now()).await })
            })
            .await?;
        Ok(if first { Ok((claims, link)) } else { Err((Some(claims), Some(link), Fault::Replayed)) })
    }

    /// Opens the session of an account that somebody's ticket led to.
    pub(super) async fn let_in(
        &self,
        link: &Link,
        account: Uuid,
        visitor: &Visitor,
        to: &str,
        way: &'static str,
    ) -> Result<Arrived> {
        let opened = self.identity.open_arrival(visitor.audience, account, &visitor.client, &visitor.origin, way).await;
        let opened = match opened {
            Ok(opened) => opened,
            Err(problem) => return self.turn_away(link, to, visitor, problem).await,
        };
        let Some(cookie) = opened else {
            return self.refuse_arrival(None, Some(link.clone()), to, visitor, Fault::AccountClosed).await;
        };
        let person = self.masked(visitor.audience, account).await?;
        let line = log::Model {
            direction: "in".to_owned(),
            account_id: Some(account),
            person: person.clone(),
            target: super::issue::bare(to),
            address: visitor.origin.address.clone(),
            ..self.log_line(link, "arrive", visitor.audience, "arrived")
        };
        let audit = Line {
            id: self.platform.new_id(),
            actor_id: Some(account),
            actor_name: person.clone(),
            action: "ticket.arrive",
            subject: format!("system:{}", link.system.app_id),
            detail: json!({ "way": way }),
        };
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::note(tx.conn(), line).await?;
                    tx.audit(audit);
                    Ok(())
                })
            })
            .await?;
        Ok(Arrived::SignedIn { cookie, to: to.to_owned(), system_name: link.system.name.clone(), person })
    }

    async fn note_binding_use(&self, id: Uuid) -> Result<()> {
        let note = self.platform.db.write(self.platform.now(), move |tx| {
            Box::pin(async move { bindings::note_use(tx.conn(), id, tx.now()).await })
        });
        note.await
    }

    async fn refuse_arrival<T>(
        &self,
        claims: Option<Claims>,
        link: Option<Link>,
        to: &str,
        visitor: &Visitor,
        fault: Fault,
    ) -> Result<T> {
        let plain = |text: &str| text.chars().filter(|one| !one.is_control()).take(64).collect::<String>();
        let (app_id, system_name) = match link {
            Some(link) => (link.system.app_id, link.system.name),
            None => (claims.map(|claims| plain(&claims.iss)).unwrap_or_default(), String::new()),
        };
        self.note_refusal(self.turned_away(app_id, system_name, to, visitor, fault.code())).await?;
        Err(fault.problem())
    }

    /// The ticket was right, the person may not come in all the same: in the log too.
    async fn turn_away<T>(&self, link: &Link, to: &str, visitor: &Visitor, problem: Problem) -> Result<T> {
        if problem.status().is_client_error() {
            let (app_id, name) = (link.system.app_id.clone(), link.system.name.clone());
            self.note_refusal(self.turned_away(app_id, name, to, visitor, problem.title())).await?;
        }
        Err(problem)
    }

    fn turned_away(
        &self,
        app_id: String,
        system_name: String,
        to: &str,
        visitor: &Visitor,
        reason: &str,
    ) -> log::Model {
        log::Model {
            id: self.platform.new_id(),
            at: self.platform.now(),
            direction: "in".to_owned(),
            app_id,
            system_name,
            purpose: "arrive".to_owned(),
            audience: visitor.audience.as_str().to_owned(),
            account_id: None,
            person: String::new(),
            item_slug: None,
            target: super::issue::bare(to),
            result: "refused".to_owned(),
            reason: reason.to_owned(),
            address: visitor.origin.address.clone(),
        }
    }
}
