//! What a hall's own queue system tells (HALL-028): one message per change of a ticket, signed over its body.
//!
//! Told again it answers the same and changes nothing; an older revision that comes late changes nothing either. What it
//! tells in its own words (business) is kept as it is; an item it names that is not offered here is left out.

use base::codes::CitizenId;
use identity::Window;
use identity::systems::{ConnectedSystem, Formula, Interface};
use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::State;
use super::store::{self, ticket};
use crate::Hall;

/// What a queue system is granted: to tell of tickets.
pub struct QueueInterface;

impl Interface for QueueInterface {
    const KEY: &'static str = "queue";
}

/// Minutes a sender's clock may be ahead.
const AHEAD: i64 = 5;

/// A ticket, as its queue system tells of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TicketNotice {
    /// How the sender tells tickets apart, up to 64 characters.
    pub ticket: String,
    /// The sender's count of changes of this ticket, from 1.
    pub revision: i64,
    /// Key of the hall.
    pub hall: String,
    /// Number on it, up to 12 characters.
    pub number: String,
    /// `waiting`, `called`, `serving`, `held`, `missed`, `transferred`, `done`, `cancelled`.
    pub state: String,
    /// When that happened, RFC 3339.
    pub at: String,
    /// What it is for, in the sender's words.
    #[serde(default)]
    pub business: String,
    /// Item, by its key here.
    #[serde(default)]
    pub item: Option<String>,
    /// Window: its key here, or its number in the hall. Needed for `called` and `serving`.
    #[serde(default)]
    pub window: Option<String>,
    /// Whether served first.
    #[serde(default)]
    pub priority: bool,
    /// Who drew it, when the machine read a card; kept from an earlier message when absent.
    #[serde(default)]
    pub visitor: Option<Visitor>,
}

/// Who drew a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TicketVisitor)]
#[serde(default)]
pub struct Visitor {
    /// Name.
    pub name: String,
    /// Identity number.
    pub id_number: String,
    /// Phone.
    pub phone: String,
}

/// What became of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketTaken {
    /// `taken`, `repeated` (the same revision again) or `outdated` (a later one is known).
    pub result: &'static str,
    /// Revision that counts now.
    pub revision: i64,
}

/// A message checked against halls and windows.
struct Checked {
    state: State,
    at: OffsetDateTime,
    hall_name: String,
    window: Option<Window>,
    item: Option<(String, String)>,
}

