//! The side that was asked answers: online, or an elder at the window before a clerk who has
//! verified the identity (IDENT-022, IDENT-023).

use platform::Tx;
use platform::web::guard::{Allowed, Principal};
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Who, fresh, reason};
use crate::Identity;
use crate::delegation::error;
use crate::delegation::model::Event;
use crate::delegation::notify::{self, Side};
use crate::delegation::store::{self, grant};
use crate::permissions::{ConfirmGrants, EditGrants};

/// An answer with a reason, or an end.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = GrantAnswer)]
pub struct Answer {
    /// Version of the page.
    pub version: i64,
    /// Why, may be empty.
    #[serde(default)]
    pub reason: String,
}

/// An elder's answer at the window.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = GrantWindowAnswer)]
pub struct WindowAnswer {
    /// Version of the page.
    pub version: i64,
    /// Name as verified.
    pub name: String,
    /// Identity number as verified.
    pub id_number: String,
    /// How the identity was verified: `id_card`, `face` or `home_visit`.
    pub way: String,
    /// Note, or why it is refused.
    #[serde(alias = "note")]
    pub reason: String,
}

/// How a clerk verified who stands before him.
fn way_label(way: &str) -> Option<&'static str> {
    match way {
        "id_card" => Some("核对身份证"),
        "face" => Some("人脸核验"),
        "home_visit" => Some("上门核实"),
        _ => None,
    }
}

impl Identity {
    /// Agrees to a grant as the side that was asked.
    ///
    /// # Errors
    /// 404 for everybody else, 409 when it was answered before, is over, or names another real name.
    pub async fn accept_grant(&self, caller: &Allowed<EditGrants>, id: Uuid, version: i64) -> Result<()> {
        let who = self.who(caller).await?;
        if !who.account.real_name {
            return Err(error::real_name_needed());
        }
        let line = self.grant_line(caller, "grant.accept", id, json!({}));
        let name = who.account.name.clone();
        self.answer(who, id, version, line, Event::Accept, move |row| {
            let given = if row.asked_by == "principal" { &row.grantee_name } else { &row.principal_name };
            if *given != name {
                return Err(error::name_differs(given));
            }
            row.confirmed = "网上确认".to_owned();
            Ok(())
        })
        .await
    }

    /// Does not agree.
    ///
    /// # Errors
    /// 404 for everybody but the side that was asked, 409 when it was answered before.
    pub async fn refuse_grant(&self, caller: &Allowed<EditGrants>, id: Uuid, answer: Answer) -> Result<()> {
        let who = self.who(caller).await?;
        let why = reason(&answer.reason)?;
        let line = self.grant_line(caller, "grant.refuse", id, json!({ "reason": why }));
        self.answer(who, id, answer.version, line, Event::Refuse, move |row| {
            row.end_reason = why;
            Ok(())
        })
        .await
    }

    async fn answer(
        &self,
        who: Who,
        id: Uuid,
        version: i64,
        line: Line,
        event: Event,
        write: impl FnOnce(&mut grant::Model) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let identity = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let (mut row, sides) = identity.seen(&who, store::find(tx.conn(), id).await?).await?;
                    let asked = if row.asked_by == "principal" {
                        sides.receives(&row)
                    } else {
                        row.principal_index == sides.principal
                    };
                    if !asked {
                        let title = "这份授权要由对方确认。";
                        return Err(Problem::forbidden(title).detail("对方确认后会通知您；不要了，可以撤销。"));
                    }
                    fresh(&row, version)?;
                    write(&mut row)?;
                    identity.answered(tx, row, event).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }

    /// Moves the state and tells who had asked.
    async fn answered(&self, tx: &Tx, mut row: grant::Model, event: Event) -> Result<grant::Model> {
        let (now, state) = (tx.now(), row.state(tx.now())?);
        row.state = state.after(event)?.as_str().to_owned();
        row.updated_at = now;
        if event == Event::Accept {
            row.activated_at = Some(now);
        } else {
            row.ended_at = Some(now);
        }
        let row = store::update(tx.conn(), row).await?;
        let asker = if row.asked_by == "principal" { Side::Principal } else { Side::Grantee };
        let told = if event == Event::Accept { "grant_accepted" } else { "grant_refused" };
        tx.enqueue(notify::job(&self.platform, &row, told, asker));
        Ok(row)
    }

    /// Records an elder's answer at the window.
    ///
    /// # Authorisation
    /// `grant.confirm`. The clerk enters what the papers say; it must be the elder named.
    ///
    /// # Errors
    /// 422 when name or number are not the elder's, 409 when it was answered before.
    pub async fn answer_at_window(
        &self,
        caller: &Allowed<ConfirmGrants>,
        id: Uuid,
        answer: WindowAnswer,
        agrees: bool,
    ) -> Result<()> {
        let why = reason(&answer.reason)?;
        let way = way_label(&answer.way).ok_or_else(|| {
            Problem::invalid_field("/way", "option", "选择怎样核实的身份：核对身份证、人脸核验或者上门核实")
        })?;
        if !agrees && why.is_empty() {
            return Err(Problem::invalid_field("/reason", "required", "写明本人为什么不同意"));
        }
        let index = self.platform.blind_index(&answer.id_number.trim().to_uppercase());
        let staff: Principal = (**caller).clone();
        let action = if agrees { "grant.window_confirm" } else { "grant.window_refuse" };
        let line = self.grant_line(caller, action, id, json!({ "way": answer.way, "note": why }));
        let identity = self.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = store::find(tx.conn(), id).await?.filter(|row| row.asked_by == "grantee");
                    let mut row = row.ok_or_else(error::no_grant)?;
                    let mut errors = Vec::new();
                    if row.principal_index != index {
                        let message = "和申请里的老人不是同一个身份证号码，请核对证件";
                        errors.push(FieldProblem::new("/id_number", "differs", message));
                    } else if row.principal_name != answer.name.trim() {
                        let message = "姓名和申请里填的不一致，请核对证件；填错了，请子女重新申请";
                        errors.push(FieldProblem::new("/name", "differs", message));
                    }
                    if !errors.is_empty() {
                        return Err(Problem::invalid(errors));
                    }
                    fresh(&row, answer.version)?;
                    let event = if agrees { Event::Accept } else { Event::Refuse };
                    if agrees {
                        row.confirmed = format!("窗口确认（{}，{way}）", staff.name);
                    } else {
                        row.end_reason = why;
                    }
                    identity.answered(tx, row, event).await?;
                    tx.audit(line);
                    Ok(())
                })
            })
            .await
    }
}
