//! Addresses of mirrors.

use fm_data::DataError;

use super::fixture::{Fake, run};

#[test]
fn what_is_not_the_address_of_a_folder_is_refused() {
    let fake = Fake::new();
    let folder = tempfile::tempdir().unwrap();
    for (mirror, words) in [
        ("", "expected an http:// or https:// address"),
        ("data/fashion", "expected an http:// or https:// address"),
        (
            "ftp://user:secret@a.example/",
            "expected an http:// or https:// address",
        ),
        ("http://", "this is not an address"),
        ("https:///x", "this is not an address"),
        ("http://user:secret@a b/", "this is not an address"),
        ("http://a.example/?k=1", "may not have '?' or '#'"),
    ] {
        let error = run(&fake.options(folder.path(), &[mirror])).0.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, DataError::Invalid(_)), "{text}");
        assert!(text.contains(words), "{mirror}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn passwords_are_sent_and_not_shown() {
    let fake = Fake::new();
    let server = fake.good_server();
    let folder = tempfile::tempdir().unwrap();
    // Without the slash at the end.
    let mirror = server.url().replace("http://", "http://user:secret@");
    let mirror = mirror.trim_end_matches('/');
    let files = run(&fake.options(folder.path(), &[mirror])).0.unwrap();
    assert_eq!(files[0].source, Some(server.url()));
    assert!(!files[0].to_string().contains("secret"));
    fake.assert_complete(folder.path());
}
