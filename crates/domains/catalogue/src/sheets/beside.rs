//! The empty form and its filled sample as data, to be shown beside each other on a page (FORM-023).

use design::Kind;
use paper::{Drawn, Fill};
use platform::{Problem, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Source, Which, form_paper, source, surroundings};
use crate::items::model::Material;
use crate::{Catalogue, PublishedItem};

/// A form beside its sample.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetPair {
    /// Item.
    pub item_name: String,
    /// Department.
    pub org_name: String,
    /// Material.
    pub name: String,
    /// Notes on filling in.
    pub fill_notes: Option<String>,
    /// Handling item shown.
    pub handle_item: String,
    /// Handling items one can choose; one alone needs no choice.
    pub handle_items: Vec<SheetChoice>,
    /// The empty form; absent when there is none, or only as a file.
    #[schema(value_type = Option<Object>)]
    pub blank: Option<Drawn>,
    /// The filled sample; absent when there is none, or only as a file.
    #[schema(value_type = Option<Object>)]
    pub sample: Option<Drawn>,
    /// Kinds of file the empty form can be had as.
    pub blank_formats: Vec<&'static str>,
    /// Kinds of file the sample can be had as.
    pub sample_formats: Vec<&'static str>,
}

/// A handling item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SheetChoice {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

impl Catalogue {
    /// The empty form and the sample of a material of the version offered now.
    ///
    /// # Errors
    /// 404 when the item, the material or its sample is not there; 422 for an unknown handling item.
    pub(crate) async fn sheet_pair(&self, slug: &str, key: &str, handle_item: Option<&str>) -> Result<SheetPair> {
        let published = self.published(slug).await?;
        let item = &published.item;
        let material = item.material(key).ok_or_else(|| Problem::not_found("没有找到这份材料。"))?;
        if source(material, Which::Sample).is_none() {
            return Err(super::none(Which::Sample));
        }
        let sampled = self.sampled(slug).await?;
        let handle_item = match handle_item {
            Some(key) if item.handle_item(key).is_some() => key.to_owned(),
            Some(_) => return Err(Problem::invalid_field("/handle_item", "unknown", "没有这个业务办理项，请重新选择")),
            // The first one that has a sample, because that is what is looked for.
            None => {
                let keys = || item.handle_items.iter().map(|one| &one.key);
                keys().find(|key| sampled.contains(*key)).or_else(|| keys().next()).cloned().unwrap_or_default()
            }
        };
        let has_sample = !material.generated || sampled.contains(&handle_item);
        let formats = |which: Which| {
            let found = source(material, which).filter(|_| which == Which::Blank || has_sample);
            found.map(|found| found.formats().into_iter().map(super::Format::ending).collect()).unwrap_or_default()
        };
        Ok(SheetPair {
            item_name: item.name.clone(),
            org_name: item.body.name.clone(),
            name: material.name.clone(),
            fill_notes: material.fill_notes.clone(),
            handle_items: item
                .handle_items
                .iter()
                .map(|one| SheetChoice { key: one.key.clone(), name: one.name.clone() })
                .collect(),
            blank: self.drawn_sheet(&published, material, &handle_item, Which::Blank).await?,
            sample: match has_sample {
                true => self.drawn_sheet(&published, material, &handle_item, Which::Sample).await?,
                false => None,
            },
            blank_formats: formats(Which::Blank),
            sample_formats: formats(Which::Sample),
            handle_item,
        })
    }

    async fn drawn_sheet(
        &self,
        published: &PublishedItem,
        material: &Material,
        handle_item: &str,
        which: Which,
    ) -> Result<Option<Drawn>> {
        match source(material, which) {
            Some(Source::Form) => {
                let data = self.form_paper(published, &material.name, handle_item, which).await?;
                Ok(Some(form_paper::drawn(&data)))
            }
            Some(Source::Sheet(name) | Source::Specimen(name)) => {
                let Some(sheet) = self.definition(Kind::Sheet, &published.slug, name).await? else { return Ok(None) };
                let fill = if which == Which::Blank { Fill::Blank } else { Fill::Sample };
                Ok(Some(self.design.sheet(&sheet).await?.draw(fill, &surroundings(&published.item, handle_item))))
            }
            // A template or a finished file is looked at as a file.
            Some(Source::Template(_) | Source::File(_)) | None => Ok(None),
        }
    }
}
