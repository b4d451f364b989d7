//! Printing on stock: status, preview, print, write off, list.

use bytes::Bytes;
use design::{DefinitionRef, Kind};
use paper::Options;
use platform::web::guard::Allowed;
use platform::web::page::PageQuery;
use platform::web::problem::{FieldProblem, Problem, Result};
use platform::work::audit::Line;
use sea_orm::sea_query::Expr;
use serde_json::{Value, json};
use uuid::Uuid;

use super::blanks;
use super::model::{Offset, Print, Sheet, SheetState, spoil_reason, stock_number};
use super::store::stock_row::{Column, Model as Stock};
use super::store::{self, Wanted};
use crate::model::{LicenceType, face};
use crate::permissions::Overprint;
use crate::store::licence_row::Model;
use crate::{Licence, Licences, Standing, error};

/// What has no place on pre-printed stock: it has its own background.
const FORBIDDEN: [&str; 4] = ["background:", "foreground:", "image(", "seal-place("];

/// How it stands with printing a licence on stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The licence.
    pub licence: Licence,
    /// Why it can't be printed now; absent when it can.
    pub why_not: Option<String>,
    /// How often it was printed.
    pub prints: i64,
    /// Sheets it was printed on, newest first.
    pub sheets: Vec<Sheet>,
    /// Printers this organisation printed this kind of licence with, latest first, and their offsets.
    pub printers: Vec<(String, Offset)>,
}

fn overprint_key(type_key: &str) -> String {
    format!("overprint:{type_key}")
}

fn no_template(name: &str) -> Problem {
    Problem::conflict("no_overprint", format!("{name}没有套打模板，不能在空白证上打印。"))
        .detail("电子证照与纸质证照具有同等法律效力。确实要纸质证照的，请事项管理员先配置套打模板。")
}

fn not_valid(standing: Standing) -> Problem {
    Problem::conflict("licence_not_valid", format!("这份证照{}，不能打印。", standing.text()))
        .detail("只有有效的证照可以套打。换发了新证的，请打印新证。")
}

fn taken(number: &str) -> Problem {
    Problem::conflict("stock_used", format!("空白证 {number} 已经登记过，不能再用。"))
        .detail("请核对空白证上的编号；打坏的请先作废，再换一张。")
}

impl Licences {
    /// Takes the overprint template of a type (`overprint.typ` of its pack), tried with every field
    /// present. The latest one prints also older licences: its places are those of the stock in use.
    ///
    /// # Errors
    /// 422 naming what is wrong in the template; nothing is then kept. 409 for an unknown type.
    pub async fn import_overprint(&self, type_key: &str, template: &str) -> Result<()> {
        let kind = self.licence_type(type_key).await?.ok_or_else(|| error::no_type(type_key))?;
        let place = format!("/licence/{type_key}/overprint");
        if let Some(word) = FORBIDDEN.iter().find(|word| template.contains(**word)) {
            let message = format!("套打只打变化的文字，模板里不能有 {word}");
            return Err(Problem::invalid_field(place, "defect", message));
        }
        let mut data = self.sample_face(&kind);
        put(&mut data, Offset::default(), false);
        let options = self.options(&kind.name);
        let source = template.to_owned();
        let found =
            tokio::task::spawn_blocking(move || paper::check(&source, &data, &options)).await.map_err(error::lost)?;
        if !found.is_empty() {
            let errors = found.iter().map(|one| FieldProblem::new(place.clone(), "defect", one.to_string())).collect();
            return Err(Problem::invalid(errors));
        }
        self.design.publish(Kind::Paper, &overprint_key(type_key), template, "pack").await?;
        Ok(())
    }

