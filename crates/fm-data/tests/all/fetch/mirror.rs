//! Addresses of mirrors.

use fm_data::DataError;

use super::fixture::{Fake, run};

#[test]
fn what_is_not_the_address_of_a_folder_is_refused() {
    let fake = Fake::new();
    let folder = tempfile::tempdir().unwrap();
    for mirror in [
        "",
        "data/fashion",
        "ftp://user:secret@a.example/",
        "http://",
        "https:///x",
        "http://user:secret@a b/",
        "http://a.example/?k=1",
        "http://a.example/#k",
    ] {
        let error = run(&fake.options(folder.path(), &[mirror])).0.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, DataError::Invalid(_)), "{text}");
        let words = "expected the http:// or https:// address of a folder";
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
    assert_eq!(files[0].mirror, Some(server.url()));
    fake.assert_complete(folder.path());
}
