//! The QR code that an app reads the secret from.

use std::fmt::{self, Write as _};

use qrcode::{Color, EcLevel, QrCode, types::QrError};

/// Light modules around the code, which readers need to find it. ISO/IEC 18004, 6.3.8.
const QUIET_ZONE: usize = 4;

/// A QR code as the data of an SVG path, one unit a module, dark on light. Holds the secret, so it cannot be printed.
pub struct Qr {
    size: usize,
    path: String,
}

/// The text does not fit into a QR code.
#[derive(Debug, thiserror::Error)]
#[error("no QR code: {0}")]
pub struct NotDrawn(QrError);

impl Qr {
    /// Draws a code that holds `uri`.
    ///
    /// # Errors
    /// When it is longer than the largest code holds, some 2900 bytes.
    pub fn of(uri: &str) -> Result<Self, NotDrawn> {
        // A screen neither tears nor gets dirty: the lowest level makes the largest modules for old cameras.
        let code = QrCode::with_error_correction_level(uri, EcLevel::L).map_err(NotDrawn)?;
        Ok(Self { size: code.width() + 2 * QUIET_ZONE, path: path_of(&code) })
    }

    /// Width and height in modules, the quiet zone included.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The `d` of the path that fills the dark modules: one rectangle for each run of them.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Debug for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qr({} modules)", self.size)
    }
}

fn path_of(code: &QrCode) -> String {
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            let length = run.len();
            if run.first() == Some(&Color::Dark) {
                // Writing to a string does not fail.
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
            x += length;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::two_factor::app::TotpSecret;

    #[test]
    fn a_code_begins_with_the_top_of_its_finder_patterns_inside_the_quiet_zone() {
        let qr = Qr::of("otpauth://totp/Latchkey").expect("a code");
        assert_eq!(qr.size(), 25 + 8, "version 2");
        assert!(qr.path().starts_with("M4 4h7v1h-7z"), "{}", qr.path());
        assert!(qr.path().contains("M22 4h7v1h-7z") && qr.path().contains("M4 10h7v1h-7z"));
        assert!(qr.path().ends_with('z'));
    }

    #[test]
    fn the_code_of_a_long_address_leaves_room_for_the_page() {
        let secret = TotpSecret::generate().expect("randomness");
        let address = format!("{}@example.com", "a".repeat(64));
        let qr = Qr::of(&secret.uri(&address)).expect("a code");
        assert!(qr.size() <= 61 && qr.path().len() < 20_000, "{} modules, {} bytes", qr.size(), qr.path().len());
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(Qr::of(&"a".repeat(2953)).is_ok());
        assert_eq!(Qr::of(&"a".repeat(5000)).expect_err("too long").to_string(), "no QR code: data too long");
    }

    #[test]
    fn a_code_does_not_print() {
        assert_eq!(format!("{:?}", Qr::of("otpauth://totp/Latchkey").expect("a code")), "Qr(33 modules)");
    }
}
