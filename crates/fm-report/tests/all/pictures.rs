//! What plots and images show.

use fm_report::{
    Axis, Column, Datum, Document, Image, Mark, Plot, Shape, Table, Unit, Value, html,
};

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

/// The texts beside the ticks of a plot of two points, at the ends of the horizontal axis.
fn ticks(axis: Axis, low: f64, high: f64) -> Vec<String> {
    let points = [low, high].map(|x| Datum::new(x, 0.0, ""));
    let plot = Plot::new("a", "a", axis, Axis::linear("y", Unit::Loss));
    let plot = plot.with(Mark::new(Shape::Points, "", 0, points));
    let page = html(&Document::new("a").with(plot), None);
    let texts = page.split("<text class=\"tick\"").skip(1);
    let text = |part: &str| part[part.find('>').unwrap() + 1..part.find('<').unwrap()].to_owned();
    texts.map(text).collect()
}

#[test]
fn ticks_are_round_and_within_the_range() {
    let has = |axis: Axis, low, high, expected: &[&str]| {
        let found = ticks(axis, low, high);
        let n = expected.len();
        assert!(found.windows(n).any(|some| some == expected), "{found:?}");
    };
    let linear = || Axis::linear("x", Unit::Loss);
    has(linear(), 0.0, 20.0, &["0", "5", "10", "15", "20"]);
    has(linear(), -1.33, 0.31, &["−1.0", "−0.5", "0.0"]);
    has(linear(), 0.012, 0.058, &["0.02", "0.03", "0.04", "0.05"]);
    let log = || Axis::log("x", Unit::Loss);
    has(log(), 0.06, 1.6, &["0.1", "0.2", "0.5", "1"]);
    // Less than a power of ten: multiples of a step.
    has(log(), 0.26, 0.61, &["0.30", "0.35", "0.40"]);
    assert!(ticks(linear(), -1e100, 1e100).len() < 30);
    assert!(ticks(log(), 1e-12, 1e90).len() < 30);
}

#[test]
fn one_value_far_outside_is_left_out_and_a_tail_is_not() {
    let names = || Axis::names("arm", ["b".to_owned()]);
    let plot = |values: Vec<f64>| {
        let plot = Plot::new("a", "a", Axis::linear("error", Unit::Loss), names());
        let points = values.into_iter().map(|x| Datum::new(x, 0.0, "seed 21"));
        html(
            &Document::new("a").with(plot.with(Mark::new(Shape::Points, "", 0, points))),
            None,
        )
    };
    let mut values: Vec<f64> = (0..20).map(f64::from).collect();
    assert_eq!(dots(&plot(values.clone())).len(), 20);
    values.push(900.0);
    let page = plot(values);
    assert_eq!(dots(&page).len(), 20);
    assert!(page.contains("seed 21: 900.0000"), "{page}");
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
        let marks = [
            Mark::new(Shape::Line, "s", 9, []),
            Mark::new(Shape::Line, "s", 9, nan.clone()),
            Mark::new(Shape::Points, "s", 9, nan.clone()),
            Mark::means(nan.clone()),
            Mark::guide(f64::NAN, "s"),
        ];
        parse(&html(&Document::new("a").with(empty.clone()), None));
        let full = marks.into_iter().fold(empty, Plot::with);
        let page = html(&Document::new("a").with(full), None);
        parse(&page);
        assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    }
}

#[test]
fn equal_errors_are_neither_better_nor_worse() {
    let mut plot = strips();
    plot.marks[1].data[0].x = 0.0;
    let (elements, _) = parse(&html(&Document::new("a").with(plot), None));
    let circles = elements.iter().filter(|(name, _)| name == "circle");
    let of = |class: &str| circles.clone().filter(|(_, a)| a["class"] == class).count();
    // Of five seeds one is equal and one is worse.
    assert_eq!(
        (of("dot s0"), of("dot tie"), of("dot s1 hollow")),
        (3, 1, 1)
    );
}

#[test]
fn cells_of_a_heat_map_are_deeper_the_larger_they_are() {
    let column = Column::new("a", "a", Unit::Points).shaded();
    let mut table = Table::new("", "", [Column::text("row", "row"), column]);
    for value in [-0.04, 0.01, 0.0, f64::NAN] {
        table.push(["row".into(), Value::Number(value)]);
    }
    let (elements, _) = parse(&html(&Document::new("a").with(table), None));
    let cells = elements.iter().filter(|(name, _)| name == "td");
    let classes: Vec<&str> = cells.map(|(_, a)| a["class"].as_str()).collect();
    // The square root of a quarter is a half, of six depths.
    let expected = [
        "number heat s0 d6",
        "number heat s1 d3",
        "number heat s1 d0",
        "number",
    ];
    assert_eq!(classes, expected);
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
