//! Reports: rows counted, summed and averaged by field or by day, month and year (FORM-034).

use std::collections::HashMap;

use base::zone;
use form::{Field, FieldType};
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::Tables;
use crate::access::Opened;
use crate::model::{Known, Right, is_money};
use crate::query::{Comparison, Condition, Wanted, add_rows, day_text, is_day};
use crate::report::{Chart, Group, MOST_GROUPS, MOST_MEASURES, Of, Report, Step};
use crate::rows::view::Regions;
use crate::sheets::{Cell, Sheet, book};
use crate::sql::Sql;
use crate::values::written;

/// Lines of a report.
const MOST_LINES: usize = 1_000;

/// A column of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableReportHead)]
pub(crate) struct Head {
    pub label: String,
    /// Unit of the figures; empty without one.
    pub unit: String,
}

/// A line of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableReportLine)]
pub(crate) struct ReportLine {
    /// Groups in words.
    pub groups: Vec<String>,
    /// Figures as written; empty where there is none.
    pub values: Vec<String>,
    /// The same to draw with.
    pub numbers: Vec<Option<f64>>,
}

/// A report reckoned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TableReportResult)]
pub(crate) struct ReportResult {
    pub groups: Vec<Head>,
    pub measures: Vec<Head>,
    pub lines: Vec<ReportLine>,
    /// Over all rows.
    pub total: ReportLine,
    /// How it is drawn.
    pub chart: Chart,
    /// The days it is about, in words; empty without a period.
    pub period: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub as_of: OffsetDateTime,
}

/// Pieces of one grouping: value, day, month, year, and its join.
macro_rules! group_pieces {
    ($g:literal) => {
        [
            concat!($g, ".text_value AS ", $g, ", "),
            concat!("SUBSTR(", $g, ".text_value, 1, 10) AS ", $g, ", "),
            concat!("SUBSTR(", $g, ".text_value, 1, 7) AS ", $g, ", "),
            concat!("SUBSTR(", $g, ".text_value, 1, 4) AS ", $g, ", "),
            concat!(" JOIN table_values ", $g, " ON ", $g, ".row_id = r.id AND ", $g, ".field = "),
        ]
    };
}
/// Pieces of one figure: sum, how many, and its join.
macro_rules! measure_pieces {
    ($m:literal) => {
        [
            concat!(
                ", SUM(CASE WHEN ",
                $m,
                ".text_value <> '' THEN CAST(",
                $m,
                ".number_value AS double precision) END) AS sum_",
                $m,
                ", COUNT(CASE WHEN ",
                $m,
                ".text_value <> '' THEN 1 END) AS count_",
                $m
            ),
            concat!(
                " LEFT JOIN table_values ",
                $m,
                " ON ",
                $m,
                ".row_id = r.id AND ",
                $m,
                ".item = 0 AND ",
                $m,
                ".field = "
            ),
            concat!("sum_", $m),
            concat!("count_", $m),
        ]
    };
}
const GROUPS: [[&str; 5]; MOST_GROUPS] = [group_pieces!("g0"), group_pieces!("g1")];
const NAMES: [&str; MOST_GROUPS] = ["g0", "g1"];
const BY: [&str; MOST_GROUPS + 1] = ["", " GROUP BY 1", " GROUP BY 1, 2"];
const MEASURES: [[&str; 4]; MOST_MEASURES] = [
    measure_pieces!("m0"),
    measure_pieces!("m1"),
    measure_pieces!("m2"),
    measure_pieces!("m3"),
    measure_pieces!("m4"),
    measure_pieces!("m5"),
];

struct Reckoned {
    groups: Vec<String>,
    count: i64,
    sums: Vec<(Option<f64>, i64)>,
}

impl Tables {
    /// Reckons a report over the rows within the caller's reach.
    ///
    /// # Errors
    /// 404 for a table out of reach, 422 at what does not fit or when there are too many groups.
    pub(crate) async fn report(&self, caller: &Principal, key: &str, report: &Report) -> Result<ReportResult> {
        let opened = self.open(caller, key).await?;
        self.reckon(&opened, report).await
    }

