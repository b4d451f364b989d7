//! Filled forms by form, item, period and the value of a data item, within reach.

use std::collections::{BTreeMap, HashMap};

use design::{DataItem, DefinitionRef, Kind, Store};
use platform::web::guard::Principal;
use platform::web::page::{List, PageQuery};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Cond, Query};
use sea_orm::{QuerySelect, Select};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::covered;
use crate::cases::service::Casework;
use crate::cases::service::lists::{CaseFilter, after_submitted, sort_key};
use crate::cases::store::{case, case_form, form_correction, form_value};

/// Columns of data items at most.
const COLUMNS: usize = 6;

/// Which filled forms.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FormDataFilter {
    /// Key of a form, any version.
    pub form: Option<String>,
    /// Item slug.
    pub item: Option<String>,
    /// Case number, applicant, credit code or identity number.
    pub q: Option<String>,
    /// Handed in from this day on, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Up to this day.
    pub to: Option<String>,
    /// Code of a data item of the form.
    pub code: Option<String>,
    /// What stands in it: part of what is stored in clear, the whole of what is stored sealed.
    pub value: Option<String>,
    /// Rows wanted, 1 to 100.
    pub limit: Option<u64>,
    /// Cursor of the next page.
    pub cursor: Option<String>,
}

impl FormDataFilter {
    fn cases(&self) -> CaseFilter {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        CaseFilter {
            q: some(&self.q),
            item: some(&self.item),
            from: some(&self.from),
            to: some(&self.to),
            ..CaseFilter::default()
        }
    }
}

/// A data item that the list shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormDataColumn {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Where it is stored.
    pub store: Store,
}

/// The value of a data item, masked when it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FormDataCell {
    /// Code.
    pub code: String,
    /// In words.
    pub text: String,
}

/// A filled form.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormDataRow {
    /// Case.
    pub id: Uuid,
    /// Case number.
    pub case_number: String,
    /// Item.
    pub item_name: String,
    /// Handling item.
    pub handle_item_name: String,
    /// Form.
    pub form_title: String,
    /// Frozen version of the form.
    pub form_version: i64,
    /// Applicant; a person's name is masked.
    pub applicant_name: String,
    /// Department.
    pub org_name: String,
    /// State in words.
    pub state_label: String,
    /// When handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub submitted_at: Option<OffsetDateTime>,
    /// How often it was corrected.
    pub corrections: u64,
    /// Values of the columns, when one form was asked for.
    pub cells: Vec<FormDataCell>,
}

/// A page of filled forms.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormDataList {
    /// Page.
    #[serde(flatten)]
    pub list: List<FormDataRow>,
    /// Data items that are found by query, when one form was asked for.
    pub columns: Vec<FormDataColumn>,
}

impl Casework {
    /// Filled forms, handed in last first.
    ///
    /// # Errors
    /// 400 for a cursor that can't be read, 422 for a day or a data item that does not fit.
    pub async fn list_form_data(&self, caller: &Principal, filter: &FormDataFilter) -> Result<FormDataList> {
        let conn = self.platform.db.read();
        let items = self.found_items(filter).await?;
        let select = self.form_data(caller, filter, &items).await?;
        let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
        let total = select.clone().count(conn).await?;
        let rows = after_submitted(select, &page)?.limit(page.limit() + 1).all(conn).await?;
        let keys: HashMap<Uuid, Vec<String>> = rows.iter().map(|row| (row.id, sort_key(row, false))).collect();
        let rows = self.form_data_rows(rows, &items).await?;
        let key = |row: &FormDataRow| keys.get(&row.id).cloned().unwrap_or_default();
        let list = List::cut(rows, page.limit(), total, self.platform.now(), key);
        let columns =
            items.iter().map(|one| FormDataColumn { code: one.code.clone(), name: one.name.clone(), store: one.store });
        Ok(FormDataList { list, columns: columns.collect() })
    }

    /// The data items of the form asked for that are found by query.
    async fn found_items(&self, filter: &FormDataFilter) -> Result<Vec<DataItem>> {
        let Some(key) = filter.form.as_deref().filter(|key| !key.is_empty()) else { return Ok(Vec::new()) };
        let Some(latest) = self.design.latest(Kind::Form, key).await? else { return Ok(Vec::new()) };
        let items = self.design.data_items(&latest).await?;
        Ok(items.into_iter().filter(|one| matches!(one.store, Store::Plain | Store::Sealed)).collect())
    }

