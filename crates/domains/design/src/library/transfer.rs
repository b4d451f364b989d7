//! Taking a definition out as a file and bringing one in. The file is the definition's own standard form,
//! readable by other tools: JSON, BPMN, DMN, Typst.

use platform::web::guard::Allowed;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;

use super::{Library, NewEntry};
use crate::permissions::EditDesign;
use crate::store::entry;
use crate::{Kind, parse};

/// A file to take away.
pub(crate) struct Export {
    pub name: String,
    pub media_type: &'static str,
    pub content: String,
}

fn ending(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Form => ("form.json", "application/json"),
        Kind::Flow => ("bpmn", "application/xml"),
        Kind::Rules => ("dmn", "application/xml"),
        Kind::Paper => ("typ", "text/plain; charset=utf-8"),
        Kind::Sheet => ("yaml", "text/plain; charset=utf-8"),
        Kind::File => ("txt", "text/plain; charset=utf-8"),
        Kind::Print => ("print.json", "application/json"),
        Kind::Mapping => ("mapping.json", "application/json"),
    }
}

impl Library {
    /// The content under work as a file.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn export(&self, row: &entry::Model) -> Result<Export> {
        let (ending, media_type) = ending(Kind::of(&row.kind)?);
        Ok(Export { name: format!("{}.{ending}", row.key), media_type, content: self.content_of(row).await? })
    }

    /// Makes an entry from a file. What can't be read at all is refused; what can be read but is not yet
    /// sound becomes a draft with findings.
    ///
    /// # Errors
    /// 422 when the name does not tell the kind, or the file can't be read.
    pub(crate) async fn import(&self, caller: &Allowed<EditDesign>, file: &str, text: String) -> Result<Uuid> {
        let lower = file.to_ascii_lowercase();
        let known = [
            (Kind::Print, ".print.json"),
            (Kind::Mapping, ".mapping.json"),
            (Kind::Form, ".form.json"),
            (Kind::Form, ".json"),
            (Kind::Flow, ".bpmn"),
            (Kind::Rules, ".dmn"),
            (Kind::Paper, ".typ"),
        ];
        let Some((kind, stem)) =
            known.iter().find_map(|(kind, ending)| Some((*kind, lower.strip_suffix(ending)?.to_owned())))
        else {
            return Err(Problem::invalid_field(
                "/file",
                "type",
                "认不出这个文件。表单是 .json，流程是 .bpmn，规则是 .dmn，文书是 .typ，打印模板是 .docx 或 .pdf",
            ));
        };
        let parsed = parse(kind, &stem, &text)?;
        let key: String = stem
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let key = key.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let key = if key.is_empty() { format!("{}-{}", kind.as_str(), self.platform.new_id().simple()) } else { key };
        let new = NewEntry {
            kind,
            name: parsed.name().unwrap_or(&key).to_owned(),
            key: self.free_key(kind, key).await?,
            purpose: String::new(),
            channels: Vec::new(),
            org_id: None,
            template: false,
            copy_of: None,
            content: Some(text),
        };
        self.create(caller, new, None).await
    }

    /// The key, or the key with the first number that is free.
    async fn free_key(&self, kind: Kind, key: String) -> Result<String> {
        let taken: Vec<String> = entry::Entity::find()
            .filter(entry::Column::Kind.eq(kind.as_str()))
            .filter(entry::Column::Key.starts_with(&key))
            .all(self.platform.db.read())
            .await?
            .into_iter()
            .map(|row| row.key)
            .collect();
        if !taken.contains(&key) {
            return Ok(key);
        }
        let numbered = (2..).map(|n| format!("{key}-{n}")).find(|other| !taken.contains(other));
        Ok(numbered.unwrap_or(key))
    }
}
