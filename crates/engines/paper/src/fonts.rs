//! The typefaces a paper may use.
//!
//! Four are built in: Noto Sans and Noto Serif for simplified Chinese, regular and bold, cut to
//! GB 2312 (see `fonts/README.md`). Characters beyond it (rare ones in names, GB 18030) and the
//! licensed faces of official documents (小标宋, 仿宋) come in at run time as bytes.

use std::sync::{Arc, LazyLock};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

static BUILT_IN: LazyLock<Vec<Font>> = LazyLock::new(|| {
    let files: [&'static [u8]; 4] = [
        include_bytes!("../fonts/NotoSerifSC-Regular.otf"),
        include_bytes!("../fonts/NotoSerifSC-Bold.otf"),
        include_bytes!("../fonts/NotoSansSC-Regular.otf"),
        include_bytes!("../fonts/NotoSansSC-Bold.otf"),
    ];
    files.into_iter().flat_map(|file| Font::iter(Bytes::new(file))).collect()
});

/// A set of typefaces; cheap to clone.
#[derive(Clone)]
pub struct Fonts(pub(crate) Arc<Shelf>);

pub(crate) struct Shelf {
    pub book: LazyHash<FontBook>,
    pub fonts: Vec<Font>,
}

impl Fonts {
    /// Only the built-in typefaces.
    #[must_use]
    pub fn built_in() -> Self {
        static SHELF: LazyLock<Fonts> = LazyLock::new(|| Fonts::of(BUILT_IN.clone()));
        SHELF.clone()
    }

    /// The built-in typefaces and the given files (OTF, TTF, TTC) behind them. A template that
    /// names a face of an extra file gets it; otherwise extra faces serve characters the
    /// built-in ones lack.
    ///
    /// # Errors
    /// Plain words when a file holds no typeface.
    pub fn with_extra(files: Vec<Vec<u8>>) -> Result<Self, String> {
        let mut fonts = BUILT_IN.clone();
        for (index, file) in files.into_iter().enumerate() {
            let before = fonts.len();
            fonts.extend(Font::iter(Bytes::new(file)));
            if fonts.len() == before {
                return Err(format!("第 {} 个字体文件无法读取", index + 1));
            }
        }
        Ok(Self::of(fonts))
    }

    fn of(fonts: Vec<Font>) -> Self {
        let book = LazyHash::new(FontBook::from_fonts(&fonts));
        Self(Arc::new(Shelf { book, fonts }))
    }
}

impl Default for Fonts {
    fn default() -> Self {
        Self::built_in()
    }
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({} faces)", self.0.fonts.len())
    }
}
