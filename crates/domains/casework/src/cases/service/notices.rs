//! Notices set per item (告知文书, FORM-020), and which seal a document gets.

use platform::{Result, Tx};
use serde_json::{Map, json};

use super::change::Change;
use super::documents::{Paper, SealPlan};
use super::{Casework, Loaded};
use crate::cases::model::EventKind;
use crate::cases::store::{case, case_document};
use crate::papers::{ItemPaperContent, PaperKind, PaperMoment, PaperPurpose, PaperSeal, StampAt};

impl Casework {
    /// The seal that the papers of the item say for a document; nothing said is as always.
    pub(crate) async fn seal_plan(&self, row: &case::Model, key: &str) -> Result<SealPlan> {
        let papers = self.papers_of_item(&row.item_slug).await?;
        let said = papers.iter().map(|one| &one.content).find(|one| {
            one.paper_key == key
                && one.kind == PaperKind::Paper
                && one.seal != PaperSeal::None
                && (one.handle_item.is_empty() || one.handle_item == row.handle_item)
        });
        Ok(match said {
            None => SealPlan::Usual,
            Some(one) if one.stamp_at == StampAt::Made => SealPlan::By(one.seal, one.seal_org_id.unwrap_or(row.org_id)),
            Some(_) => SealPlan::Later,
        })
    }

    /// Makes the notices an item wants at a moment, each once.
    pub(crate) async fn moment_notices(
        &self,
        tx: &Tx,
        change: &mut Change,
        loaded: &Loaded,
        moment: PaperMoment,
    ) -> Result<()> {
        let papers = self.papers_of_item(&loaded.row.item_slug).await?;
        if papers.iter().all(|one| one.content.moment != moment) {
            return Ok(());
        }
        let form = self.form_of(tx.conn(), loaded.row.id).await?;
        let situation = self.situation(loaded, &form)?;
        let made = crate::cases::store::documents(tx.conn(), loaded.row.id).await?;
        for paper in self.fitting_papers(loaded, &situation).await? {
            let content = &paper.content;
            let wanted = content.purpose == PaperPurpose::Notice && content.moment == moment;
            if !wanted || made.iter().any(|one| one.kind == content.paper_key) {
                continue;
            }
            let fresh = Loaded { row: change.row.clone(), item: loaded.item.clone() };
            let document = match content.kind {
                PaperKind::Print => self.print_document(&fresh, content).await?,
                PaperKind::Paper => self.notice_document(tx, &fresh, content).await?,
            };
            change.record(
                &self.platform,
                EventKind::Document,
                format!("出具{}", content.title),
                json!({ "document_id": document.id, "number": document.number }),
            )?;
            self.keep_document(tx, document).await?;
        }
        Ok(())
    }

    /// A notice on a paper of the library, numbered in the series 告.
    pub(crate) async fn notice_document(
        &self,
        tx: &Tx,
        loaded: &Loaded,
        content: &ItemPaperContent,
    ) -> Result<case_document::Model> {
        let paper = Paper { key: &content.paper_key, title: &content.title, series: Some("告") };
        self.paper_document(&loaded.row, &loaded.item, &paper, Some(tx), Map::new()).await
    }
}
