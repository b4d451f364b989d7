//! Paying online: an order is opened with the payment platform, the payer goes there and comes back.

use casework::cases::service::change::Actor;
use platform::web::guard::Allowed;
use platform::{Problem, Result, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{no_fee, order_event};
use crate::Fulfilment;
use crate::fees::OrderAsk;
use crate::fees::model::OrderState;
use crate::fees::store::{self, fee, order};
use crate::permissions::PayMyFee;

/// How long an open order is used again.
const OPEN_FOR: Duration = Duration::minutes(30);

/// Where to pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Checkout {
    /// Order.
    pub order_number: String,
    /// Fen.
    pub amount_fen: i64,
    /// Page of the payment platform.
    pub pay_url: String,
}

impl Fulfilment {
    /// Opens an order for an own case, or gives the one that is open; the same press twice opens one.
    ///
    /// # Authorisation
    /// `my_fee.pay`; another's case is 404.
    ///
    /// # Errors
    /// 404, 409 when nothing is to be paid, 503 when the payment platform does not answer: the order is
    /// kept, and the next press asks again.
    ///
    /// req: CASE-026
    pub async fn pay_fee(&self, caller: &Allowed<PayMyFee>, case: Uuid, key: Option<String>) -> Result<Checkout> {
        let facts = self.casework.facts_of_mine(caller, case).await?;
        let (domain, who) = (self.clone(), (**caller).clone());
        let order = self
            .platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let row = store::of_case(tx.conn(), case).await?.ok_or_else(no_fee)?;
                    row.state()?.paid()?;
                    let id = domain.platform.new_id();
                    if let Some(key) = key {
                        platform::work::idempotency::claim(tx, who.id, "fee.pay", &key, id).await?;
                    }
                    let since = tx.now() - OPEN_FOR;
                    let open = store::orders(tx.conn(), row.id).await?.into_iter().find(|one| {
                        one.state == OrderState::Created.as_str()
                            && one.amount_fen == row.amount_fen
                            && one.created_at > since
                    });
                    match open {
                        Some(open) => Ok(open),
                        None => domain.open_order(tx, &row, id, Actor::of(&who)).await,
                    }
                })
            })
            .await?;
        if let Some(url) = &order.pay_url {
            let (order_number, pay_url) = (order.number.clone(), url.clone());
            return Ok(Checkout { order_number, amount_fen: order.amount_fen, pay_url });
        }
        let public = self.platform.config.public_url.trim_end_matches('/');
        let ask = OrderAsk {
            number: order.number.clone(),
            amount_fen: order.amount_fen,
            subject: format!("{}（{}）", facts.item_name, facts.case_number),
            return_url: format!("{public}/my/cases/{case}"),
        };
        let created = self.payments.create(&ask).await;
        let (pay_url, number, error) = match &created {
            Ok(made) => (Some(made.pay_url.clone()), Some(made.provider_number.clone()), None),
            Err(problem) => (None, None, Some(problem.title().to_owned())),
        };
        let id = order.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    // Only what the platform said: its state may have moved while we asked.
                    order::Entity::update_many()
                        .col_expr(order::Column::PayUrl, Expr::value(pay_url))
                        .col_expr(order::Column::ProviderNumber, Expr::value(number))
                        .col_expr(order::Column::Error, Expr::value(error))
                        .filter(order::Column::Id.eq(id))
                        .exec(tx.conn())
                        .await?;
                    Ok(())
                })
            })
            .await?;
        let made = created?;
        Ok(Checkout { order_number: order.number, amount_fen: order.amount_fen, pay_url: made.pay_url })
    }

    async fn open_order(&self, tx: &Tx, row: &fee::Model, id: Uuid, actor: Actor) -> Result<order::Model> {
        let order = self.new_order(tx, row, id, "online", OrderState::Created).await?;
        let record = order_event(&order, None)?;
        store::insert_order(tx.conn(), order.clone()).await?;
        self.casework.record_beside(tx, row.case_id, actor, "fee.order", vec![record]).await?;
        Ok(order)
    }

    pub(crate) async fn new_order(
        &self,
        tx: &Tx,
        row: &fee::Model,
        id: Uuid,
        way: &str,
        state: OrderState,
    ) -> Result<order::Model> {
        let day = base::zone::china_date(tx.now());
        let running = platform::numbers::strict(tx, &format!("fee_order:{day}")).await?;
        let number = format!("JF{}{running:06}", day.to_string().replace('-', ""));
        if row.amount_fen <= 0 {
            return Err(Problem::internal("an order without an amount"));
        }
        Ok(order::Model {
            id,
            fee_id: row.id,
            case_id: row.case_id,
            number,
            way: way.to_owned(),
            amount_fen: row.amount_fen,
            state: state.as_str().to_owned(),
            pay_url: None,
            provider_number: None,
            error: None,
            created_at: tx.now(),
            paid_at: None,
            closed_at: None,
        })
    }
}
