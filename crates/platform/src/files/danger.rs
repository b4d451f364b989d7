//! Why a file must not be stored although its type is one we take (DATASEC-014, OPS-030).

/// Unpacked size over which an office file is taken for a bomb, bytes.
const UNPACKED: u64 = 300 << 20;
/// Times an office file may grow when unpacked; real ones stay under twenty.
const GROWTH: u64 = 200;
/// Parts an office file may have.
const PARTS: u64 = 5_000;
/// Dots a picture may have: an A3 page scanned at 600 dpi has 70 million.
const DOTS: u64 = 150_000_000;

/// Why a file must not be stored although its type is one we take: an archive that unpacks to a flood,
/// walks out of its folder or brings macros, a picture that fills the memory. Reads only what the file
/// says of itself and unpacks nothing.
pub(super) fn of(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => archive_danger(bytes),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => {
            let side = |at: usize| u64::from(number(bytes, at, true));
            (side(16).saturating_mul(side(20)) > DOTS).then_some(HUGE)
        }
        [0xFF, 0xD8, 0xFF, ..] => jpeg_dots(bytes).is_some_and(|dots| dots > DOTS).then_some(HUGE),
        _ => None,
    }
}

const HUGE: &str = "这张图片太大，展开后会占满内存。请缩小后再上传。";

/// Dots of a JPEG as its frame header says; `None` when there is no such header before the picture itself.
fn jpeg_dots(bytes: &[u8]) -> Option<u64> {
    let side = |at: usize| {
        let two = bytes.get(at..at + 2).and_then(|part| <[u8; 2]>::try_from(part).ok())?;
        Some(u64::from(u16::from_be_bytes(two)))
    };
    let mut at = 2;
    loop {
        let (0xFF, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else { return None };
        match marker {
            // Filling, and markers that stand alone.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => return Some(side(at + 5)? * side(at + 7)?),
            // The picture begins, or the file ends.
            0xDA | 0xD9 => return None,
            _ => at += 2 + usize::try_from(side(at + 2)?).ok()?.max(2),
        }
    }
}

/// Four bytes as a number; 0 past the end.
fn number(bytes: &[u8], at: usize, big: bool) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|part| <[u8; 4]>::try_from(part).ok()).unwrap_or_default();
    if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
}

fn half(bytes: &[u8], at: usize) -> usize {
    let two = bytes.get(at..at + 2).and_then(|part| <[u8; 2]>::try_from(part).ok()).unwrap_or_default();
    usize::from(u16::from_le_bytes(two))
}

fn archive_danger(bytes: &[u8]) -> Option<&'static str> {
    const BROKEN: &str = "这个文件不完整，打不开。请重新导出后再上传。";
    const BOMB: &str = "这个文件展开后大得不正常，没有收下。请转成 PDF 再上传。";
    // The directory's end lies within the last 64 KB: it has a comment of at most that length.
    let from = bytes.len().saturating_sub(66_000);
    let Some(tail) = bytes.get(from..) else { return Some(BROKEN) };
    let Some(end) = tail.windows(4).rposition(|four| four == b"PK\x05\x06").map(|at| from + at) else {
        return Some(BROKEN);
    };
    let (parts, mut at) = (half(bytes, end + 10) as u64, number(bytes, end + 16, false) as usize);
    if parts > PARTS {
        return Some(BOMB);
    }
    let mut unpacked = 0_u64;
    for _ in 0..parts {
        if bytes.get(at..at.saturating_add(4)) != Some(b"PK\x01\x02".as_slice()) {
            return Some(BROKEN);
        }
        unpacked = unpacked.saturating_add(u64::from(number(bytes, at + 24, false)));
        let (name, extra, comment) = (half(bytes, at + 28), half(bytes, at + 30), half(bytes, at + 32));
        let name = bytes.get(at + 46..at + 46 + name).unwrap_or_default();
        let text = String::from_utf8_lossy(name).to_lowercase();
        if text.starts_with('/') || text.contains("..") || text.contains('\\') {
            return Some("这个文件里有不正常的路径，没有收下。请转成 PDF 再上传。");
        }
        if ["vbaproject.bin", ".exe", ".dll", ".js", ".vbs", ".zip", ".jar"].iter().any(|bad| text.ends_with(bad)) {
            return Some("这个文件里带有宏或程序，没有收下。请去掉宏，或者转成 PDF 再上传。");
        }
        at += 46 + name.len() + extra + comment;
    }
    let bomb = unpacked > UNPACKED || unpacked / (bytes.len() as u64).max(1) > GROWTH;
    bomb.then_some(BOMB)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An office file of one part that says of itself what it unpacks to.
    fn office(name: &str, unpacked: u32) -> Vec<u8> {
        let mut file = b"PK\x03\x04".to_vec();
        file.extend_from_slice(&[0; 22]);
        file.extend_from_slice(&(u16::try_from(name.len()).unwrap()).to_le_bytes());
        file.extend_from_slice(&[0; 2]);
        file.extend_from_slice(name.as_bytes());
        let directory = u32::try_from(file.len()).unwrap();
        file.extend_from_slice(b"PK\x01\x02");
        file.extend_from_slice(&[0; 20]);
        file.extend_from_slice(&unpacked.to_le_bytes());
        file.extend_from_slice(&(u16::try_from(name.len()).unwrap()).to_le_bytes());
        file.extend_from_slice(&[0; 16]);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0");
        file.extend_from_slice(&directory.to_le_bytes());
        file.extend_from_slice(&[0; 2]);
        file
    }

    /// req: DATASEC-014
    #[test]
    fn a_bomb_a_macro_and_a_path_that_walks_out_are_refused_unopened() {
        assert_eq!(of(&office("word/document.xml", 2_000)), None);
        assert!(of(&office("word/document.xml", 4_000_000_000)).unwrap().contains("大得不正常"));
        assert!(of(&office("word/vbaProject.bin", 10)).unwrap().contains("宏"));
        assert!(of(&office("word/../../../etc/passwd", 10)).unwrap().contains("路径"));
        assert!(of(b"PK\x03\x04word/ cut short").unwrap().contains("不完整"));
        let picture = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
            bytes.extend_from_slice(&width.to_be_bytes());
            bytes.extend_from_slice(&height.to_be_bytes());
            bytes
        };
        assert_eq!(of(&picture(4_960, 7_016)), None, "an A4 page at 600 dpi");
        assert!(of(&picture(60_000, 60_000)).is_some());
        let photo = |width: u16, height: u16| {
            // Start, a segment of somebody's program, filling, the frame.
            let mut bytes = b"\xFF\xD8\xFF\xE0\x00\x06JFIF\xFF\xFF\xC2\x00\x11\x08".to_vec();
            bytes.extend_from_slice(&height.to_be_bytes());
            bytes.extend_from_slice(&width.to_be_bytes());
            bytes.extend_from_slice(&[3; 12]);
            bytes
        };
        assert_eq!(of(&photo(9_600, 7_200)), None, "a camera of seventy million dots");
        assert!(of(&photo(65_000, 65_000)).is_some());
        assert_eq!(of(b"\xFF\xD8\xFF\xE0\x00\x00\xFF"), None, "cut short: no picture, and no endless look");
    }
}
