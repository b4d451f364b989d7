//! Empty forms and filled samples of an item's materials, to print and to edit (PORTAL-009).
//!
//! The application form's are made from the item's form: empty, with boxes to tick, and filled in from
//! the sample application of the pack. What people write themselves is a paper they fill in, in the pack
//! or shared by the platform; drawings are templates, and a pack may ship finished files ([`source`]).

mod beside;
mod form_paper;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use design::{DefinitionRef, Kind};
use paper::{Drawn, Fill, Options};
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Select, Set};
use serde_json::{Value, json};

pub(crate) use beside::SheetPair;
pub(crate) use source::{Format, Source, Which, is_download, source};

use crate::Catalogue;
use crate::items::model::{Item, Material};
use crate::items::store::sample;

/// Item, version, material, handling item, which sheet, kind of file.
pub(crate) type SheetKey = (String, i64, String, String, Which, Format);

/// The platform's template that draws papers people fill in.
const SHEET_TEMPLATE: &str = "sheet";

/// A sheet as it is sent.
#[derive(Clone)]
pub(crate) struct SheetFile {
    pub bytes: Bytes,
    pub format: Format,
    /// Name to save it under.
    pub name: String,
}

fn none(which: Which) -> Problem {
    Problem::not_found(match which {
        Which::Blank => "这份材料没有空白表，请按办事指南的说明准备。",
        Which::Sample => "这份材料没有样表，请按办事指南的说明准备。",
    })
}

