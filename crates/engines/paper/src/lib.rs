//! Papers: Typst templates to PDF/A, QR codes, seals, SM2 signatures and their verification.
//!
//! Start at [`render()`]: a template (Typst 0.15) and JSON data give a [`Pdf`]. [`sign()`] adds a
//! seal as an incremental update, so that earlier signatures stay valid; [`verify()`] reports on
//! every signature of a file. [`Sheet`] is a paper people fill in themselves, drawn empty or as a
//! sample, as PDF or [`docx()`]. [`print`] fills Word and PDF files that people bring along. Nothing here reads a file, a clock or a network: time, keys and
//! typefaces are parameters.
//!
//! req: LIC-025, LIC-028, FORM-019

mod certificate;
mod cms;
mod dense;
mod der;
mod fonts;
mod graft;
mod key;
mod oids;
pub mod print;
mod qr;
mod render;
mod seal;
mod sheet;
mod sign;
mod verify;
mod world;

#[cfg(test)]
mod tests;

pub use certificate::{CertificateInfo, Issuer, Subject, Validity, make_certificate, read_certificate};
pub use fonts::Fonts;
pub use key::Signer;
pub use print::marked;
pub use qr::svg as qr_svg;
pub use render::{Options, PaperError, Pdf, Template, check, render};
pub use seal::{Place, Seal};
pub use sheet::{
    Drawn, DrawnBlock, DrawnOption, DrawnPair, DrawnSign, Fill, Run, SHEET_SCHEMA, SURROUNDINGS, Sheet, SheetDefect,
    docx,
};
pub use sign::{SealedBy, sign};
pub use verify::{Report, SignatureReport, Trust, Verdict, verify};
