//! Connector to the unified payment platform 统一支付平台: a trait, and HTTP signed with the secret of the
//! connected system `payment_app_id`. What it tells us it sends to the route of [`super::http::gateway`],
//! signed the same way.

use async_trait::async_trait;
use identity::Identity;
use identity::systems::Interface;
use platform::{Platform, Problem, Result};
use recognition::outward::{self, Answer, Party};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::Date;

/// What the payment platform is granted: to confirm payments.
pub struct PaymentsInterface;

impl Interface for PaymentsInterface {
    const KEY: &'static str = "payments";
}

/// An order to open.
#[derive(Debug, Clone)]
pub struct OrderAsk {
    /// Our number; the same number opens one order.
    pub number: String,
    /// Fen.
    pub amount_fen: i64,
    /// What the payer reads.
    pub subject: String,
    /// Page of ours the payer comes back to.
    pub return_url: String,
}

/// An order that was opened.
#[derive(Debug, Clone)]
pub struct Created {
    /// Number over there.
    pub provider_number: String,
    /// Page where the payer pays.
    pub pay_url: String,
}

/// What became of stopping an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// Nobody can pay it any more.
    Closed,
    /// It was paid before: a confirmation comes, or has come.
    PaidBefore,
}

/// Money to give back.
#[derive(Debug, Clone)]
pub struct RefundAsk {
    /// Our number of the order.
    pub number: String,
    /// Our number of the refund; the same number pays back once.
    pub refund_number: String,
    /// Fen.
    pub amount_fen: i64,
    /// Why.
    pub reason: String,
}

/// One payment of a day's statement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatementLine {
    /// Our order number.
    pub number: String,
    /// Fen.
    pub amount_fen: i64,
}

/// The platform citizens pay through.
#[async_trait]
pub trait PaymentPlatform: Send + Sync {
    /// Whether there is one.
    fn is_on(&self) -> bool;

    /// Opens an order, or gives the one that was opened with the same number.
    ///
    /// # Errors
    /// 503 when it does not answer.
    async fn create(&self, ask: &OrderAsk) -> Result<Created>;

    /// Stops an order.
    ///
    /// # Errors
    /// 503 when it does not answer.
    async fn stop(&self, number: &str) -> Result<Stopped>;

    /// Gives money back.
    ///
    /// # Errors
    /// 503 when it does not answer; 409 when it refuses for good.
    async fn refund(&self, ask: &RefundAsk) -> Result<()>;

    /// What was paid on a day.
    ///
    /// # Errors
    /// 503 when it does not answer.
    async fn statement(&self, day: Date) -> Result<Vec<StatementLine>>;
}

/// The HTTP implementation.
pub struct HttpPayments {
    platform: Platform,
    identity: Identity,
}

impl HttpPayments {
    /// The connector of the settings.
    pub fn new(platform: Platform, identity: Identity) -> Self {
        Self { platform, identity }
    }

    async fn call(&self, path: &str, operation: &str, body: Value) -> Result<Answer> {
        let config = &self.platform.config;
        if config.payment_url.is_empty() {
            return Err(Problem::unavailable("还没有开通网上缴费。", "payment_url is empty")
                .detail("请到窗口或者银行缴费，把缴费回单交给窗口确认。"));
        }
        let party = Party { app_id: &config.payment_app_id, name: "统一支付平台", address: &config.payment_url };
        outward::post(&self.platform, &self.identity, &party, path, operation, &body).await
    }
}

fn refused(operation: &str, answer: &Answer) -> Problem {
    Problem::unavailable(
        format!("统一支付平台没有受理{operation}。"),
        format!("{operation} was refused with {} {}", answer.status, answer.error()),
    )
    .detail("请过一两分钟再试，也可以到窗口或者银行缴费。")
}

fn text(answer: &Answer, key: &str) -> Option<String> {
    answer.body.get(key).and_then(Value::as_str).map(str::to_owned)
}

#[async_trait]
impl PaymentPlatform for HttpPayments {
    fn is_on(&self) -> bool {
        !self.platform.config.payment_url.is_empty()
    }

    async fn create(&self, ask: &OrderAsk) -> Result<Created> {
        let notify = format!("{}/api/v1/open/payments", self.platform.config.public_url.trim_end_matches('/'));
        let body = json!({
            "number": ask.number, "amount_fen": ask.amount_fen, "subject": ask.subject,
            "return_url": ask.return_url, "notify_url": notify,
        });
        let answer = self.call("/orders", "缴费下单", body).await?;
        match (answer.status, text(&answer, "provider_number"), text(&answer, "pay_url")) {
            (200 | 201, Some(provider_number), Some(pay_url)) => Ok(Created { provider_number, pay_url }),
            _ => Err(refused("缴费下单", &answer)),
        }
    }

    async fn stop(&self, number: &str) -> Result<Stopped> {
        let answer = self.call("/orders/stop", "关闭缴费订单", json!({ "number": number })).await?;
        match answer.status {
            // An order that never arrived there can't be paid either.
            200 | 404 => Ok(Stopped::Closed),
            409 if answer.error() == "paid" => Ok(Stopped::PaidBefore),
            _ => Err(refused("关闭订单", &answer)),
        }
    }

    async fn refund(&self, ask: &RefundAsk) -> Result<()> {
        let body = json!({
            "number": ask.number, "refund_number": ask.refund_number, "amount_fen": ask.amount_fen, "reason": ask.reason,
        });
        let answer = self.call("/refunds", "退费", body).await?;
        match answer.status {
            200 | 201 => Ok(()),
            404 | 409 | 422 => {
                Err(Problem::conflict("refund_refused", format!("统一支付平台不退这笔费用：{}", answer.error())))
            }
            _ => Err(refused("退费", &answer)),
        }
    }

    async fn statement(&self, day: Date) -> Result<Vec<StatementLine>> {
        let answer = self.call("/statements", "取对账单", json!({ "day": day.to_string() })).await?;
        let items = answer.body.get("items").cloned().filter(|_| answer.status == 200);
        let items = items.ok_or_else(|| refused("取对账单", &answer))?;
        serde_json::from_value(items).map_err(|error| Problem::unavailable("统一支付平台的对账单读不出来。", error))
    }
}
