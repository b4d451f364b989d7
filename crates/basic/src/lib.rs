//! Pages without script (OPS-021): the public part of the portal as plain HTML made by the server, for
//! very old browsers, text browsers, slow phones, and whoever switched scripts off.
//!
//! Everything lies below `/basic`. The crate owns no table and no rule: it asks the same services as the
//! JSON interface and draws what they say. Start at [`routes`] (what there is), [`layout`] (the frame and the
//! answers around every page) and [`problem`] (how a refusal becomes a page). README.md tells the rest;
//! why it is so stands in ADR 0082.

mod fields;
mod guide;
mod halls;
mod home;
mod items;
mod layout;
mod problem;
mod progress;
mod ratings;
mod same_site;
mod sent;
mod texts;
mod verify;

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::Method;
use axum::routing::{any, get};
use casework::Casework;
use catalogue::Catalogue;
use feedback::Feedback;
use licences::Licences;
use operations::Operations;
use platform::{Platform, Problem, Result};

pub use problem::as_page;

/// What the frame of a page tells of the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Name of the portal.
    pub name: String,
    /// Phone of the hotline.
    pub hotline: String,
    /// Host body.
    pub host: String,
    /// Operating body.
    pub operator: String,
    /// Notices of the first page.
    pub notices: Vec<Notice>,
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
}

impl Default for Site {
    /// Stands in while the site's own words can't be read: a page that tells of a problem still has a frame.
    fn default() -> Self {
        Self {
            name: "通办".to_owned(),
            hotline: "12345".to_owned(),
            host: String::new(),
            operator: String::new(),
            notices: Vec::new(),
        }
    }
}

/// Tells the words of the site; `app` plugs it in.
#[async_trait]
pub trait TellsSite: Send + Sync {
    /// The site. Without the database: it is asked for the page of a problem too.
    ///
    /// # Errors
    /// When its file can't be read.
    async fn site(&self) -> Result<Site>;
}

/// Everything the pages ask. Cheap to clone.
#[derive(Clone)]
pub struct Basic {
    /// The shell.
    pub platform: Platform,
    /// Items, guides, themes.
    pub catalogue: Catalogue,
    /// Progress of cases.
    pub casework: Casework,
    /// Verifying.
    pub licences: Licences,
    /// Ratings.
    pub feedback: Feedback,
    /// Frequent questions.
    pub operations: Operations,
    /// The words of the site.
    pub site: Arc<dyn TellsSite>,
}

impl FromRef<Basic> for Platform {
    fn from_ref(basic: &Basic) -> Self {
        basic.platform.clone()
    }
}

/// Start of every address here.
pub const ROOT: &str = "/basic";
/// Pages one only looks at.
const PAGES: [&str; 10] = [
    "/basic",
    "/basic/items",
    "/basic/items/{slug}",
    "/basic/halls",
    "/basic/notices",
    "/basic/verify",
    "/basic/faqs",
    "/basic/help",
    "/basic/accessibility",
    "/basic/style.css",
];
/// Pages with a question to answer first: showing one asks a new question, which is a row.
const ASKING: [&str; 2] = ["/basic/progress", "/basic/ratings"];
/// Forms one sends without a question.
const SENT: [&str; 1] = ["/basic/verify"];
/// Bytes of the largest form of words; the longest opinion is a tenth of it.
const WORDS: usize = 64 << 10;

/// Pages that say the same whatever the database does; a refusal is drawn with the style sheet too.
const APART: [&str; 4] = ["/basic/notices", "/basic/help", "/basic/accessibility", "/basic/style.css"];

/// Whether an address here is answered out of the database.
pub fn asks_database(path: &str) -> bool {
    problem::is_ours(path) && !APART.contains(&path)
}

/// Method and path of every page without a question: counted per address like the open requests of the interface.
pub fn open() -> impl Iterator<Item = (Method, String)> {
    let looked_at = PAGES.into_iter().map(|path| (Method::GET, path.to_owned()));
    looked_at.chain(SENT.into_iter().map(|path| (Method::POST, path.to_owned())))
}

/// Method and path of every page that asks a question: counted per address like the captchas of the interface.
pub fn asking() -> impl Iterator<Item = (Method, String)> {
    ASKING.into_iter().flat_map(|path| [Method::GET, Method::POST].map(|method| (method, path.to_owned())))
}

/// The pages.
pub fn routes(basic: Basic) -> Router {
    // A file may be larger than words.
    let verifying = get(verify::show).post(verify::check).layer(DefaultBodyLimit::max(verify::LARGEST + WORDS));
    Router::new()
        .route("/basic", get(home::home))
        .route("/basic/", get(home::to_home))
        .route("/basic/items", get(items::list))
        .route("/basic/items/{slug}", get(guide::show))
        .route("/basic/halls", get(halls::list))
        .route("/basic/notices", get(texts::notices))
        .route("/basic/progress", get(progress::ask).post(progress::answer))
        .route("/basic/verify", verifying)
        .route("/basic/ratings", get(ratings::ask).post(ratings::answer))
        .route("/basic/faqs", get(texts::faqs))
        .route("/basic/help", get(texts::help))
        .route("/basic/accessibility", get(texts::accessibility))
        .route("/basic/style.css", get(layout::style))
        .route("/basic/{*rest}", any(no_such_page))
        .layer(DefaultBodyLimit::max(WORDS))
        .with_state(basic)
}

async fn no_such_page() -> Problem {
    Problem::not_found("没有找到这一页。")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: OPS-021
    #[test]
    fn help_is_there_without_a_database() {
        assert!(APART.iter().all(|path| PAGES.contains(path) && !asks_database(path)));
        assert!(asks_database("/basic") && asks_database("/basic/items/x") && asks_database("/basic/faqs"));
        assert!(!asks_database("/") && !asks_database("/basics"));
    }

    /// Every page has a place in one of the two counts, so that none can be asked for without bound.
    ///
    /// req: OPS-021
    #[test]
    fn every_page_is_counted() {
        let counted: Vec<(Method, String)> = open().chain(asking()).collect();
        assert_eq!(counted.len(), PAGES.len() + SENT.len() + 2 * ASKING.len());
        assert!(counted.iter().all(|(_, path)| path == ROOT || path.starts_with("/basic/")));
        let source = include_str!("lib.rs");
        let routed = source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split_once('"'));
        for (path, _) in routed.filter(|(path, _)| !path.ends_with('/') && !path.contains("{*")) {
            assert!(counted.iter().any(|(_, known)| known == path), "{path} is counted nowhere");
        }
    }
}
