//! Publishing a draft as the next version, taking an entry out of use, bringing it back.

use platform::web::guard::{Allowed, Principal};
use platform::work::audit::Line;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use serde_json::json;

use super::drafts::{Changed, write};
use super::{Finding, Library, overtaken};
use crate::permissions::PublishDesign;
use crate::store::entry;
use crate::{Kind, NewVersion, parse};

impl Library {
    /// Publishes the draft. Running cases keep the version they began with; items take the new one with
    /// their own next publication.
    ///
    /// # Errors
    /// 422 with every finding that forbids it; 409 for an old page or when nothing changed.
    pub async fn publish(
        &self,
        caller: &Allowed<PublishDesign>,
        id: Uuid,
        revision: i64,
        note: &str,
        item: Option<&str>,
    ) -> Result<()> {
        let row = self.in_view(caller, id).await?;
        self.publish_entry(caller, row, revision, note, item).await
    }

    /// Publishes the draft of an entry that the caller may publish.
    pub(crate) async fn publish_entry(
        &self,
        caller: &Principal,
        row: entry::Model,
        revision: i64,
        note: &str,
        item: Option<&str>,
    ) -> Result<()> {
        let id = row.id;
        if row.revision != revision {
            return Err(overtaken(&row));
        }
        if row.disabled {
            return Err(Problem::conflict("disabled", "这份定义已停用，先启用再发布。"));
        }
        let Some(content) = row.draft.clone() else {
            return Err(Problem::conflict("nothing_to_publish", "没有改动，不用发布。"));
        };
        let note = note.trim();
        if note.chars().count() > 500 {
            return Err(Problem::invalid_field("/note", "too_long", "发布说明最多 500 个字，请写短一些"));
        }
        let kind = Kind::of(&row.kind)?;
        let errors: Vec<_> = self
            .findings_of(&row, &content, item)
            .await?
            .into_iter()
            .filter(Finding::is_error)
            .map(Finding::field_problem)
            .collect();
        if !errors.is_empty() {
            return Err(Problem::invalid(errors).detail("没有发布。已发布的版本不受影响，改好后再发布。"));
        }
        // What it was checked against goes with the version: a case compares it with its item.
        let bounds = match self.bounds_of(&row).await? {
            Some(item) => Some(serde_json::to_string(&item.bounds)?),
            None => None,
        };
        // The findings come from parsing and more; what they let pass can be read.
        let bindings = parse(kind, &row.key, &content)?.bindings();
        let version = NewVersion::of(kind, &row.key, &content, &caller.name).note(note);
        let line = |version: i64, id: Uuid| {
            let detail = json!({ "kind": kind.as_str(), "key": row.key, "version": version });
            Line::by(caller, id, "design.publish", format!("design:{}", row.id), detail)
        };
        let mut line = line(0, self.platform.new_id());
        let by = caller.name.clone();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    let put = version.put(tx).await?;
                    if let Some(bindings) = bindings {
                        crate::bindings::keep(tx, &put.of, bindings).await?;
                    }
                    let change = Changed {
                        draft: Some(None),
                        version: Some(put.of.version),
                        bounds,
                        ..Changed::of("design.publish")
                    };
                    write(tx, id, revision, change, by).await?;
                    line.detail["version"] = put.of.version.into();
                    tx.audit(line);
                    Ok(())
                })
            })
            .await?;
        self.design.bindings_changed(kind).await;
        Ok(())
    }

    /// Takes an entry out of use: nothing new can be built on it; what runs goes on.
    ///
    /// # Errors
    /// 422 without a reason; 409 when it already is, when rules still check forms, or when flows still call it:
    /// then with the list of where.
    pub async fn disable(&self, caller: &Allowed<PublishDesign>, id: Uuid, reason: &str) -> Result<()> {
        let row = self.in_view(caller, id).await?;
        if row.kind == Kind::Rules.as_str() && !row.disabled && !reason.trim().is_empty() {
            self.refuse_while_bound(&row.key).await?;
        }
        if row.kind == Kind::Flow.as_str() && !row.disabled {
            self.refuse_while_called(&row.key).await?;
        }
        self.switch_entry(caller, row, true, reason).await
    }

    /// Brings an entry back into use.
    ///
    /// # Errors
    /// 409 when it is in use.
    pub async fn enable(&self, caller: &Allowed<PublishDesign>, id: Uuid) -> Result<()> {
        let row = self.in_view(caller, id).await?;
        self.switch_entry(caller, row, false, "").await
    }

    /// Takes an entry out of use or brings it back, for somebody who may.
    pub(crate) async fn switch_entry(
        &self,
        caller: &Principal,
        row: entry::Model,
        disabled: bool,
        reason: &str,
    ) -> Result<()> {
        let reason = reason.trim();
        if disabled && (reason.is_empty() || reason.chars().count() > 500) {
            return Err(Problem::invalid_field("/reason", "required", "写明停用的原因，不超过 500 个字"));
        }
        let (action, detail) =
            if disabled { ("design.disable", json!({ "reason": reason })) } else { ("design.enable", json!({})) };
        if row.disabled == disabled {
            let title =
                if disabled { "这份定义已经停用了。" } else { "这份定义正在使用，不用启用。" };
            return Err(Problem::conflict("no_change", title));
        }
        let change = Changed { disabled: Some(disabled), detail, ..Changed::of(action) };
        self.change(caller, row.id, row.revision, change).await?;
        self.design.bindings_changed(Kind::of(&row.kind)?).await;
        Ok(())
    }
}
