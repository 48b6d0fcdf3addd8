//! Addresses and folders as sources.

use fm_data::fetch::{FetchError, Mirror};

fn parsed(text: &str) -> Mirror {
    text.parse().unwrap()
}

#[test]
fn addresses_end_in_a_slash_and_folders_stay_paths() {
    assert_eq!(
        parsed("https://a.example/x"),
        Mirror::Http("https://a.example/x/".into())
    );
    assert_eq!(
        parsed("http://a.example/x/"),
        Mirror::Http("http://a.example/x/".into())
    );
    assert_eq!(
        parsed("data/fashion"),
        Mirror::Folder("data/fashion".into())
    );
    assert_eq!(parsed("C:\\data"), Mirror::Folder("C:\\data".into()));
}

#[cfg(unix)]
#[test]
fn file_addresses_are_folders() {
    assert_eq!(
        parsed("file:///a%20b/%C3%A9"),
        Mirror::Folder("/a b/é".into())
    );
    assert_eq!(parsed("file://localhost/a"), Mirror::Folder("/a".into()));
}

#[test]
fn what_cannot_be_a_source_is_refused() {
    let refused = [
        "",
        "ftp://a.example/",
        "http://",
        "https:///x",
        "http://a.example/?k=1",
        "file://x/y",
    ];
    for text in refused {
        assert!(
            matches!(text.parse::<Mirror>(), Err(FetchError::Usage { .. })),
            "{text}"
        );
    }
    assert!("file:///a%zz".parse::<Mirror>().is_err());
}

#[test]
fn passwords_are_not_shown() {
    let source = parsed("https://user:secret@a.example/x@y/");
    assert_eq!(source.to_string(), "https://a.example/x@y/");
    let error = "ftp://user:secret@a.example".parse::<Mirror>().unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}
