//! Files that stand in a form itself (FORM-008): whoever writes them in must have uploaded them.

use platform::web::problem::FieldProblem;
use platform::{Problem, Result, files};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use serde_json::{Map, Value};

use super::Casework;
use crate::cases::store::case;

impl Casework {
    /// Refuses files that neither stood in the form before nor were uploaded by `owner`: a file of someone else is
    /// as absent as one that never was.
    ///
    /// # Errors
    /// 422 at each field with such a file.
    pub(crate) async fn check_form_files(
        &self,
        conn: &impl ConnectionTrait,
        form: &form::Form,
        data: &Map<String, Value>,
        before: &Map<String, Value>,
        owner: Uuid,
    ) -> Result<()> {
        let known: Vec<String> = form.files(before).into_iter().map(|(_, id)| id).collect();
        let new: Vec<(String, String)> = form.files(data).into_iter().filter(|(_, id)| !known.contains(id)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = new.iter().filter_map(|(_, id)| id.parse().ok()).collect();
        let found = files::find(conn, &ids).await?;
        let own = |id: &str| {
            id.parse::<Uuid>().is_ok_and(|id| found.iter().any(|(file, by)| file.id == id && *by == Some(owner)))
        };
        let problems: Vec<FieldProblem> = new
            .iter()
            .filter(|(_, id)| !own(id))
            .map(|(at, _)| FieldProblem::new(format!("/form{at}"), "unknown_file", "没有找到上传的文件，请重新上传。"))
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(Problem::invalid(problems)) }
    }

    /// Whether a file stands in the form of a case.
    pub(crate) async fn form_holds_file(&self, row: case::Model, wanted: Uuid) -> Result<bool> {
        let loaded = self.with_item(row).await?;
        let form = self.design.form(&loaded.item.definitions.form).await?;
        let row = self.form_of(self.platform.db.read(), loaded.row.id).await?;
        let data: Map<String, Value> = self.open(&row.form_sealed, loaded.row.id, "form")?;
        let wanted = wanted.to_string();
        Ok(form.files(&data).into_iter().any(|(_, id)| id == wanted))
    }
}
