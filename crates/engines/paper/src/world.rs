//! What a template can see: itself, the helpers of `prelude.typ`, its data, the typefaces and
//! the date it is produced on. No file, no package, no network, no clock.

use std::sync::LazyLock;

use typst::comemo::Tracked;
use typst::diag::{FileError, FileResult, PackageError, SourceResult};
use typst::engine::Engine;
use typst::foundations::{
    Args, Binding, Bytes, CastInfo, Context, Datetime, Duration, Func, NativeFuncData, NativeFuncPtr, Scope, Str, Value,
};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::fonts::Fonts;
use crate::qr;

/// The line put before each template; error lines are counted after it.
pub(crate) const FIRST_LINE: &str = "#import \"/tongban.typ\": *\n";

/// Most pictures a template may show.
pub(crate) const PICTURES: usize = 24;

/// File numbers are interned for the life of the process and there are 65,535 of them, so
/// every template uses the same few.
struct Names {
    main: FileId,
    prelude: FileId,
    data: FileId,
    pictures: Vec<FileId>,
}

static NAMES: LazyLock<Option<Names>> = LazyLock::new(|| {
    let file = |path: &str| {
        let path = VirtualPath::new(path).ok()?;
        Some(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
    };
    let pictures = (0..PICTURES).map(|n| file(&format!("/picture-{n}"))).collect::<Option<Vec<_>>>()?;
    Some(Names { main: file("/main.typ")?, prelude: file("/tongban.typ")?, data: file("/data.json")?, pictures })
});

static PRELUDE: LazyLock<Option<Source>> =
    LazyLock::new(|| NAMES.as_ref().map(|names| Source::new(names.prelude, include_str!("prelude.typ").to_owned())));

/// One library for all papers: it must stay equal for the compiler's cache to work, which is
/// why data comes as a file and not as `sys.inputs`.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    let mut library = Library::default();
    library.global.scope_mut().bind("qr-svg".into(), Binding::detached(Func::from(&QR_SVG)));
    LazyHash::new(library)
});

static QR_SVG: NativeFuncData = NativeFuncData {
    function: NativeFuncPtr(&qr_svg),
    name: "qr-svg",
    title: "QR",
    docs: "The text as a QR code, SVG bytes.",
    def_site: None,
    keywords: &[],
    contextual: false,
    scope: LazyLock::new(&Scope::new),
    params: LazyLock::new(&Vec::new),
    returns: LazyLock::new(&|| CastInfo::Any),
};

fn qr_svg(_: &mut Engine, _: Tracked<Context>, args: &mut Args) -> SourceResult<Value> {
    let span = args.span;
    let text: Str = args.expect("text")?;
    match qr::svg(text.as_str()) {
        Ok(svg) => Ok(Value::Bytes(Bytes::from_string(svg))),
        Err(message) => typst::diag::bail!(span, "{message}"),
    }
}

/// The main file of a template, parsed.
pub(crate) fn source(template: &str) -> Option<Source> {
    Some(Source::new(NAMES.as_ref()?.main, format!("{FIRST_LINE}{template}")))
}

/// One rendering's world.
pub(crate) struct Sheet {
    pub fonts: Fonts,
    pub main: Source,
    pub data: Bytes,
    pub pictures: Vec<Bytes>,
    pub today: Option<Datetime>,
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.0.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            return Ok(self.main.clone());
        }
        match PRELUDE.as_ref() {
            Some(prelude) if prelude.id() == id => Ok(prelude.clone()),
            _ => Err(refusal(id)),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let Some(names) = NAMES.as_ref() else { return Err(refusal(id)) };
        if names.data == id {
            return Ok(self.data.clone());
        }
        let picture = names.pictures.iter().position(|own| *own == id).and_then(|at| self.pictures.get(at));
        picture.cloned().ok_or_else(|| refusal(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.0.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}

fn refusal(id: FileId) -> FileError {
    match id.get().root() {
        VirtualRoot::Package(package) => FileError::Package(PackageError::NotFound(package.clone())),
        VirtualRoot::Project => FileError::AccessDenied,
    }
}
