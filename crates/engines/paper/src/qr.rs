//! Texts as QR codes (GB/T 18284).

use qrcode::bits::Bits;
use qrcode::render::svg;
use qrcode::types::QrResult;
use qrcode::{EcLevel, QrCode, Version};

/// Error correction: a fifth of the code may be lost.
const LEVEL: EcLevel = EcLevel::M;
/// ECI assignment number of UTF-8.
const UTF_8: u32 = 26;

/// The text as a black QR code on white, SVG with its quiet zone. A text beyond ASCII says that
/// it is UTF-8, so that readers do not have to guess.
///
/// # Errors
/// Plain words when the text is longer than a QR code can hold (about 2,300 bytes).
pub fn svg(text: &str) -> Result<String, String> {
    let code = if text.is_ascii() {
        QrCode::with_error_correction_level(text, LEVEL)
    } else {
        smallest(text).and_then(|bits| QrCode::with_bits(bits, LEVEL))
    };
    let code = code.map_err(|_| format!("二维码放不下这段文字：共 {} 字节", text.len()))?;
    Ok(code.render::<svg::Color<'_>>().module_dimensions(4, 4).quiet_zone(true).build())
}

fn smallest(text: &str) -> QrResult<Bits> {
    let mut outcome = Err(qrcode::types::QrError::DataTooLong);
    for version in 1..=40 {
        let mut bits = Bits::new(Version::Normal(version));
        outcome = bits
            .push_eci_designator(UTF_8)
            .and_then(|()| bits.push_optimal_data(text.as_bytes()))
            .and_then(|()| bits.push_terminator(LEVEL))
            .map(|()| bits);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}