    /// Kinds of licence that can be printed on stock: key and name.
    ///
    /// # Authorisation
    /// `licence.overprint`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn overprint_kinds(&self, _: &Allowed<Overprint>) -> Result<Vec<(String, String)>> {
        let mut kinds = Vec::new();
        for (key, name) in crate::store::type_names(self.platform.db.read()).await? {
            if self.design.latest(Kind::Paper, &overprint_key(&key)).await?.is_some() {
                kinds.push((key, name));
            }
        }
        Ok(kinds)
    }

    /// Whether and how a licence can be printed on stock.
    ///
    /// # Authorisation
    /// `licence.overprint`; outside the caller's organisations it is 404.
    ///
    /// # Errors
    /// 404, also for a draft.
    pub async fn overprint_status(&self, caller: &Allowed<Overprint>, id: Uuid) -> Result<Status> {
        let row = self.printable(caller, id).await?;
        let licence = row.licence()?;
        let why_not = self.ready(&licence).await.err().map(|problem| problem.title().to_owned());
        let conn = self.platform.db.read();
        let sheets: Vec<Sheet> = store::of_licence(conn, id).await?.iter().map(Stock::sheet).collect();
        let mut printers: Vec<(String, Offset)> = Vec::new();
        for print in store::latest_prints(conn, row.org_id, &row.type_key).await? {
            if printers.iter().all(|(name, _)| *name != print.printer) {
                printers.push((print.printer.clone(), print.sheet().offset));
            }
        }
        Ok(Status { licence, why_not, prints: sheets.iter().map(|sheet| sheet.prints).sum(), sheets, printers })
    }

    /// The sheet as it would be printed, marked as a preview so that it is no licence; not recorded.
    ///
    /// # Authorisation
    /// `licence.overprint`; outside the caller's organisations it is 404.
    ///
    /// # Errors
    /// 404; 409 when the licence is not valid or its kind has no overprint; 422 for an offset too far.
    pub async fn preview_overprint(&self, caller: &Allowed<Overprint>, id: Uuid, offset: Offset) -> Result<Bytes> {
        let row = self.printable(caller, id).await?;
        self.sheet_of(&row, offset.check()?, true).await
    }

    /// Prints a licence on a sheet of stock and records it: the number of the blank, the offset of the
    /// printer, who and when. Printing again is counted and wants a reason; the same blank may go
    /// through the printer again for the same licence only.
    ///
    /// # Authorisation
    /// `licence.overprint`; outside the caller's organisations it is 404. Logged.
    ///
    /// # Errors
    /// 404; 409 when the licence is not valid, its kind has no overprint or the blank is taken; 422
    /// naming the field.
    ///
    /// req: LIC-028
    pub async fn overprint(&self, caller: &Allowed<Overprint>, id: Uuid, print: Print) -> Result<(Licence, Bytes)> {
        let row = self.printable(caller, id).await?;
        let platform = &self.platform;
        let before = store::of_licence(platform.db.read(), id).await?;
        let printed: i64 = before.iter().map(|sheet| sheet.prints).sum();
        let print = print.check(printed)?;
        let pdf = self.sheet_of(&row, print.offset, false).await?;
        let detail = json!({
            "stock_number": print.stock_number, "prints": printed + 1, "printer": print.printer, "reason": print.reason,
        });
        let audit = crate::service::line(Some(caller), platform.new_id(), "licence.overprint", id, detail);
        let fresh = fresh_sheet(platform.new_id(), &row, caller.name.clone(), &print, platform.now());
        let own = caller.visible_orgs.clone();
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let (kind, number) = (fresh.type_key.clone(), fresh.number.clone());
                    match store::by_number(tx.conn(), &kind, &number).await? {
                        None if !blanks::received(tx.conn(), &own, &kind, &number).await? => {
                            return Err(blanks::not_received(&number));
                        }
                        None => {
                            // Somebody may take the number between the look and the insert.
                            if !store::insert(tx, fresh).await? {
                                return Err(taken(&number));
                            }
                        }
                        Some(old)
                            if old.licence_id == Some(id)
                                && SheetState::from_column(&old.state) == SheetState::Used =>
                        {
                            let update = store::guarded(&old)
                                .col_expr(Column::Prints, Expr::value(old.prints + 1))
                                .col_expr(Column::Printer, Expr::value(fresh.printer))
                                .col_expr(Column::OffsetX, Expr::value(fresh.offset_x))
                                .col_expr(Column::OffsetY, Expr::value(fresh.offset_y))
                                .col_expr(Column::Reason, Expr::value(fresh.reason))
                                .col_expr(Column::PrintedByName, Expr::value(fresh.printed_by_name))
                                .col_expr(Column::PrintedAt, Expr::value(fresh.printed_at));
                            if sea_orm::UpdateMany::exec(update, tx.conn()).await?.rows_affected != 1 {
                                return Err(Problem::stale());
                            }
                        }
                        Some(_) => return Err(taken(&number)),
                    }
                    tx.audit(audit);
                    Ok(())
                })
            })
            .await?;
        Ok((row.licence()?, pdf))
    }

    /// Writes a blank off: one that was printed badly, or one torn before.
    ///
    /// # Authorisation
    /// `licence.overprint`; a blank of another body is 404. Logged.
    ///
    /// # Errors
    /// 409 when it is written off already or the kind has no overprint, 422 naming the field.
    pub async fn spoil_stock(
        &self,
        caller: &Allowed<Overprint>,
        type_key: &str,
        number: &str,
        reason: &str,
    ) -> Result<Sheet> {
        let (number, reason) = (stock_number(number)?, spoil_reason(reason)?);
        let kind = self.licence_type(type_key).await?.ok_or_else(|| error::no_type(type_key))?;
        self.overprint_template(&kind.key, &kind.name).await?;
        let platform = &self.platform;
        let (new, audit_id, by) = (platform.new_id(), platform.new_id(), caller.name.clone());
        // A blank nobody printed on belongs to the body of whoever tore it.
        let own = caller.org_id.or_else(|| caller.visible_orgs.first().copied()).ok_or_else(error::no_stock)?;
        let (visible, kind) = (caller.visible_orgs.clone(), kind.key);
        let detail = json!({ "type_key": kind, "stock_number": number, "reason": reason });
        let audit = Line::by(caller, audit_id, "licence.spoil_stock", format!("licence_stock:{kind}:{number}"), detail);
        platform
            .db
            .write(platform.now(), move |tx| {
                Box::pin(async move {
                    let row = match store::by_number(tx.conn(), &kind, &number).await? {
                        Some(old) if !visible.contains(&old.org_id) => return Err(error::no_stock()),
                        Some(old) if SheetState::from_column(&old.state) == SheetState::Spoiled => {
                            return Err(Problem::conflict("stock_spoiled", format!("空白证 {number} 已经作废。")));
                        }
                        Some(mut old) => {
                            let update = store::guarded(&old)
                                .col_expr(Column::State, Expr::value(SheetState::Spoiled.as_str()))
                                .col_expr(Column::SpoiledByName, Expr::value(Some(by.clone())))
                                .col_expr(Column::SpoiledAt, Expr::value(Some(tx.now())))
                                .col_expr(Column::SpoilReason, Expr::value(Some(reason.clone())));
                            if sea_orm::UpdateMany::exec(update, tx.conn()).await?.rows_affected != 1 {
                                return Err(Problem::stale());
                            }
                            old.state = SheetState::Spoiled.as_str().to_owned();
                            old.spoiled_by_name = Some(by);
                            old.spoiled_at = Some(tx.now());
                            old.spoil_reason = Some(reason);
                            old
                        }
                        None if !blanks::received(tx.conn(), &visible, &kind, &number).await? => {
                            return Err(blanks::not_received(&number));
                        }
                        None => {
                            let row = torn_sheet(new, kind, number.clone(), own, by, reason, tx.now());
                            if !store::insert(tx, row.clone()).await? {
                                return Err(taken(&number));
                            }
                            row
                        }
                    };
                    tx.audit(audit);
                    Ok(row.sheet())
                })
            })
            .await
    }

    /// Sheets of the caller's organisations, newest first, and how many there are.
    ///
    /// # Authorisation
    /// `licence.overprint`; only organisations the caller sees.
    ///
    /// # Errors
    /// 400 for a made-up cursor, 422 for a number that is none.
    pub async fn stock(
        &self,
        caller: &Allowed<Overprint>,
        type_key: Option<String>,
        state: Option<SheetState>,
        number: Option<&str>,
        page: &PageQuery,
    ) -> Result<(Vec<Sheet>, u64)> {
        let wanted = Wanted {
            orgs: caller.visible_orgs.clone(),
            type_key,
            state,
            number: number.filter(|text| !text.trim().is_empty()).map(stock_number).transpose()?,
            before: crate::service::look_up::before(page)?,
        };
        let (rows, total) = store::page(self.platform.db.read(), &wanted, page.limit()).await?;
        Ok((rows.iter().map(Stock::sheet).collect(), total))
    }

    /// A sealed licence in the caller's reach.
    async fn printable(&self, caller: &Allowed<Overprint>, id: Uuid) -> Result<Model> {
        let row = crate::store::find(self.platform.db.read(), id).await?;
        row.filter(|row| row.within(caller) && row.file_id.is_some()).ok_or_else(error::no_licence)
    }

    async fn ready(&self, licence: &Licence) -> Result<DefinitionRef> {
        match self.standing(licence) {
            Standing::Valid => self.overprint_template(&licence.type_key, &licence.name).await,
            standing => Err(not_valid(standing)),
        }
    }

    async fn overprint_template(&self, type_key: &str, name: &str) -> Result<DefinitionRef> {
        self.design.latest(Kind::Paper, &overprint_key(type_key)).await?.ok_or_else(|| no_template(name))
    }

    async fn sheet_of(&self, row: &Model, offset: Offset, preview: bool) -> Result<Bytes> {
        let licence = row.licence()?;
        let template = self.design.paper(&self.ready(&licence).await?).await?;
        let (kind, _): (LicenceType, i64) =
            crate::store::frozen_type(self.platform.db.read(), &row.type_key, row.type_version).await?;
        let values = row.values(&self.platform)?;
        let mut data = face(&kind, &licence, &values, &self.verify_url(&licence.verify_code));
        put(&mut data, offset, preview);
        let options = self.options(&format!("{} 套打", kind.name));
        let made = tokio::task::spawn_blocking(move || paper::render(&template, &data, &options))
            .await
            .map_err(error::lost)?
            .map_err(|cause| error::paper(&kind.name, &cause))?;
        Ok(made.bytes.into())
    }

    fn options(&self, title: &str) -> Options {
        Options { fonts: self.fonts.clone(), produced_at: self.platform.now(), title: title.to_owned() }
    }
}

