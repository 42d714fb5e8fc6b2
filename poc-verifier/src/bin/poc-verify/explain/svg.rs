//! A drawing in the making: shapes with classes, one style sheet for light and dark.

use std::fmt::Write as _;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1b2733}.title{font-size:22px;font-weight:600}\
.label{font-weight:600}.quiet,.number{fill:#5a6b7b}.small{font-size:11px;fill:#5a6b7b}.accepted{fill:#1a7f4b}\
.rejected{fill:#c0362c}.unproven{fill:#8a6d00}text.accepted,text.rejected,text.unproven{font-weight:600}\
.paper{fill:#fff}.over{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}.frame{fill:none;stroke:#c9d3dc}.axis{stroke:#8b9aa8}.grid{stroke:#e4eaef}\
.raw{fill:none;stroke:#b06a00;stroke-dasharray:4 3}.undone{fill:none;stroke:#0b6bcb;stroke-width:2}\
.raw-dot{fill:#b06a00}.undone-dot{fill:#0b6bcb}.end{text-anchor:end}.other{fill:#8b9aa8}.miss{stroke:#c0362c;stroke-width:2}\
.ground{fill:#cfc3a8;stroke:#8a7a55}.zone{fill:#0b6bcb;fill-opacity:.12;stroke:#0b6bcb;stroke-opacity:.4}line.undone{stroke:#0b6bcb}.guide{stroke:#c0362c;stroke-opacity:.5;stroke-dasharray:2 2}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#11181f}.over{stroke:#11181f}.quiet,.number,.small{fill:#9fb0bf}\
.frame{stroke:#33414d}.grid{stroke:#22303b}.accepted{fill:#4cc38a}.rejected{fill:#ff7b72}.unproven{fill:#e3b341}\
.undone{stroke:#58a6ff}.undone-dot{fill:#58a6ff}.raw{stroke:#e3a04f}.raw-dot{fill:#e3a04f}.miss{stroke:#ff7b72}\
.ground{fill:#4a4231;stroke:#8a7a55}.zone{fill:#58a6ff;stroke:#58a6ff}line.undone{stroke:#58a6ff}}";

/// A part of the drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The drawing.
pub(crate) struct Svg(String);

impl Svg {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        let mut svg = Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\
             <style>{STYLE}</style>"
        ));
        svg.bar("paper", 0.0, 0.0, width, height);
        svg
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.put(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>", escaped(text)));
    }

    pub(super) fn bar(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
        ));
    }

    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        self.put(format_args!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"));
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.put(format_args!(
            "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        ));
    }

    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.put(format_args!("<polyline class=\"{class}\" points=\"{}\"/>", points.join(" ")));
    }

    /// What the two lines of a chart are, up to its right edge.
    pub(super) fn legend(&mut self, right: f64, y: f64, lines: [(&str, &str); 2]) {
        for ((class, name), left) in lines.into_iter().zip([right - 236.0, right - 114.0]) {
            self.line(class, (left, y), (left + 24.0, y));
            self.text(left + 30.0, y + 4.0, "small", name);
        }
    }

    /// A filled outline.
    pub(super) fn area(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.put(format_args!("<polygon class=\"{class}\" points=\"{}\"/>", points.join(" ")));
    }

    fn put(&mut self, shape: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(shape);
    }
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
