//! What plots and images show.

use fm_report::{Axis, Datum, Document, Image, Mark, Palette, Plot, Shape, Unit, html};

use crate::page::parse;
use crate::small::{interval, strips};

/// Horizontal coordinates of the dots of a class.
fn dots(page: &str) -> Vec<f64> {
    let (elements, _) = parse(page);
    let circles = elements.iter().filter(|(name, _)| name == "circle");
    circles
        .map(|(_, attributes)| attributes["cx"].parse().unwrap())
        .collect()
}

#[test]
fn an_arm_far_away_is_an_arrow_with_its_values_and_does_not_squeeze_the_others() {
    let page = html(&Document::new("a").with(strips()), None);
    let (_, text) = parse(&page);
    assert!(text.contains("5 of 5: +3.00 to +31.00"), "{text}");
    assert!(text.contains("5 values are outside the plot"));
    let dots = dots(&page);
    assert_eq!(dots.len(), 5);
    let (low, high) = dots
        .iter()
        .fold((440.0_f64, 0.0_f64), |(l, h), x| (l.min(*x), h.max(*x)));
    // Most of the width of 440 is for the first comparison.
    assert!(high - low > 300.0, "{dots:?}");
}

#[test]
fn zero_on_a_logarithmic_axis_is_an_arrow_at_the_edge() {
    let data = [0.0, 0.01, 0.1].map(|x| Datum::new(x, 0.5, "pair"));
    let mut plot = Plot::new(
        "a",
        "a",
        Axis::linear("rows", Unit::Count),
        Axis::log("error", Unit::Fraction),
    );
    let turned = data.iter().map(|d| Datum::new(d.y, d.x, "pair"));
    plot.marks.push(Mark::new(Shape::Points, "", 0, turned));
    let (_, text) = parse(&html(&Document::new("a").with(plot), None));
    assert!(
        text.contains("0.00") && text.contains("One value is outside the plot"),
        "{text}"
    );
}

#[test]
fn equal_dots_do_not_hide_each_other() {
    let plot = Plot::new(
        "a",
        "a",
        Axis::linear("error", Unit::Fraction),
        Axis::names("arm", ["b".to_owned()]),
    );
    let points = (0..9).map(|seed| Datum::new(0.01, 0.0, format!("seed {seed}")));
    let plot = plot.with(Mark::new(Shape::Points, "", 0, points));
    let page = html(&Document::new("a").with(plot), None);
    let (elements, _) = parse(&page);
    let mut heights: Vec<f64> = elements
        .iter()
        .filter(|(name, _)| name == "circle")
        .map(|(_, attributes)| attributes["cy"].parse().unwrap())
        .collect();
    heights.sort_by(f64::total_cmp);
    assert_eq!(heights.len(), 9);
    assert!(
        heights.windows(2).all(|two| two[1] - two[0] >= 9.0),
        "{heights:?}"
    );
}

#[test]
fn empty_plots_and_plots_of_no_number_are_drawn() {
    let axis = || Axis::linear("x", Unit::Points);
    let names = || Axis::names("n", []);
    let nan = vec![Datum::new(f64::NAN, f64::NAN, "").within(interval(f64::NAN, f64::INFINITY))];
    for (x, y) in [
        (axis(), axis()),
        (axis(), names()),
        (names(), names()),
        (names(), axis()),
    ] {
        let empty = Plot::new("p", "p", x.clone(), y.clone());
        let cells = Shape::Cells(Unit::Points, Palette::Diverging);
        let marks = [
            Mark::new(Shape::Line, "s", 9, []),
            Mark::new(Shape::Line, "s", 9, nan.clone()),
            Mark::new(Shape::Points, "s", 9, nan.clone()),
            Mark::means(nan.clone()),
            Mark::guide([(f64::NAN, f64::NAN); 2], "s"),
        ];
        parse(&html(&Document::new("a").with(empty.clone()), None));
        let full = marks.into_iter().fold(empty, Plot::with);
        let map = full.clone().with(Mark::new(cells, "s", 9, nan.clone()));
        for plot in [full, map] {
            let page = html(&Document::new("a").with(plot), None);
            parse(&page);
            assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
        }
    }
}

#[test]
fn images_of_another_size_than_their_pixels_are_refused() {
    assert_eq!(Image::grey((2, 3), &[0; 5]), None);
    assert_eq!(Image::grey((0, 3), &[]), None);
    assert_eq!(Image::signed((200, 200), &[0.0; 40_000], 1.0), None);
    assert_eq!(Image::grey((usize::MAX, 2), &[0; 2]), None);
}

#[test]
fn signed_values_are_blue_and_red() {
    use base64::Engine as _;
    let image = Image::signed((2, 2), &[3.0, -4.0, 0.0, 0.0], 4.0).unwrap();
    let images = fm_report::Images {
        title: "a".to_owned(),
        note: String::new(),
        images: vec![image.described("unit", Vec::new())],
    };
    let (elements, _) = parse(&html(&Document::new("a").with(images), None));
    let image = elements.iter().find(|(name, _)| name == "img").unwrap();
    let coded = image.1["src"]
        .strip_prefix("data:image/png;base64,")
        .unwrap();
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(coded)
        .unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    // 3/4 of the way to red, all the way to blue, and two zeros.
    assert_eq!(pixels[..6], [195, 80, 94, 33, 102, 172]);
    assert_eq!(pixels[6..], [247; 6]);
}
