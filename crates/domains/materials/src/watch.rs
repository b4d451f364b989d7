//! The passing of time: owners are told before a paper runs out, bodies and askers before and after the day of a
//! request. Looked at regularly by the program; whoever was told is not told again.

use platform::Result;
use platform::messages::{self, Channel, Message};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{QueryOrder, QuerySelect};
use time::Duration;

use crate::Materials;
use crate::keep::holder_place;
use crate::store::{material, proof};
use crate::words::kept_day;

/// Rows looked at per read.
const PAGE: u64 = 100;
/// Accounts looked at for the one that speaks for a body.
const ACCOUNTS: u64 = 20;

impl Materials {
    /// Tells owners and bodies what is due; says how many were told. May run twice, on two nodes at once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn watch(&self) -> Result<u64> {
        Ok(self.watch_papers().await? + self.watch_proofs().await?)
    }

    async fn watch_papers(&self) -> Result<u64> {
        use material::{Column, Entity};
        let today = self.today();
        let soon = (today + Duration::days(self.rules.notice_days)).to_string();
        let mut told = 0;
        loop {
            let rows = Entity::find()
                .filter(Column::State.eq("kept"))
                .filter(Column::Hidden.eq(false))
                .filter(Column::ValidUntil.gte(today.to_string()))
                .filter(Column::ValidUntil.lte(&soon))
                .filter(Expr::col(Column::Reminded).ne(Expr::col(Column::ValidUntil)))
                .order_by_asc(Column::Id)
                .limit(PAGE)
                .all(self.platform.db.read())
                .await?;
            if rows.is_empty() {
                return Ok(told);
            }
            for row in rows {
                told += u64::from(self.tell_owner(&row).await?);
                let (id, until) = (row.id, row.valid_until.clone().unwrap_or_default());
                self.platform
                    .db
                    .write(self.platform.now(), move |tx| {
                        Box::pin(async move {
                            // Not a change of the paper: an open page stays as it is.
                            Entity::update_many()
                                .col_expr(Column::Reminded, Expr::value(until))
                                .filter(Column::Id.eq(id))
                                .exec(tx.conn())
                                .await?;
                            Ok(())
                        })
                    })
                    .await?;
            }
        }
    }

    /// The owner's account, when there is one, reads it inside the product; the telephone gets an SMS unless refused.
    async fn tell_owner(&self, row: &material::Model) -> Result<bool> {
        let number = || self.platform.unseal(&row.holder_id_sealed, &holder_place(row.id));
        let account = match row.account_id {
            Some(account) => Some(account),
            None if row.holder_kind == "person" => self.identity.account_by_id_number(&number()?).await?,
            None => self.account_of_body(&row.holder_index, &number()?).await?,
        };
        let Some(account) = account else { return Ok(false) };
        let Some(owner) = self.identity.account(account).await? else { return Ok(false) };
        let day = kept_day(row.valid_until.as_deref()).map(base::zone::date_text).unwrap_or_default();
        let values = [("name", row.name.as_str()), ("day", day.as_str())];
        let key = format!("material.expiring:{}:{}", row.id, row.valid_until.as_deref().unwrap_or_default());
        let message = |channel, recipient, phone, text: &str| Message {
            event_key: key.clone(),
            recipient,
            phone,
            account: Some(account),
            channel,
            template: "material_expiring".to_owned(),
            body: messages::fill(text, &values),
        };
        let expiring = &self.rules.expiring;
        let inside = message(Channel::InApp, format!("account:{account}"), None, &expiring.in_app);
        messages::send(&self.platform, inside).await?;
        if let Some(phone) = owner.phone.filter(|phone| !phone.is_empty()) {
            let recipient = format!("phone:{}", self.platform.blind_index(&phone));
            let sms = message(Channel::Sms, recipient, Some(phone), &expiring.sms);
            if let Err(problem) = messages::send(&self.platform, sms).await {
                // The message stands in the log and can be sent again; the hint inside the product has arrived.
                tracing::warn!(material.id = %row.id, cause = %problem, "an SMS about a paper was not taken");
            }
        }
        Ok(true)
    }

    /// The account of a body's legal person, known by what the body brought itself.
    async fn account_of_body(&self, index: &str, number: &str) -> Result<Option<Uuid>> {
        let known: Vec<Uuid> = material::Entity::find()
            .select_only()
            .column(material::Column::AccountId)
            .filter(material::Column::HolderIndex.eq(index))
            .filter(material::Column::HolderKind.eq("enterprise"))
            .filter(material::Column::AccountId.is_not_null())
            .group_by(material::Column::AccountId)
            .limit(ACCOUNTS)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        for id in known {
            // Who only handed something in for the body is not told.
            let account = self.identity.account(id).await?;
            if account.and_then(|account| account.enterprise).is_some_and(|body| body.uscc.trim() == number) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn watch_proofs(&self) -> Result<u64> {
        use proof::{Column, Entity};
        let today = self.today();
        let tomorrow = (today + Duration::days(1)).to_string();
        let mut told = 0;
        for (event, flag, due) in [
            ("soon", Column::ToldSoon, Column::DueOn.lte(tomorrow).and(Column::DueOn.gte(today.to_string()))),
            ("late", Column::ToldLate, Column::DueOn.lt(today.to_string())),
        ] {
            loop {
                let rows = Entity::find()
                    .filter(Column::State.eq("open"))
                    .filter(flag.eq(false))
                    .filter(due.clone())
                    .order_by_asc(Column::Id)
                    .limit(PAGE)
                    .all(self.platform.db.read())
                    .await?;
                if rows.is_empty() {
                    break;
                }
                for row in rows {
                    self.tell_of_proof(&row, event).await?;
                    let id = row.id;
                    self.platform
                        .db
                        .write(self.platform.now(), move |tx| {
                            Box::pin(async move {
                                Entity::update_many()
                                    .col_expr(flag, Expr::value(true))
                                    .filter(Column::Id.eq(id))
                                    .exec(tx.conn())
                                    .await?;
                                Ok(())
                            })
                        })
                        .await?;
                    told += 1;
                }
            }
        }
        Ok(told)
    }
}
