//! Reading the signatures of a file and telling what each one proves.

use base::encoding::to_hex;
use lopdf::{Dictionary, Document, LoadOptions, Object};
use time::OffsetDateTime;

use crate::certificate::Certificate;
use crate::cms::Signed;
use crate::dense::{OBJECTS, is_too_dense};
use crate::key;
use crate::sign::{array, form};

/// The authorities (or seals themselves) one trusts: certificates as DER.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// DER certificates.
    pub certificates: Vec<Vec<u8>>,
}

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In the order they were made.
    pub signatures: Vec<SignatureReport>,
    /// The whole file in one word.
    pub verdict: Verdict,
}

/// What one signature proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureReport {
    /// Name of the seal as written in the signature.
    pub seal: String,
    /// Common name of the signer's certificate; empty when it can't be read.
    pub signer: String,
    /// When, as the signer says.
    pub signed_at: Option<OffsetDateTime>,
    /// Nothing was appended after this signature.
    pub covers_whole_file: bool,
    /// The signed bytes are unchanged, and what later updates added left the pages alone.
    pub intact: bool,
    /// The certificate comes from a trusted authority and counted at that time.
    pub trusted: bool,
    /// What is wrong, in plain words.
    pub problem: Option<String>,
}

/// One word on the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every signature is intact and trusted, and the last covers the whole file.
    Genuine,
    /// Changed after it was sealed.
    Altered,
    /// Unchanged, but a signer is not trusted.
    Untrusted,
    /// No signature at all.
    Unsigned,
    /// Not a readable PDF.
    Unreadable,
}

impl Verdict {
    /// For the one who asked.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Genuine => "文件真实有效，盖章后未被改动",
            Self::Altered => "文件在盖章后被改动过，不可采信",
            Self::Untrusted => "文件未被改动，但盖章的证书不受信任",
            Self::Unsigned => "文件没有电子印章",
            Self::Unreadable => "文件损坏，或不是 PDF 文件",
        }
    }
}

/// How a stranger's file is read.
fn bounded() -> LoadOptions {
    LoadOptions { max_decompressed_size: Some(OBJECTS), ..LoadOptions::default() }
}

/// Verifies every signature of the file.
///
/// req: LIC-025, LIC-028
#[must_use]
pub fn verify(pdf: &[u8], trust: &Trust) -> Report {
    // Anybody may send a file: what unpacks to a flood is not read.
    let read = || if is_too_dense(pdf) { None } else { Document::load_mem_with_options(pdf, bounded()).ok() };
    let Some(document) = read() else {
        return Report { signatures: Vec::new(), verdict: Verdict::Unreadable };
    };
    let trusted: Vec<Certificate<'_>> =
        trust.certificates.iter().filter_map(|certificate| Certificate::read(certificate)).collect();
    let mut found: Vec<(usize, SignatureReport)> = signature_dictionaries(&document)
        .into_iter()
        .map(|signature| judge(pdf, &document, signature, &trusted))
        .collect();
    found.sort_by_key(|(end, _)| *end);
    let signatures: Vec<SignatureReport> = found.into_iter().map(|(_, report)| report).collect();
    let verdict = if signatures.is_empty() {
        Verdict::Unsigned
    } else if signatures.iter().any(|one| !one.intact) || !signatures.iter().any(|one| one.covers_whole_file) {
        Verdict::Altered
    } else if signatures.iter().any(|one| !one.trusted) {
        Verdict::Untrusted
    } else {
        Verdict::Genuine
    };
    Report { signatures, verdict }
}

