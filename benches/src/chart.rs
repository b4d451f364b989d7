//! The figures as a picture: how far each goal is kept, drawn as plain SVG.

use std::fmt::Write;

use crate::report::{Figure, Kind, Report, number, whole, word};

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 24.0;
/// Height of one figure: a line of text above its bar.
const ROW: f64 = 44.0;
const GROUP: f64 = 34.0;
const TOP: f64 = 118.0;
/// Below the last bar: the scale once more.
const BOTTOM: f64 = 40.0;
/// Longest label; what is longer would run into the figure beside it.
const LABEL: usize = 76;

const INK: &str = "#222222";
const PALE: &str = "#dddddd";
const REACHED: &str = "#1f5fa8";
const NOT_REACHED: &str = "#c2571a";

/// One goal and what came of it, as parts of the goal: 1 is just reached, more is better.
struct Bar<'a> {
    group: &'a str,
    label: String,
    figures: String,
    share: f64,
    worst: f64,
    best: f64,
    reached: bool,
}

/// Draws a run: the goals of each group, one below the other.
pub fn draw(report: &Report) -> String {
    let bars: Vec<Bar> = report.figures.iter().flat_map(bars).collect();
    let scale = Scale::of(&bars);
    let reached = bars.iter().filter(|bar| bar.reached).count();
    let groups = bars.chunk_by(|one, other| one.group == other.group).count();
    let height = TOP + ROW * rows(bars.len()) + GROUP * rows(groups) + BOTTOM;
    let mut out = String::new();
    // Writing to a string can't fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-labelledby=\"title desc\" style=\"max-width:100%;height:auto\" \
         font-family=\"system-ui, 'Noto Sans', 'Segoe UI', Arial, sans-serif\" font-size=\"13\" fill=\"{INK}\">"
    );
    let _ = writeln!(out, "<title id=\"title\">Figures of {} against their goals</title>", escaped(&report.day));
    let _ = writeln!(
        out,
        "<desc id=\"desc\">{reached} of {} goals reached. Each bar is the median as a part of its goal on a logarithmic \
         scale, from the line of 100 %: to the right reached, to the left not. The thin line is the range from the worst \
         to the best round. Figures without a goal are not drawn.</desc>",
        bars.len()
    );
    let _ = writeln!(out, "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>");
    text(&mut out, MARGIN, 34.0, "start", "font-size=\"18\" font-weight=\"600\"", "Figures against their goals");
    let machine = &report.machine;
    let about = format!("{}; {}", report.day, machine.before);
    text(&mut out, MARGIN, 56.0, "start", "", &about);
    let load = machine.after.load.iter().map(|one| format!("{one:.2}")).collect::<Vec<_>>().join(" ");
    let after = format!("{reached} of {} goals reached; load afterwards {load}", bars.len());
    text(&mut out, MARGIN, 76.0, "start", "", &after);
    scale.draw(&mut out, TOP - 16.0, height - BOTTOM + 6.0);
    let mut y = TOP;
    let mut group = "";
    for bar in &bars {
        if bar.group != group {
            group = bar.group;
            text(&mut out, MARGIN, y + 22.0, "start", "font-weight=\"600\"", group);
            y += GROUP;
        }
        bar.draw(&mut out, &scale, y);
        y += ROW;
    }
    out.push_str("</svg>\n");
    out
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn rows(count: usize) -> f64 {
    count as f64
}