    pub(crate) async fn reckon(&self, opened: &Opened, report: &Report) -> Result<ReportResult> {
        let wrong = report.wrong(opened, "");
        if !wrong.is_empty() {
            return Err(Problem::invalid(wrong));
        }
        let days = report.days(zone::china_date(self.platform.now()));
        let mut wanted = Wanted { q: String::new(), conditions: report.conditions.clone() };
        if let Some((field, from, to)) = &days {
            let day = |op, date: &Date| Condition {
                field: field.clone(),
                op,
                value: json!(day_text(zone::start_of_day(*date))),
            };
            wanted.conditions.extend([day(Comparison::From, from), day(Comparison::To, to)]);
        }
        let mut lines = self.lines(opened, report, &report.groups, &wanted).await?;
        if lines.len() > MOST_LINES {
            let title = format!("分出来的组超过 {MOST_LINES} 个，请换一个分组，或者加上条件。");
            return Err(Problem::invalid_field("/groups", "too_many", title));
        }
        let whole = self.lines(opened, report, &[], &wanted).await?;
        let grouped: Vec<&Known> = report.groups.iter().filter_map(|group| opened.field(&group.field)).collect();
        sort(&mut lines, report, &grouped);
        let regions = self.names(&grouped, &lines).await?;
        let measured: Vec<(Of, Option<&Field>)> = report
            .measures
            .iter()
            .map(|measure| {
                (measure.of, measure.field.as_ref().and_then(|key| opened.field(key)).map(|known| &known.field))
            })
            .collect();
        let line = |one: &Reckoned| {
            let words = one.groups.iter().zip(&grouped).zip(&report.groups);
            figures(
                words.map(|((text, known), group)| grouped_by(known, group.by, text, &regions)).collect(),
                one,
                &measured,
            )
        };
        let empty = Reckoned { groups: Vec::new(), count: 0, sums: vec![(None, 0); measured.len()] };
        Ok(ReportResult {
            groups: grouped
                .iter()
                .map(|known| Head { label: known.field.label.clone(), unit: String::new() })
                .collect(),
            measures: measured.iter().map(|(of, field)| headed(*of, *field)).collect(),
            total: line(whole.first().unwrap_or(&empty)),
            lines: lines.iter().map(line).collect(),
            chart: report.chart,
            period: days
                .map(|(_, from, to)| format!("{}至{}", zone::date_text_near(from, 0), zone::date_text_near(to, 0)))
                .unwrap_or_default(),
            as_of: self.platform.now(),
        })
    }

    async fn lines(
        &self,
        opened: &Opened,
        report: &Report,
        groups: &[Group],
        wanted: &Wanted,
    ) -> Result<Vec<Reckoned>> {
        let mut sql = Sql::new("SELECT ");
        for (group, pieces) in groups.iter().zip(&GROUPS) {
            let [value, day, month, year, _] = pieces;
            sql.push(match group.by {
                Step::Value => value,
                Step::Day => day,
                Step::Month => month,
                Step::Year => year,
            });
        }
        sql.push("COUNT(*) AS n");
        let summed = || {
            report
                .measures
                .iter()
                .zip(&MEASURES)
                .filter_map(|(measure, pieces)| Some((measure.field.as_ref()?, pieces)))
        };
        for (_, [reckoned, ..]) in summed() {
            sql.push(reckoned);
        }
        sql.push(" FROM table_rows r");
        for (group, [.., join]) in groups.iter().zip(&GROUPS) {
            sql.push(join).bind(group.field.clone());
        }
        for (field, [_, join, ..]) in summed() {
            sql.push(join).bind(field.clone());
        }
        sql.push(" WHERE ");
        add_rows(&mut sql, &self.platform, opened, wanted);
        sql.push(BY.get(groups.len()).copied().unwrap_or_default());
        sql.push(" LIMIT ").bind(i64::try_from(MOST_LINES + 1).unwrap_or(1_001));
        let conn = self.platform.db.read();
        let rows = conn.query_all_raw(sql.statement(self.platform.db.backend())).await?;
        rows.iter().map(|row| read_line(row, report, groups.len())).collect()
    }

    /// Names of regions that are groups.
    async fn names(&self, grouped: &[&Known], lines: &[Reckoned]) -> Result<Regions> {
        let mut names: Regions = HashMap::new();
        for (at, _) in grouped.iter().enumerate().filter(|(_, known)| known.field.kind == FieldType::Region) {
            for code in lines.iter().filter_map(|line| line.groups.get(at)) {
                if let Some(region) = self.identity.region(code).await? {
                    names.insert(code.clone(), region.name);
                }
            }
        }
        Ok(names)
    }

    /// A report as a spreadsheet.
    ///
    /// # Errors
    /// 403 without the right to export; as [`Tables::report`].
    pub(crate) async fn export_report(
        &self,
        caller: &Principal,
        key: &str,
        title: &str,
        report: &Report,
    ) -> Result<Vec<u8>> {
        let opened = self.open(caller, key).await?;
        opened.needs(Right::Export)?;
        let result = self.reckon(&opened, report).await?;
        let detail = json!({ "table": opened.table.key, "report": title, "rows": result.lines.len() });
        self.note(Line::by(
            caller,
            self.platform.new_id(),
            "table.report.export",
            format!("table:{}", opened.table.id),
            detail,
        ))
        .await?;
        sheet(&result)
    }
}

fn read_line(row: &QueryResult, report: &Report, groups: usize) -> Result<Reckoned> {
    let texts = NAMES.iter().take(groups).map(|name| row.try_get::<String>("", name));
    let sums = report.measures.iter().zip(&MEASURES).map(|(measure, [_, _, sum, count])| {
        if measure.field.is_none() {
            return Ok((None, 0));
        }
        Ok((row.try_get::<Option<f64>>("", sum)?, row.try_get::<i64>("", count)?))
    });
    Ok(Reckoned {
        groups: texts.collect::<std::result::Result<_, _>>()?,
        count: row.try_get("", "n")?,
        sums: sums.collect::<std::result::Result<_, sea_orm::DbErr>>()?,
    })
}

