//! A confusion matrix as a heat map.

use fm_train::ConfusionMatrix;

use crate::report::charts::Titled;
use crate::report::svg::{Anchor, Svg, WIDTH};
use crate::report::text::shortened;

const LEFT: f64 = 96.0;
const TOP: f64 = 12.0;

/// The matrix with a row per true class and a column per predicted one, in percent of the row.
pub(super) fn heat_map(model: &str, matrix: &ConfusionMatrix, classes: &[String]) -> Titled {
    let counts = matrix.counts();
    let n = counts.nrows().max(1);
    let cell = (WIDTH - LEFT - 4.0) / n as f64;
    let height = cell.clamp(18.0, 46.0);
    let bottom = TOP + height * n as f64;
    let name = |class: usize| {
        classes
            .get(class)
            .map_or_else(|| class.to_string(), |n| shortened(n))
    };
    let share = |i: usize, j: usize| {
        let row = counts.row(i).sum();
        (row > 0).then(|| counts[[i, j]] as f64 / row as f64)
    };
    let right = (0..n).filter_map(|class| {
        let share = share(class, class)?;
        Some(format!("{} {:.1} %", name(class), 100.0 * share))
    });
    let description = format!(
        "A row per true class, a column per predicted one, all seeds together. Right: {}.",
        right.collect::<Vec<_>>().join(", ")
    );
    let title = format!("{model}: what is taken for what");
    let id = format!("confusion-{}", model.replace(' ', "-"));
    let mut svg = Svg::new(&id, &title, &description, bottom + 74.0);
    for i in 0..n {
        let y = TOP + height * i as f64;
        let at = (LEFT - 6.0, y + height / 2.0 + 4.0);
        svg.text("tick", Anchor::End, at, &name(i));
        for j in 0..n {
            let x = LEFT + cell * j as f64;
            let Some(share) = share(i, j) else { continue };
            let says = format!(
                "{} taken for {}: {} of {}",
                name(i),
                name(j),
                counts[[i, j]],
                counts.row(i).sum()
            );
            let class = if i == j { "heat right" } else { "heat" };
            // Confusions are rare: a root makes the small ones visible.
            let strength = share.sqrt();
            svg.cell(class, (x, y), (cell - 1.5, height - 1.5), strength, &says);
            let text = match 100.0 * share {
                p if p >= 99.95 => "100".to_owned(),
                p if p >= 9.95 => format!("{p:.0}"),
                p if p >= 0.05 => format!("{p:.1}"),
                _ => continue,
            };
            let class = if strength > 0.6 {
                "heat-value strong"
            } else {
                "heat-value"
            };
            let middle = (x + cell / 2.0 - 0.75, y + height / 2.0 + 4.0);
            svg.text(class, Anchor::Middle, middle, &text);
        }
    }
    for j in 0..n {
        let at = (LEFT + cell * (j as f64 + 0.5) + 4.0, bottom + 10.0);
        svg.slanted_text("tick", at, &name(j));
    }
    Titled {
        title,
        svg: svg.finish(),
    }
}