/// What a figure is drawn as: a bar for its goal, one for its part of the floor.
fn bars(figure: &Figure) -> Vec<Bar<'_>> {
    let what = if figure.note.is_empty() {
        figure.what.trim().to_owned()
    } else {
        format!("{} ({})", figure.what.trim(), figure.note)
    };
    let mut found = Vec::new();
    if let Some(goal) = figure.goal {
        let of = |value: f64| fulfilment(figure.kind, value, goal);
        let sign = if figure.kind.more_is_better() { '≥' } else { '≤' };
        let (one, other) = (of(figure.lowest), of(figure.highest));
        let share = of(figure.median);
        found.push(Bar {
            group: &figure.group,
            label: shortened(&what),
            figures: format!("{} {}, goal {sign} {}", number(figure.median), figure.unit, whole(goal)),
            share,
            worst: one.min(other),
            best: one.max(other),
            reached: share >= 1.0,
        });
    }
    if let (Some(goal), Some(part)) = (figure.goal_of_floor, figure.of_floor) {
        // The rounds' range, as if the floor had stood still.
        let round = |value: f64| if figure.median > 0.0 { part * value / figure.median / goal } else { 0.0 };
        found.push(Bar {
            group: &figure.group,
            label: shortened(&format!("{what}, of its floor")),
            figures: format!("{part:.0} %, goal ≥ {goal:.0} %"),
            share: part / goal,
            worst: round(figure.lowest),
            best: round(figure.highest),
            reached: part >= goal,
        });
    }
    found
}

/// The part of a goal that is kept: 1 is just reached, 2 is twice as good.
fn fulfilment(kind: Kind, value: f64, goal: f64) -> f64 {
    if kind.more_is_better() {
        value / goal
    } else if value <= 0.0 {
        // Nothing used up, nothing gone wrong: no goal asks for more.
        if goal > 0.0 { f64::INFINITY } else { 1.0 }
    } else {
        goal / value
    }
}

/// A logarithmic scale of whole decades with 100 % on it.
struct Scale {
    /// Exponents of ten.
    low: i32,
    high: i32,
}

/// Decades on either side of the line at most; what is beyond is drawn at the edge.
const DECADES: i32 = 5;

