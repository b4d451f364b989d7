//! Filled forms as a file: every field of one form, masked unless asked for by right, level and reason.

use platform::disclosure::{Field as Place, Way};
use platform::web::csv;
use platform::web::guard::Principal;
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;

use super::list::FormDataFilter;
use super::{covered, part, said};
use crate::cases::service::Casework;
use crate::cases::service::lists::{after_submitted, sort_key};
use design::{DataItem, Kind, Store};
use platform::web::page::{PageQuery, cursor};

/// Rows of one file.
const MOST: u64 = 5_000;

/// Whether values are wanted as they are, and why.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct FormDataExport {
    /// As they are; wants the permission `form_data.export_raw`, the level and a reason.
    pub raw: bool,
    /// Why; logged.
    pub reason: String,
}

impl Casework {
    /// The filled forms that fit, as CSV: case, item, applicant and every data item of the form.
    ///
    /// # Errors
    /// 422 without a form or with more than 5,000 rows; 403 for raw values without right or level.
    pub async fn export_form_data(
        &self,
        caller: &Principal,
        filter: &FormDataFilter,
        ask: &FormDataExport,
    ) -> Result<String> {
        let chosen = filter.form.as_deref().filter(|key| !key.is_empty());
        let key = chosen.ok_or_else(|| Problem::invalid_field("/form", "required", "先选一份表单，再导出它的数据"))?;
        let unknown = || Problem::invalid_field("/form", "unknown", "没有这份表单，请重新选");
        let latest = self.design.latest(Kind::Form, key).await?.ok_or_else(unknown)?;
        let form = self.design.form(&latest).await?;
        let fields = form.valued();
        let items: Vec<(DataItem, &form::Field)> = self
            .design
            .data_items(&latest)
            .await?
            .into_iter()
            .filter(|item| item.store != Store::Nowhere)
            .filter_map(|item| {
                let field = fields.iter().copied().find(|field| field.key == item.field)?;
                Some((item, field))
            })
            .collect();
        let ways = self.takeout(caller, &items, ask).await?;
        let found: Vec<DataItem> = items
            .iter()
            .map(|(item, _)| item.clone())
            .filter(|item| matches!(item.store, Store::Plain | Store::Sealed))
            .collect();
        let select = self.form_data(caller, filter, &found).await?;
        let total = select.clone().count(self.platform.db.read()).await?;
        if total > MOST {
            let message = format!("共 {total} 份，一次最多导出 {MOST} 份，请缩小筛选范围。");
            return Err(Problem::invalid_field("/filter", "too_many", message));
        }
        let name_way = ways.first().copied().unwrap_or(Way::Never);
        let head = ["办件编号", "事项", "业务办理项", "申请人", "办理部门", "状态", "申请时间", "表单版本"];
        let names = items.iter().map(|(item, _)| item.name.as_str());
        let mut text = String::from("\u{feff}");
        text.push_str(&head.into_iter().chain(names).map(csv::cell).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
        let (mut objects, mut page) = (Vec::new(), PageQuery { limit: Some(100), cursor: None });
        loop {
            let rows = after_submitted(select.clone(), &page)?.limit(100).all(self.platform.db.read()).await?;
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let forms = self.forms_of(&ids).await?;
            let next = rows.last().map(|row| cursor(&sort_key(row, false)));
            let whole: Vec<String> = rows.iter().map(|row| row.applicant_name.clone()).collect();
            let mut versions = Vec::with_capacity(rows.len());
            for row in &rows {
                versions.push(self.catalogue.version(&row.item_slug, row.item_version).await?.definitions.form.version);
            }
            for ((row, whole), version) in self.rows(rows).await?.into_iter().zip(whole).zip(versions) {
                let data: Map<String, Value> = match forms.get(&row.id) {
                    Some(kept) => self.open(&kept.form_sealed, row.id, "form")?,
                    None => Map::new(),
                };
                let regions = self.region_names(&data).await?;
                let applicant = match name_way {
                    Way::Never => String::new(),
                    Way::Raw if ask.raw => whole,
                    // Rows of a list are masked already.
                    _ => row.applicant_name,
                };
                let at = row.submitted_at.map(base::zone::moment_text).unwrap_or_default();
                let mut cells = vec![
                    row.case_number,
                    row.item_name,
                    row.handle_item_name,
                    applicant,
                    row.org_name,
                    row.state_label,
                    at,
                    version.to_string(),
                ];
                for ((item, field), way) in items.iter().zip(ways.iter().skip(1)) {
                    let value = data.get(&item.field);
                    cells.push(match (value, way) {
                        (None, _) | (_, Way::Never) => String::new(),
                        (Some(value), Way::Raw) if !item.personal || ask.raw => said(field, value, &regions),
                        (Some(value), _) => covered(item, field, value, &regions),
                    });
                }
                objects.push(format!("case:{}", row.id));
                text.push_str(&cells.iter().map(|one| csv::cell(one)).collect::<Vec<_>>().join(","));
                text.push_str("\r\n");
            }
            match next {
                // Forms handed in while we read must not make the file endless.
                Some(next) if ids.len() == 100 && (objects.len() as u64) < MOST => page.cursor = Some(next),
                _ => break,
            }
        }
        self.note_export(caller, key, objects, ask).await?;
        Ok(text)
    }

    /// What the file may hold of the applicant's name and of each data item.
    async fn takeout(
        &self,
        caller: &Principal,
        items: &[(DataItem, &form::Field)],
        ask: &FormDataExport,
    ) -> Result<Vec<Way>> {
        let mut places = vec![Place::column("cases", "applicant_name")];
        places.extend(items.iter().map(|(item, field)| Place {
            table: "form_values",
            column: "value",
            part: if item.personal { part(field) } else { "" },
        }));
        let raw = ask.raw.then_some(("form_data.export_raw", ask.reason.as_str()));
        self.platform.disclosure.takeout(&self.platform, caller, &places, raw).await
    }

    /// Who took out what.
    async fn note_export(
        &self,
        caller: &Principal,
        form: &str,
        objects: Vec<String>,
        ask: &FormDataExport,
    ) -> Result<()> {
        let mut detail = json!({ "form": form, "rows": objects.len() });
        if ask.raw {
            detail["raw"] = true.into();
            detail["reason"] = ask.reason.trim().into();
        }
        let line = Line::by(caller, self.platform.new_id(), "form_data.export", format!("form:{form}"), detail);
        let what =
            if ask.raw { "申请表里填的内容" } else { "申请表里填的内容（个人信息打码）" };
        self.note_taken_out(caller, line, objects, what, "导出表单数据").await
    }
}