/// Days in their order, options in the form's, everything else the greatest first.
fn sort(lines: &mut [Reckoned], report: &Report, grouped: &[&Known]) {
    let place = |known: &Known, text: &str| known.field.options.iter().position(|option| option.value == text);
    lines.sort_by(|a, b| {
        for (at, known) in grouped.iter().enumerate() {
            let (Some(left), Some(right)) = (a.groups.get(at), b.groups.get(at)) else { continue };
            let order = if is_day(&known.field) {
                left.cmp(right)
            } else if known.field.kind.chooses() {
                // What is not filled in comes last.
                let (left, right) = (place(known, left), place(known, right));
                left.is_none().cmp(&right.is_none()).then(left.cmp(&right))
            } else if at == 0 && report.groups.len() == 1 {
                b.count.cmp(&a.count).then(left.cmp(right))
            } else {
                left.cmp(right)
            };
            if order.is_ne() {
                return order;
            }
        }
        std::cmp::Ordering::Equal
    });
}

fn grouped_by(known: &Known, by: Step, text: &str, regions: &Regions) -> String {
    if text.is_empty() {
        return "未填".to_owned();
    }
    let field = &known.field;
    if let Some(option) = field.options.iter().find(|option| option.value == text) {
        return option.label.clone();
    }
    match (field.kind, by) {
        (FieldType::Yesno | FieldType::Switch, _) => (if text == "true" { "是" } else { "否" }).to_owned(),
        (FieldType::Region, _) => regions.get(text).cloned().unwrap_or_else(|| text.to_owned()),
        (_, Step::Year) => format!("{text}年"),
        (_, Step::Month) => text
            .split_once('-')
            .map_or_else(|| text.to_owned(), |(year, month)| format!("{year}年{}月", month.trim_start_matches('0'))),
        (FieldType::Datetime, Step::Value) => text.replacen('T', " ", 1),
        _ => text.to_owned(),
    }
}

fn headed(of: Of, field: Option<&Field>) -> Head {
    let label = field.map_or("", |field| field.label.as_str());
    let unit = match field {
        Some(field) if is_money(field) => "元".to_owned(),
        Some(field) => field.unit.clone().unwrap_or_default(),
        None => String::new(),
    };
    match of {
        Of::Count => Head { label: "行数".to_owned(), unit: "行".to_owned() },
        Of::Sum => Head { label: format!("{label}合计"), unit },
        Of::Average => Head { label: format!("{label}平均"), unit },
    }
}

fn figures(groups: Vec<String>, line: &Reckoned, measured: &[(Of, Option<&Field>)]) -> ReportLine {
    let values = measured.iter().zip(&line.sums).map(|((of, field), (sum, count))| match of {
        Of::Count => line.count.to_string(),
        Of::Sum => sum.map(|sum| written(*field, sum)).unwrap_or_default(),
        Of::Average => match sum {
            Some(sum) if *count > 0 => written(*field, sum / *count as f64),
            _ => String::new(),
        },
    });
    let values: Vec<String> = values.collect();
    let numbers = values.iter().map(|text| text.parse().ok()).collect();
    ReportLine { groups, values, numbers }
}

/// A reckoned report as a spreadsheet, the total last.
pub(crate) fn sheet(result: &ReportResult) -> Result<Vec<u8>> {
    let unit = |head: &Head| {
        if head.unit.is_empty() || head.unit == "行" {
            head.label.clone()
        } else {
            format!("{}（{}）", head.label, head.unit)
        }
    };
    let head = result.groups.iter().chain(&result.measures).map(unit).collect();
    let cells = |line: &ReportLine| {
        let groups = line.groups.iter().map(|text| Cell::Text(text.clone()));
        groups.chain(line.values.iter().map(|text| Cell::number(text))).collect::<Vec<Cell>>()
    };
    let mut rows: Vec<Vec<Cell>> = result.lines.iter().map(cells).collect();
    if !result.groups.is_empty() {
        let mut total: Vec<Cell> = result.groups.iter().map(|_| Cell::Text(String::new())).collect();
        if let Some(first) = total.first_mut() {
            *first = Cell::Text("合计".to_owned());
        }
        total.extend(result.total.values.iter().map(|text| Cell::number(text)));
        rows.push(total);
    } else {
        rows = vec![result.total.values.iter().map(|text| Cell::number(text)).collect()];
    }
    book(&[Sheet { name: "数据", head, rows }])
}

/// The report of a template.
///
/// # Errors
/// An internal problem: it was checked when it was saved.
pub(crate) fn stored(content: &Value) -> Result<Report> {
    Ok(serde_json::from_value(content.clone())?)
}