impl Scale {
    fn of(bars: &[Bar<'_>]) -> Self {
        let parts = || bars.iter().flat_map(|bar| [bar.share, bar.worst, bar.best]).filter(|one| one.is_finite());
        let least = parts().filter(|one| *one > 0.0).fold(0.1, f64::min);
        let most = parts().fold(10.0, f64::max);
        // Bounded, so that the cast is exact.
        let low = least.log10().floor().clamp(f64::from(-DECADES), -1.0) as i32;
        let high = most.log10().ceil().clamp(1.0, f64::from(DECADES)) as i32;
        Self { low, high }
    }

    fn x(&self, share: f64) -> f64 {
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        // The logarithm of nothing is minus infinity, which the clamp takes to the edge.
        let at = share.max(0.0).log10().clamp(low, high);
        MARGIN + (at - low) / (high - low) * (WIDTH - 2.0 * MARGIN)
    }

    fn draw(&self, out: &mut String, top: f64, bottom: f64) {
        for decade in self.low..=self.high {
            let x = self.x(10_f64.powi(decade));
            let (ink, dashes) = if decade == 0 { (INK, " stroke-dasharray=\"4 3\"") } else { (PALE, "") };
            let _ = writeln!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{top:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" stroke=\"{ink}\"{dashes}/>"
            );
            let anchor = if decade == self.low {
                "start"
            } else if decade == self.high {
                "end"
            } else {
                "middle"
            };
            let weight = if decade == 0 { "font-weight=\"600\" font-size=\"12\"" } else { "font-size=\"12\"" };
            for y in [top - 6.0, bottom + 16.0] {
                text(out, x, y, anchor, weight, &percent(decade));
            }
        }
    }
}

/// `10 %` of −1, `100 %` of 0.
fn percent(decade: i32) -> String {
    let decimals = usize::try_from(-decade - 2).unwrap_or(0);
    format!("{:.decimals$} %", 10_f64.powi(decade + 2))
}

impl Bar<'_> {
    fn draw(&self, out: &mut String, scale: &Scale, y: f64) {
        text(out, MARGIN, y + 14.0, "start", "", &self.label);
        let ink = if self.reached { REACHED } else { NOT_REACHED };
        let figures = format!("{}: {}", self.figures, word(self.reached));
        text(out, WIDTH - MARGIN, y + 14.0, "end", &format!("fill=\"{ink}\" font-weight=\"600\""), &figures);
        let (line, end) = (scale.x(1.0), scale.x(self.share));
        // Just reached has no length; a hair shows that it is there.
        let (x, length) = (line.min(end), (line - end).abs().max(2.0));
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"12\" rx=\"2\" fill=\"{ink}\"/>",
            y + 21.0
        );
        let (from, to, middle) = (scale.x(self.worst), scale.x(self.best), y + 27.0);
        let mut stroke = |x1: f64, y1: f64, x2: f64, y2: f64| {
            let _ = writeln!(
                out,
                "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{INK}\" stroke-width=\"1.5\"/>"
            );
        };
        stroke(from, middle, to, middle);
        stroke(from, middle - 4.0, from, middle + 4.0);
        stroke(to, middle - 4.0, to, middle + 4.0);
    }
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, more: &str, words: &str) {
    let gap = if more.is_empty() { "" } else { " " };
    let _ =
        writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\"{gap}{more}>{}</text>", escaped(words));
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::report::tests::figure;

    fn report(figures: Vec<Figure>) -> Report {
        Report::new(time::macros::date!(2026 - 09 - 24), Machine::default(), figures)
    }

    /// Colour is never alone: the word stands beside it, the picture has a title and says what it shows.
    #[test]
    fn a_chart_tells_in_words_what_it_shows_in_colour() {
        let drawn = draw(&report(vec![
            Figure { goal: Some(2_500.0), ..figure("file <b> & go", Kind::Rate, 652.0) },
            Figure { goal: Some(20.0), ..figure("work list", Kind::Time, 17.0) },
            figure("health", Kind::Rate, 5_894.0),
        ]));
        assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n") && drawn.contains("role=\"img\""));
        assert!(
            drawn.contains("<title id=\"title\">Figures of 2026-09-24") && drawn.contains("<desc id=\"desc\">1 of 2")
        );
        assert!(drawn.contains("file &lt;b&gt; &amp; go") && !drawn.contains("<b>"));
        assert!(drawn.contains("goal ≥ 2,500: not reached") && drawn.contains("goal ≤ 20: reached"));
        let bars = |colour: &str| drawn.matches(&format!("rx=\"2\" fill=\"{colour}\"")).count();
        assert_eq!((bars(REACHED), bars(NOT_REACHED)), (1, 1));
        assert!(!drawn.contains("health"), "what has no goal is not drawn");
        assert!(drawn.contains(">100 %<"), "the line of the goal is named");
    }

    /// Reached lies to the right of the line, for times and for rates alike; the best round is never left of the worst.
    #[test]
    fn better_is_to_the_right() {
        let figures = [
            Figure { goal: Some(2_500.0), ..figure("slow", Kind::Rate, 652.0) },
            Figure { goal: Some(200.0), ..figure("quick", Kind::Time, 40.0) },
            Figure { goal: Some(0.0), lowest: 0.0, highest: 0.0, ..figure("faults", Kind::Amount, 0.0) },
            Figure {
                goal_of_floor: Some(90.0),
                of_floor: Some(35.0),
                ..figure("with its audit line", Kind::Rate, 1_138.0)
            },
        ];
        let bars: Vec<Bar> = figures.iter().flat_map(bars).collect();
        let scale = Scale::of(&bars);
        let at: Vec<bool> = bars.iter().map(|bar| scale.x(bar.share) >= scale.x(1.0)).collect();
        assert_eq!(at, [false, true, true, false]);
        assert!(bars.iter().all(|bar| bar.reached == (scale.x(bar.share) >= scale.x(1.0)) && bar.worst <= bar.best));
        assert!(scale.x(0.0) >= MARGIN && scale.x(f64::INFINITY) <= WIDTH - MARGIN, "all is within the picture");
    }

    #[test]
    fn a_run_without_goals_is_still_a_picture() {
        assert!(draw(&report(Vec::new())).contains("0 of 0 goals reached"));
    }
}
