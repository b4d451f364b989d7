//! Packages within reach, and how far their cases are.

use std::collections::HashMap;

use casework::cases::service::many::CaseState;
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Query, SelectStatement};
use sea_orm::{QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::store::package::{self, Column, Entity};
use super::store::{self, member};
use crate::Intake;

/// Which packages.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct PackageFilter {
    /// Number of the package or of a case, a name, or a whole number of identity.
    pub q: Option<String>,
    /// Key of the package.
    pub package: Option<String>,
    /// `open`: some of its cases are under way; `done`: none is.
    pub state: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

/// A case of a package.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasePackageCase {
    /// Case.
    pub case_id: Uuid,
    /// Its number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// State.
    pub state: String,
    /// In words.
    pub state_label: String,
    /// Day it is due, in China; absent while its clock stands or has ended.
    pub due_on: Option<String>,
    /// Whether the caller may open it.
    pub reachable: bool,
}

/// Cases of several items taken in together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasePackage {
    /// Id.
    pub id: Uuid,
    /// Its number.
    pub number: String,
    /// Key of the package.
    pub package_key: String,
    /// Its name.
    pub name: String,
    /// Applicant; a person's name is masked.
    pub applicant_name: String,
    /// `ready` or `together`, as it was chosen at the window.
    pub collect: String,
    /// Window; empty for whoever sat at none.
    pub window_name: String,
    /// When it was filed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub filed_at: OffsetDateTime,
    /// Who took it in.
    pub filed_by_name: String,
    /// Cases that have ended.
    pub done: usize,
    /// `open` or `done`.
    pub state: &'static str,
    /// In words.
    pub state_label: &'static str,
    /// Number of the visitor's ticket.
    pub ticket_number: Option<String>,
    /// Cases, in the order of the items.
    pub cases: Vec<CasePackageCase>,
}

pub(super) fn not_found() -> Problem {
    Problem::not_found("没有找到这个套餐件。")
}

/// Packages of members that fit.
fn packages_with(fits: Cond) -> SelectStatement {
    Query::select().column(member::Column::PackageId).from(member::Entity).cond_where(fits).to_owned()
}

fn within(caller: &Principal) -> Cond {
    let reach = caller.within_taken(member::Column::OrgId, member::Column::ItemSlug, member::Column::TakenAt);
    Cond::any().add(Column::Id.in_subquery(packages_with(reach))).add(Column::FiledBy.eq(caller.id))
}

impl Intake {
    fn wanted_packages(&self, caller: &Principal, filter: &PackageFilter) -> sea_orm::Select<Entity> {
        let full =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut select = Entity::find().filter(within(caller));
        if let Some(text) = full(&filter.q) {
            let pattern = platform::db::containing(&text);
            let of_case = Cond::all().add(member::Column::CaseNumber.like(&pattern));
            select = select.filter(
                Cond::any()
                    .add(Column::Number.like(&pattern))
                    .add(Column::Name.like(&pattern))
                    .add(Column::ApplicantName.like(&pattern))
                    .add(Column::ApplicantIndex.eq(self.platform.blind_index(&text.to_uppercase())))
                    .add(Column::Id.in_subquery(packages_with(of_case))),
            );
        }
        if let Some(key) = full(&filter.package) {
            select = select.filter(Column::PackageKey.eq(key));
        }
        let under_way = packages_with(Cond::all().add(member::Column::EndedAt.is_null()));
        match filter.state.as_deref() {
            Some("open") => select.filter(Column::Id.in_subquery(under_way)),
            Some("done") => select.filter(Column::Id.not_in_subquery(under_way)),
            _ => select,
        }
    }

