//! Rows as a spreadsheet, and the empty one to fill in. Sealed values go out masked or not at all.

use form::{FieldType, Permission};
use platform::disclosure::{Field as Place, Way};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use serde_json::json;

use super::list::{Asked, columns};
use super::view::{part, said};
use crate::Tables;
use crate::access::Opened;
use crate::model::{Known, Right};
use crate::query::order_of;
use crate::sheets::{Cell, Sheet, book};
use crate::values::{Class, plain, scaled, written};

/// Rows of one file.
pub(crate) const MOST: u64 = 20_000;
/// Rows read at once.
const CHUNK: u64 = 1_000;

impl Tables {
    /// The rows that fit, as a spreadsheet with every field, or the columns asked for.
    ///
    /// # Errors
    /// 403 without the right, 422 when there are too many.
    pub(crate) async fn export(&self, caller: &Principal, key: &str, asked: &Asked) -> Result<Vec<u8>> {
        let opened = self.open(caller, key).await?;
        opened.needs(Right::Export)?;
        let total = self.count(&opened, &asked.wanted).await?;
        if total > MOST {
            let title = format!("共 {total} 行，一次最多导出 {MOST} 行，请加上筛选条件。");
            return Err(Problem::invalid_field("/where", "too_many", title));
        }
        let all: Vec<&Known> = opened.fields().filter(|known| known.class != Class::Nested).collect();
        let columns = if asked.columns.is_empty() { all } else { columns(&opened, &asked.columns)? };
        let ways = self.ways(caller, &columns).await?;
        let order = order_of(&opened, asked.order.as_ref())?;
        let by_number = order.is_some_and(|(known, _)| known.class == Class::Number);
        let mut rows = Vec::new();
        let mut after: Option<[String; 2]> = None;
        loop {
            let place = after.as_ref().map(<[String; 2]>::as_slice);
            let found = self.find(&opened, &asked.wanted, order, place, CHUNK).await?;
            let data = found.iter().map(|row| self.row_data(&opened, row)).collect::<Result<Vec<_>>>()?;
            let regions = self.regions(&opened, data.iter()).await?;
            for (row, data) in found.iter().zip(&data) {
                let mut cells: Vec<Cell> = columns
                    .iter()
                    .zip(&ways)
                    .map(|(known, way)| match (data.get(&known.field.key), way) {
                        (None, _) | (_, Way::Never) => Cell::Text(String::new()),
                        (Some(value), _) => cell(known, value, &said(known, value, &regions)),
                    })
                    .collect();
                cells.push(Cell::Text(row.created_by_name.clone()));
                cells.push(Cell::Text(base::zone::moment_text(row.changed_at)));
                rows.push(cells);
            }
            after = found.last().map(|row| {
                let sort = if by_number {
                    row.sort_number.to_string()
                } else {
                    base::encoding::to_hex(row.sort_text.as_bytes())
                };
                [sort, row.id.to_string()]
            });
            // Rows entered while we read must not make the file endless.
            if found.len() < usize::try_from(CHUNK).unwrap_or_default() || rows.len() as u64 > MOST {
                break;
            }
        }
        let count = rows.len();
        let mut head: Vec<String> = columns.iter().map(|known| headed(known)).collect();
        head.extend(["录入人".to_owned(), "修改时间".to_owned()]);
        let bytes = book(&[Sheet { name: "数据", head, rows }])?;
        let detail = json!({ "table": opened.table.key, "title": opened.table.content.title, "rows": count });
        self.note(Line::by(
            caller,
            self.platform.new_id(),
            "table.export",
            format!("table:{}", opened.table.id),
            detail,
        ))
        .await?;
        Ok(bytes)
    }

