//! `supply.toml`.

use anyhow::{Context, bail};
use toml::{Table, Value};

use super::{Origin, Part};

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Target the product is built for.
    pub platform: String,
    /// Crates that may be there in versions side by side.
    pub most_twice: usize,
    /// Licences of what is handed out.
    pub allow: Vec<String>,
    /// Licences besides of what builds and tests.
    pub tools: Vec<String>,
    /// What is taken all the same.
    pub exceptions: Vec<Exception>,
    /// Packages that may run a program when they are installed.
    pub scripts: Vec<String>,
    /// Advisories that do not concern us: id and the last day that counts, `YYYY-MM-DD`.
    pub ignored: Vec<(String, String)>,
}

/// A part that is taken although the lists do not allow it.
#[derive(Debug)]
pub(super) struct Exception {
    from: Origin,
    /// Its name; with a star at the end, all that begin so.
    pub name: String,
    /// What counts for the notices.
    pub licence: String,
}

impl Rules {
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let table: Table = text.parse().context("supply.toml")?;
        let list = |name: &str| -> Vec<Table> {
            let rows = table.get(name).and_then(Value::as_array);
            rows.into_iter().flatten().filter_map(Value::as_table).cloned().collect()
        };
        let licences = table.get("licences").and_then(Value::as_table).context("supply.toml: [licences]")?;
        let names = |key: &str| -> Vec<String> {
            let all = licences.get(key).and_then(Value::as_array);
            all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let most_twice = table.get("most_twice").and_then(Value::as_integer).context("supply.toml: most_twice")?;
        let mut rules = Self {
            platform: text_of(&table, "platform")?,
            most_twice: usize::try_from(most_twice).context("supply.toml: most_twice")?,
            allow: names("allow"),
            tools: names("tools"),
            ..Self::default()
        };
        for row in list("exception") {
            let from = match text_of(&row, "from")?.as_str() {
                "cargo" => Origin::Cargo,
                "npm" => Origin::Npm,
                other => bail!("supply.toml: an exception is from cargo or npm, not {other}"),
            };
            text_of(&row, "reason")?;
            rules.exceptions.push(Exception { from, name: text_of(&row, "name")?, licence: text_of(&row, "licence")? });
        }
        for row in list("script") {
            text_of(&row, "reason")?;
            rules.scripts.push(text_of(&row, "name")?);
        }
        for row in list("ignored") {
            text_of(&row, "reason")?;
            rules.ignored.push((text_of(&row, "id")?, text_of(&row, "until")?));
        }
        Ok(rules)
    }

    /// Which exception a part falls under.
    pub fn exception(&self, part: &Part) -> Option<usize> {
        self.exceptions.iter().position(|one| {
            one.from == part.from
                && match one.name.strip_suffix('*') {
                    Some(start) => part.name.starts_with(start),
                    None => one.name == part.name,
                }
        })
    }

    /// The licence of a part as the notices tell it.
    pub fn licence<'a>(&'a self, part: &'a Part) -> &'a str {
        self.exception(part).and_then(|at| self.exceptions.get(at)).map_or(part.licence.as_str(), |one| &one.licence)
    }
}

fn text_of(row: &Table, key: &str) -> anyhow::Result<String> {
    let text = row.get(key).and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if text.is_empty() {
        bail!("supply.toml: {key} is missing in {row:?}");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::RULES;
    use super::*;

    #[test]
    fn an_exception_without_a_reason_is_none() {
        assert_eq!(Rules::read(RULES).unwrap().most_twice, 1);
        assert!(Rules::read(&RULES.replace("reason = \"the mark stays\"", "")).is_err());
        assert!(Rules::read(&RULES.replace("until = \"2026-12-31\"", "")).is_err());
        assert!(Rules::read(&RULES.replace("from = \"npm\"", "from = \"pip\"")).is_err());
    }
}
