//! Every route of the program, read where it is registered: a new one is at once part of the tests that are about all.

/// A URL and what may be done with it.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub path: &'static str,
    pub get: bool,
    pub post: bool,
}

/// All of them but the static files, whose names are not known beforehand.
pub fn all() -> Vec<Route> {
    let source = include_str!("../../../src/routes.rs");
    let registered = source.lines().filter_map(|line| line.trim().strip_prefix("page(\"")?.split_once("\")"));
    let route = |(path, methods): (&'static str, &str)| Route {
        path,
        get: methods.contains(".get("),
        post: methods.contains(".post("),
    };
    let routes: Vec<Route> = registered.map(route).collect();
    assert_eq!(routes.len(), source.matches("page(\"").count(), "a route is written in another way");
    assert!(routes.iter().all(|route| route.get || route.post), "{routes:?}");
    routes.into_iter().filter(|route| !route.path.contains('{')).collect()
}

/// The pages, and what machines ask.
pub fn readable() -> Vec<&'static str> {
    all().into_iter().filter(|route| route.get).map(|route| route.path).collect()
}

/// The forms.
pub fn writable() -> Vec<&'static str> {
    all().into_iter().filter(|route| route.post).map(|route| route.path).collect()
}
