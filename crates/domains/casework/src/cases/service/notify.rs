//! Tells people what happened: a text per event, to the applicant and to the handling staff.
//!
//! Which text is taken says [`super::message_texts`]. Runs as a job of the outbox event, so a gateway that is
//! down delays a message and nothing else; the message table makes every (event, person, channel) one message.

use std::sync::Arc;

use identity::delegation::Action;
use platform::messages::{self, Channel, Message};
use platform::{Platform, Result};
use sea_orm::EntityTrait;
use sea_orm::entity::prelude::Uuid;
use serde::Deserialize;
use serde_json::Value;

use super::acting::Step;
use super::tasks::hand_over::GIVEN_TOPIC;
use super::{Casework, Delivery};
use crate::cases::model::{EventKind, State};
use crate::cases::store::case;

/// The job.
pub const JOB: &str = "case.notify";

/// Events that people are told about.
pub const TOPICS: &[&str] = &[
    "case.submitted",
    "case.pre_reviewed",
    "case.correction_requested",
    "case.correction_supplied",
    "case.accepted",
    "case.not_accepted",
    "case.special_started",
    "case.special_ended",
    "case.extended",
    "case.decided",
    "case.closed",
    "case.delivered",
    "case.withdrawn",
    "case.urged",
    "case.form_corrected",
    super::amend::TOPIC,
    "case.tolerance_promised",
    "case.tolerance_expiring",
    "case.tolerance_overdue",
    "case.tolerance_supplied",
    "case.tolerance_returned",
    GIVEN_TOPIC,
];

#[derive(Deserialize)]
struct Payload {
    topic: String,
    case_id: Uuid,
    #[serde(default)]
    event_no: i64,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    urge_id: Option<Uuid>,
    #[serde(default)]
    occurrence: Option<Uuid>,
    #[serde(default)]
    staff: Vec<Uuid>,
}

impl Casework {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the SMS gateway is down: tried again.
    pub async fn notify_job(self: Arc<Self>, _platform: Platform, payload: Value) -> Result<()> {
        let event: Payload = serde_json::from_value(payload)?;
        let Some(row) = case::Entity::find_by_id(event.case_id).one(self.platform.db.read()).await? else {
            return Ok(());
        };
        let key = format!("{}:{}:{}", event.topic, event.case_id, event.event_no);
        if event.topic == "case.urged" {
            // Two reminders may follow the same event of the case: each is a message of its own.
            let key = event.urge_id.map_or(key.clone(), |id| format!("{key}:{id}"));
            return self.tell_staff(&row, &key, event.text.as_deref().unwrap_or_default()).await;
        }
        if event.topic == GIVEN_TOPIC {
            let key = event.occurrence.map_or(key, |id| format!("{}:{id}", event.topic));
            return self.tell_desk(&event.staff, "task_given", &key, event.text.as_deref().unwrap_or_default()).await;
        }
        let name = event.topic.trim_start_matches("case.");
        self.tell_by_template(&row, name, key, &[]).await
    }

    /// Tells the applicant and who acts for him by a template, each once for a key.
    pub(crate) async fn tell_by_template(
        &self,
        row: &case::Model,
        name: &str,
        key: String,
        more: &[(&str, &str)],
    ) -> Result<()> {
        if let Some(what) = told_of_tolerance(name) {
            let body = format!(
                "“{}”（{}，{}）{what}",
                row.item_name,
                row.applicant_name,
                row.case_number.as_deref().unwrap_or_default()
            );
            self.tell_handlers(row, &key, name, &body).await?;
        }
        let form = self.form_of(self.platform.db.read(), row.id).await?;
        let delivery: Delivery = self.open(&form.delivery_sealed, row.id, "delivery")?;
        let result = row.outcome.as_deref().unwrap_or_default();
        let Some(text) = self.texts.pick(name, result, &delivery.way) else { return Ok(()) };
        let (sms, in_app) = self.words_of(text).await?;
        let values = self.values(row).await?;
        let named = values.iter().map(|(name, value)| (*name, value.as_str()));
        // What the caller says comes before what the case says.
        let values: Vec<(&str, &str)> = more.iter().copied().chain(named).collect();
        let agent = self.told_agent(row).await?;
        for account in row.account_id.into_iter().chain(agent).filter(|_| text.goes_by("in_app")) {
            messages::send(
                &self.platform,
                Message {
                    event_key: key.clone(),
                    recipient: format!("account:{account}"),
                    phone: None,
                    account: None,
                    channel: Channel::InApp,
                    template: name.to_owned(),
                    body: messages::fill(&in_app, &values),
                },
            )
            .await?;
        }
        let personal = self.personal(row)?;
        if text.goes_by("sms") && !personal.phone.is_empty() {
            messages::send(
                &self.platform,
                Message {
                    event_key: key,
                    // The number itself is personal: the row keeps its blind index.
                    recipient: format!("phone:{}", self.platform.blind_index(&personal.phone)),
                    phone: Some(personal.phone),
                    account: row.account_id,
                    channel: Channel::Sms,
                    template: name.to_owned(),
                    body: messages::fill(&sms, &values),
                },
            )
            .await?;
        }
        Ok(())
    }

    /// Who acts for the applicant is told too, as long as the grant is in force.
    async fn told_agent(&self, row: &case::Model) -> Result<Option<Uuid>> {
        let Some(agent) = row.agent_account else { return Ok(None) };
        let step = Step::new(Action::Read);
        let standing = self.stands(self.platform.db.read(), agent, row, &step).await;
        Ok(standing.is_ok_and(|standing| standing.authority.is_some()).then_some(agent))
    }

