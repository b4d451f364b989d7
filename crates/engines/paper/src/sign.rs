//! Sealing a paper: a PAdES signature as an incremental update.
//!
//! The old bytes stay as they are; after them come the seal's picture, the signature field, the
//! signature and a new cross-reference. The digest covers everything except the hexadecimal
//! string that holds the signature itself. Standards: ISO 32000-1 §12.8, ETSI EN 319 142-1.

use base::encoding::to_hex;
use base::zone::CHINA;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, Stream, StringFormat, dictionary};
use time::OffsetDateTime;

use crate::cms;
use crate::fonts::Fonts;
use crate::graft::graft;
use crate::key::{self, Signer};
use crate::render::{Options, PaperError, render};
use crate::seal::{Place, Seal};

/// Room for the signature in the file, bytes.
const ROOM: usize = 8192;
/// Stands where an offset will be written, ten digits wide.
const UNKNOWN: i64 = 9_999_999_999;
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// By which seal a paper is sealed.
pub struct SealedBy<'a> {
    /// The seal; its picture appears on the paper and its name in the signature.
    pub seal: &'a Seal,
    /// The certificate of the seal, DER.
    pub certificate: &'a [u8],
    /// The key of the certificate.
    pub key: &'a dyn Signer,
    /// Where the picture stands; `None` signs without a picture.
    pub place: Option<Place>,
    /// Typefaces for the picture.
    pub fonts: &'a Fonts,
}

/// Seals the paper and gives the longer file. Earlier signatures in it stay valid.
///
/// # Errors
/// When the file is no readable PDF, the place is outside it, or the key does not fit.
///
/// req: LIC-025
pub fn sign(pdf: &[u8], by: &SealedBy<'_>, signed_at: OffsetDateTime) -> Result<Vec<u8>, PaperError> {
    let document = Document::load_mem(pdf).map_err(broken)?;
    if document.is_encrypted() {
        return Err(PaperError::new("加密的文件不能盖章"));
    }
    let picture = match by.place {
        Some(_) => Some(picture_of(by.seal, by.fonts)?),
        None => None,
    };
    let mut update = IncrementalDocument::create_from(pdf.to_vec(), document);
    let signature = update.new_document.add_object(signature_dictionary(&by.seal.name(), signed_at));
    add_field(&mut update, by, picture.as_deref(), signature)?;
    let mut file = Vec::with_capacity(pdf.len() + 64 * 1024);
    update.save_to(&mut file).map_err(|error| PaperError::new(format!("盖章后的文件无法写出：{error}")))?;
    // ISO 32000-1 §7.5.5: the end-of-file marker stands on a line of its own.
    if !file.ends_with(b"\n") {
        file.push(b'\n');
    }
    fill(&mut file, pdf.len(), by, signed_at)?;
    Ok(file)
}

fn broken(error: lopdf::Error) -> PaperError {
    PaperError::new(format!("文件不是可读的 PDF：{error}"))
}

fn signature_dictionary(seal: &str, signed_at: OffsetDateTime) -> Dictionary {
    let local = signed_at.to_offset(CHINA);
    let moment = format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}+08'00'",
        local.year(),
        u8::from(local.month()),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
    dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
        "Contents" => Object::String(vec![0; ROOM], StringFormat::Hexadecimal),
        "M" => Object::string_literal(moment),
        "Name" => lopdf::text_string(seal),
    }
}

/// The seal alone on a transparent page of its own size, as PDF.
fn picture_of(seal: &Seal, fonts: &Fonts) -> Result<Vec<u8>, PaperError> {
    const TEMPLATE: &str = "#set page(width: 42mm, height: 42mm, margin: 0pt, fill: none)\n\
        #image(bytes(data.svg), format: \"svg\", width: 42mm, height: 42mm)";
    let options = Options { fonts: fonts.clone(), produced_at: time::OffsetDateTime::UNIX_EPOCH, title: seal.name() };
    render(TEMPLATE, &serde_json::json!({ "svg": seal.svg() }), &options).map(|pdf| pdf.bytes)
}

