//! What the owner of an account recognises a browser by: its family and its system, and no more than that.

use woothee::parser::Parser;

/// How much of a header is looked at. Real ones stay below 300.
const MAX_READ: usize = 512;

/// A browser's family and its system, such as Chrome and Android. Reduced to these before it is stored: versions and
/// models change, say nothing to people, and would tell one person from another.
///
/// The header is whatever its sender likes: this is for recognising, never for deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrowserName {
    browser: Browser,
    system: System,
}

macro_rules! names {
    ($(#[$about:meta])* $kind:ident { $($(#[$one:meta])* $name:ident $key:literal $product:expr;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $kind {
            $($(#[$one])* $name,)*
        }

        impl $kind {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The product's name, the same in every language. `None` where words must be found.
            pub fn product(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $product,)*
                }
            }

            fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            fn from_key(key: &str) -> Self {
                match key {
                    $($key => Self::$name,)*
                    _ => Self::Unknown,
                }
            }
        }
    };
}

names!(
    /// A family of browsers.
    Browser {
        /// Google's, and Chromium.
        Chrome "chrome" Some("Chrome");
        /// Mozilla's.
        Firefox "firefox" Some("Firefox");
        /// Apple's.
        Safari "safari" Some("Safari");
        /// Microsoft's.
        Edge "edge" Some("Edge");
        /// Microsoft's old one.
        InternetExplorer "internet-explorer" Some("Internet Explorer");
        /// Samsung's.
        SamsungInternet "samsung" Some("Samsung Internet");
        /// Opera on computers and phones.
        Opera "opera" Some("Opera");
        /// Opera that lets a server fetch the pages.
        OperaMini "opera-mini" Some("Opera Mini");
        /// UC Browser.
        UcBrowser "uc" Some("UC Browser");
        /// Yandex Browser.
        Yandex "yandex" Some("Yandex Browser");
        /// Vivaldi.
        Vivaldi "vivaldi" Some("Vivaldi");
        /// The part of a system that shows pages inside of apps.
        WebView "webview" None;
        /// Any other, and what is none.
        Unknown "unknown" None;
    }
);

names!(
    /// What a browser runs on.
    System {
        /// Android.
        Android "android" Some("Android");
        /// iOS on an iPhone or iPod.
        IPhone "iphone" Some("iPhone");
        /// iPadOS, unless it asks for the pages of a computer: then it says it is a Mac.
        IPad "ipad" Some("iPad");
        /// Windows of any version.
        Windows "windows" Some("Windows");
        /// macOS.
        Mac "mac" Some("Mac");
        /// Linux.
        Linux "linux" Some("Linux");
        /// ChromeOS.
        ChromeOs "chromeos" Some("ChromeOS");
        /// Phones with keys.
        KaiOs "kaios" Some("KaiOS");
        /// Any other.
        Unknown "unknown" None;
    }
);

impl BrowserName {
    /// Reads a `User-Agent` header.
    pub fn read(user_agent: &str) -> Self {
        let end = user_agent.char_indices().nth(MAX_READ).map_or(user_agent.len(), |(end, _)| end);
        let header = &user_agent[..end];
        let known = Parser::new().parse(header).unwrap_or_default();
        Self { browser: browser_of(header, known.name), system: system_of(header, known.os) }
    }

    /// As it goes to the database, `chrome/android`.
    pub fn as_stored(&self) -> String {
        format!("{}/{}", self.browser.key(), self.system.key())
    }

    /// As it came from the database. What cannot be read is unknown: it is only shown.
    pub fn from_stored(text: &str) -> Self {
        let (browser, system) = text.split_once('/').unwrap_or_default();
        Self { browser: Browser::from_key(browser), system: System::from_key(system) }
    }

    /// The browser's family.
    pub fn browser(&self) -> Browser {
        self.browser
    }

    /// What it runs on.
    pub fn system(&self) -> System {
        self.system
    }
}

/// The family: what woothee says, after those that it takes for another.
fn browser_of(header: &str, name: &str) -> Browser {
    if header.contains("Opera Mini/") || header.contains("OPiOS/") {
        return Browser::OperaMini;
    }
    if header.contains("UCBrowser/") || header.contains("UCWEB/") {
        return Browser::UcBrowser;
    }
    match name {
        "Chrome" => Browser::Chrome,
        "Firefox" => Browser::Firefox,
        "Safari" => Browser::Safari,
        "Edge" => Browser::Edge,
        "Internet Explorer" => Browser::InternetExplorer,
        "SamsungBrowser" => Browser::SamsungInternet,
        "Opera" => Browser::Opera,
        "Yandex Browser" => Browser::Yandex,
        "Vivaldi" => Browser::Vivaldi,
        "Webview" => Browser::WebView,
        _ => Browser::Unknown,
    }
}

