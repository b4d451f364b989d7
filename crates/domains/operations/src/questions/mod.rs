//! Question desk 问题和意见 (OPS-038): what citizens and staff report about the product, from any page; classified,
//! answered, and where the answer is good for everybody, made a frequent question.
//!
//! What people write is sealed: it may hold anything about anybody. The outcome of an answer says what became of it,
//! so that opinions on simplicity and ease of use can be summed up for improvement.

pub(crate) mod service;

use std::collections::BTreeMap;
use std::path::Path;

pub use service::PortalFaq;

use platform::{Problem, Result};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HelpFile {
    schema: String,
    pages: BTreeMap<String, String>,
}

/// Reads `help.yaml`: what each page of the desk is for, by its name.
///
/// # Errors
/// Names the file and what is wrong.
pub(crate) fn help(path: &Path) -> Result<BTreeMap<String, String>> {
    let wrong = |text: String| Problem::internal(format!("{}: {text}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let file: HelpFile = serde_yaml_ng::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if file.schema == "tongban-help/1" { Ok(file.pages) } else { Err(wrong("unknown schema".to_owned())) }
}

/// Kinds: key and name.
pub const KINDS: [(&str, &str); 2] = [("problem", "问题"), ("opinion", "意见建议")];

/// Categories: key and name.
pub const CATEGORIES: [(&str, &str); 7] = [
    ("find", "找不到要办的事"),
    ("fill", "填写和上传"),
    ("process", "办理进度和结果"),
    ("account", "登录和账号"),
    ("speed", "打不开、太慢、出错"),
    ("simple", "步骤太多、看不懂"),
    ("other", "其他"),
];

/// What became of it: key and name.
pub const OUTCOMES: [(&str, &str); 4] =
    [("explained", "已解答"), ("mended", "已改好"), ("planned", "列入改进"), ("declined", "不作修改")];

/// Name of a key.
pub(crate) fn label(list: &[(&'static str, &'static str)], key: &str) -> &'static str {
    list.iter().find(|(known, _)| *known == key).map_or("", |(_, name)| *name)
}

/// Whether a list has a key.
pub(crate) fn knows(list: &[(&str, &str)], key: &str) -> bool {
    list.iter().any(|(known, _)| *known == key)
}

/// The page a report came from: its path alone. A query may hold a search, an id number, a code.
pub fn bare_page(page: &str) -> String {
    let path = page.split(['?', '#']).next().unwrap_or_default().trim();
    let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
    if path.starts_with('/') { path } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-038
    #[test]
    fn a_page_is_noted_without_what_was_searched_for() {
        assert_eq!(bare_page("/search?q=440106199003071234#x"), "/search");
        assert_eq!(bare_page("https://elsewhere.cn/a"), "");
        assert_eq!(bare_page("/desk/cases\u{0}"), "/desk/cases");
        assert_eq!(label(&OUTCOMES, "planned"), "列入改进");
    }
}
