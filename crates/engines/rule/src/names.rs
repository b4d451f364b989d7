//! Words of an expression: which are names of values and which belong to the language.
//!
//! The parser below must know names before it reads, because FEEL allows blanks and signs in names
//! (`a-b` may be one name). Ours are plain words, so every plain word of the text that is not the language's
//! is told to it; `area - 1` is then always a subtraction.

/// Words of the grammar.
const KEYWORDS: &[&str] = &[
    "and",
    "between",
    "context",
    "else",
    "every",
    "external",
    "false",
    "for",
    "function",
    "if",
    "in",
    "instance",
    "item",
    "list",
    "not",
    "null",
    "of",
    "or",
    "range",
    "return",
    "satisfies",
    "some",
    "then",
    "true",
];

/// Built-in functions, longest first where one begins another.
const FUNCTIONS: &[&str] = &[
    "abs",
    "after",
    "all",
    "any",
    "append",
    "before",
    "ceiling",
    "coincides",
    "concatenate",
    "contains",
    "context merge",
    "context put",
    "context",
    "count",
    "date and time",
    "date",
    "day of week",
    "day of year",
    "decimal",
    "distinct values",
    "duration",
    "during",
    "ends with",
    "even",
    "exp",
    "finished by",
    "finishes",
    "flatten",
    "floor",
    "get entries",
    "get value",
    "includes",
    "index of",
    "insert before",
    "is",
    "list contains",
    "list replace",
    "log",
    "lower case",
    "matches",
    "max",
    "mean",
    "median",
    "meets",
    "met by",
    "min",
    "mode",
    "modulo",
    "month of year",
    "not",
    "number",
    "odd",
    "overlaps after",
    "overlaps before",
    "overlaps",
    "product",
    "range",
    "remove",
    "replace",
    "reverse",
    "round down",
    "round half down",
    "round half up",
    "round up",
    "sort",
    "split",
    "sqrt",
    "started by",
    "starts with",
    "starts",
    "stddev",
    "string join",
    "string length",
    "string",
    "sublist",
    "substring after",
    "substring before",
    "substring",
    "sum",
    "time",
    "union",
    "upper case",
    "week of year",
    "years and months duration",
];

/// Properties of dates and durations: after a dot the parser knows them by itself.
const PROPERTIES: &[&str] = &[
    "year", "years", "month", "months", "day", "days", "weekday", "hour", "hours", "minute", "minutes", "second",
    "seconds", "timezone", "start", "end",
];

/// Functions that read the clock: the caller gives `today` as a value instead.
pub(crate) const CLOCK: &[&str] = &["now", "today"];

/// Tells whether a word cannot be the name of a value in expressions.
pub fn is_reserved(word: &str) -> bool {
    KEYWORDS.contains(&word) || word == "now" || word == "partial"
}

/// Tells whether a name must be told to the parser because it is no plain word or is a word of the language.
pub(crate) fn is_special(name: &str) -> bool {
    is_reserved(name) || is_function(name) || !name.chars().all(continues_word) || !name.starts_with(starts_word)
}

/// Tells whether this is the name of a built-in function that rules may call.
pub(crate) fn is_function(word: &str) -> bool {
    FUNCTIONS.contains(&word)
}

/// A plain word or another piece of an expression, with its first character (from 0) in the text.
#[derive(Debug, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) start: usize,
    /// Follows a dot: a property, not a name.
    pub(crate) after_dot: bool,
}

fn starts_word(ch: char) -> bool {
    ch.is_alphabetic() || ch == '_' || ch == '?'
}

fn continues_word(ch: char) -> bool {
    starts_word(ch) || ch.is_numeric()
}

/// Where pieces of the text end, outside strings and comments (used to find the place of a syntax error).
pub(crate) fn piece_ends(expression: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    scan(expression, |_, end| ends.push(end));
    ends
}

/// The words that may be names: not in strings, not keywords, not called or typed built-ins.
pub(crate) fn words(expression: &str) -> Vec<Word> {
    let chars: Vec<char> = expression.chars().collect();
    let mut words: Vec<Word> = Vec::new();
    let mut skip_until = 0;
    let mut after_type_of = false;
    scan(expression, |start, end| {
        let Some(&first) = chars.get(start) else { return };
        if start < skip_until || !starts_word(first) {
            return;
        }
        let text: String = chars.get(start..end).unwrap_or_default().iter().collect();
        if let Some(length) = called_function(&chars, start) {
            skip_until = start + length;
            return;
        }
        let typed = std::mem::replace(&mut after_type_of, text == "of");
        if typed || KEYWORDS.contains(&text.as_str()) {
            return;
        }
        let after_dot = chars.get(..start).unwrap_or_default().iter().rev().find(|c| !c.is_whitespace()) == Some(&'.');
        // Were `years` of `.years` a known name, `years and months duration` would begin with it.
        if !(after_dot && PROPERTIES.contains(&text.as_str())) {
            words.push(Word { text, start, after_dot });
        }
    });
    words
}

/// Length of the built-in function name that begins here and is followed by a bracket.
fn called_function(chars: &[char], start: usize) -> Option<usize> {
    FUNCTIONS.iter().map(|name| name.chars().count()).zip(FUNCTIONS).find_map(|(length, name)| {
        let here = chars.get(start..start + length)?;
        let bracket = chars.get(start + length..)?.iter().find(|c| !c.is_whitespace())?;
        (*bracket == '(' && here.iter().copied().eq(name.chars())).then_some(length)
    })
}

/// Calls `piece(start, end)` for each word, number, string or sign; comments and blanks are passed over.
fn scan(expression: &str, mut piece: impl FnMut(usize, usize)) {
    let chars: Vec<char> = expression.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    let mut index = 0;
    while let Some(ch) = at(index) {
        let start = index;
        match (ch, at(index + 1)) {
            ('"', _) => {
                index += 1;
                while let Some(inner) = at(index) {
                    index += if inner == '\\' { 2 } else { 1 };
                    if inner == '"' {
                        break;
                    }
                }
                index = index.min(chars.len());
            }
            ('/', Some('/')) => {
                while at(index).is_some_and(|c| c != '\n') {
                    index += 1;
                }
                continue;
            }
            ('/', Some('*')) => {
                index += 2;
                while index < chars.len() && (at(index), at(index + 1)) != (Some('*'), Some('/')) {
                    index += 1;
                }
                index = (index + 2).min(chars.len());
                continue;
            }
            _ if ch.is_whitespace() => {
                index += 1;
                continue;
            }
            _ if starts_word(ch) => {
                while at(index).is_some_and(continues_word) {
                    index += 1;
                }
            }
            _ if ch.is_ascii_digit() => {
                while at(index).is_some_and(|c| c.is_ascii_alphanumeric()) {
                    index += 1;
                }
            }
            _ => index += 1,
        }
        piece(start, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(expression: &str) -> Vec<String> {
        words(expression).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn names_are_told_from_functions_keywords_strings_and_types() {
        assert_eq!(texts("if 面积 > 50 then sum(rows.amount) else \"面积\""), ["面积", "rows", "amount"]);
        assert_eq!(texts("date and time(\"x\") > start // comment 面积"), ["start"]);
        assert_eq!(texts("date > 1 and x instance of number"), ["date", "x"]);
    }
}