impl Hall {
    /// Takes a message of a queue system over.
    ///
    /// # Errors
    /// 403 for a system whose signature leaves the body out; 422 naming each field that is wrong; 409 when two messages of one ticket come at once, to be sent again.
    pub async fn take_notice(&self, system: &ConnectedSystem, notice: TicketNotice) -> Result<TicketTaken> {
        // Who is called to a window is said by the body, so the signature has to cover it.
        if system.formula != Formula::TifBody {
            return Err(Problem::forbidden("号票要用带正文的签名方式，请系统管理员在接入系统里改。"));
        }
        let checked = self.check_notice(&notice).await?;
        let (hall, source, source_name) = (self.clone(), system.app_id.clone(), system.name.clone());
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let before = store::find_told(tx.conn(), &source, &notice.ticket).await?;
                    if let Some(before) = before.as_ref().filter(|before| before.revision >= notice.revision) {
                        let same = before.revision == notice.revision;
                        let result = if same { "repeated" } else { "outdated" };
                        return Ok(TicketTaken { result, revision: before.revision });
                    }
                    let revision = notice.revision;
                    let old_window = before.as_ref().and_then(|row| row.window_key.clone());
                    let is_new = before.is_none();
                    let row = before.unwrap_or_else(|| hall.new_row(&source, &source_name, &notice, checked.at));
                    let row = hall.told(row, notice, checked, tx.now())?;
                    let text = format!("{source_name}：{}", State::label_of(&row.state));
                    store::add_step(tx.conn(), hall.step(&row, tx.now(), text)).await?;
                    hall.tell(tx, &row, old_window.as_deref());
                    if !is_new {
                        store::update(tx.conn(), row).await?;
                    } else if !store::insert(tx.conn(), row).await? {
                        return Err(Problem::stale());
                    }
                    Ok(TicketTaken { result: "taken", revision })
                })
            })
            .await
    }

    async fn check_notice(&self, notice: &TicketNotice) -> Result<Checked> {
        let mut wrong = Vec::new();
        let mut bad = |field: &str, code: &str, message: String| {
            wrong.push(FieldProblem::new(format!("/{field}"), code, message));
        };
        if notice.ticket.trim().is_empty() || notice.ticket.chars().count() > 64 {
            bad("ticket", "length", "写号票在叫号系统里的唯一编号，1 到 64 个字".into());
        }
        if notice.revision < 1 {
            bad("revision", "range", "revision 从 1 起，每变一次加 1".into());
        }
        if let Some(message) = wrong_number(&notice.number) {
            bad("number", "length", message);
        }
        let state = State::parse(&notice.state);
        if state.is_none() {
            let known = "waiting、called、serving、held、missed、transferred、done、cancelled";
            bad("state", "option", format!("state 要是 {known} 之一"));
        }
        let at = OffsetDateTime::parse(&notice.at, &Rfc3339).ok();
        let latest = self.platform.now() + time::Duration::minutes(AHEAD);
        match at {
            None => bad("at", "time", "at 要写成 2026-01-05T09:30:00+08:00 这样的时间".into()),
            Some(at) if at > latest => bad("at", "future", "at 比现在晚，请校准叫号系统的时钟".into()),
            Some(_) => {}
        }
        let windows = self.identity.all_windows().await?;
        let own: Vec<&Window> = windows.iter().filter(|window| window.hall_key == notice.hall).collect();
        if own.is_empty() {
            bad("hall", "unknown", format!("没有“{}”这个大厅，请核对大厅的标识", notice.hall));
        }
        let named = notice.window.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let window = named.and_then(|text| own.iter().find(|one| one.key == text || one.number == text));
        match (named, window, state) {
            (Some(text), None, _) if !own.is_empty() => {
                bad("window", "unknown", format!("这个大厅没有“{text}”窗口，请核对窗口的标识或者编号"));
            }
            (None, _, Some(state)) if state.at_window() => {
                bad("window", "required", format!("“{}”要写是哪个窗口", state.label()));
            }
            _ => {}
        }
        if let Some(visitor) = notice.visitor.as_ref().filter(|visitor| !visitor.id_number.is_empty())
            && let Err(error) = CitizenId::parse(&visitor.id_number, base::zone::china_date(self.platform.now()))
        {
            bad("visitor/id_number", "invalid", error.to_string());
        }
        let (Some(state), Some(at)) = (state, at) else { return Err(Problem::invalid(wrong)) };
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let item = match notice.item.as_deref() {
            Some(slug) => self.offered(slug).await?,
            None => None,
        };
        Ok(Checked {
            state,
            at,
            hall_name: own.first().map(|window| window.hall_name.clone()).unwrap_or_default(),
            window: window.map(|window| (*window).clone()),
            item,
        })
    }

    /// Key and name of an item that is offered now.
    pub(super) async fn offered(&self, slug: &str) -> Result<Option<(String, String)>> {
        match self.catalogue.published(slug).await {
            Ok(item) => Ok(Some((item.slug.clone(), item.item.name.clone()))),
            Err(problem) if problem.status() == axum::http::StatusCode::NOT_FOUND => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn new_row(&self, source: &str, source_name: &str, notice: &TicketNotice, at: OffsetDateTime) -> ticket::Model {
        ticket::Model {
            id: self.platform.new_id(),
            version: 1,
            source: source.to_owned(),
            source_name: source_name.to_owned(),
            source_id: notice.ticket.clone(),
            revision: 0,
            hall_key: notice.hall.clone(),
            hall_name: String::new(),
            number: String::new(),
            state: State::Waiting.as_str().to_owned(),
            business: String::new(),
            item_slug: None,
            item_name: String::new(),
            priority: false,
            window_key: None,
            window_name: String::new(),
            calls: 0,
            visitor_name: String::new(),
            visitor_index: String::new(),
            visitor_sealed: String::new(),
            ticketed_at: at,
            called_at: None,
            ended_at: None,
            taken_by: None,
            taken_by_name: String::new(),
            changed_at: at,
        }
    }

    /// The row after a message.
    fn told(
        &self,
        mut row: ticket::Model,
        notice: TicketNotice,
        checked: Checked,
        now: OffsetDateTime,
    ) -> Result<ticket::Model> {
        let Checked { state, at, hall_name, window, item } = checked;
        row.revision = notice.revision;
        row.hall_key = notice.hall;
        row.hall_name = hall_name;
        row.number = notice.number.trim().to_owned();
        row.business = notice.business.trim().chars().take(100).collect();
        (row.item_slug, row.item_name) = item.map_or((None, String::new()), |(slug, name)| (Some(slug), name));
        row.priority = notice.priority;
        row.state = state.as_str().to_owned();
        if let Some(window) = window {
            if row.window_key.as_ref() != Some(&window.key) {
                // Somebody else looks after the visitor at another window.
                row.taken_by = None;
                row.taken_by_name = String::new();
            }
            row.window_name = window_name(&window);
            row.window_key = Some(window.key);
        }
        if matches!(state, State::Waiting | State::Transferred) {
            row.taken_by = None;
            row.taken_by_name = String::new();
        }
        if state == State::Called {
            row.called_at = Some(at);
            row.calls += 1;
        }
        if state == State::Serving {
            row.called_at = row.called_at.or(Some(at));
        }
        row.ended_at = state.is_over().then_some(at);
        if let Some(visitor) = notice.visitor {
            self.keep_visitor(&mut row, &visitor)?;
        }
        row.changed_at = now;
        Ok(row)
    }

    fn keep_visitor(&self, row: &mut ticket::Model, visitor: &Visitor) -> Result<()> {
        let kept = Visitor {
            name: visitor.name.trim().to_owned(),
            id_number: visitor.id_number.trim().to_uppercase(),
            phone: visitor.phone.trim().to_owned(),
        };
        row.visitor_index =
            if kept.id_number.is_empty() { String::new() } else { self.platform.blind_index(&kept.id_number) };
        row.visitor_sealed = self.platform.seal(&serde_json::to_string(&kept)?, &place(row.id));
        row.visitor_name = kept.name;
        Ok(())
    }
}

/// Where the visitor of a ticket is sealed.
pub(super) fn place(id: Uuid) -> String {
    format!("queue_ticket:{id}:visitor")
}

/// Number and sign.
pub(super) fn window_name(window: &Window) -> String {
    format!("{} 号窗口 {}", window.number, window.name)
}

/// What is wrong with a number on a ticket.
pub(super) fn wrong_number(number: &str) -> Option<String> {
    let number = number.trim();
    let good =
        (1..=12).contains(&number.chars().count()) && number.chars().all(|one| one.is_alphanumeric() || one == '-');
    (!good).then(|| "号码写 1 到 12 个字母、数字，例如 A012".to_owned())
}
