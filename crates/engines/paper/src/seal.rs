//! What a seal looks like and where it goes.
//!
//! A round red seal of 42 mm, the size for bodies of a city (国发〔1999〕25号): the body's name
//! along the upper arc, the kind of seal below, the middle left plain. No star and no emblem:
//! those belong to seals a public security office has registered.

/// The red of seals.
const RED: &str = "#d7141a";

/// An electronic seal: what is engraved on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// The body whose seal it is, along the arc.
    pub body: String,
    /// The kind, in a straight line below the middle, for example 行政审批专用章; may be empty.
    pub kind: String,
}

impl Seal {
    /// The full name of the seal: body and kind.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}{}", self.body, self.kind)
    }

    /// The seal as SVG, 42 mm wide, transparent.
    #[must_use]
    pub fn svg(&self) -> String {
        let letters: Vec<char> = self.body.chars().filter(|letter| !letter.is_whitespace()).collect();
        let count = letters.len().max(1) as f64;
        // The arc runs over at most 230 degrees, which leaves the chord for the kind free; few
        // characters stand closer together.
        let span = ((count - 1.0) * 25.0).min(230.0);
        let step = if letters.len() > 1 { span / (count - 1.0) } else { 0.0 };
        let size = (step * 2.5).clamp(22.0, 56.0);
        let mut arc = String::new();
        for (index, letter) in letters.iter().enumerate() {
            let angle = if letters.len() > 1 { index as f64 * step - span / 2.0 } else { 0.0 };
            arc.push_str(&format!(
                "<text transform=\"rotate({angle:.2} 210 210) translate(210 {:.1}) scale(.84 1.16)\" font-size=\"{size:.1}\">{}</text>",
                32.0 + size * 1.02,
                escape(&letter.to_string()),
            ));
        }
        let kind_letters = self.kind.chars().count().max(1) as f64;
        let kind_size = (268.0 / kind_letters).clamp(18.0, 38.0);
        let kind = escape(&self.kind);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"42mm\" height=\"42mm\" viewBox=\"0 0 420 420\"><g opacity=\".9\">\
             <circle cx=\"210\" cy=\"210\" r=\"202\" fill=\"none\" stroke=\"{RED}\" stroke-width=\"12\"/>\
             <g fill=\"{RED}\" font-family=\"Noto Serif CJK SC\" font-weight=\"700\" text-anchor=\"middle\">{arc}\
             <text x=\"210\" y=\"326\" font-size=\"{kind_size:.1}\">{kind}</text></g></g></svg>"
        )
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Where a seal stands on a paper: centre and width in millimetres from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Page, from 1.
    pub page: usize,
    /// Centre from the left edge, mm.
    pub x: f64,
    /// Centre from the upper edge, mm.
    pub y: f64,
    /// Width and height, mm.
    pub size: f64,
}

impl Default for Place {
    /// Lower right of an A4 page.
    fn default() -> Self {
        Self { page: 1, x: 150.0, y: 240.0, size: 42.0 }
    }
}
