//! Files that are small and unpack to a flood of objects.
//!
//! A PDF may keep its objects packed in streams, and a reader unpacks and keeps them all before anybody can look. A
//! quarter of a megabyte holds a hundred million of them. What comes from strangers is therefore looked at first: how
//! much text of objects it unpacks to, without keeping any of it.

use std::io::Read;

use flate2::read::ZlibDecoder;

/// Bytes of packed objects a whole file may unpack to. A licence of ours has less than a tenth of a megabyte; one byte
/// becomes about forty in memory.
pub(crate) const OBJECTS: usize = 4 << 20;

/// Ways of packing that no writer of today uses for objects, and that would have to be undone to look inside.
const OTHER_WAYS: [&[u8]; 4] = [b"LZWDecode", b"ASCII85Decode", b"ASCIIHexDecode", b"RunLengthDecode"];

/// Whether the file must not be read whole.
///
/// A stream counts when the name `First` (packed objects) or `Index` (a part of their list) stands between the stream
/// before it and itself: a reader unpacks no other while it loads. Names are compared as they read, `/F#69rst` too; what
/// a dictionary says of its kind is not believed.
pub(crate) fn is_too_dense(pdf: &[u8]) -> bool {
    let mut left = OBJECTS as u64;
    let mut at = 0;
    while let Some(found) = find(pdf.get(at..).unwrap_or_default(), b"stream") {
        let word = at + found;
        let before = pdf.get(at..word).unwrap_or_default();
        at = word + b"stream".len();
        if before.ends_with(b"end") {
            continue;
        }
        let names = names(before);
        let has = |name: &[u8]| names.iter().any(|one| one == name);
        if !has(b"First") && !has(b"Index") {
            continue;
        }
        let data = pdf.get(at..).unwrap_or_default().trim_ascii_start();
        if OTHER_WAYS.iter().any(|way| has(way)) || (has(b"FlateDecode") && !is_deflated(data)) {
            return true;
        }
        if !is_deflated(data) {
            continue;
        }
        let mut unpacked = ZlibDecoder::new(data);
        let mut start = Vec::new();
        // What breaks off was as much as a reader gets.
        let _ = unpacked.by_ref().take(2).read_to_end(&mut start);
        // Packed twice: nobody does that who has nothing to hide.
        if is_deflated(&start) {
            return true;
        }
        let more = std::io::copy(&mut unpacked.take(left + 1), &mut std::io::sink()).unwrap_or(left + 1);
        match left.checked_sub(more + start.len() as u64) {
            Some(rest) => left = rest,
            None => return true,
        }
    }
    false
}

/// Every name in a part of a file, as it reads.
fn names(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for begun in bytes.split(|byte| *byte == b'/').skip(1) {
        let (mut name, mut at) = (Vec::new(), 0);
        while let Some(byte) = begun.get(at).filter(|byte| byte.is_ascii_alphanumeric() || **byte == b'#') {
            let written = begun.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
            match written.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *byte == b'#') {
                Some(meant) => {
                    name.push(meant);
                    at += 3;
                }
                None => {
                    name.push(*byte);
                    at += 1;
                }
            }
            // Longer than any that counts.
            if name.len() > 16 {
                break;
            }
        }
        all.push(name);
    }
    all
}

/// Whether bytes begin as zlib writes them.
fn is_deflated(bytes: &[u8]) -> bool {
    matches!(bytes, [method, flags, ..] if method & 0x0f == 8 && method >> 4 <= 7
        && (u16::from(*method) * 256 + u16::from(*flags)).is_multiple_of(31))
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn file(dictionary: &str, data: &[u8]) -> Vec<u8> {
        let mut pdf = format!("%PDF-1.7\n1 0 obj\n<< {dictionary} /Length {} >>\nstream\r\n", data.len()).into_bytes();
        pdf.extend_from_slice(data);
        pdf.extend_from_slice(b"\nendstream\nendobj\n");
        pdf
    }

    /// req: OPS-030
    #[test]
    fn packed_objects_are_counted_and_pictures_are_not() {
        let list = |zeros: usize| format!("2 0 [{}]", "0 ".repeat(zeros));
        let kind = "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode";
        assert!(!is_too_dense(&file(kind, &deflated(list(1_000).as_bytes()))));
        let bomb = file(kind, &deflated(list(2_500_000).as_bytes()));
        assert!(bomb.len() < 30_000 && is_too_dense(&bomb), "{} bytes", bomb.len());
        // Called a picture, names written in numbers, packed twice or otherwise, many small ones: still what it is.
        let hidden = "/Subtype /Image /N 1 /F#69rst 4 /Filter /FlateDecode";
        assert!(is_too_dense(&file(hidden, &deflated(list(2_500_000).as_bytes()))));
        assert!(is_too_dense(&file("/N 1 /First 4 /Filter /#4cZWDecode", b"\x80\x0b\x60")));
        let twice = "/N 1 /First 4 /Filter [/FlateDecode /FlateDecode]";
        assert!(is_too_dense(&file(twice, &deflated(&deflated(list(90_000).as_bytes())))));
        let many: Vec<u8> = (0..10).flat_map(|_| file(kind, &deflated(list(400_000).as_bytes()))).collect();
        assert!(is_too_dense(&many));
        assert!(!is_too_dense(&file("/Subtype /Image /Filter /FlateDecode", &deflated(&vec![0x35; 8 << 20]))));
        assert!(!is_too_dense(b"not a file") && !is_too_dense(b""));
    }
}
