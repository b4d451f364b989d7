//! What search in Chinese needs of a text: its words, cut by jieba, and its initials by pinyin.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use pinyin::ToPinyin;

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Words of a text for indexing and querying: jieba's search cut, lower case, no punctuation.
pub fn words(text: &str) -> Vec<String> {
    JIEBA
        .cut_for_search(text, true)
        .into_iter()
        .map(|token| token.word.to_lowercase())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

/// Pinyin initials of a text, for example 食品经营许可 → `spjyxk`; other characters are kept.
pub fn initials(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c.to_pinyin() {
            Some(sound) => sound.first_letter().chars().next(),
            None if c.is_ascii_alphanumeric() => Some(c.to_ascii_lowercase()),
            None => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: PORTAL-008
    #[test]
    fn a_text_is_cut_into_words_and_told_by_its_initials() {
        let found = words("食品经营许可证，ABC 2026");
        for word in ["食品", "经营", "许可证", "abc", "2026"] {
            assert!(found.iter().any(|one| one == word), "{word}: {found:?}");
        }
        assert!(words("，。").is_empty());
        assert_eq!(initials("食品经营许可证"), "spjyxkz");
    }
}