/// Adds the signature field, its widget on the page and the form that lists it.
fn add_field(
    update: &mut IncrementalDocument,
    by: &SealedBy<'_>,
    picture: Option<&[u8]>,
    signature: ObjectId,
) -> Result<(), PaperError> {
    let place = by.place.unwrap_or(Place { size: 0.0, ..Place::default() });
    let pages = update.get_prev_documents().get_pages();
    let number = u32::try_from(place.page).unwrap_or(u32::MAX);
    let page = *pages.get(&number).ok_or_else(|| PaperError::new(format!("文件没有第 {number} 页，不能在此盖章")))?;
    let rect = rectangle(update.get_prev_documents(), page, place)?;
    let catalog = update.get_prev_documents().trailer.get(b"Root").and_then(Object::as_reference).map_err(broken)?;

    let mut fields = Vec::new();
    let old_form = form(update.get_prev_documents()).cloned().unwrap_or_default();
    if let Ok(list) = old_form.get(b"Fields") {
        fields = array(update.get_prev_documents(), list);
    }
    let mut widget = dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => Object::string_literal(format!("Seal{}", fields.len() + 1)),
        "TU" => lopdf::text_string(&by.seal.name()),
        "V" => signature,
        "P" => page,
        "Rect" => rect.iter().map(|edge| Object::Real(*edge as f32)).collect::<Vec<_>>(),
        // Print and Locked.
        "F" => 132,
    };
    let appearance = match picture {
        Some(picture) => graft(&mut update.new_document, &Document::load_mem(picture).map_err(broken)?, 1)?,
        None => update.new_document.add_object(Stream::new(
            dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 0.into(), 0.into()] },
            Vec::new(),
        )),
    };
    widget.set("AP", dictionary! { "N" => appearance });
    let widget = update.new_document.add_object(widget);

    update.opt_clone_object_to_new_document(page).map_err(broken)?;
    let mut annotations = update
        .new_document
        .get_dictionary(page)
        .and_then(|page| page.get(b"Annots"))
        .map(|list| array(update.get_prev_documents(), list))
        .unwrap_or_default();
    annotations.push(widget.into());
    update.new_document.get_dictionary_mut(page).map_err(broken)?.set("Annots", annotations);

    fields.push(widget.into());
    let mut new_form = old_form;
    new_form.set("Fields", fields);
    // SignaturesExist and AppendOnly.
    new_form.set("SigFlags", 3);
    update.opt_clone_object_to_new_document(catalog).map_err(broken)?;
    update.new_document.get_dictionary_mut(catalog).map_err(broken)?.set("AcroForm", new_form);
    Ok(())
}

/// The form dictionary of the catalog, direct or referenced.
pub(crate) fn form(document: &Document) -> Option<&Dictionary> {
    let form = document.catalog().ok()?.get(b"AcroForm").ok()?;
    document.dereference(form).ok()?.1.as_dict().ok()
}

/// An array, direct or referenced; anything else is empty.
pub(crate) fn array(document: &Document, object: &Object) -> Vec<Object> {
    document.dereference(object).ok().and_then(|(_, object)| object.as_array().ok()).cloned().unwrap_or_default()
}

/// The place in the page's own units.
fn rectangle(document: &Document, page: ObjectId, place: Place) -> Result<[f64; 4], PaperError> {
    let mut node = document.get_dictionary(page).map_err(broken)?;
    // MediaBox may stand on any page tree node above; 32 levels are far more than trees have.
    let mut sheet = None;
    for _ in 0..32 {
        if let Ok(found) = node.get(b"MediaBox") {
            sheet = Some(array(document, found));
            break;
        }
        match node.get(b"Parent").and_then(Object::as_reference).and_then(|id| document.get_dictionary(id)) {
            Ok(parent) => node = parent,
            Err(_) => break,
        }
    }
    let edges: Vec<f64> =
        sheet.unwrap_or_default().iter().filter_map(|edge| edge.as_float().ok().map(f64::from)).collect();
    let [left, bottom, right, top] = edges.as_slice() else {
        return Err(PaperError::new("页面没有尺寸，不能盖章"));
    };
    if place.size == 0.0 {
        return Ok([0.0; 4]);
    }
    let half = place.size / 2.0 * POINTS_PER_MM;
    let (x, y) = (left + place.x * POINTS_PER_MM, top - place.y * POINTS_PER_MM);
    let rect = [x - half, y - half, x + half, y + half];
    if rect.iter().any(|edge| !edge.is_finite()) || x < *left || x > *right || y < *bottom || y > *top {
        return Err(PaperError::new("盖章位置在页面之外"));
    }
    Ok(rect)
}

/// Writes the byte range and the signature into the room left for them.
fn fill(file: &mut [u8], old: usize, by: &SealedBy<'_>, signed_at: OffsetDateTime) -> Result<(), PaperError> {
    let lost = || PaperError::new("签名位置写入失败");
    let find = |file: &[u8], wanted: &[u8], from: usize| {
        file.get(from..)?.windows(wanted.len()).position(|window| window == wanted).map(|at| at + from)
    };
    let zeros = format!("<{}>", "00".repeat(ROOM));
    let open = find(file, zeros.as_bytes(), old).ok_or_else(lost)?;
    let after = open + zeros.len();
    let digits = UNKNOWN.to_string();
    let mut at = find(file, b"/ByteRange", old).ok_or_else(lost)?;
    for value in [open, after, file.len() - after] {
        at = find(file, digits.as_bytes(), at).ok_or_else(lost)?;
        let padded = format!("{value:<10}");
        let slot = file.get_mut(at..at + padded.len()).ok_or_else(lost)?;
        slot.copy_from_slice(padded.as_bytes());
    }
    let digest = key::sm3(&[file.get(..open).unwrap_or_default(), file.get(after..).unwrap_or_default()]);
    let signed = cms::signed_data(&digest, by.certificate, by.key, signed_at).map_err(PaperError::new)?;
    let hex = to_hex(&signed);
    let slot = file.get_mut(open + 1..open + 1 + hex.len()).filter(|_| signed.len() <= ROOM).ok_or_else(lost)?;
    slot.copy_from_slice(hex.as_bytes());
    Ok(())
}
