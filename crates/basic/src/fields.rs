//! What a page was asked with: the pairs of an address or of a sent form.
//!
//! A browser of any age may have sent it, so nothing here refuses: what can't be read is empty, and the
//! page says at the field what is missing.

use url::form_urlencoded;

/// Pairs read; a form of ours has fewer.
const MOST: usize = 200;
/// Characters kept of one value; the longest field is an opinion of 500.
const LONGEST: usize = 2_000;

/// The pairs, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`.
    pub(crate) fn read(encoded: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(encoded).take(MOST);
        Self(pairs.map(|(name, value)| (name.into_owned(), tidy(&value))).collect())
    }

    /// Reads the part of an address after the question mark.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        Self::read(query.unwrap_or_default().as_bytes())
    }

    /// The first value of a name; empty when there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The value, when there is one.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of a name.
    pub(crate) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Number of the page asked for, from 1.
    pub(crate) fn page(&self) -> usize {
        self.text("page").parse().unwrap_or(1).clamp(1, 100_000)
    }
}

/// Without blanks around and without what can't be shown: PostgreSQL stores no NUL.
fn tidy(value: &str) -> String {
    let shown = value.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    shown.take(LONGEST).collect::<String>().trim().to_owned()
}

/// An address with parameters; empty ones are left out.
pub(crate) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-021
    #[test]
    fn whatever_was_sent_is_read_or_empty() {
        let fields = Fields::read("q=+%E5%BC%80%E9%A5%AD%E5%BA%97%00%0A&page=-3&m=a&m=b&&=&%ff=%ff".as_bytes());
        assert_eq!(fields.text("q"), "开饭店");
        assert_eq!(fields.page(), 1);
        assert_eq!(fields.all("m").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((fields.text("none"), fields.given("none")), ("", None));
        assert_eq!(Fields::read(b"page=99999999999").page(), 100_000);
        assert_eq!(Fields::read(b"page=last").page(), 1);
        assert_eq!(Fields::read(b"page=7").page(), 7);
        assert_eq!(Fields::of_query(None), Fields::default());
        assert_eq!(Fields::read(format!("t={}", "a".repeat(5_000)).as_bytes()).text("t").len(), LONGEST);
    }

    #[test]
    fn an_address_carries_only_what_is_said() {
        assert_eq!(address("/basic/items", &[("q", ""), ("page", "")]), "/basic/items");
        assert_eq!(address("/basic/items", &[("q", "a&b\"<"), ("page", "2")]), "/basic/items?q=a%26b%22%3C&page=2");
    }
}
