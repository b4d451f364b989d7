//! Regions: the national table and the towns and villages of a city.

use std::collections::HashSet;

use base::region::RegionCode;
use platform::web::problem::{Problem, Result};
use serde::Deserialize;

use super::{Mistakes, read};
use crate::Identity;
use crate::model::org::Region;
use crate::store::directory;

#[derive(Deserialize)]
struct City {
    regions: Vec<CityRegion>,
}

#[derive(Deserialize)]
struct CityRegion {
    code: String,
    name: String,
    parent: Option<String>,
}

/// Reads the national table (`code<TAB>name`, six digits, one heading line).
///
/// # Errors
/// 422 names the first bad line.
pub fn regions_from_tsv(text: &str) -> Result<Vec<Region>> {
    let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    rows.map(|(at, line)| {
        let parts = line.split_once('\t').map(|(code, name)| (RegionCode::parse(code.trim()), name.trim()));
        match parts {
            Some((Ok(code), name)) if !name.is_empty() => Ok(row(&code, name, None)),
            _ => Err(Problem::invalid_field(format!("/{}", at + 1), "unreadable", format!("第 {} 行读不出来", at + 1))),
        }
    })
    .collect()
}

/// Reads the regions of `city.yaml`.
///
/// # Errors
/// 422 names every bad code.
pub fn regions_from_city(yaml: &str) -> Result<Vec<Region>> {
    let city: City = read(yaml, "tongban-city/1")?;
    let mut mistakes = Mistakes::default();
    let mut rows = Vec::new();
    for (at, region) in city.regions.into_iter().enumerate() {
        match RegionCode::parse(&region.code) {
            Ok(code) => rows.push(row(&code, &region.name, region.parent)),
            Err(error) => mistakes.add(format!("/regions/{at}/code"), "format", error.to_string()),
        }
    }
    mistakes.check()?;
    Ok(rows)
}

fn row(code: &RegionCode, name: &str, parent: Option<String>) -> Region {
    let level = code.level().exercise_level().to_digit(10).map_or(0, i64::from);
    Region { code: code.as_str().to_owned(), name: name.to_owned(), parent, level }
}

impl Identity {
    /// Makes or updates regions; returns how many. A row without parent gets the nearest region
    /// above it that exists, so a county directly under its province finds its place.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_regions(&self, mut rows: Vec<Region>) -> Result<usize> {
        let given: HashSet<String> = rows.iter().map(|row| row.code.clone()).collect();
        for row in rows.iter_mut().filter(|row| row.parent.is_none()) {
            let above = RegionCode::parse(&row.code).map(|code| code.ancestors()).unwrap_or_default();
            for code in above.iter().filter(|code| **code != RegionCode::COUNTRY) {
                if given.contains(code.as_str()) || self.region(code.as_str()).await?.is_some() {
                    row.parent = Some(code.as_str().to_owned());
                    break;
                }
            }
        }
        let count = rows.len();
        self.platform
            .db
            .write(self.platform.now(), move |tx| {
                Box::pin(async move { directory::save_regions(tx.conn(), rows).await })
            })
            .await?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_table_is_read_with_levels_and_a_bad_line_is_named() {
        let rows = regions_from_tsv("code\tname\n110000\t北京市\n110101\t东城区\n").unwrap();
        assert_eq!((rows[1].code.as_str(), rows[1].level), ("110101000000", 4));
        assert!(regions_from_tsv("code\tname\n110000\t北京市\nabc\n").unwrap_err().title().contains("第 3 行"));
    }
}
