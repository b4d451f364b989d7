//! Typesetting a notice.

use ::paper::{Fonts, Options, Template};
use anyhow::{anyhow, ensure};
use serde_json::{Value, json};
use time::macros::datetime;

use super::pack;
use crate::measure::{Set, Workload};

pub fn workloads() -> anyhow::Result<Vec<Set>> {
    let template = Template::new(&pack("platform/papers/acceptance.typ")?).map_err(|error| anyhow!("{error}"))?;
    let mut data: Value = serde_json::from_str(&pack("platform/papers/samples/acceptance.json")?)?;
    let options = Options {
        fonts: Fonts::built_in(),
        produced_at: datetime!(2026-09-24 01:00:00 UTC),
        title: "受理通知书".to_owned(),
    };
    let first = template.render(&data, &options).map_err(|error| anyhow!("{error}"))?;
    ensure!(first.archival, "the notice is PDF/A");
    let note = format!("{} page, {} KB", first.pages, first.bytes.len() / 1024);
    let mut number = 0_u32;
    let draw = move || -> anyhow::Result<()> {
        // Another number each time: a paper is never the one before.
        number += 1;
        if let Some(fields) = data.as_object_mut() {
            fields.insert("number".to_owned(), json!(format!("示例受〔2026〕{number}号")));
        }
        std::hint::black_box(template.render(&data, &options).map_err(|error| anyhow!("{error}"))?);
        Ok(())
    };
    let workload = Workload::repeated("acceptance notice to PDF/A", "pages/s", first.pages as f64, draw);
    Ok(vec![Set::of(vec![workload.note(note)])])
}