    /// What a file may hold of each column.
    async fn ways(&self, caller: &Principal, columns: &[&Known]) -> Result<Vec<Way>> {
        let sealed: Vec<&&Known> = columns.iter().filter(|known| known.class == Class::Sealed).collect();
        let places: Vec<Place<'_>> = sealed
            .iter()
            .map(|known| Place { table: "table_rows", column: "values_sealed", part: part(known) })
            .collect();
        let mut ways = self.platform.disclosure.takeout(&self.platform, caller, &places, None).await?.into_iter();
        let way = |known: &&Known| {
            if known.class == Class::Sealed { ways.next().unwrap_or(Way::Never) } else { Way::Raw }
        };
        Ok(columns.iter().map(way).collect())
    }

    /// Writes one line of the audit log.
    pub(crate) async fn note(&self, line: Line) -> Result<()> {
        self.platform.leave(line).await
    }

    /// An empty spreadsheet to fill in: the fields in the first sheet, how to fill them in the second.
    ///
    /// # Errors
    /// 403 without the right.
    pub(crate) async fn import_frame(&self, caller: &Principal, key: &str) -> Result<Vec<u8>> {
        let opened = self.open(caller, key).await?;
        opened.needs(Right::Enter)?;
        let fields: Vec<&Known> = brought(&opened).collect();
        let head = fields.iter().map(|known| known.field.label.clone()).collect();
        let text = |text: &str| Cell::Text(text.to_owned());
        let rows = fields
            .iter()
            .map(|known| {
                let must = if known.field.required && known.field.required_when.is_none() { "必填" } else { "" };
                vec![
                    text(&known.field.label),
                    text(must),
                    Cell::Text(how(known)),
                    text(known.field.hint.as_deref().unwrap_or("")),
                ]
            })
            .collect();
        let help = ["字段", "必填", "怎么填", "说明"].map(str::to_owned).to_vec();
        let sheets = [Sheet { name: "数据", head, rows: Vec::new() }, Sheet { name: "填写说明", head: help, rows }];
        book(&sheets)
    }
}

/// The fields a file may bring.
pub(crate) fn brought(opened: &Opened) -> impl Iterator<Item = &Known> {
    opened.fields().filter(|known| {
        let right = known.field.permission.get(&opened.role).copied();
        let writes = right.unwrap_or(if known.field.read_only { Permission::Read } else { Permission::Write });
        known.class != Class::Nested && known.field.compute.is_none() && writes == Permission::Write
    })
}

fn how(known: &Known) -> String {
    let labels = || known.field.options.iter().map(|option| option.label.as_str()).collect::<Vec<_>>().join("、");
    match known.field.kind {
        FieldType::Select | FieldType::Radio => format!("填其中一个：{}", labels()),
        FieldType::Checkboxes => format!("填一个或几个，用顿号隔开：{}", labels()),
        FieldType::Yesno | FieldType::Switch => "填“是”或“否”".to_owned(),
        FieldType::Number => {
            known.field.unit.as_ref().map_or("填数字".to_owned(), |unit| format!("填数字，单位{unit}"))
        }
        FieldType::Money => "填金额，单位元，例如 1200.50".to_owned(),
        FieldType::Date => "填日期，例如 2026-09-24".to_owned(),
        FieldType::Time => "填时间，例如 09:30".to_owned(),
        FieldType::Datetime => "填日期和时间，例如 2026-09-24 09:30".to_owned(),
        FieldType::Region => "填 12 位区划代码".to_owned(),
        _ => "填文字".to_owned(),
    }
}

/// Head of a column; money says its unit, so that a figure is not taken for fen.
fn headed(known: &Known) -> String {
    match (&known.field.kind, &known.field.unit) {
        (FieldType::Money, _) => format!("{}（元）", known.field.label),
        (_, Some(unit)) => format!("{}（{unit}）", known.field.label),
        _ => known.field.label.clone(),
    }
}

fn cell(known: &Known, value: &serde_json::Value, said: &str) -> Cell {
    match known.class {
        Class::Number => scaled(&known.field, &plain(value)).map_or_else(
            || Cell::Text(said.to_owned()),
            |number| Cell::number(&written(Some(&known.field), number as f64)),
        ),
        _ => Cell::Text(said.to_owned()),
    }
}
