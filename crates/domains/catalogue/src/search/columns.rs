//! What a question looks at in every item, side by side in the order of the catalogue: a walk over thirty thousand
//! items reads a few megabytes in a row instead of following a pointer for each of them.

/// One text for each item, one after the other in a single string.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(self.all.len());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(&0).chain(&self.ends);
        begins.zip(&self.ends).map(move |(begin, end)| self.all.get(*begin..*end).unwrap_or_default())
    }
}

/// A list of numbers for each item, one after the other in a single list.
#[derive(Debug, Default)]
pub(super) struct Lists {
    all: Vec<u16>,
    ends: Vec<usize>,
}

impl Lists {
    pub(super) fn push(&mut self, numbers: &[u16]) {
        self.all.extend_from_slice(numbers);
        self.ends.push(self.all.len());
    }

    /// The numbers of the item at a place; none for a place there is not.
    pub(super) fn of(&self, at: usize) -> &[u16] {
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.all.get(begin..*end)).unwrap_or_default()
    }
}

/// The columns.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Which entry stands where.
    pub(super) slots: Vec<u32>,
    /// The name in lower case, then one keyword a line.
    pub(super) names: Texts,
    pub(super) initials: Texts,
    /// Names of forms with a filled sample as they are looked for, each with the end of its line.
    pub(super) forms: Texts,
    /// Values by facet: themes, objects, scopes, department.
    pub(super) values: [Lists; 4],
    pub(super) regions: Vec<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: PORTAL-008
    #[test]
    fn each_item_gets_back_what_was_put_in_for_it() {
        let (mut texts, mut lists) = (Texts::default(), Lists::default());
        for (text, numbers) in [("食品", vec![1, 2]), ("", vec![]), ("护士", vec![3])] {
            texts.push(text);
            lists.push(&numbers);
        }
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["食品", "", "护士"]);
        assert_eq!((lists.of(0), lists.of(1), lists.of(2)), (&[1, 2][..], &[][..], &[3][..]));
        assert!(lists.of(3).is_empty());
    }
}
