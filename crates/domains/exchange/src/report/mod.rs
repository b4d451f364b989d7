//! The ten public events go up (PORTAL-025): to the district, city or provincial platform, so that
//! the same case shows the same progress there.
//!
//! An outbox event of casework wakes a job; the job asks casework what may be told and sends what
//! is new, one event after the other, remembering how far it came. So the order per case is kept
//! whatever fails in between, delivery is at least once, and the receiver drops what it has by case
//! number, number in the chain and version. The case itself never waits.
//!
//! Before anything is sent the case is checked by rules that are data ([`quality`]); one that fails is held with its
//! reasons until it is mended ([`held`]). What was sent on a day is compared with what is there ([`reconcile`]). This is
//! the only way out to the upper platform (CASE-042).

pub(crate) mod held;
pub(crate) mod http;
mod quality;
pub(crate) mod reconcile;
mod store;
mod upper;

use casework::cases::service::external::{PublicProgress, PublicStep};
use platform::calls::{self, Direction, Entry};
use platform::work::jobs::{MAX_ATTEMPTS, NewJob};
use platform::{Problem, Result};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::{Exchange, Refused};
pub use quality::QualityRules;
use store::report;
pub use upper::{HttpUpperPlatform, UpperPlatform};

/// Job that reports a case.
pub const JOB: &str = "exchange.report";

/// The ten public events in the order of the standard (02 case data), for their numbers.
const PUBLIC: [&str; 10] =
    ["申办", "网上预受理", "受理", "审批", "办结", "特别程序申请", "特别程序结果", "补交告知", "补交受理", "领取登记"];

/// What is sent: nothing personal.
fn body(progress: &PublicProgress, step: &PublicStep, data: &Value) -> Value {
    json!({
        "case_number": progress.case_number,
        "item_code": progress.item_code,
        "item_name": progress.item_name,
        "org_name": progress.org_name,
        "region": progress.region,
        "event": PUBLIC.iter().position(|name| *name == step.name),
        "event_name": step.name,
        "standard_event": step.kind.as_str(),
        "sequence": step.no,
        "version": 1,
        "at": step.at.format(&Rfc3339).unwrap_or_default(),
        "state": progress.state,
        "state_label": progress.state_label,
        "data": data,
    })
}

impl Exchange {
    /// The job behind [`JOB`].
    ///
    /// # Errors
    /// 503 when the upper platform does not answer: tried again. What it refuses for good is final
    /// and visible.
    pub async fn report_job(&self, payload: Value) -> Result<()> {
        let case_id: Uuid = serde_json::from_value(payload.get("case_id").cloned().unwrap_or(Value::Null))?;
        if !self.upper.is_on() {
            return Ok(());
        }
        let Some(progress) = self.casework.public_progress(case_id).await? else { return Ok(()) };
        let known = store::find(self.platform.db.read(), case_id).await?;
        let sent = known.as_ref().map_or(0, |row| row.sent_no);
        let new: Vec<&PublicStep> = progress.steps.iter().filter(|step| step.no > sent).collect();
        let Some(last) = new.last() else { return Ok(()) };
        self.save_report(report::Model {
            case_id,
            case_number: progress.case_number.clone(),
            sent_no: sent,
            last_no: last.no,
            state: known
                .as_ref()
                .map_or("waiting", |row| if row.state == "failed" { "failed" } else { "waiting" })
                .to_owned(),
            attempts: known.as_ref().map_or(0, |row| row.attempts),
            last_error: known.as_ref().and_then(|row| row.last_error.clone()),
            updated_at: self.platform.now(),
        })
        .await?;
        let data = match self.check_report(case_id).await? {
            Ok(data) => data,
            Err(problems) => return self.hold_report(case_id, &problems).await,
        };
        for step in new {
            if let Err(refused) = self.send_step(&progress, step, &data).await? {
                return self.note_failure(case_id, &refused).await;
            }
            self.note_sent(case_id, step.no).await?;
        }
        Ok(())
    }