    /// What the texts may name.
    pub(crate) async fn values(&self, row: &case::Model) -> Result<Vec<(&'static str, String)>> {
        let conn = self.platform.db.read();
        let org = self.identity.org(row.org_id).await?;
        let around = crate::cases::store::around(conn, row.id).await?;
        let day = |at: Option<time::OffsetDateTime>| {
            at.map(|at| {
                let date = base::zone::china_date(at - time::Duration::seconds(1));
                format!(
                    "{}（{}）",
                    base::zone::date_text_near(date, base::zone::china_date(self.platform.now()).year()),
                    base::zone::weekday_text(date)
                )
            })
            .unwrap_or_default()
        };
        let number = row.case_number.clone().unwrap_or_default();
        let tail =
            number.char_indices().rev().nth(11).map_or(number.as_str(), |(at, _)| number.get(at..).unwrap_or_default());
        let asked = around.events.iter().rev().find(|event| event.kind == EventKind::CorrectionAsk.as_str());
        let data: Value = asked.and_then(|event| serde_json::from_str(&event.data).ok()).unwrap_or(Value::Null);
        let items: Vec<&str> = data
            .get("items")
            .and_then(Value::as_array)
            .map(|items| items.iter().filter_map(|item| item.get("name")?.as_str()).collect())
            .unwrap_or_default();
        let until = data.get("until").and_then(Value::as_str).unwrap_or_default();
        let special = around.specials.last();
        let extension = around.extensions.last();
        let form = self.form_of(conn, row.id).await?;
        let delivery: Delivery = self.open(&form.delivery_sealed, row.id, "delivery")?;
        let outcome = match row.outcome.as_deref() {
            Some("refused") => "不予批准",
            Some("aborted") => "中止办理",
            _ => "准予",
        };
        let correcting = row.state == State::Correction.as_str();
        let shipped = around.events.iter().rev().find(|event| event.kind == EventKind::CourierOrder.as_str());
        let waybill = shipped.and_then(|event| event.text.rsplit(' ').next().map(str::to_owned)).unwrap_or_default();
        let collected = around.events.iter().rev().find(|event| event.kind == EventKind::Collect.as_str());
        let receiver = collected
            .map(|event| event.text.trim_start_matches("寄给").trim_end_matches("已在窗口领取").to_owned())
            .unwrap_or_default();
        let promised = self.tolerances_of(row.id).await?;
        let promised: Vec<_> = promised.iter().filter(|one| one.state == crate::tolerance::OPEN).collect();
        let names = promised.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("、");
        Ok(vec![
            ("tolerated", names),
            ("supply_before", day(promised.iter().filter_map(|one| one.due_at).min())),
            ("closes_on", day(promised.iter().filter_map(|one| one.closes_at).min())),
            ("item_name", row.item_name.clone()),
            ("case_number", number.clone()),
            ("case_tail", tail.to_owned()),
            ("query_code", row.query_code.clone().unwrap_or_default()),
            ("applicant_name", row.applicant_name.clone()),
            ("org_name", org.map(|org| org.name).unwrap_or_default()),
            ("acceptance_due", if row.accepted_at.is_none() { day(row.due_at) } else { String::new() }),
            ("due_date", if correcting { until.to_owned() } else { day(row.due_at) }),
            ("count", items.len().to_string()),
            ("corrections", items.join("、")),
            ("next_step", row.step_name.clone()),
            ("reason", row.closing_reason.clone().or(special.map(|one| one.reason.clone())).unwrap_or_default()),
            ("remedy", String::new()),
            ("procedure_name", special.map(|one| one.name.clone()).unwrap_or_default()),
            ("start_date", day(special.map(|one| one.started_at))),
            ("extension", extension.map(|one| format!("{} 个工作日", one.value)).unwrap_or_default()),
            ("decision", outcome.to_owned()),
            ("result", outcome.to_owned()),
            ("collection", format!("领取方式：{}。", delivery.label())),
            ("courier", "快递".to_owned()),
            ("tracking_number", waybill),
            ("receiver", receiver),
            ("delivered_on", day(row.delivered_at)),
            ("withdrawn_on", day(row.closed_at)),
        ])
    }

    /// A reminder or order reaches everybody who has an open task of the case.
    async fn tell_staff(&self, row: &case::Model, key: &str, text: &str) -> Result<()> {
        let body = format!("“{}”（{}）催办：{text}", row.item_name, row.applicant_name);
        self.tell_handlers(row, key, "urged", &body).await
    }

    async fn tell_handlers(&self, row: &case::Model, key: &str, template: &str, body: &str) -> Result<()> {
        let tasks = crate::cases::store::tasks(self.platform.db.read(), row.id).await?;
        let open: Vec<_> = tasks.iter().filter(|task| task.state == "open").collect();
        let staff = self.staff_on(row, &open).await?;
        self.tell_desk(&staff, template, key, body).await
    }
}

/// What the handling staff read about promised materials; nothing for what they did themselves.
fn told_of_tolerance(event: &str) -> Option<&'static str> {
    match event {
        "tolerance_overdue" => Some("的容缺材料逾期没有补交，请催申请人；宽限期过后按规则办结"),
        "tolerance_supplied" => Some("的容缺材料补交来了，请核对"),
        _ => None,
    }
}
