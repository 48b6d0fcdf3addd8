//! The page is well-formed, requests nothing, and names its pictures.

use std::collections::{BTreeMap, BTreeSet};

use fm_report::html;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::small::{HOSTILE, document};

/// Name and attributes.
type Element = (String, BTreeMap<String, String>);

/// Every element of a page, and all its text.
pub(crate) fn parse(page: &str) -> (Vec<Element>, String) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let (mut elements, mut text) = (Vec::new(), String::new());
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                elements.push(element(&start));
            }
            Event::Empty(start) => elements.push(element(&start)),
            Event::End(_) => depth -= 1,
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => {
                let reference = format!("&{};", &*part);
                text.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            Event::Eof => break,
            Event::DocType(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(depth, 0, "elements left open");
    (elements, text)
}

fn element(start: &BytesStart<'_>) -> Element {
    let name = start.name().as_ref().to_owned();
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let key = attribute.key.as_ref().to_owned();
        let value: &str = &attribute.value;
        (
            key,
            quick_xml::escape::unescape(value).unwrap().into_owned(),
        )
    });
    (name, attributes.collect())
}

#[test]
fn the_page_is_well_formed_and_requests_nothing() {
    let page = html(&document(HOSTILE), Some("report"));
    let (elements, text) = parse(&page);
    let names: BTreeSet<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "script", "link", "iframe", "object", "embed", "base", "form", "video",
    ] {
        assert!(!names.contains(name), "<{name}>");
    }
    for (name, attributes) in &elements {
        for (key, value) in attributes {
            assert!(!key.starts_with("on"), "{name} {key}");
            match key.as_str() {
                "src" => assert!(value.starts_with("data:image/png;base64,"), "{value}"),
                "href" => assert!(value.starts_with("report/") && value.ends_with(".csv")),
                "style" | "srcset" | "background" | "data" | "xlink:href" => {
                    panic!("{name} has {key}")
                }
                _ => {}
            }
        }
    }
    let style = &page[page.find("<style>").unwrap()..page.find("</style>").unwrap()];
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(style.contains("prefers-color-scheme: dark") && style.contains("@media print"));
    let policy = elements.iter().find_map(|(_, a)| {
        (a.get("http-equiv")? == "Content-Security-Policy").then(|| a["content"].clone())
    });
    assert!(policy.unwrap().starts_with("default-src 'none'"));
    let shown = HOSTILE.replace(['\u{202e}', '\u{1b}'], "\u{fffd}");
    assert!(text.contains(&shown), "the text is not in the page");
    assert!(!page.contains(['\u{202e}', '\u{1b}']));
}

#[test]
fn pictures_and_tables_have_names() {
    let (elements, _) = parse(&html(&document("a"), Some("report")));
    let mut ids = BTreeSet::new();
    for (_, attributes) in &elements {
        if let Some(id) = attributes.get("id") {
            assert!(ids.insert(id.clone()), "{id} is used twice");
        }
    }
    let count = |name: &str| elements.iter().filter(|(n, _)| n == name).count();
    assert_eq!((count("svg"), count("desc"), count("img")), (2, 2, 2));
    for (name, attributes) in &elements {
        match name.as_str() {
            "svg" => {
                let named = attributes["aria-labelledby"].split(' ');
                assert!(named.clone().count() == 2 && named.clone().all(|id| ids.contains(id)));
            }
            "img" => assert!(!attributes["alt"].is_empty()),
            _ => {}
        }
    }
}

#[test]
fn folded_sections_are_closed_and_the_others_open() {
    let (elements, text) = parse(&html(&document("a"), None));
    let folded = elements.iter().filter(|(name, _)| name == "details");
    assert_eq!(folded.clone().count(), 3);
    assert!(
        folded
            .into_iter()
            .all(|(_, attributes)| !attributes.contains_key("open"))
    );
    assert!(text.contains("How to reproduce") && !text.contains(".csv"));
}
