//! Blanks received 空白证领用 (CASE-027): runs of numbers by kind of licence, what is left of them, and the ledger of
//! sheets as a file.
//!
//! A body that writes its receipts down prints on blanks of its own runs only; one that does not may print on any.

use platform::web::guard::Allowed;
use platform::web::page::{List, PageQuery};
use platform::web::problem::{Problem, Result};
use platform::work::audit::Line;
use platform::work::idempotency;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Cond;
use sea_orm::{ConnectionTrait, FromQueryResult, IntoActiveModel, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::model::{SheetState, stock_number};
use super::store::stock_row;
use crate::permissions::Overprint;
use crate::{Licences, error};

/// Blanks of one receipt at most.
const MOST: i64 = 100_000;
/// Rows of one file.
const EXPORT: u64 = 5_000;

mod row {
    use super::*;
    /// `licence_blanks`
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "licence_blanks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub type_key: String,
        pub type_name: String,
        pub org_id: Uuid,
        pub prefix: String,
        pub width: i64,
        pub first_no: i64,
        pub last_no: i64,
        pub note: String,
        pub received_at: OffsetDateTime,
        pub received_by_name: String,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

use row::{Column, Entity, Model};

/// Blanks to write down as received.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReceiveBlanks)]
pub struct Receive {
    /// Kind of licence they are for.
    pub type_key: String,
    /// Number on the first, such as `JY0000001`.
    pub first: String,
    /// Number on the last.
    pub last: String,
    /// Where from, which delivery note.
    #[serde(default)]
    pub note: String,
}

/// A receipt.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = BlankReceipt)]
pub struct Receipt {
    /// Id.
    pub id: Uuid,
    /// Kind of licence.
    pub type_key: String,
    /// Its name.
    pub type_name: String,
    /// First number.
    pub first: String,
    /// Last number.
    pub last: String,
    /// How many.
    pub count: i64,
    /// Note.
    pub note: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub received_at: OffsetDateTime,
    /// Who.
    pub received_by: String,
}

/// What became of the blanks of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BlankBalance)]
pub struct Balance {
    /// Kind of licence.
    pub type_key: String,
    /// Its name.
    pub type_name: String,
    /// Blanks received.
    pub received: i64,
    /// Printed on.
    pub used: i64,
    /// Written off.
    pub spoiled: i64,
    /// Left; absent where no receipt was written down.
    pub left: Option<i64>,
}

/// A number on a blank: letters in front, digits behind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Numbered {
    prefix: String,
    width: usize,
    no: i64,
}

impl Numbered {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (prefix, number) = text.split_at(text.len() - digits);
        (1..=15).contains(&digits).then_some(())?;
        Some(Self { prefix: prefix.to_owned(), width: digits, no: number.parse().ok()? })
    }
}

impl Model {
    fn number(&self, no: i64) -> String {
        format!("{}{no:0width$}", self.prefix, width = usize::try_from(self.width).unwrap_or(0))
    }

    fn receipt(self) -> Receipt {
        Receipt {
            id: self.id,
            first: self.number(self.first_no),
            last: self.number(self.last_no),
            count: self.last_no - self.first_no + 1,
            type_key: self.type_key,
            type_name: self.type_name,
            note: self.note,
            received_at: self.received_at,
            received_by: self.received_by_name,
        }
    }
}

/// First and last number of a receipt.
///
/// # Errors
/// 422 naming the field.
fn run(first: &str, last: &str) -> Result<(Numbered, i64)> {
    let read = |pointer: &str, text: &str| {
        let tidy = stock_number(text).ok().and_then(|text| Numbered::parse(&text));
        tidy.ok_or_else(|| {
            Problem::invalid_field(pointer, "stock_number", "填空白证上的编号，最后要是数字，例如 JY0000001")
        })
    };
    let (first, last) = (read("/first", first)?, read("/last", last)?);
    if first.prefix != last.prefix || first.width != last.width {
        return Err(Problem::invalid_field("/last", "run", "起止编号的字母和位数要一样，不一样的请分两次登记"));
    }
    if last.no < first.no {
        return Err(Problem::invalid_field("/last", "order", "截止编号要不小于起始编号"));
    }
    if last.no - first.no >= MOST {
        return Err(Problem::invalid_field("/last", "range", format!("一次最多登记 {MOST} 张，请分几次登记")));
    }
    Ok((first, last.no))
}

