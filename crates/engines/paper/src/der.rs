//! Distinguished Encoding Rules, written and read by hand.
//!
//! Certificates and signed data need only a dozen ASN.1 forms, so this module keeps them in
//! plain sight: every writer returns the finished bytes of one element, [`Reader`] walks them.
//! Standard: ITU-T X.690.

use time::{OffsetDateTime, UtcOffset};

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// One element: tag, length in the shortest form, content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 6);
    out.push(tag);
    if content.len() < 0x80 {
        out.push(content.len() as u8);
    } else {
        let length: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | length.len() as u8);
        out.extend(length);
    }
    out.extend_from_slice(content);
    out
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// SET OF: the encodings stand in ascending order.
pub(crate) fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    element(SET, &parts.concat())
}

/// `[number]` around the content, constructed.
pub(crate) fn context(number: u8, content: &[u8]) -> Vec<u8> {
    element(0xa0 | number, content)
}

/// An unsigned number given as big-endian bytes.
pub(crate) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut content = bytes.get(start..).unwrap_or_default().to_vec();
    if content.first().is_none_or(|byte| byte & 0x80 != 0) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// An object identifier from its dotted form; arcs that are not numbers count as 0.
pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap_or(0)).collect();
    let (first, second) = (arcs.first().copied().unwrap_or(0), arcs.get(1).copied().unwrap_or(0));
    let mut content = Vec::new();
    for arc in std::iter::once(first * 40 + second).chain(arcs.into_iter().skip(2)) {
        let mut digits = vec![(arc & 0x7f) as u8];
        let mut rest = arc >> 7;
        while rest > 0 {
            digits.push(0x80 | (rest & 0x7f) as u8);
            rest >>= 7;
        }
        content.extend(digits.into_iter().rev());
    }
    element(OID, &content)
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, content)
}

pub(crate) fn bits(content: &[u8], unused: u8) -> Vec<u8> {
    let mut inner = vec![unused];
    inner.extend_from_slice(content);
    element(BIT_STRING, &inner)
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    element(UTF8_STRING, text.as_bytes())
}

/// A time: UTCTime up to 2049, GeneralizedTime after it (RFC 5280 §4.1.2.5).
pub(crate) fn moment(at: OffsetDateTime) -> Vec<u8> {
    let at = at.to_offset(UtcOffset::UTC);
    let tail =
        format!("{:02}{:02}{:02}{:02}{:02}Z", u8::from(at.month()), at.day(), at.hour(), at.minute(), at.second());
    if (1950..2050).contains(&at.year()) {
        element(UTC_TIME, format!("{:02}{tail}", at.year() % 100).as_bytes())
    } else {
        element(GENERALIZED_TIME, format!("{:04}{tail}", at.year()).as_bytes())
    }
}

/// One element read from the bytes: `raw` is the whole, `content` what it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    pub raw: &'a [u8],
}

impl<'a> Element<'a> {
    pub fn inside(&self) -> Reader<'a> {
        Reader { rest: self.content }
    }

    /// Whether this is the given object identifier.
    pub fn is_oid(&self, dotted: &str) -> bool {
        self.raw == oid(dotted)
    }

    /// Unsigned content without leading zeros.
    pub fn number(&self) -> &'a [u8] {
        let start = self.content.iter().take_while(|byte| **byte == 0).count();
        self.content.get(start..).unwrap_or_default()
    }

    /// The bits of a BIT STRING without unused ones.
    pub fn bit_content(&self) -> Option<&'a [u8]> {
        match (self.tag, self.content.split_first()) {
            (BIT_STRING, Some((0, rest))) => Some(rest),
            _ => None,
        }
    }

    /// UTCTime or GeneralizedTime in the `Z` form.
    pub fn moment(&self) -> Option<OffsetDateTime> {
        let text = std::str::from_utf8(self.content).ok()?;
        let text = match self.tag {
            UTC_TIME => {
                let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
                format!("{century}{text}")
            }
            GENERALIZED_TIME => text.to_owned(),
            _ => return None,
        };
        let digits = text.strip_suffix('Z').filter(|digits| digits.len() == 14)?;
        let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u16>().ok();
        let date = time::Date::from_calendar_date(
            i32::from(part(0, 4)?),
            time::Month::try_from(u8::try_from(part(4, 6)?).ok()?).ok()?,
            u8::try_from(part(6, 8)?).ok()?,
        )
        .ok()?;
        let clock = time::Time::from_hms(
            u8::try_from(part(8, 10)?).ok()?,
            u8::try_from(part(10, 12)?).ok()?,
            u8::try_from(part(12, 14)?).ok()?,
        )
        .ok()?;
        Some(OffsetDateTime::new_in_offset(date, clock, UtcOffset::UTC))
    }
}

/// Walks elements one after the other; `None` when the bytes end or are malformed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn next(&mut self) -> Option<Element<'a>> {
        let tag = *self.rest.first()?;
        let first = usize::from(*self.rest.get(1)?);
        let (header, length) = if first < 0x80 {
            (2, first)
        } else {
            let size = first & 0x7f;
            // Indefinite lengths are not DER, and nothing here is over 4 GB.
            if size == 0 || size > 4 {
                return None;
            }
            let bytes = self.rest.get(2..2 + size)?;
            let length = bytes.iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
            (2 + size, length)
        };
        let end = header.checked_add(length)?;
        let raw = self.rest.get(..end)?;
        let content = self.rest.get(header..end)?;
        self.rest = self.rest.get(end..)?;
        Some(Element { tag, content, raw })
    }

    /// The next element when it has this tag; otherwise nothing is consumed.
    pub fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        if *self.rest.first()? != tag {
            return None;
        }
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifier_is_written_in_base_128() {
        assert_eq!(oid("1.2.156.10197.1.501"), [0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75]);
    }

    #[test]
    fn long_lengths_and_high_numbers_come_back() {
        let long = octets(&[7; 70_000]);
        let mut reader = Reader::new(&long);
        let element = reader.next().unwrap();
        assert_eq!((element.tag, element.content.len()), (OCTET_STRING, 70_000));
        assert!(reader.next().is_none());
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0, 0]), [2, 1, 0]);
    }

    #[test]
    fn times_on_both_sides_of_2050_come_back() {
        for text in [1_775_000_000i64, 2_900_000_000] {
            let at = OffsetDateTime::from_unix_timestamp(text).unwrap();
            let bytes = moment(at);
            assert_eq!(Reader::new(&bytes).next().unwrap().moment(), Some(at));
        }
    }

    #[test]
    fn cut_bytes_are_refused_without_panic() {
        let bytes = sequence(&[utf8("示例市"), unsigned(&[1, 2, 3])]);
        for end in 0..bytes.len() {
            assert!(Reader::new(&bytes[..end]).next().is_none());
        }
        assert!(Reader::new(&[0x30, 0x80, 0, 0]).next().is_none());
    }
}
