//! No business code knows which database it runs on: what differs lies in the platform (ADR 0012).

use std::path::{Path, PathBuf};

/// Words of one database product in SQL or in Rust. Upper and lower case are not told apart.
const WORDS: &[&str] = &[
    "dbbackend::",
    "databasebackend::",
    "sqlite_master",
    "pragma ",
    "pragma_",
    "strftime(",
    "julianday(",
    "group_concat(",
    "json_extract(",
    "autoincrement",
    " rowid",
    " glob ",
    "pg_catalog",
    "pg_trigger",
    "to_regclass(",
    "to_char(",
    "split_part(",
    "string_agg(",
    "date_trunc(",
    "jsonb",
    " ilike ",
    "::text as ",
    "::bigint",
    "skip locked",
    "for update",
    "\"listen ",
    "\"notify ",
    "bigserial",
    "tsvector",
];

/// Files that may, each with its reason. A file that no longer needs it must leave this list.
const MAY: &[(&str, &str)] = &[
    ("security/src/protection/report.rs", "reads the catalogue of the database: which guards it has"),
    ("security/src/protection/schema.rs", "reads the catalogue of the database: tables, columns, triggers"),
    ("security/src/protection/rows.rs", "copies rows of any table, column by column, in the type the database says"),
    ("security/src/keys/reseal.rs", "counts sealed values by key over whole tables, inside the database"),
];

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            // Tests look behind the pages, each database by its own means.
            if path.file_name().is_none_or(|name| name != "tests") {
                below(&path, found);
            }
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql") {
            found.push(path);
        }
    }
}

/// What runs: no tests, no comments.
fn running(text: &str, sql: bool) -> impl Iterator<Item = (usize, &str)> {
    let comment = if sql { "--" } else { "//" };
    let end = text.find("#[cfg(test)]").filter(|_| !sql).unwrap_or(text.len());
    text[..end].lines().enumerate().filter(move |(_, line)| !line.trim_start().starts_with(comment))
}

fn words_of(text: &str, sql: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in running(text, sql) {
        let small = line.to_lowercase();
        for word in WORDS.iter().filter(|word| small.contains(**word)) {
            found.push(format!("{}: {}", number + 1, word.trim()));
        }
    }
    found
}

/// Every domain and every schema step is written once for all databases. The few places that ask the database
/// about itself are named, with the reason.
///
/// req: OPS-015
#[test]
fn no_business_code_speaks_the_dialect_of_one_database() {
    let domains = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/domains");
    let mut files = Vec::new();
    below(&domains, &mut files);
    assert!(files.len() > 400, "{} files", files.len());
    let (mut faults, mut used) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.strip_prefix(&domains).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap();
        let found = words_of(&text, name.ends_with(".sql"));
        match MAY.iter().find(|(file, _)| *file == name) {
            Some((file, _)) if !found.is_empty() => used.push(*file),
            Some(_) => {}
            None => faults.extend(found.iter().map(|word| format!("{name}:{word}"))),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for (file, reason) in MAY {
        assert!(used.contains(file), "{file} no longer needs its exception ({reason})");
    }
}

/// req: OPS-015
#[test]
fn a_word_of_one_database_is_found_where_it_runs_and_nowhere_else() {
    let text = "let a = \"SELECT x::text AS y\";\n// SELECT y::text\n#[cfg(test)]\nmod t { const B: &str = \"sqlite_master\"; }\n";
    assert_eq!(words_of(text, false), ["1: ::text as"]);
    assert_eq!(words_of("-- jsonb\nCREATE TABLE t (a JSONB);\n", true), ["2: jsonb"]);
    assert!(words_of("conn.get_database_backend()", false).is_empty());
}
