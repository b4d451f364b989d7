//! Routes of working calendars (SUPV-001).

use axum::extract::State;
use base::calendar::{Calendar, Holiday, MakeUpDay, YearCalendar};
use platform::Result;
use platform::web::extract::{Json, Path};
use platform::web::guard::Allowed;
use platform::web::problem::ProblemBody;
use platform::web::refusals::Refused;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Casework;
use crate::permissions::{EditCalendars, ReadCalendars};

/// Routes of calendars.
pub fn routes(casework: Casework) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_calendars))
        .routes(routes!(put_calendar, delete_calendar))
        .with_state(casework)
}

/// A year as kept.
#[derive(Debug, Serialize, ToSchema)]
struct YearView {
    /// Year.
    year: i32,
    /// Notice it follows.
    source: String,
    /// Days off.
    #[schema(value_type = Vec<Object>)]
    holidays: Vec<Holiday>,
    /// Weekend days that are worked.
    #[schema(value_type = Vec<Object>)]
    make_up: Vec<MakeUpDay>,
    /// Working days of the year.
    working_days: u32,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    updated_at: time::OffsetDateTime,
    /// Who changed it.
    updated_by: String,
}

/// A year to set.
#[derive(Debug, Deserialize, ToSchema)]
struct PutYear {
    /// Notice it follows.
    #[serde(default)]
    source: String,
    /// Days off: `{date, name, in_lieu?}`.
    #[schema(value_type = Vec<Object>)]
    holidays: Vec<Holiday>,
    /// Weekend days that are worked: `{date, for}`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    make_up: Vec<MakeUpDay>,
}

/// What a change did.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    /// Open deadlines that moved.
    recalculated: u64,
}

/// Working calendars
#[utoipa::path(get, path = "/api/v1/calendars", tag = "calendar", operation_id = "list_calendars",
    responses((status = 200, description = "Years", body = Vec<YearView>), Refused),
    security(("desk" = ["calendar.read"])))]
async fn list_calendars(
    State(casework): State<Casework>,
    _caller: Allowed<ReadCalendars>,
) -> Result<Json<Vec<YearView>>> {
    let years = casework.calendars.list().await?;
    let views = years
        .into_iter()
        .map(|(year, updated_at, updated_by)| -> Result<YearView> {
            let calendar = Calendar::new(std::slice::from_ref(&year))?;
            let first = time::Date::from_calendar_date(year.year, time::Month::January, 1)
                .map_err(platform::Problem::internal)?;
            let last = time::Date::from_calendar_date(year.year, time::Month::December, 31)
                .map_err(platform::Problem::internal)?;
            let working_days = calendar.working_days_between(first, last)? + u32::from(calendar.is_working(first)?);
            Ok(YearView {
                year: year.year,
                source: year.source,
                holidays: year.holidays,
                make_up: year.adjusted_workdays,
                working_days,
                updated_at,
                updated_by,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Json(views))
}

/// Set a year; open deadlines are recalculated
#[utoipa::path(put, path = "/api/v1/calendars/{year}", tag = "calendar", operation_id = "put_calendar",
    params(("year" = i32, Path, description = "Year")), request_body = PutYear,
    responses((status = 200, description = "Set", body = Changed), Refused, (status = 422, description = "The year contradicts itself", body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["calendar.edit"])))]
async fn put_calendar(
    State(casework): State<Casework>,
    caller: Allowed<EditCalendars>,
    Path(year): Path<i32>,
    Json(body): Json<PutYear>,
) -> Result<Json<Changed>> {
    let calendar = YearCalendar {
        year,
        source: body.source,
        holidays: body.holidays,
        adjusted_workdays: body.make_up,
        workdays_total: None,
    };
    casework.calendars.put(calendar, Some(&caller)).await?;
    Ok(Json(Changed { recalculated: casework.recalculate_deadlines().await? }))
}

/// Remove a year; dates that need it become unknown
#[utoipa::path(delete, path = "/api/v1/calendars/{year}", tag = "calendar", operation_id = "delete_calendar",
    params(("year" = i32, Path, description = "Year")),
    responses((status = 200, description = "Removed", body = Changed), Refused, (status = 404, description = "Not there", body = ProblemBody, content_type = "application/problem+json")),
    security(("desk" = ["calendar.edit"])))]
async fn delete_calendar(
    State(casework): State<Casework>,
    caller: Allowed<EditCalendars>,
    Path(year): Path<i32>,
) -> Result<Json<Changed>> {
    casework.calendars.delete(year, &caller).await?;
    Ok(Json(Changed { recalculated: casework.recalculate_deadlines().await? }))
}