/// What the template reads besides the licence's face.
fn put(data: &mut Value, offset: Offset, preview: bool) {
    if let Some(data) = data.as_object_mut() {
        data.insert("offset".to_owned(), json!(offset));
        data.insert("preview".to_owned(), json!(preview));
    }
}

fn fresh_sheet(id: Uuid, licence: &Model, by: String, print: &Print, now: time::OffsetDateTime) -> Stock {
    Stock {
        id,
        type_key: licence.type_key.clone(),
        number: print.stock_number.clone(),
        state: SheetState::Used.as_str().to_owned(),
        org_id: licence.org_id,
        licence_id: Some(licence.id),
        licence_number: Some(licence.number.clone()),
        prints: 1,
        printer: print.printer.clone(),
        offset_x: print.offset.x,
        offset_y: print.offset.y,
        reason: Some(print.reason.clone()).filter(|reason| !reason.is_empty()),
        printed_by_name: Some(by),
        printed_at: Some(now),
        spoiled_by_name: None,
        spoiled_at: None,
        spoil_reason: None,
        created_at: now,
        version: 1,
    }
}

fn torn_sheet(
    id: Uuid,
    type_key: String,
    number: String,
    org_id: Uuid,
    by: String,
    reason: String,
    now: time::OffsetDateTime,
) -> Stock {
    Stock {
        id,
        type_key,
        number,
        state: SheetState::Spoiled.as_str().to_owned(),
        org_id,
        licence_id: None,
        licence_number: None,
        prints: 0,
        printer: String::new(),
        offset_x: 0,
        offset_y: 0,
        reason: None,
        printed_by_name: None,
        printed_at: None,
        spoiled_by_name: Some(by),
        spoiled_at: Some(now),
        spoil_reason: Some(reason),
        created_at: now,
        version: 1,
    }
}