impl Catalogue {
    /// Keeps the sample applications of a pack instead of those before; all of them, so that the item leaves as it came.
    pub(crate) async fn keep_samples(&self, slug: &str, samples: &[(String, Value)]) -> Result<()> {
        let rows: Vec<sample::ActiveModel> = samples
            .iter()
            .map(|(name, content)| sample::ActiveModel {
                slug: Set(slug.to_owned()),
                name: Set(name.clone()),
                handle_item: Set(content.get("handle_item").and_then(Value::as_str).unwrap_or_default().to_owned()),
                content: Set(content.clone()),
            })
            .collect();
        let slug = slug.to_owned();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move {
                    sample::Entity::delete_many().filter(sample::Column::Slug.eq(slug)).exec(tx.conn()).await?;
                    if !rows.is_empty() {
                        sample::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Handling items of which there is a sample.
    pub(crate) async fn sampled(&self, slug: &str) -> Result<BTreeSet<String>> {
        let rows = shown(slug).all(self.platform.db.read()).await?;
        Ok(rows.into_iter().map(|row| row.handle_item).collect())
    }

    /// The empty form or the sample of a material of the version offered now; without a wanted kind of
    /// file, the first it can be had as.
    ///
    /// # Errors
    /// 404 when the item, the material, its sheet or the kind of file is not there; 422 for an unknown
    /// handling item.
    pub(crate) async fn sheet(
        &self,
        slug: &str,
        material: &str,
        handle_item: Option<&str>,
        which: Which,
        format: Option<Format>,
    ) -> Result<SheetFile> {
        let published = self.published(slug).await?;
        let item = &published.item;
        let material = item.material(material).ok_or_else(|| Problem::not_found("没有找到这份材料。"))?;
        let handle_item = match handle_item {
            Some(key) if item.handle_item(key).is_some() => key.to_owned(),
            Some(_) => return Err(Problem::invalid_field("/handle_item", "unknown", "没有这个业务办理项，请重新选择")),
            None => item.handle_items.first().map(|first| first.key.clone()).unwrap_or_default(),
        };
        let source = source(material, which).ok_or_else(|| none(which))?;
        let formats = source.formats();
        let format = match format {
            None => *formats.first().ok_or_else(|| none(which))?,
            Some(format) if formats.contains(&format) => format,
            Some(_) => return Err(Problem::not_found("这份材料没有这种格式的文件，请换一种格式下载。")),
        };
        let suffix = match (source, which) {
            (_, Which::Blank) => "空白表",
            (Source::Specimen(_), Which::Sample) => "样本",
            (_, Which::Sample) => "样表",
        };
        let title = format!("{}（{suffix}）", material.name);
        let name = format!("{title}.{}", format.ending());
        let key = (slug.to_owned(), published.version, material.key.clone(), handle_item, which, format);
        if let Some(bytes) = self.sheets.get(&key).await {
            return Ok(SheetFile { bytes, format, name });
        }
        let fill = if which == Which::Blank { Fill::Blank } else { Fill::Sample };
        let at = published.published_at;
        let bytes = match source {
            Source::File(name) => {
                let file = self.definition(Kind::File, slug, name).await?.ok_or_else(|| none(which))?;
                self.design.file(&file).await?
            }
            Source::Template(name) => {
                self.print(slug, name, surroundings_json(item, material, &key.3), at, title, which).await?
            }
            Source::Form => {
                let data = self.form_paper(&published, &material.name, &key.3, which).await?;
                match format {
                    Format::Docx => edited(form_paper::drawn(&data), at).await?,
                    _ => self.print(slug, "form", data, at, title, which).await?,
                }
            }
            Source::Sheet(name) | Source::Specimen(name) => {
                let sheet = self.definition(Kind::Sheet, slug, name).await?.ok_or_else(|| none(which))?;
                let mut drawn = self.design.sheet(&sheet).await?.draw(fill, &surroundings(item, &key.3));
                drawn.purpose = Some(format!("材料：{}　事项：{}", material.name, item.name));
                match format {
                    Format::Docx => edited(drawn, at).await?,
                    _ => self.print(slug, SHEET_TEMPLATE, serde_json::to_value(&drawn)?, at, title, which).await?,
                }
            }
        };
        self.sheets.insert(key, bytes.clone()).await;
        Ok(SheetFile { bytes, format, name })
    }

    /// A template with its data, as PDF.
    async fn print(
        &self,
        slug: &str,
        template: &str,
        data: Value,
        produced_at: time::OffsetDateTime,
        title: String,
        which: Which,
    ) -> Result<Bytes> {
        let template = self.definition(Kind::Paper, slug, template).await?.ok_or_else(|| none(which))?;
        let source = self.design.paper(&template).await?;
        let options = Options { fonts: self.fonts.clone(), produced_at, title };
        let pdf = tokio::task::spawn_blocking(move || paper::render(&source, &data, &options))
            .await
            .map_err(Problem::internal)?
            .map_err(Problem::internal)?;
        Ok(Bytes::from(pdf.bytes))
    }

    /// An item's own definition, or the platform's.
    async fn definition(&self, kind: Kind, slug: &str, name: &str) -> Result<Option<DefinitionRef>> {
        match self.design.latest(kind, &format!("{slug}/{name}")).await? {
            Some(own) => Ok(Some(own)),
            None => self.design.latest(kind, name).await,
        }
    }

    /// The sample of a handling item; the pack's main one only when it is of that handling item.
    async fn sample_of(&self, slug: &str, handle_item: &str) -> Result<Option<Value>> {
        let row = shown(slug)
            .filter(sample::Column::HandleItem.eq(handle_item))
            .order_by_asc(sample::Column::Name)
            .one(self.platform.db.read())
            .await?;
        Ok(row.map(|row| row.content))
    }
}

/// Samples people are shown: those that end well.
fn shown(slug: &str) -> Select<sample::Entity> {
    sample::Entity::find().filter(sample::Column::Slug.eq(slug)).filter(sample::Column::Name.starts_with("valid"))
}

async fn edited(drawn: Drawn, at: time::OffsetDateTime) -> Result<Bytes> {
    let bytes = tokio::task::spawn_blocking(move || paper::docx(&drawn, at))
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)?;
    Ok(Bytes::from(bytes))
}

fn surroundings(item: &Item, handle_item: &str) -> BTreeMap<&'static str, String> {
    let handle = item.handle_item(handle_item).map(|handle| handle.name.clone()).unwrap_or_default();
    BTreeMap::from([
        ("item", item.name.clone()),
        ("handle_item", handle),
        ("body", item.body.name.clone()),
        ("phone", item.consult_phone.clone()),
    ])
}

fn surroundings_json(item: &Item, material: &Material, handle_item: &str) -> Value {
    let handle = item.handle_item(handle_item).map(|handle| handle.name.clone());
    json!({
        "title": material.name,
        "issuer": item.body.name,
        "case": { "item": item.name, "handle_item": handle },
        "contact": { "phone": item.consult_phone },
    })
}
