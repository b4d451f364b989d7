//! Connector to the courier 物流: a trait, and HTTP signed with the secret of the connected system
//! `courier_app_id`.

use async_trait::async_trait;
use identity::Identity;
use platform::{Platform, Problem, Result};
use recognition::outward::{self, Answer, Party as System};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Who sends or receives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShipmentParty)]
pub struct Party {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Region in words or as code.
    #[serde(default)]
    pub region: String,
    /// Street and number.
    pub address: String,
}

/// A parcel to be fetched.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Our number; the same number makes one waybill.
    pub number: String,
    /// Sender.
    pub sender: Party,
    /// Receiver.
    pub receiver: Party,
    /// What is in it.
    pub content: String,
    /// Grams.
    pub weight_g: i64,
    /// `office` or `receiver`.
    pub payer: String,
}

/// One step of the way, as the courier tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShipmentStep)]
pub struct Step {
    /// When, as the courier writes it.
    pub at: String,
    /// What.
    pub text: String,
}

/// Where a parcel is.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// `created`, `collected`, `on_the_way`, `delivered`.
    pub state: String,
    /// Steps, oldest first.
    pub track: Vec<Step>,
}

/// A courier.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Orders a parcel to be fetched, or gives the waybill that the same number got; calls the courier.
    ///
    /// # Errors
    /// 503 when it does not answer: to be tried again. 409 when it refuses for good.
    async fn order(&self, parcel: &Parcel) -> Result<String>;

    /// Where a parcel is.
    ///
    /// # Errors
    /// 503 when it does not answer, 404 for an unknown waybill.
    async fn track(&self, waybill: &str) -> Result<Whereabouts>;

    /// Calls a parcel off.
    ///
    /// # Errors
    /// 503 when it does not answer, 409 when it was fetched.
    async fn cancel(&self, waybill: &str) -> Result<()>;
}

/// The HTTP implementation.
pub struct HttpCourier {
    platform: Platform,
    identity: Identity,
}

impl HttpCourier {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }

    async fn call(&self, path: &str, operation: &str, body: Value) -> Result<Answer> {
        let config = &self.platform.config;
        let party = System { app_id: &config.courier_app_id, name: "快递", address: &config.courier_url };
        outward::post(&self.platform, &self.identity, &party, path, operation, &body).await
    }
}

fn refused(operation: &str, answer: &Answer) -> Problem {
    let cause = format!("{operation} was refused with {} {}", answer.status, answer.error());
    match answer.status {
        400 | 422 => Problem::conflict("courier_refused", format!("快递不接单：{}", reason(answer.error()))),
        _ => Problem::unavailable("快递暂时没有受理。", cause),
    }
}

/// What the courier means, for the person who mends it.
fn reason(code: &str) -> String {
    match code {
        "no_service" => "收件地址不在派送范围".to_owned(),
        "bad_address" => "收件人、电话或地址不完整".to_owned(),
        other => other.to_owned(),
    }
}

#[async_trait]
impl Courier for HttpCourier {
    async fn order(&self, parcel: &Parcel) -> Result<String> {
        let body = json!({
            "reference": parcel.number, "sender": parcel.sender, "receiver": parcel.receiver,
            "content": parcel.content, "weight_g": parcel.weight_g, "payer": parcel.payer, "pick_up": true,
        });
        let answer = self.call("/orders", "邮寄下单", body).await?;
        let waybill = answer.body.get("waybill").and_then(Value::as_str).filter(|_| answer.status < 300);
        waybill.map(str::to_owned).ok_or_else(|| refused("邮寄下单", &answer))
    }

    async fn track(&self, waybill: &str) -> Result<Whereabouts> {
        let answer = self.call("/track", "查快递", json!({ "waybill": waybill })).await?;
        if answer.status == 404 {
            return Err(Problem::not_found("快递那边查不到这个运单号。"));
        }
        let state = answer.body.get("state").and_then(Value::as_str).filter(|_| answer.status < 300);
        let state = state.ok_or_else(|| refused("查快递", &answer))?.to_owned();
        let track = answer.body.get("track").cloned().unwrap_or_else(|| json!([]));
        let track =
            serde_json::from_value(track).map_err(|error| Problem::unavailable("快递的回答读不出来。", error))?;
        Ok(Whereabouts { state, track })
    }

    async fn cancel(&self, waybill: &str) -> Result<()> {
        let answer = self.call("/cancel", "取消寄件", json!({ "waybill": waybill })).await?;
        match answer.status {
            200 | 404 => Ok(()),
            409 => Err(Problem::conflict("shipment_collected", "快递员已经取走包裹，不能取消了。")
                .detail("要拦下来，请直接打快递的电话。")),
            _ => Err(refused("取消寄件", &answer)),
        }
    }
}
