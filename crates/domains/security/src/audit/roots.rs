//! Finished days are rooted, the roots chained and signed.

use platform::work::audit::chain::GENESIS;
use platform::work::audit::read;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Set};
use time::{Date, OffsetDateTime};

use super::proof::{Root, root_of};
use crate::Security;

/// Minutes after midnight before a day is rooted: a command that began before midnight has ended by then.
const SETTLED: i64 = 15;

pub(crate) mod row {
    use super::*;
    /// `audit_roots`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_roots")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub day: String,
        pub lines: i64,
        pub chains: i64,
        pub root: String,
        pub previous_root: String,
        pub signature: String,
        pub signed_at: OffsetDateTime,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

impl Security {
    /// Roots every finished day that has none yet; returns the days. Runs often and on every node: a
    /// second root of a day is refused by its key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn root_days(&self) -> Result<Vec<String>> {
        let conn = self.platform.db.read();
        let last = row::Entity::find().order_by_desc(row::Column::Day).one(conn).await?;
        let mut previous = last.as_ref().map_or_else(|| GENESIS.to_owned(), |last| last.root.clone());
        let mut day = match &last {
            Some(last) => parse_day(&last.day).and_then(Date::next_day),
            None => read::first_at(conn, true).await?.map(base::zone::china_date),
        };
        let today = base::zone::china_date(self.platform.now() - time::Duration::minutes(SETTLED));
        let mut rooted = Vec::new();
        while let Some(date) = day.filter(|date| *date < today) {
            let ends = read::chain_ends(conn, base::zone::start_of_day(date), base::zone::end_of_day(date)).await?;
            let mut root = Root {
                day: date.to_string(),
                lines: ends.iter().map(|end| end.no).sum(),
                chains: i64::try_from(ends.len()).map_err(Problem::internal)?,
                root: root_of(ends.iter().map(|end| (end.chain, end.no, end.hash.as_str()))),
                previous_root: previous.clone(),
                signature: String::new(),
            };
            let signature = self.signer.sign(root.signed_text().as_bytes()).map_err(Problem::internal)?;
            root.signature = base::encoding::to_hex(&signature);
            previous.clone_from(&root.root);
            rooted.push(root.day.clone());
            self.platform
                .db
                .write(self.platform.now(), move |tx| {
                    Box::pin(async move {
                        row::Entity::insert(row::ActiveModel {
                            day: Set(root.day),
                            lines: Set(root.lines),
                            chains: Set(root.chains),
                            root: Set(root.root),
                            previous_root: Set(root.previous_root),
                            signature: Set(root.signature),
                            signed_at: Set(tx.now()),
                        })
                        .exec_without_returning(tx.conn())
                        .await?;
                        Ok(())
                    })
                })
                .await?;
            day = date.next_day();
        }
        Ok(rooted)
    }

    /// Roots of the days from one on, oldest first.
    pub(crate) async fn roots_from(&self, day: &str) -> Result<Vec<Root>> {
        let rows = row::Entity::find()
            .filter(row::Column::Day.gte(day))
            .order_by_asc(row::Column::Day)
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(root).collect())
    }

    /// A page of roots, newest first, with when they were signed, and how many there are.
    pub(crate) async fn roots_page(
        &self,
        before: Option<String>,
        limit: u64,
    ) -> Result<(Vec<(Root, OffsetDateTime)>, u64)> {
        let conn = self.platform.db.read();
        let total = row::Entity::find().count(conn).await?;
        let mut query = row::Entity::find().order_by_desc(row::Column::Day).limit(limit);
        if let Some(before) = before {
            query = query.filter(row::Column::Day.lt(before));
        }
        let rows = query.all(conn).await?;
        Ok((rows.into_iter().map(|row| (root(row.clone()), row.signed_at)).collect(), total))
    }
}

/// The last day that has a root.
pub(crate) async fn last_day(conn: &impl ConnectionTrait) -> Result<Option<String>> {
    Ok(row::Entity::find().order_by_desc(row::Column::Day).one(conn).await?.map(|row| row.day))
}

/// Whether a day has a root.
pub(crate) async fn has(conn: &impl ConnectionTrait, day: &str) -> Result<bool> {
    Ok(row::Entity::find_by_id(day.to_owned()).one(conn).await?.is_some())
}

fn root(row: row::Model) -> Root {
    Root {
        day: row.day,
        lines: row.lines,
        chains: row.chains,
        root: row.root,
        previous_root: row.previous_root,
        signature: row.signature,
    }
}
