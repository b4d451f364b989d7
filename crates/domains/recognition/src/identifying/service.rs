//! Keep an identification, answer what was found, use it up.

use axum::http::StatusCode;
use platform::Tx;
use platform::web::guard::Principal;
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::model::{Identity as Seen, Purpose, Standing, Way};
use super::store::{self, row};
use crate::Recognition;
use crate::once::{self, Kind};

/// Code of the refusal of an identification that was used or is over.
pub const IDENTIFICATION_OVER: &str = "identification_over";
/// How long somebody identified may take until the application is handed in or the result handed over.
const LASTS: Duration = Duration::minutes(60);

/// Somebody identified, as a domain above uses it.
#[derive(Debug, Clone)]
pub struct Identification {
    /// Id.
    pub id: Uuid,
    /// How.
    pub way: Way,
    /// What for.
    pub purpose: Purpose,
    /// Who, with raw values.
    pub seen: Seen,
    /// Blind index of the person's number.
    pub person_index: String,
    /// Blind index of the enterprise's code.
    pub enterprise_index: Option<String>,
    /// Until when it can be used.
    pub expires_at: OffsetDateTime,
}

/// Somebody who may act for the enterprise identified, or what the person is for somebody else.
#[derive(Debug, Clone)]
pub struct IdentifiedRole {
    /// Name of the person, or of the principal.
    pub name: String,
    /// Identity number, masked; empty for a principal.
    pub id_number_masked: String,
    /// Legal representative, manager, agent, proxy.
    pub role_label: &'static str,
    /// Every item.
    pub all_items: bool,
    /// Items, when not every.
    pub items: Vec<String>,
    /// First instant after the period; none without end.
    pub until: Option<OffsetDateTime>,
}

/// Whose things the person may handle.
pub type Represents = IdentifiedRole;

/// Everything found out about who stands there.
#[derive(Debug, Clone)]
pub struct Found {
    /// The identification.
    pub identification: Identification,
    /// What the person is for the enterprise whose code was shown.
    pub standing: Option<Standing>,
    /// Who may act for the enterprise.
    pub authorised: Vec<IdentifiedRole>,
    /// Whose things the person may handle.
    pub represents: Vec<Represents>,
}

/// What a code or card told.
pub(crate) struct New {
    pub(crate) way: Way,
    pub(crate) purpose: Purpose,
    pub(crate) seen: Seen,
    pub(crate) device: Option<Uuid>,
    /// The text that was answered and must not be answered again.
    pub(crate) spent: Option<(Kind, String)>,
}

impl Recognition {
    /// Keeps who was identified and tells what follows from it.
    ///
    /// # Errors
    /// 409 `code_used` when the same text was answered at the same moment.
    pub(crate) async fn keep(&self, caller: &Principal, new: New) -> Result<Found> {
        let platform = &self.platform;
        let now = platform.now();
        let id = platform.new_id();
        let identification = Identification {
            id,
            way: new.way,
            purpose: new.purpose,
            person_index: platform.blind_index(&new.seen.person.id_number),
            enterprise_index: new.seen.enterprise.as_ref().map(|body| platform.blind_index(&body.uscc)),
            seen: new.seen,
            expires_at: now + LASTS,
        };
        let row = row::Model {
            id,
            staff_id: caller.id,
            org_id: caller.org_id,
            way: new.way.as_str().to_owned(),
            purpose: new.purpose.as_str().to_owned(),
            device_id: new.device,
            person_index: identification.person_index.clone(),
            person_name: base::mask::name(&identification.seen.person.name),
            enterprise_index: identification.enterprise_index.clone(),
            data_sealed: Some(platform.seal(&serde_json::to_string(&identification.seen)?, &store::place(id))),
            at: now,
            expires_at: identification.expires_at,
            used_at: None,
            case_id: None,
        };
        let detail = json!({ "way": new.way.as_str(), "purpose": new.purpose.as_str(), "device": new.device,
            "person": identification.person_index });
        let line = Line::by(caller, platform.new_id(), "identify.person", format!("identification:{id}"), detail);
        let spent = new.spent;
        platform
            .db
            .write(now, move |tx| {
                Box::pin(async move {
                    if let Some((kind, text)) = spent
                        && !once::spend(tx, kind, &text).await?
                    {
                        return Err(already_used());
                    }
                    tx.audit(line);
                    store::insert(tx, row).await
                })
            })
            .await?;
        self.found(identification).await
    }

    /// What was found, for the clerk who identified the person and for that purpose only.
    ///
    /// # Errors
    /// 404 when there is none of this clerk, 409 when it was used or is over.
    pub async fn identified(&self, caller: &Principal, id: Uuid, purpose: Purpose) -> Result<Identification> {
        let row = store::find(self.platform.db.read(), id).await?;
        let row = row.filter(|row| row.staff_id == caller.id && row.purpose == purpose.as_str());
        let row = row.ok_or_else(|| Problem::not_found("没有找到这次身份核验，请重新读证或扫码。"))?;
        let over = row.used_at.is_some() || row.expires_at <= self.platform.now();
        let sealed = row.data_sealed.filter(|_| !over).ok_or_else(no_longer)?;
        let way = Way::parse(&row.way).ok_or_else(|| Problem::internal(format!("way {}", row.way)))?;
        Ok(Identification {
            id,
            way,
            purpose,
            seen: serde_json::from_str(&self.platform.unseal(&sealed, &store::place(id))?)?,
            person_index: row.person_index,
            enterprise_index: row.enterprise_index,
            expires_at: row.expires_at,
        })
    }

