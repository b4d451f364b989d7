//! Empty forms and filled samples of an item's materials, as PDF (PORTAL-009).
//!
//! The application form's are made from the item's form: empty, with boxes to tick, and filled in from
//! the sample application of the pack. Other materials carry a template in the pack (`papers/x.typ`);
//! what several items share (an authorisation, a notice of loss) is a paper of the platform.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use design::{DefinitionRef, Kind};
use paper::Options;
use platform::{Problem, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Set};
use serde_json::{Map, Value, json};

use crate::items::model::{Item, Material};
use crate::items::resolve::{self, Answers};
use crate::items::store::sample;
use crate::{Catalogue, PublishedItem};

/// Item, version, material, handling item, which sheet.
pub(crate) type SheetKey = (String, i64, String, String, Which);

/// Which sheet of a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    /// 空表
    Blank,
    /// 样表
    Sample,
}

/// The template a material's element names, without folder and ending.
pub(crate) fn template_name(text: Option<&String>) -> Option<&str> {
    text?.strip_prefix("papers/")?.strip_suffix(".typ")
}

fn none(which: Which) -> Problem {
    Problem::not_found(match which {
        Which::Blank => "这份材料没有空白表，请按办事指南的说明准备。",
        Which::Sample => "这份材料没有样表，请按办事指南的说明准备。",
    })
}

impl Catalogue {
    /// Keeps the sample applications of a pack that end well, instead of those before.
    pub(crate) async fn keep_samples(&self, slug: &str, samples: &[(String, Value)]) -> Result<()> {
        let rows: Vec<sample::ActiveModel> = samples
            .iter()
            .filter(|(name, _)| name.starts_with("valid"))
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
        let rows = sample::Entity::find().filter(sample::Column::Slug.eq(slug)).all(self.platform.db.read()).await?;
        Ok(rows.into_iter().map(|row| row.handle_item).collect())
    }

    /// The empty form or the sample of a material of the version offered now.
    ///
    /// # Errors
    /// 404 when the item, the material or its sheet is not there; 422 for an unknown handling item.
    pub(crate) async fn sheet(
        &self,
        slug: &str,
        material: &str,
        handle_item: Option<&str>,
        which: Which,
    ) -> Result<Bytes> {
        let published = self.published(slug).await?;
        let item = &published.item;
        let material = item.material(material).ok_or_else(|| Problem::not_found("没有找到这份材料。"))?;
        let handle_item = match handle_item {
            Some(key) if item.handle_item(key).is_some() => key.to_owned(),
            Some(_) => return Err(Problem::invalid_field("/handle_item", "unknown", "没有这个业务办理项，请重新选择")),
            None => item.handle_items.first().map(|first| first.key.clone()).unwrap_or_default(),
        };
        let key = (slug.to_owned(), published.version, material.key.clone(), handle_item, which);
        if let Some(pdf) = self.sheets.get(&key).await {
            return Ok(pdf);
        }
        let (template, data) = if material.generated {
            let template = self.paper(slug, "form").await?.ok_or_else(|| none(which))?;
            (template, self.form_data(&published, &key.3, which).await?)
        } else {
            let named = if which == Which::Blank { &material.blank_form } else { &material.sample };
            let name = template_name(named.as_ref());
            let template = self.paper(slug, name.ok_or_else(|| none(which))?).await?.ok_or_else(|| none(which))?;
            (template, material_data(item, material, &key.3))
        };
        let source = self.design.paper(&template).await?;
        let title = format!("{}（{}）", material.name, if which == Which::Blank { "空白表" } else { "样表" });
        let options = Options { fonts: self.fonts.clone(), produced_at: published.published_at, title };
        let pdf = tokio::task::spawn_blocking(move || paper::render(&source, &data, &options))
            .await
            .map_err(Problem::internal)?
            .map_err(Problem::internal)?;
        let bytes = Bytes::from(pdf.bytes);
        self.sheets.insert(key, bytes.clone()).await;
        Ok(bytes)
    }

    /// An item's own paper, or the platform's.
    async fn paper(&self, slug: &str, name: &str) -> Result<Option<DefinitionRef>> {
        match self.design.latest(Kind::Paper, &format!("{slug}/{name}")).await? {
            Some(own) => Ok(Some(own)),
            None => self.design.latest(Kind::Paper, name).await,
        }
    }

    async fn form_data(&self, published: &PublishedItem, handle_item: &str, which: Which) -> Result<Value> {
        let item = &published.item;
        let form = self.design.form(&published.definitions.form).await?;
        let feel = self.design.expressions();
        let sample = match which {
            Which::Blank => None,
            Which::Sample => Some(self.sample_of(&published.slug, handle_item).await?.ok_or_else(|| none(which))?),
        };
        let part = |key: &str| sample.as_ref().and_then(|sample| sample.get(key)).cloned().unwrap_or_default();
        let answers: Answers = serde_json::from_value(part("situations")).unwrap_or_default();
        let filled: Map<String, Value> = part("form").as_object().cloned().unwrap_or_default();
        let nothing = Map::new();
        let context = form::Context {
            handle_item: Some(handle_item.to_owned()),
            situation: resolve::context(item, feel, handle_item, &answers),
            applicant: part("applicant").as_object().cloned().unwrap_or_default(),
            today: base::zone::china_date(self.platform.now()).to_string(),
        };
        let input = form::Input {
            data: &filled,
            context: &context,
            role: "applicant",
            step: "",
            channel: "",
            locked: &nothing,
        };
        let outcome = form.evaluate(feel, &input);
        let mut regions = BTreeMap::new();
        for code in outcome.data.values().filter_map(Value::as_str).filter(|text| text.len() == 12) {
            regions.insert(code.to_owned(), self.identity.region_path(code).await?);
        }
        let sections = form.sheet(&form::Sheet {
            data: sample.as_ref().map(|_| &outcome.data),
            visible: &outcome.visible,
            // Nobody is behind the numbers of a sample.
            masked: false,
            region: &|code| regions.get(code).filter(|name| !name.is_empty()).cloned(),
        });
        let (title, mark) = match which {
            Which::Blank => (form.title.clone(), "空白表。打印后填写，或者直接在网上填报，由系统生成。"),
            Which::Sample => {
                (format!("{}（样表）", form.title), "样表。人名、证件号码、地址等均为虚构，仅供填写时参考。")
            }
        };
        let handle = item.handle_item(handle_item).map(|handle| handle.name.clone());
        Ok(json!({
            "title": title,
            "mark": mark,
            "issuer": item.body.name,
            "date": null,
            "case": { "number": "\u{3000}", "item": item.name, "handle_item": handle },
            "sections": sections,
            "signed_by": part("applicant").get("name"),
            "signed_on": null,
        }))
    }

    /// The sample of a handling item; the pack's main one only when it is of that handling item.
    async fn sample_of(&self, slug: &str, handle_item: &str) -> Result<Option<Value>> {
        let row = sample::Entity::find()
            .filter(sample::Column::Slug.eq(slug))
            .filter(sample::Column::HandleItem.eq(handle_item))
            .order_by_asc(sample::Column::Name)
            .one(self.platform.db.read())
            .await?;
        Ok(row.map(|row| row.content))
    }
}

fn material_data(item: &Item, material: &Material, handle_item: &str) -> Value {
    let handle = item.handle_item(handle_item).map(|handle| handle.name.clone());
    json!({
        "title": material.name,
        "issuer": item.body.name,
        "case": { "item": item.name, "handle_item": handle },
        "contact": { "phone": item.consult_phone },
    })
}