/// The system: what woothee says, after the one that it does not know.
fn system_of(header: &str, name: &str) -> System {
    if header.contains("KAIOS/") {
        return System::KaiOs;
    }
    match name {
        "Android" => System::Android,
        "iPhone" | "iPod" | "iOS" => System::IPhone,
        "iPad" => System::IPad,
        "Mac OSX" => System::Mac,
        "Linux" => System::Linux,
        "ChromeOS" => System::ChromeOs,
        windows if windows.starts_with("Windows") => System::Windows,
        _ => System::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn browsers_that_our_users_have_are_told_apart() {
        const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let android = "Mozilla/5.0 (Linux; Android 10; K)";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        for (header, stored) in [
            (format!("{android} {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36"), "chrome/android"),
            (format!("{windows} {WEBKIT} Chrome/131.0.0.0 Safari/537.36"), "chrome/windows"),
            (
                format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36"),
                "chrome/chromeos",
            ),
            (format!("{iphone} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1"), "chrome/iphone"),
            ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0".to_owned(), "firefox/android"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(), "firefox/linux"),
            (format!("{iphone} FxiOS/132.0 Mobile/15E148 Safari/605.1.15"), "firefox/iphone"),
            (format!("{iphone} Version/17.5 Mobile/15E148 Safari/604.1"), "safari/iphone"),
            (
                "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/12.1.2 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "safari/ipad",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/17.5 Safari/605.1.15"
                    .to_owned(),
                "safari/mac",
            ),
            (format!("{windows} {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"), "edge/windows"),
            (format!("{android} {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0"), "edge/android"),
            (
                "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko".to_owned(),
                "internet-explorer/windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36"
                ),
                "samsung/android",
            ),
            (format!("{android} {WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36 OPR/86.0.0.0"), "opera/android"),
            (
                "Opera/9.80 (Android; Opera Mini/36.2.2254/191.273; U; en) Presto/2.12.423 Version/12.16".to_owned(),
                "opera-mini/android",
            ),
            (
                "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/191.273; U; am) Presto/2.5.25 Version/10.54".to_owned(),
                "opera-mini/unknown",
            ),
            (
                "Mozilla/5.0 (Linux; U; Android 11; en-US; SM-A127F) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.5.0.1311 Mobile Safari/537.36"
                    .to_owned(),
                "uc/android",
            ),
            (
                format!(
                    "Mozilla/5.0 (Linux; Android 13; SM-A135F; wv) {WEBKIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36"
                ),
                "webview/android",
            ),
            (format!("{iphone} Mobile/15E148"), "webview/iphone"),
            (
                "Mozilla/5.0 (Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5".to_owned(),
                "firefox/kaios",
            ),
            ("curl/8.5.0".to_owned(), "unknown/unknown"),
            (String::new(), "unknown/unknown"),
            ("-".to_owned(), "unknown/unknown"),
        ] {
            assert_eq!(BrowserName::read(&header).as_stored(), stored, "{header}");
        }
    }

    #[test]
    fn inp_10_only_the_beginning_of_a_long_header_is_read() {
        let padded = |length| format!("{}UCBrowser/1", "ሀ".repeat(length));
        assert_eq!(BrowserName::read(&padded(MAX_READ - 11)).browser(), Browser::UcBrowser);
        assert_eq!(BrowserName::read(&padded(MAX_READ)).browser(), Browser::Unknown);
    }

    #[test]
    fn what_is_stored_is_read_back() {
        for &browser in Browser::ALL {
            for &system in System::ALL {
                let name = BrowserName { browser, system };
                assert_eq!(BrowserName::from_stored(&name.as_stored()), name);
            }
        }
        for text in ["", "/", "chrome", "Chrome/Android", "netscape/amiga"] {
            assert_eq!(BrowserName::from_stored(text).as_stored(), "unknown/unknown", "{text}");
        }
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_sent_has_a_name(header in any::<String>()) {
            let name = BrowserName::read(&header);
            prop_assert_eq!(BrowserName::from_stored(&name.as_stored()), name);
        }

        #[test]
        fn inp_10_mangled_headers_have_a_name(
            header in "(Mozilla/5\\.0|Windows |iPhone;|Android |Mac OS X|Trident/|MSIE 9\\.0;|Opera |KDDI-|[ ;()/]|.){0,40}"
        ) {
            BrowserName::read(&header);
        }
    }
}