    /// Uses an identification up in the command it was made for; its data is taken away.
    ///
    /// # Errors
    /// 409 when it was used or is over.
    pub async fn use_identification(&self, tx: &Tx, staff: Uuid, used: &Identification, case: Uuid) -> Result<()> {
        if store::take(tx, used.id, staff, used.purpose.as_str(), case).await? { Ok(()) } else { Err(no_longer()) }
    }

    /// Takes the data out of identifications that are over; the node does it every ten minutes.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_over(&self) -> Result<()> {
        let now = self.platform.now();
        self.platform.db.write(now, move |tx| Box::pin(async move { store::forget(tx).await })).await
    }

    /// Whether the person identified may handle an item for a principal now: as the legal
    /// representative, or under a grant. Asked again at each use, because grants end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn may_act_for(&self, who: &Identification, principal: &str, item: &str) -> Result<bool> {
        if let Some(body) = who.seen.enterprise.as_ref().filter(|_| who.enterprise_index.as_deref() == Some(principal))
            && is_led_by(body, &who.seen.person.id_number)
        {
            return Ok(true);
        }
        let led = self.identity.enterprises_led_by(&who.person_index).await?;
        if led.iter().any(|body| self.platform.blind_index(&body.uscc) == principal) {
            return Ok(true);
        }
        let acting = self.identity.who_acts_for(principal).await?;
        Ok(acting.iter().any(|one| {
            one.person_index == who.person_index && (one.all_items || one.items.iter().any(|slug| slug == item))
        }))
    }

    /// Whose things the person may see now: blind index of the principal and, where the grant names
    /// items, which.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn whose_things(&self, who: &Identification) -> Result<Vec<(String, Option<Vec<String>>)>> {
        let mut whose = vec![(who.person_index.clone(), None)];
        if let (Some(body), Some(index)) = (&who.seen.enterprise, &who.enterprise_index)
            && is_led_by(body, &who.seen.person.id_number)
        {
            whose.push((index.clone(), None));
        }
        for body in self.identity.enterprises_led_by(&who.person_index).await? {
            whose.push((self.platform.blind_index(&body.uscc), None));
        }
        for scope in self.identity.represented_by_number(&who.person_index).await? {
            let items = (!scope.scope.items.is_all()).then(|| scope.scope.items.list());
            whose.push((scope.principal_index, items));
        }
        Ok(whose)
    }

    async fn found(&self, identification: Identification) -> Result<Found> {
        let seen = &identification.seen;
        let (mut standing, mut authorised) = (None, Vec::new());
        if let (Some(body), Some(index)) = (&seen.enterprise, &identification.enterprise_index) {
            authorised.push(IdentifiedRole {
                name: body.legal_person.clone(),
                id_number_masked: base::mask::citizen_id(&body.legal_person_id_number),
                role_label: "法定代表人",
                all_items: true,
                items: Vec::new(),
                until: None,
            });
            let acting = self.identity.who_acts_for(index).await?;
            standing = Some(if is_led_by(body, &seen.person.id_number) {
                Standing::LegalRepresentative
            } else if acting.iter().any(|one| one.person_index == identification.person_index) {
                Standing::Granted
            } else {
                Standing::None
            });
            authorised.extend(acting.into_iter().map(|one| IdentifiedRole {
                name: one.name,
                id_number_masked: one.id_number_masked,
                role_label: one.role.label(),
                all_items: one.all_items,
                items: one.items,
                until: Some(one.until),
            }));
        }
        let represents = self.represents(&identification.person_index).await?;
        Ok(Found { identification, standing, authorised, represents })
    }

    async fn represents(&self, person: &str) -> Result<Vec<Represents>> {
        let led = self.identity.enterprises_led_by(person).await?.into_iter().map(|body| Represents {
            name: body.name,
            id_number_masked: body.uscc,
            role_label: "法定代表人",
            all_items: true,
            items: Vec::new(),
            until: None,
        });
        let granted = self.identity.represented_by_number(person).await?.into_iter().map(|scope| Represents {
            name: scope.principal_name,
            id_number_masked: String::new(),
            role_label: scope.role.label(),
            all_items: scope.scope.items.is_all(),
            items: scope.scope.items.list(),
            until: Some(scope.scope.until),
        });
        Ok(led.chain(granted).collect())
    }
}

fn is_led_by(body: &super::model::IdentifiedEnterprise, id_number: &str) -> bool {
    !id_number.is_empty() && body.legal_person_id_number == id_number
}

/// A code that was answered before.
pub(crate) fn already_used() -> Problem {
    Problem::new(StatusCode::CONFLICT, "code_used", "这个码已经用过，没有核验。")
        .detail("每个码只能用一次。请对方刷新后出示新的码，再扫一次。")
}

fn no_longer() -> Problem {
    Problem::conflict(IDENTIFICATION_OVER, "这次身份核验已经用过或者超过一小时，没有办理。")
        .detail("请重新读证或扫码，填好的内容都在。")
}