    /// Not sent: what is wrong stands with the case until it is mended.
    async fn hold_report(&self, case_id: Uuid, problems: &[platform::web::problem::FieldProblem]) -> Result<()> {
        let reason = problems.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("；");
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { store::failed(tx.conn(), case_id, 0, "held", &reason, tx.now()).await })
            })
            .await
    }

    /// One call, written down whatever comes of it.
    async fn send_step(
        &self,
        progress: &PublicProgress,
        step: &PublicStep,
        data: &Value,
    ) -> Result<Result<(), Refused>> {
        let started = self.platform.clock.now();
        let payload = body(progress, step, data).to_string();
        let mut entry = Entry::new(&self.platform, Direction::Out);
        let target = self.upper.target();
        entry.party = target.app_id;
        entry.party_name = "上级平台".to_owned();
        entry.address = target.address;
        entry.operation = format!("上报{}", step.name);
        entry.event = Some(step.kind.as_str().to_owned());
        entry.case_id = Some(progress.id);
        entry.case_number = Some(progress.case_number.clone());
        entry.payload(payload.as_bytes());
        let sent = self.upper.send(payload).await;
        match &sent {
            Ok(status) => entry.succeeded(*status, ""),
            Err(refused) => entry.failed(refused.status, &refused.reason),
        }
        calls::write(&self.platform, entry, started).await?;
        Ok(sent.map(|_| ()))
    }

    async fn save_report(&self, row: report::Model) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| Box::pin(async move { store::begin(tx.conn(), row).await }))
            .await
    }

    async fn note_sent(&self, case_id: Uuid, no: i64) -> Result<()> {
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { store::sent(tx.conn(), case_id, no, tx.now()).await })
            })
            .await
    }

    /// Counts a failure. A refusal of the content is final at once; anything else may pass.
    async fn note_failure(&self, case_id: Uuid, refused: &Refused) -> Result<()> {
        let for_good = matches!(refused.status, 400 | 422);
        let reason = refused.reason.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let attempts = store::find(tx.conn(), case_id).await?.map_or(1, |row| row.attempts + 1);
                    let state = if for_good || attempts >= MAX_ATTEMPTS { "failed" } else { "waiting" };
                    store::failed(tx.conn(), case_id, attempts, state, &reason, tx.now()).await
                })
            })
            .await?;
        if for_good {
            return Err(Problem::conflict("report_refused", format!("上级平台不接收这件的进度：{}", refused.reason)));
        }
        Err(Problem::unavailable("上级平台没有接收，稍后自动再报。", &refused.reason))
    }

    /// Sends what a case still has to report again.
    ///
    /// # Errors
    /// 404 for a case that was never reported, 409 when everything was sent.
    pub async fn resend(&self, caller: &platform::web::guard::Principal, case_id: Uuid) -> Result<()> {
        let row = store::find(self.platform.db.read(), case_id).await?;
        let row = row.ok_or_else(|| Problem::not_found("没有找到这件的上报记录。"))?;
        if row.state == "held" {
            let message = "这件没有通过质检，请先改好、再查一次，通过后自动上报。";
            return Err(Problem::conflict("report_held", message));
        }
        if row.state == "sent" {
            return Err(Problem::conflict("report_sent", "这件的进度都已经报上去，不用再报。"));
        }
        let platform = self.platform.clone();
        let caller = caller.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    store::failed(
                        tx.conn(),
                        case_id,
                        0,
                        "waiting",
                        row.last_error.as_deref().unwrap_or_default(),
                        tx.now(),
                    )
                    .await?;
                    tx.enqueue(NewJob {
                        id: platform.new_id(),
                        kind: JOB,
                        payload: json!({ "case_id": case_id }),
                        run_at: None,
                        key: None,
                    });
                    let subject = format!("case:{case_id}");
                    let id = platform.new_id();
                    tx.audit(platform::work::audit::Line::by(&caller, id, "exchange.resend", subject, json!({})));
                    Ok(())
                })
            })
            .await
    }
}