    /// Everything that fits a filter, within reach.
    pub(super) async fn form_data(
        &self,
        caller: &Principal,
        filter: &FormDataFilter,
        items: &[DataItem],
    ) -> Result<Select<case::Entity>> {
        let mut select = self.filtered(caller, &filter.cases())?;
        if let Some(form) = filter.form.as_deref().filter(|key| !key.is_empty()) {
            select = select.filter(self.filed_with(form).await?);
        }
        let code = filter.code.as_deref().unwrap_or_default();
        let value = filter.value.as_deref().map(str::trim).unwrap_or_default();
        if code.is_empty() || value.is_empty() {
            return Ok(select);
        }
        let item = items
            .iter()
            .find(|one| one.code == code)
            .ok_or_else(|| Problem::invalid_field("/code", "option", "先选表单，再选它的一个能查询的数据项"))?;
        let mut found = Query::select();
        found.column(form_value::Column::CaseId).from(form_value::Entity);
        found.cond_where(Cond::all().add(form_value::Column::Code.eq(code)).add(match item.store {
            Store::Plain => form_value::Column::Value.contains(value.replace(['%', '_'], "")),
            _ => form_value::Column::Value.eq(self.found_by(item, value).unwrap_or_default()),
        }));
        Ok(select.filter(case::Column::Id.in_subquery(found)))
    }

    async fn form_data_rows(&self, rows: Vec<case::Model>, columns: &[DataItem]) -> Result<Vec<FormDataRow>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let corrections = self.correction_counts(&ids).await?;
        let forms = if columns.is_empty() { HashMap::new() } else { self.forms_of(&ids).await? };
        let mut lines = Vec::with_capacity(rows.len());
        let of: Vec<(DefinitionRef, Uuid)> = {
            let mut of = Vec::with_capacity(rows.len());
            for row in &rows {
                let item = self.catalogue.version(&row.item_slug, row.item_version).await?;
                of.push((item.definitions.form.clone(), row.id));
            }
            of
        };
        for (row, (reference, id)) in self.rows(rows).await?.into_iter().zip(of) {
            let form = self.design.form(&reference).await?;
            let cells = match forms.get(&id) {
                Some(kept) => {
                    let data: Map<String, Value> = self.open(&kept.form_sealed, id, "form")?;
                    let regions = self.region_names(&data).await?;
                    cells(&form, columns, &data, &regions)
                }
                None => Vec::new(),
            };
            lines.push(FormDataRow {
                id,
                case_number: row.case_number,
                item_name: row.item_name,
                handle_item_name: row.handle_item_name,
                form_title: form.title.clone(),
                form_version: reference.version,
                applicant_name: row.applicant_name,
                org_name: row.org_name,
                state_label: row.state_label,
                submitted_at: row.submitted_at,
                corrections: corrections.get(&id).copied().unwrap_or_default(),
                cells,
            });
        }
        Ok(lines)
    }

    /// Forms of some cases, with one query.
    pub(super) async fn forms_of(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, case_form::Model>> {
        let rows = case_form::Entity::find()
            .filter(case_form::Column::CaseId.is_in(ids.iter().copied()))
            .all(self.platform.db.read())
            .await?;
        Ok(rows.into_iter().map(|row| (row.case_id, row)).collect())
    }

    async fn correction_counts(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
        let counted: Vec<(Uuid, i64)> = form_correction::Entity::find()
            .select_only()
            .column(form_correction::Column::CaseId)
            .column_as(form_correction::Column::Id.count(), "n")
            .filter(form_correction::Column::CaseId.is_in(ids.iter().copied()))
            .group_by(form_correction::Column::CaseId)
            .into_tuple()
            .all(self.platform.db.read())
            .await?;
        Ok(counted.into_iter().map(|(id, n)| (id, n.unsigned_abs())).collect())
    }
}

fn cells(
    form: &form::Form,
    columns: &[DataItem],
    data: &Map<String, Value>,
    regions: &BTreeMap<String, String>,
) -> Vec<FormDataCell> {
    let fields = form.valued();
    let cell = |item: &DataItem| {
        let field = fields.iter().find(|field| field.key == item.field)?;
        let text = covered(item, field, data.get(&item.field)?, regions);
        Some(FormDataCell { code: item.code.clone(), text })
    };
    columns.iter().take(COLUMNS).filter_map(cell).collect()
}