/// Whether a body that writes receipts down has received this blank; one that writes none down may use any.
pub(super) async fn received(conn: &impl ConnectionTrait, orgs: &[Uuid], type_key: &str, number: &str) -> Result<bool> {
    let own = Entity::find().filter(Column::TypeKey.eq(type_key)).filter(Column::OrgId.is_in(orgs.iter().copied()));
    if own.clone().one(conn).await?.is_none() {
        return Ok(true);
    }
    let Some(numbered) = Numbered::parse(number) else { return Ok(false) };
    let found = own
        .filter(Column::Prefix.eq(numbered.prefix))
        .filter(Column::Width.eq(i64::try_from(numbered.width).map_err(Problem::internal)?))
        .filter(Column::FirstNo.lte(numbered.no))
        .filter(Column::LastNo.gte(numbered.no))
        .one(conn)
        .await?;
    Ok(found.is_some())
}

/// 409 for a blank of no receipt.
pub(super) fn not_received(number: &str) -> Problem {
    Problem::conflict("stock_not_received", format!("空白证 {number} 不在登记领用的号段里，不能用。"))
        .detail("请核对空白证上的编号；新领的空白证请先登记领用。")
}

#[derive(FromQueryResult)]
struct Counted {
    type_key: String,
    state: String,
    count: i64,
}

#[derive(FromQueryResult)]
struct Received {
    type_key: String,
    type_name: String,
    first_no: i64,
    last_no: i64,
    received_at: OffsetDateTime,
}

#[derive(FromQueryResult)]
struct Gone {
    type_key: String,
    count: i64,
}