/// The values of all signature fields, those under other fields included.
fn signature_dictionaries(document: &Document) -> Vec<&Dictionary> {
    let mut waiting = form(document)
        .and_then(|form| form.get(b"Fields").ok())
        .map(|fields| array(document, fields))
        .unwrap_or_default();
    let mut found = Vec::new();
    // Bounded: a made-up file may have fields that are their own children.
    for _ in 0..10_000 {
        let Some(field) = waiting.pop() else { break };
        let Ok(id) = field.as_reference() else {
            continue;
        };
        let Ok(field) = document.get_dictionary(id) else {
            continue;
        };
        if let Ok(kids) = field.get(b"Kids") {
            waiting.extend(array(document, kids));
        }
        let is_signature = field.get(b"FT").and_then(Object::as_name).is_ok_and(|kind| kind == b"Sig");
        let value = field.get_deref(b"V", document).and_then(Object::as_dict);
        if let (true, Ok(value)) = (is_signature, value) {
            found.push(value);
        }
    }
    found
}

fn judge(
    pdf: &[u8],
    document: &Document,
    signature: &Dictionary,
    trusted: &[Certificate<'_>],
) -> (usize, SignatureReport) {
    let seal = signature.get(b"Name").ok().and_then(|name| lopdf::decode_text_string(name).ok()).unwrap_or_default();
    let mut report = SignatureReport {
        seal,
        signer: String::new(),
        signed_at: None,
        covers_whole_file: false,
        intact: false,
        trusted: false,
        problem: None,
    };
    let Some(range) = Range::read(pdf, signature) else {
        report.problem = Some("签名覆盖的范围不正确，文件被改动过".to_owned());
        return (pdf.len(), report);
    };
    report.covers_whole_file = range.end == pdf.len();
    let contents = signature.get(b"Contents").and_then(Object::as_str).unwrap_or_default();
    let signed = match Signed::read(contents) {
        Ok(signed) => signed,
        Err(problem) => {
            report.problem = Some(problem.to_owned());
            return (range.end, report);
        }
    };
    report.signed_at = Some(signed.signed_at);
    let Some(certificate) = signed.certificate() else {
        report.problem = Some("签名里没有签名人的证书".to_owned());
        return (range.end, report);
    };
    report.signer = certificate.display_name();
    let digest_fits = key::sm3(&[range.before, range.after]) == signed.digest;
    let signature_fits =
        certificate.public_key.is_some_and(|point| key::verifies(point, &signed.attributes, signed.signature));
    let pages_kept = range.end == pdf.len() || pages_kept(pdf.get(..range.end).unwrap_or_default(), document);
    report.intact = digest_fits && signature_fits && pages_kept;
    let chain = chain_ends_in(&signed, certificate, trusted, signed.signed_at);
    report.trusted = chain.is_ok();
    report.problem = if !digest_fits {
        Some("盖章后内容被改动过".to_owned())
    } else if !signature_fits {
        Some("签名值与证书不符".to_owned())
    } else if !pages_kept {
        Some("盖章后页面被改动过".to_owned())
    } else {
        chain.err().map(str::to_owned)
    };
    (range.end, report)
}

/// The two stretches a signature covers, checked to leave out its own hexadecimal string only.
struct Range<'a> {
    before: &'a [u8],
    after: &'a [u8],
    end: usize,
}

impl<'a> Range<'a> {
    fn read(pdf: &'a [u8], signature: &Dictionary) -> Option<Self> {
        let numbers: Vec<usize> = signature
            .get(b"ByteRange")
            .and_then(Object::as_array)
            .ok()?
            .iter()
            .filter_map(|number| usize::try_from(number.as_i64().ok()?).ok())
            .collect();
        let [0, open, after, length] = numbers.as_slice() else {
            return None;
        };
        let end = after.checked_add(*length)?;
        let gap = pdf.get(*open..*after)?;
        let hex = gap.strip_prefix(b"<")?.strip_suffix(b">")?;
        let contents = signature.get(b"Contents").and_then(Object::as_str).ok()?;
        let written = to_hex(contents);
        if !hex.eq_ignore_ascii_case(written.as_bytes()) {
            return None;
        }
        Some(Self { before: pdf.get(..*open)?, after: pdf.get(*after..end)?, end })
    }
}

