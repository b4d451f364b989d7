//! Is this licence real? By the code on it, or by its file.

use base::crypto::sm3;
use base::encoding::to_hex;
use bytes::Bytes;
use platform::web::problem::Result;

use crate::model::Licence;
use crate::trust::{Report, Verdict};
use crate::{Licences, Standing, store};

/// Root of every licence identifier (GB/T 36904), as it stands in a file's title.
const ROOT: &[u8] = b"1.2.156.3005.2.";

/// One word on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileVerdict {
    /// The sealed file itself, unchanged; how the licence stands.
    Ours(Standing),
    /// A file that was changed after sealing.
    Altered,
    /// No licence of this installation.
    Unknown,
    /// Not a readable PDF.
    Unreadable,
}

impl FileVerdict {
    /// For the one who asked.
    pub fn text(self) -> &'static str {
        match self {
            Self::Ours(standing) => standing.text(),
            Self::Altered => "被改动",
            Self::Unknown => "查无此证",
            Self::Unreadable => "不是可读的 PDF",
        }
    }
}

/// What checking a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCheck {
    /// In one word.
    pub verdict: FileVerdict,
    /// Every signature of the file.
    pub report: Report,
    /// The licence the file is, or says it is.
    pub licence: Option<Licence>,
}

/// Most kinds of licence shown for one printed number.
const MAX_SAME_NUMBER: u64 = 20;

impl Licences {
    /// Sealed licences that bear what a person reads off a licence: the code beside its QR code, the
    /// 电子证照标识, or the printed number. Numbers run per kind of licence, so several kinds may bear
    /// one number; of each kind only the latest version is given, newest first.
    ///
    /// Whoever has only a number learns what the one with the code learns, never more: the answer is
    /// the same masked one.
    ///
    /// # Errors
    /// When the database refuses.
    ///
    /// req: LIC-025
    pub async fn by_text(&self, text: &str) -> Result<Vec<Licence>> {
        let text = tidy(text);
        let conn = self.platform.db.read();
        if text.contains('.') {
            let Ok(identifier) = base::codes::LicenceIdentifier::parse(&text) else { return Ok(Vec::new()) };
            let found = store::by_identifier(conn, &identifier.to_string()).await?;
            return found.iter().map(store::licence_row::Model::licence).collect();
        }
        if let Some(found) = self.by_code(&text).await? {
            return Ok(vec![found]);
        }
        if text.is_empty() || text.len() > 40 {
            return Ok(Vec::new());
        }
        let mut latest: Vec<Licence> = Vec::new();
        for row in store::by_number(conn, &text, MAX_SAME_NUMBER).await? {
            // A replaced version bears the number of the one in force: the newest of a kind comes first.
            if latest.iter().all(|seen| seen.type_key != row.type_key) {
                latest.push(row.licence()?);
            }
        }
        Ok(latest)
    }

    /// The sealed licence with a code, as typed or scanned.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn by_code(&self, code: &str) -> Result<Option<Licence>> {
        // Read out on the phone, O and I are heard for 0 and 1; the alphabet has neither.
        let code: String = code
            .trim()
            .to_ascii_uppercase()
            .chars()
            .filter(|c| !matches!(c, ' ' | '-'))
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        if code.len() > 32 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(None);
        }
        store::by_code(self.platform.db.read(), &code).await?.map(|row| row.licence()).transpose()
    }

    /// Checks a file: its signatures, and whether it is the very file that was issued.
    ///
    /// # Errors
    /// When the database refuses.
    ///
    /// req: LIC-025
    pub async fn check_file(&self, file: Bytes) -> Result<FileCheck> {
        let report = self.verify_pdf(file.clone()).await?;
        let conn = self.platform.db.read();
        if let Some(row) = store::by_digest(conn, &to_hex(&sm3(&file))).await? {
            let licence = row.licence()?;
            let verdict = FileVerdict::Ours(self.standing(&licence));
            return Ok(FileCheck { verdict, report, licence: Some(licence) });
        }
        let named = match identifier(&file) {
            Some(identifier) => store::by_identifier(conn, &identifier).await?,
            None => None,
        };
        // A file that names one of our licences and is not the one issued is no true copy, whoever
        // signed it.
        let verdict = match report.verdict {
            Verdict::Unreadable => FileVerdict::Unreadable,
            Verdict::Altered => FileVerdict::Altered,
            Verdict::Genuine | Verdict::Untrusted | Verdict::Unsigned if named.is_some() => FileVerdict::Altered,
            Verdict::Genuine | Verdict::Untrusted | Verdict::Unsigned => FileVerdict::Unknown,
        };
        let licence = named.map(|row| row.licence()).transpose()?;
        Ok(FileCheck { verdict, report, licence })
    }
}

/// As typed on any keyboard: full-width signs become plain, spaces go, letters are capital.
fn tidy(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '。' => '.',
            other => other,
        })
        .collect::<String>()
        .to_uppercase()
}

/// The licence identifier in a file's metadata, which stands there as plain text.
fn identifier(file: &[u8]) -> Option<String> {
    let start = file.windows(ROOT.len()).position(|window| window == ROOT)?;
    let rest = file.get(start..)?;
    let text: Vec<u8> = rest
        .iter()
        .copied()
        .take(120)
        .take_while(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || *byte == b'.')
        .collect();
    let text = String::from_utf8(text).ok()?;
    base::codes::LicenceIdentifier::parse(&text).ok().map(|found| found.to_string())
}