impl Licences {
    /// Writes blanks down as received.
    ///
    /// # Authorisation
    /// `licence.overprint`; for the caller's own organisation. Logged.
    ///
    /// # Errors
    /// 404 for an unknown kind, 409 when a blank of the run was received before, 422 naming the field.
    pub async fn receive_blanks(
        &self,
        caller: &Allowed<Overprint>,
        receive: Receive,
        key: Option<String>,
    ) -> Result<Receipt> {
        let kind = self.licence_type(&receive.type_key).await?.ok_or_else(|| error::no_type(&receive.type_key))?;
        let (first, last_no) = run(&receive.first, &receive.last)?;
        let note = receive.note.trim().to_owned();
        if note.chars().count() > 200 {
            return Err(Problem::invalid_field("/note", "length", "说明最多 200 个字"));
        }
        let org_id = caller.org_id.or_else(|| caller.visible_orgs.first().copied()).ok_or_else(error::no_stock)?;
        let id = self.platform.new_id();
        let row = Model {
            id,
            type_key: kind.key.clone(),
            type_name: kind.name.clone(),
            org_id,
            prefix: first.prefix,
            width: i64::try_from(first.width).map_err(Problem::internal)?,
            first_no: first.no,
            last_no,
            note,
            received_at: self.platform.now(),
            received_by_name: caller.name.clone(),
        };
        let detail = json!({ "type_key": kind.key, "first": row.number(first.no), "last": row.number(last_no) });
        let line =
            Line::by(caller, self.platform.new_id(), "licence.receive_blanks", format!("licence_blanks:{id}"), detail);
        let who = caller.id;
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    if let Some(key) = key.as_deref()
                        && let Some(before) = idempotency::claim(tx, who, "licence.receive_blanks", key, id).await?
                    {
                        let found = Entity::find_by_id(before).one(tx.conn()).await?;
                        return found.map(Model::receipt).ok_or_else(error::no_stock);
                    }
                    let met = Entity::find()
                        .filter(Column::TypeKey.eq(row.type_key.as_str()))
                        .filter(Column::Prefix.eq(row.prefix.as_str()))
                        .filter(Column::Width.eq(row.width))
                        .filter(Column::FirstNo.lte(row.last_no))
                        .filter(Column::LastNo.gte(row.first_no))
                        .one(tx.conn())
                        .await?;
                    if let Some(met) = met {
                        let met = met.receipt();
                        let message = format!("号段和已经登记的 {} 到 {} 重了。", met.first, met.last);
                        return Err(Problem::conflict("blanks_received", message));
                    }
                    Entity::insert(row.clone().into_active_model().reset_all())
                        .exec_without_returning(tx.conn())
                        .await?;
                    tx.audit(line);
                    Ok(row.receipt())
                })
            })
            .await
    }

    /// Receipts of the caller's organisations, newest first.
    ///
    /// # Authorisation
    /// `licence.overprint`; only organisations the caller sees.
    ///
    /// # Errors
    /// 400 for a made-up cursor.
    pub async fn blank_receipts(&self, caller: &Allowed<Overprint>, page: &PageQuery) -> Result<List<Receipt>> {
        let conn = self.platform.db.read();
        let mut select = Entity::find().filter(Column::OrgId.is_in(caller.visible_orgs.iter().copied()));
        let total = select.clone().count(conn).await?;
        if let Some(before) = crate::service::look_up::before(page)? {
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let rows = rows.into_iter().map(Model::receipt).collect();
        Ok(List::cut(rows, page.limit(), total, self.platform.now(), |one: &Receipt| vec![one.id.to_string()]))
    }

    /// What became of the blanks of each kind in the caller's organisations.
    ///
    /// # Authorisation
    /// `licence.overprint`; only organisations the caller sees.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn blank_balance(&self, caller: &Allowed<Overprint>) -> Result<Vec<Balance>> {
        let conn = self.platform.db.read();
        let orgs = || caller.visible_orgs.iter().copied();
        let runs: Vec<Received> = Entity::find()
            .select_only()
            .columns([Column::TypeKey, Column::TypeName, Column::FirstNo, Column::LastNo, Column::ReceivedAt])
            .filter(Column::OrgId.is_in(orgs()))
            .order_by_asc(Column::TypeKey)
            .limit(10_000)
            .into_model()
            .all(conn)
            .await?;
        let counted: Vec<Counted> = stock_row::Entity::find()
            .select_only()
            .columns([stock_row::Column::TypeKey, stock_row::Column::State])
            .column_as(stock_row::Column::Id.count(), "count")
            .filter(stock_row::Column::OrgId.is_in(orgs()))
            .group_by(stock_row::Column::TypeKey)
            .group_by(stock_row::Column::State)
            .into_model()
            .all(conn)
            .await?;
        let mut all: std::collections::BTreeMap<String, Balance> = std::collections::BTreeMap::new();
        let new = |key: &str, name: &str| Balance {
            type_key: key.to_owned(),
            type_name: name.to_owned(),
            received: 0,
            used: 0,
            spoiled: 0,
            left: None,
        };
        // Sheets of the time before receipts were written down are none of the received blanks.
        let mut since: std::collections::BTreeMap<String, OffsetDateTime> = std::collections::BTreeMap::new();
        for run in runs {
            let first = since.entry(run.type_key.clone()).or_insert(run.received_at);
            *first = (*first).min(run.received_at);
            let one = all.entry(run.type_key.clone()).or_insert_with(|| new(&run.type_key, &run.type_name));
            one.received += run.last_no - run.first_no + 1;
        }
        for group in counted {
            if !all.contains_key(&group.type_key) {
                let name = self.licence_type(&group.type_key).await?.map(|kind| kind.name);
                all.insert(group.type_key.clone(), new(&group.type_key, name.as_deref().unwrap_or(&group.type_key)));
            }
            let Some(one) = all.get_mut(&group.type_key) else { continue };
            match SheetState::from_column(&group.state) {
                SheetState::Used => one.used += group.count,
                SheetState::Spoiled => one.spoiled += group.count,
            }
        }
        if since.is_empty() {
            return Ok(all.into_values().collect());
        }
        let of_runs = since.iter().fold(Cond::any(), |any, (key, first)| {
            let one = Cond::all()
                .add(stock_row::Column::TypeKey.eq(key.as_str()))
                .add(stock_row::Column::CreatedAt.gte(*first));
            any.add(one)
        });
        let gone: Vec<Gone> = stock_row::Entity::find()
            .select_only()
            .column(stock_row::Column::TypeKey)
            .column_as(stock_row::Column::Id.count(), "count")
            .filter(stock_row::Column::OrgId.is_in(orgs()))
            .filter(of_runs)
            .group_by(stock_row::Column::TypeKey)
            .into_model()
            .all(conn)
            .await?;
        for one in all.values_mut().filter(|one| one.received > 0) {
            let used = gone.iter().find(|group| group.type_key == one.type_key).map_or(0, |group| group.count);
            one.left = Some(one.received - used);
        }
        Ok(all.into_values().collect())
    }

    /// The ledger of sheets as lines of a file, newest first, at most 5,000; logged.
    ///
    /// # Authorisation
    /// `licence.overprint`; only organisations the caller sees.
    ///
    /// # Errors
    /// 422 when there are more, or for a number that is none.
    pub async fn stock_lines(
        &self,
        caller: &Allowed<Overprint>,
        type_key: Option<String>,
        state: Option<SheetState>,
    ) -> Result<Vec<Vec<String>>> {
        let mut page = PageQuery { limit: Some(100), cursor: None };
        let moment = |at: Option<OffsetDateTime>| at.map(base::zone::moment_text).unwrap_or_default();
        let mut names: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        let mut lines = Vec::new();
        loop {
            let (mut found, total) = self.stock(caller, type_key.clone(), state, None, &page).await?;
            if total > EXPORT {
                let message = format!("共 {total} 张，一次最多导出 5,000 张，请缩小筛选范围。");
                return Err(Problem::invalid_field("/filter", "too_many", message));
            }
            let more = found.len() > 100;
            found.truncate(100);
            let last = found.last().map(|sheet| sheet.id);
            for sheet in found {
                if !names.contains_key(&sheet.type_key) {
                    let name = self.licence_type(&sheet.type_key).await?.map(|kind| kind.name);
                    names.insert(sheet.type_key.clone(), name.unwrap_or_else(|| sheet.type_key.clone()));
                }
                lines.push(vec![
                    sheet.number,
                    names.get(&sheet.type_key).cloned().unwrap_or_default(),
                    sheet.state.label().to_owned(),
                    sheet.licence_number.unwrap_or_default(),
                    sheet.prints.to_string(),
                    sheet.printer,
                    moment(sheet.printed_at),
                    sheet.printed_by.unwrap_or_default(),
                    sheet.reason.unwrap_or_default(),
                    moment(sheet.spoiled_at),
                    sheet.spoiled_by.unwrap_or_default(),
                    sheet.spoil_reason.unwrap_or_default(),
                ]);
            }
            match last.filter(|_| more) {
                Some(last) => page.cursor = Some(platform::web::page::cursor(&[last.to_string()])),
                None => break,
            }
        }
        let line = Line::by(
            caller,
            self.platform.new_id(),
            "licence_stock.export",
            "licence_stock".to_owned(),
            json!({ "rows": lines.len() }),
        );
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-027
    #[test]
    fn a_run_of_numbers_is_read_and_what_is_wrong_is_named() {
        let (first, last) = run(" jy0000001 ", "JY0000500").unwrap();
        assert_eq!((first.prefix.as_str(), first.width, first.no, last), ("JY", 7, 1, 500));
        for (first, last, pointer) in [
            ("JY", "JY2", "/first"),
            ("JY01", "JY", "/last"),
            ("JY01", "JZ02", "/last"),
            ("JY01", "JY002", "/last"),
            ("JY09", "JY01", "/last"),
            ("1", "9", ""),
            ("JY000001", "JY900001", "/last"),
        ] {
            match run(first, last) {
                Err(problem) => assert_eq!(problem.field_errors()[0].pointer, pointer, "{first} {last}"),
                Ok(_) => assert_eq!(pointer, "", "{first} {last}"),
            }
        }
    }
}
