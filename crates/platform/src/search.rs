//! Full-text search in Chinese: words cut by jieba, ranked by tantivy, initials by pinyin.
//!
//! The index is derived data held in memory and built from the database at start and after a
//! publication; nothing has to be migrated or repaired.

use std::sync::LazyLock;

use jieba_rs::Jieba;
use pinyin::ToPinyin;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::{Index, IndexReader, TantivyDocument, Term, doc};

use crate::web::problem::{Problem, Result};

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

/// What is searched.
#[derive(Debug, Clone)]
pub struct Document {
    /// Key given back.
    pub key: String,
    /// Name; counts most.
    pub title: String,
    /// Keywords, department, themes; counts less.
    pub text: String,
}

/// A built index.
pub struct SearchIndex {
    reader: IndexReader,
    key: tantivy::schema::Field,
    title: tantivy::schema::Field,
    text: tantivy::schema::Field,
}

impl SearchIndex {
    /// Builds an index over the documents.
    ///
    /// # Errors
    /// Internal problem.
    pub fn build(documents: &[Document]) -> Result<Self> {
        let mut schema = Schema::builder();
        let key = schema.add_text_field("key", STRING | STORED);
        // Texts arrive as words joined by blanks, so that building and asking cut alike.
        let indexing =
            TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let title = schema.add_text_field("title", options.clone());
        let text = schema.add_text_field("text", options);
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("whitespace", tantivy::tokenizer::WhitespaceTokenizer::default());
        let mut writer = index.writer_with_num_threads(1, 20_000_000).map_err(Problem::internal)?;
        for document in documents {
            writer
                .add_document(doc!(
                    key => document.key.as_str(),
                    title => words(&document.title).join(" "),
                    text => words(&document.text).join(" "),
                ))
                .map_err(Problem::internal)?;
        }
        writer.commit().map_err(Problem::internal)?;
        let reader = index.reader().map_err(Problem::internal)?;
        Ok(Self { reader, key, title, text })
    }

    /// Keys by falling relevance, at most `limit`.
    ///
    /// # Errors
    /// Internal problem.
    pub fn search(&self, question: &str, limit: usize) -> Result<Vec<String>> {
        let words = words(question);
        if words.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let term = |field, word: &str, boost: f32| -> (Occur, Box<dyn Query>) {
            let query = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(BoostQuery::new(Box::new(query), boost)))
        };
        let clauses = words.iter().flat_map(|word| [term(self.title, word, 3.0), term(self.text, word, 1.0)]).collect();
        let searcher = self.reader.searcher();
        let found = searcher
            .search(&BooleanQuery::new(clauses), &TopDocs::with_limit(limit).order_by_score())
            .map_err(Problem::internal)?;
        found
            .into_iter()
            .map(|(_, address)| {
                let document: TantivyDocument = searcher.doc(address).map_err(Problem::internal)?;
                let key = document.get_first(self.key).and_then(|value| value.as_str()).unwrap_or_default();
                Ok(key.to_owned())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: PORTAL-008
    #[test]
    fn a_name_is_found_by_its_words_and_by_initials() {
        let document =
            |key: &str, title: &str, text: &str| Document { key: key.into(), title: title.into(), text: text.into() };
        let index = SearchIndex::build(&[
            document("food", "食品经营许可证核发", "餐饮 饭店 市场监督管理局"),
            document("nurse", "护士执业证书核发", "卫生健康局"),
        ])
        .unwrap();
        assert_eq!(index.search("食品许可", 10).unwrap().first().unwrap(), "food");
        assert_eq!(index.search("开饭店", 10).unwrap(), ["food"]);
        assert!(index.search("，。", 10).unwrap().is_empty());
        assert_eq!(initials("食品经营许可证"), "spjyxkz");
    }
}
