//! `new-capability`: the files every capability of a domain has, ready to be filled.

use anyhow::{Context, bail};

use crate::root;

/// Templates by file, see the folder `skeleton`.
const FILES: &[(&str, &str)] = &[
    ("README.md", include_str!("skeleton/README.md")),
    ("mod.rs", include_str!("skeleton/mod.rs.txt")),
    ("model.rs", include_str!("skeleton/model.rs.txt")),
    ("error.rs", include_str!("skeleton/error.rs.txt")),
    ("permissions.rs", include_str!("skeleton/permissions.rs.txt")),
    ("store.rs", include_str!("skeleton/store.rs.txt")),
    ("service/mod.rs", include_str!("skeleton/service.rs.txt")),
    ("service/open.rs", include_str!("skeleton/service_open.rs.txt")),
    ("http/mod.rs", include_str!("skeleton/http.rs.txt")),
    ("http/open.rs", include_str!("skeleton/http_open.rs.txt")),
];
const SCHEMA: &str = include_str!("skeleton/schema.sql");

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [domain, plural, singular] = arguments else {
        bail!("cargo xtask new-capability <domain> <plural> <Singular>, for example: casework inspections Inspection");
    };
    let words = Words::of(domain, plural, singular)?;
    let home = root().join("crates/domains").join(domain);
    if !home.join("src/lib.rs").exists() {
        bail!("there is no domain crate crates/domains/{domain}");
    }
    let folder = home.join("src").join(plural);
    if folder.exists() {
        bail!("{plural} is already there");
    }
    let migrations = home.join("migrations");
    std::fs::create_dir_all(&migrations)?;
    let steps = std::fs::read_dir(&migrations)?
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "sql"));
    let number = format!("{:04}", steps.count() + 1);
    for (name, template) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, words.fill(template)).with_context(|| path.display().to_string())?;
    }
    let step = format!("{number}_{plural}.sql");
    std::fs::write(migrations.join(&step), words.fill(SCHEMA))?;
    println!(
        "made crates/domains/{domain}/src/{plural} and migrations/{step}. Now, in this order:\n\
         1. lib.rs: `pub mod {plural};` and, in MIGRATIONS,\n   \
            Migration {{ name: \"{domain}_{number}\", sql: include_str!(\"../migrations/{step}\") }}\n\
         2. lib.rs: hand on `{plural}::PERMISSIONS`, and merge `{plural}::routes(state)` into the domain's routes\n\
         3. crates/domains/identity/src/roles.yaml: give `{}.open` to a role\n\
         4. fill in the model and its tests first, then service, store, http; README.md last\n\
         5. docs/glossary.md: the new word; `cargo xtask gen`; `make check`",
        words.single
    );
    Ok(())
}

struct Words {
    domain: String,
    state: String,
    plural: String,
    single: String,
    singular: String,
}

impl Words {
    fn of(domain: &str, plural: &str, singular: &str) -> anyhow::Result<Self> {
        let lower = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let camel =
            singular.starts_with(|c: char| c.is_ascii_uppercase()) && singular.bytes().all(|b| b.is_ascii_alphabetic());
        if !lower(domain) || !lower(plural) || !camel {
            bail!("the plural is snake_case, the singular CamelCase: inspections Inspection");
        }
        let mut single = String::new();
        for c in singular.chars() {
            if c.is_ascii_uppercase() && !single.is_empty() {
                single.push('_');
            }
            single.push(c.to_ascii_lowercase());
        }
        let state = domain[..1].to_uppercase() + &domain[1..];
        Ok(Self { domain: domain.into(), state, plural: plural.into(), single, singular: singular.into() })
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("{{domain}}", &self.domain)
            .replace("{{State}}", &self.state)
            .replace("{{things}}", &self.plural)
            .replace("{{path}}", &self.plural.replace('_', "-"))
            .replace("{{thing}}", &self.single)
            .replace("{{Thing}}", &self.singular)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_filled_completely() {
        let words = Words::of("casework", "site_visits", "SiteVisit").unwrap();
        for (name, template) in FILES.iter().chain(&[("schema", SCHEMA)]) {
            let text = words.fill(template);
            assert!(!text.contains("{{"), "{name}: {text}");
        }
        assert!(words.fill("{{path}}/{{thing}}/{{Thing}}/{{State}}") == "site-visits/site_visit/SiteVisit/Casework");
    }

    #[test]
    fn names_in_the_wrong_case_are_refused() {
        assert!(Words::of("casework", "SiteVisits", "SiteVisit").is_err());
        assert!(Words::of("casework", "site_visits", "site_visit").is_err());
    }
}