/// Whether every page of the signed revision shows the same in the whole file: content and
/// resources equal, no annotation added that is not a signature's.
fn pages_kept(revision: &[u8], now: &Document) -> bool {
    let Ok(then) = Document::load_mem_with_options(revision, bounded()) else {
        return false;
    };
    let (old, new) = (then.get_pages(), now.get_pages());
    if old != new {
        return false;
    }
    let without_annotations = |document: &Document, page| {
        document.get_dictionary(page).ok().map(|page| {
            let mut page = page.clone();
            page.remove(b"Annots");
            page
        })
    };
    // Any object of the signed revision must be the same now, except what a new seal touches:
    // the catalog, which names the form, and pages, which list annotations.
    let mut touched: Vec<lopdf::ObjectId> =
        then.trailer.get(b"Root").and_then(Object::as_reference).into_iter().collect();
    // Other producers keep the form and the list of annotations as objects of their own.
    touched.extend(then.catalog().and_then(|catalog| catalog.get(b"AcroForm")).and_then(Object::as_reference));
    touched.extend(old.values().filter_map(|page| {
        then.get_dictionary(*page).and_then(|page| page.get(b"Annots")).and_then(Object::as_reference).ok()
    }));
    let unchanged = then.objects.iter().all(|(id, object)| {
        if old.values().any(|page| page == id) {
            return without_annotations(&then, *id) == without_annotations(now, *id);
        }
        let same = now.objects.get(id) == Some(object);
        same || touched.contains(id) || is_bookkeeping(object)
    });
    unchanged && catalog_kept(&then, now) && old.values().all(|page| only_seals_added(&then, now, *page))
}

/// Cross-reference and object streams: how objects are stored, not what they say.
fn is_bookkeeping(object: &Object) -> bool {
    object.type_name().is_ok_and(|name| name == b"XRef" || name == b"ObjStm")
}

fn catalog_kept(then: &Document, now: &Document) -> bool {
    let rest = |document: &Document| {
        document.catalog().ok().map(|catalog| {
            let mut catalog = catalog.clone();
            catalog.remove(b"AcroForm");
            catalog
        })
    };
    rest(then).is_some() && rest(then) == rest(now)
}

fn only_seals_added(then: &Document, now: &Document, page: lopdf::ObjectId) -> bool {
    let list = |document: &Document| {
        document
            .get_dictionary(page)
            .and_then(|page| page.get(b"Annots"))
            .map(|annotations| array(document, annotations))
            .unwrap_or_default()
    };
    let (old, new) = (list(then), list(now));
    new.get(..old.len()) == Some(old.as_slice())
        && new.iter().skip(old.len()).all(|one| {
            now.dereference(one)
                .ok()
                .and_then(|(_, one)| one.as_dict().ok())
                .is_some_and(|one| one.get(b"FT").and_then(Object::as_name).is_ok_and(|kind| kind == b"Sig"))
        })
}

/// Follows the issuers from the signer to a trusted certificate.
fn chain_ends_in(
    signed: &Signed<'_>,
    signer: Certificate<'_>,
    trusted: &[Certificate<'_>],
    at: OffsetDateTime,
) -> Result<(), &'static str> {
    let mut link = signer;
    for _ in 0..5 {
        if !link.counts_at(at) {
            return Err("签名时证书不在有效期内");
        }
        if trusted.iter().any(|one| one.raw == link.raw) {
            return Ok(());
        }
        if let Some(above) = trusted.iter().find(|one| link.is_issued_by(one)) {
            return if above.counts_at(at) { Ok(()) } else { Err("签名时证书不在有效期内") };
        }
        match signed.certificates.iter().find(|one| one.raw != link.raw && link.is_issued_by(one)) {
            Some(above) => link = *above,
            None => break,
        }
    }
    Err("签名证书不是受信任的机构签发的")
}