    /// Packages with a case within reach, or taken in by the caller, newest first.
    ///
    /// # Authorisation
    /// `case_package.read`.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read.
    pub async fn list_packages(&self, caller: &Principal, filter: &PackageFilter) -> Result<List<CasePackage>> {
        let conn = self.platform.db.read();
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let mut select = self.wanted_packages(caller, filter);
        let total = select.clone().count(conn).await?;
        if let Some(parts) = page.cursor_parts(1)? {
            let before: Uuid = parts.first().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(axum::http::StatusCode::BAD_REQUEST, "bad_cursor", "翻页的位置读不出来，请回到第一页。")
            })?;
            select = select.filter(Column::Id.lt(before));
        }
        let rows = select.order_by_desc(Column::Id).limit(page.limit() + 1).all(conn).await?;
        let items = self.package_views(caller, rows).await?;
        Ok(List::cut(items, page.limit(), total, self.platform.now(), |one: &CasePackage| vec![one.id.to_string()]))
    }

    /// The same as lines of a file, one for each case; applicants masked.
    ///
    /// # Authorisation
    /// `case_package.read`.
    ///
    /// # Errors
    /// 422 when there are more than 5,000 packages.
    pub async fn package_lines(&self, caller: &Principal, filter: &PackageFilter) -> Result<Vec<Vec<String>>> {
        let mut filter = PackageFilter { limit: Some(100), cursor: None, ..filter.clone() };
        let mut lines = Vec::new();
        loop {
            let page = self.list_packages(caller, &filter).await?;
            if page.total > 5_000 {
                let message = format!("共 {} 条，一次最多导出 5,000 条，请缩小筛选范围。", page.total);
                return Err(Problem::invalid_field("/filter", "too_many", message));
            }
            for one in page.items {
                for case in one.cases {
                    lines.push(vec![
                        one.number.clone(),
                        one.name.clone(),
                        one.applicant_name.clone(),
                        collect_label(&one.collect).to_owned(),
                        one.window_name.clone(),
                        base::zone::moment_text(one.filed_at),
                        one.filed_by_name.clone(),
                        case.case_number,
                        case.item_name,
                        case.org_name,
                        case.state_label,
                        case.due_on.unwrap_or_default(),
                    ]);
                }
            }
            match page.next {
                Some(next) => filter.cursor = Some(next),
                None => break,
            }
        }
        self.note_export(caller, "case_package.export", lines.len()).await?;
        Ok(lines)
    }

    /// A package with a case within reach, or taken in by the caller.
    ///
    /// # Authorisation
    /// `case_package.read`; another's is 404.
    ///
    /// # Errors
    /// 404 outside the caller's reach.
    pub async fn case_package(&self, caller: &Principal, id: Uuid) -> Result<CasePackage> {
        let select = Entity::find().filter(within(caller)).filter(Column::Id.eq(id));
        let row = select.one(self.platform.db.read()).await?.ok_or_else(not_found)?;
        self.package_views(caller, vec![row]).await?.pop().ok_or_else(not_found)
    }

    async fn package_views(&self, caller: &Principal, rows: Vec<package::Model>) -> Result<Vec<CasePackage>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let members = store::members(self.platform.db.read(), &ids).await?;
        let cases: Vec<Uuid> = members.iter().map(|one| one.case_id).collect();
        let states: HashMap<Uuid, CaseState> = self.casework.states_of(&cases).await?;
        let orgs = self.identity.orgs().await?;
        let mut of: HashMap<Uuid, Vec<member::Model>> = HashMap::new();
        for one in members {
            of.entry(one.package_id).or_default().push(one);
        }
        let view = |row: package::Model| {
            let own = of.remove(&row.id).unwrap_or_default();
            let done = own.iter().filter(|one| one.ended_at.is_some()).count();
            let over = done == own.len();
            let filed_at = row.filed_at;
            let cases = own.into_iter().map(|one| {
                let state = states.get(&one.case_id);
                let due = state.filter(|_| one.ended_at.is_none()).and_then(|state| state.due_on.clone());
                CasePackageCase {
                    org_name: orgs.name_at(one.org_id, filed_at).unwrap_or_default().to_owned(),
                    state: state.map(|state| state.state.clone()).unwrap_or_default(),
                    state_label: state.map_or("", |state| state.label).to_owned(),
                    due_on: due,
                    reachable: caller.may("case.read")
                        && caller.reaches_taken(one.org_id, &one.item_slug, one.taken_at),
                    case_id: one.case_id,
                    case_number: one.case_number,
                    item_name: one.item_name,
                }
            });
            CasePackage {
                cases: cases.collect(),
                id: row.id,
                number: row.number,
                package_key: row.package_key,
                name: row.name,
                applicant_name: match row.applicant_kind.as_str() {
                    "person" => base::mask::name(&row.applicant_name),
                    _ => row.applicant_name,
                },
                collect: row.collect,
                window_name: row.window_name,
                filed_at,
                filed_by_name: row.filed_by_name,
                done,
                state: if over { "done" } else { "open" },
                state_label: if over { "都办结了" } else { "办理中" },
                ticket_number: row.ticket_number,
            }
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

/// What people read for how the certificates are collected.
fn collect_label(collect: &str) -> &'static str {
    if collect == "together" { "全部办好一起领" } else { "办好一件领一件" }
}
