//! What a decided case gives: the licence, the written decision, the papers a flow asks for.

use platform::{Problem, Result, Tx};
use serde_json::{Map, Value, json};

use super::change::Change;
use super::documents::{DocumentKind, Paper};
use super::intake::object;
use super::{Casework, Loaded};
use crate::cases::model::EventKind;
use crate::cases::store::documents;

impl Casework {
    /// Makes and seals the licence of a granted case; asked twice it makes one (LIC-025).
    pub(crate) async fn issue_licence(&self, loaded: &Loaded) -> Result<()> {
        let type_key = loaded
            .item
            .item
            .licence_type()
            .ok_or_else(|| Problem::internal(format!("item {} issues no licence", loaded.row.item_slug)))?;
        let form = self.form_of(self.platform.db.read(), loaded.row.id).await?;
        let data: Map<String, Value> = self.open(&form.form_sealed, loaded.row.id, "form")?;
        let personal = self.personal(&loaded.row)?;
        self.licences
            .issue(&licences::IssueRequest {
                type_key: type_key.to_owned(),
                case_id: loaded.row.id,
                case_number: loaded.row.case_number.clone().unwrap_or_default(),
                item_name: loaded.row.item_name.clone(),
                item_slug: loaded.row.item_slug.clone(),
                org_id: loaded.row.org_id,
                taken_at: loaded.row.taken_at,
                holder: licences::Holder {
                    kind: if loaded.row.applicant_kind == "enterprise" {
                        licences::HolderKind::Enterprise
                    } else {
                        licences::HolderKind::Person
                    },
                    name: loaded.row.applicant_name.clone(),
                    id: personal.id_number.clone(),
                    account: loaded.row.account_id,
                },
                fields: object(json!({
                    "form": data,
                    "handle_item": loaded.row.handle_item,
                    "situation": self.situation(loaded, &form)?,
                    "applicant": {
                        "kind": loaded.row.applicant_kind,
                        "name": loaded.row.applicant_name,
                        "id_number": personal.id_number,
                        "legal_person": personal.legal_person,
                    },
                    "case": { "decided_on": loaded.row.decided_at.map(|at| base::zone::china_date(at).to_string()) },
                })),
                issued_on: base::zone::china_date(self.platform.now()),
                replaces: self.replaces(loaded, &form),
            })
            .await?;
        Ok(())
    }

    /// 准予决定书 of a granted administrative licence, with the decision itself: the licence that follows
    /// does not tell what was decided on which law (行政许可法 38), unless the pack lets it stand for it.
    pub(crate) async fn decision_document(&self, tx: &Tx, change: &mut Change, loaded: &Loaded) -> Result<()> {
        self.moment_notices(tx, change, loaded, crate::papers::PaperMoment::Decided).await?;
        let item = &loaded.item.item;
        if !item.makes_grant() {
            return Ok(());
        }
        let kind = DocumentKind::Grant;
        let wanted = Paper { key: kind.as_str(), title: kind.title(), series: kind.series() };
        let licence = item.results.iter().find(|result| result.licence_type.is_some());
        let mut more = granted(loaded);
        if let Some(licence) = licence.filter(|_| !self.revokes(item, &loaded.row.handle_item)) {
            more.insert("licence".into(), json!(format!("《{}》", licence.name)));
        }
        self.put_result(tx, change, loaded, &wanted, more).await
    }

    /// Makes the document a flow asks for. Its title is the name of the drawn step (“出具…”).
    pub(crate) async fn result_document(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        paper: &str,
        step: &str,
    ) -> Result<()> {
        let refused = change.row.outcome.as_deref() == Some("refused");
        let grant = DocumentKind::Grant.as_str();
        // The decision made it already: one decision is one numbered document.
        if paper == grant && documents(tx.conn(), loaded.row.id).await?.iter().any(|one| one.kind == grant) {
            return Ok(());
        }
        let title = step.strip_prefix("出具").unwrap_or(step);
        let series = if refused { "不准" } else { "准" };
        let more = if refused {
            object(
                json!({ "reasons": [change.row.closing_reason.clone().unwrap_or_else(|| "不符合法定条件。".into())] }),
            )
        } else {
            granted(loaded)
        };
        let wanted = Paper { key: paper, title, series: Some(series) };
        self.put_result(tx, change, loaded, &wanted, more).await
    }

    async fn put_result(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        wanted: &Paper<'_>,
        mut more: Map<String, Value>,
    ) -> Result<()> {
        let title = wanted.title;
        let signatures = super::signing::signatures(tx, loaded.row.id).await?;
        if !signatures.is_empty() {
            more.insert("signatures".into(), Value::Array(signatures));
        }
        let document = self.paper_document(&change.row, &loaded.item, wanted, Some(tx), more).await?;
        change.record(
            &self.platform,
            EventKind::Document,
            format!("出具{title}"),
            json!({ "document_id": document.id, "number": document.number }),
        )?;
        self.keep_document(tx, document).await
    }
}

/// What a granting document says was granted.
fn granted(loaded: &Loaded) -> Map<String, Value> {
    object(json!({ "content": [
        { "label": "事项", "value": loaded.row.handle_item_name },
        { "label": "申请人", "value": loaded.row.applicant_name },
    ] }))
}
