//! Expressions of licences: `(MIT OR Apache-2.0) AND Unicode-3.0`, `Apache-2.0 WITH LLVM-exception`, and `MIT/Apache-2.0`
//! as older packages write it.

/// Whether an expression can be kept with the allowed licences alone.
///
/// # Errors
/// When it is no expression.
pub(super) fn holds(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = Words { all: spaced.split_whitespace().collect(), at: 0 };
    let holds = either(&mut words, allowed)?;
    match words.next() {
        None => Ok(holds),
        Some(word) => Err(format!("{expression}: {word} stands where it means nothing")),
    }
}

struct Words<'a> {
    all: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.all.get(self.at).copied();
        self.at += 1;
        word
    }

    /// Takes a word if it is the next.
    fn takes(&mut self, word: &str) -> bool {
        let there = self.all.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(there);
        there
    }
}

fn either(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut holds = both(words, allowed)?;
    while words.takes("OR") {
        holds |= both(words, allowed)?;
    }
    Ok(holds)
}

fn both(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut holds = one(words, allowed)?;
    while words.takes("AND") {
        holds &= one(words, allowed)?;
    }
    Ok(holds)
}

fn one(words: &mut Words<'_>, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    if words.takes("(") {
        let holds = either(words, allowed)?;
        return if words.takes(")") { Ok(holds) } else { Err("a bracket is not closed".to_owned()) };
    }
    let id = words.next().ok_or("a licence is missing")?;
    if [")", "OR", "AND", "WITH"].contains(&id) {
        return Err(format!("{id} stands where a licence belongs"));
    }
    if words.takes("WITH") {
        let exception = words.next().ok_or("an exception is missing")?;
        // An exception only ever adds a freedom.
        return Ok(allowed(&format!("{id} WITH {exception}")) || allowed(id));
    }
    Ok(allowed(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_their_standard_says() {
        let allowed = |id: &str| ["MIT", "Apache-2.0", "Unicode-3.0"].contains(&id);
        let holds = |text: &str| holds(text, &allowed);
        for good in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT / MPL-2.0",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "GPL-2.0-only OR (MIT AND (Apache-2.0 OR X))",
        ] {
            assert_eq!(holds(good), Ok(true), "{good}");
        }
        // AND binds before OR.
        for bad in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "X OR MIT AND Y", "MIT-0", "mit"] {
            assert_eq!(holds(bad), Ok(false), "{bad}");
        }
        for none in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "SEE LICENSE IN LICENSE", "MIT WITH"] {
            assert!(holds(none).is_err(), "{none}");
        }
    }
}
