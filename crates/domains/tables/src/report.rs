//! What a report is: grouping, figures, time and drawing, as people configure it and as it is saved.

use form::FieldType;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use time::{Date, Duration};
use utoipa::ToSchema;

use crate::access::Opened;
use crate::query::{Condition, is_day, wrong_conditions};
use crate::values::Class;

/// Groupings of one report.
pub(crate) const MOST_GROUPS: usize = 2;
/// Figures of one report.
pub(crate) const MOST_MEASURES: usize = 6;

/// By what a field is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableGroupStep)]
pub enum Step {
    /// By its value.
    #[default]
    Value,
    /// By day.
    Day,
    /// By month.
    Month,
    /// By year.
    Year,
}

/// One grouping.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableGroup)]
pub struct Group {
    /// Field.
    pub field: String,
    /// Step of a day field.
    #[serde(default)]
    pub by: Step,
}

/// What is reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableMeasureOf)]
pub enum Of {
    /// Rows.
    Count,
    /// Sum of a number field.
    Sum,
    /// Average of a number field over the rows that have one.
    Average,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableMeasure)]
pub struct Measure {
    /// What is reckoned.
    pub of: Of,
    /// Number field; none for a count.
    #[serde(default)]
    pub field: Option<String>,
}

/// A span of days that moves with today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableSpan)]
pub enum Span {
    /// Today.
    Today,
    /// The last seven days with today.
    Week,
    /// This month so far.
    ThisMonth,
    /// The month before.
    LastMonth,
    /// This year so far.
    ThisYear,
    /// The year before.
    LastYear,
    /// Between two days.
    Between,
}

/// Rows of a time only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TablePeriod)]
pub struct Period {
    /// Day field.
    pub field: String,
    /// Which days.
    pub span: Span,
    /// First day, for `between`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day, for `between`.
    #[serde(default)]
    pub to: Option<String>,
}

/// How it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TableChart)]
pub enum Chart {
    /// Table only.
    None,
    /// Bars.
    #[default]
    Bars,
    /// Columns in time.
    Columns,
}

/// A report as people configure it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TableReport)]
pub struct Report {
    /// Which rows.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Rows of which time.
    #[serde(default)]
    pub period: Option<Period>,
    /// At most two.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// One to six.
    pub measures: Vec<Measure>,
    /// How it is drawn.
    #[serde(default)]
    pub chart: Chart,
}

impl Report {
    /// Everything wrong with it, below a pointer.
    pub(crate) fn wrong(&self, opened: &Opened, at: &str) -> Vec<FieldProblem> {
        let mut wrong = wrong_conditions(opened, &self.conditions, &format!("{at}/conditions"));
        let mut say =
            |place: String, message: &str| wrong.push(FieldProblem::new(format!("{at}{place}"), "unfit", message));
        if self.groups.len() > MOST_GROUPS {
            say("/groups".into(), "最多按两个字段分组");
        }
        if self.measures.is_empty() || self.measures.len() > MOST_MEASURES {
            say("/measures".into(), "选一到六个统计项");
        }
        for (n, group) in self.groups.iter().enumerate() {
            match opened.field(&group.field) {
                Some(known) if matches!(known.class, Class::Text | Class::Many) => {
                    let dated = matches!(known.field.kind, FieldType::Date | FieldType::Datetime);
                    if group.by != Step::Value && !dated {
                        say(format!("/groups/{n}/by"), "只有日期能按日、月、年分组");
                    }
                }
                _ => say(format!("/groups/{n}/field"), "不能按这个字段分组，请选文字、选项或日期的字段"),
            }
        }
        for (n, measure) in self.measures.iter().enumerate() {
            let number = measure
                .field
                .as_ref()
                .and_then(|key| opened.field(key))
                .is_some_and(|known| known.class == Class::Number);
            if measure.of != Of::Count && !number {
                say(format!("/measures/{n}/field"), "求和、求平均要选数字或金额的字段");
            }
        }
        if let Some(period) = &self.period {
            if !opened
                .field(&period.field)
                .is_some_and(|known| is_day(&known.field) && known.field.kind != FieldType::Time)
            {
                say("/period/field".into(), "时间范围要选日期的字段");
            }
            let day = |text: &Option<String>| text.as_deref().and_then(read_day);
            if period.span == Span::Between
                && !matches!((day(&period.from), day(&period.to)), (Some(from), Some(to)) if from <= to)
            {
                say("/period/from".into(), "写上起止日期，开始不能晚于结束");
            }
        }
        wrong
    }

    /// First and last day of its time.
    pub(crate) fn days(&self, today: Date) -> Option<(String, Date, Date)> {
        let period = self.period.as_ref()?;
        let first = |date: Date| date.replace_day(1).unwrap_or(date);
        let year = |year: i32| Date::from_ordinal_date(year, 1).unwrap_or(today);
        let (from, to) = match period.span {
            Span::Today => (today, today),
            Span::Week => (today - Duration::days(6), today),
            Span::ThisMonth => (first(today), today),
            Span::LastMonth => {
                let last = first(today) - Duration::days(1);
                (first(last), last)
            }
            Span::ThisYear => (year(today.year()), today),
            Span::LastYear => (year(today.year() - 1), year(today.year()) - Duration::days(1)),
            Span::Between => (read_day(period.from.as_deref()?)?, read_day(period.to.as_deref()?)?),
        };
        Some((period.field.clone(), from, to))
    }
}

fn read_day(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}
