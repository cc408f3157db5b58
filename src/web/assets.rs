//! The files in `static/`: embedded, compressed as small as they get when the server starts, and served under names that
//! change with their content, so that a browser may keep them for a year.

use std::io::Write as _;
use std::sync::LazyLock;

use crate::web::error::{Answer, PageError};
use crate::web::principal::Anyone;
use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETag, Encoding, EntityTag, Header as _, IfNoneMatch,
    VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};

/// Where the files are served.
const FOLDER: &str = "/static/";

static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("latchkey", "css", "text/css; charset=utf-8", include_bytes!("../../static/latchkey.css"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../static/icon.svg")));

/// A static file, ready to be sent in each encoding.
#[derive(Debug)]
pub struct Asset {
    /// Its address, `/static/latchkey.0123456789ab.css`.
    pub url: String,
    /// Its media type.
    pub content_type: &'static str,
    /// As it is.
    pub identity: &'static [u8],
    /// For browsers that take Brotli: all since 2017, over https.
    pub brotli: Vec<u8>,
    /// For the others.
    pub gzip: Vec<u8>,
    /// The hash in its name.
    pub etag: String,
}

/// The stylesheet's address.
pub fn stylesheet_url() -> &'static str {
    &STYLESHEET.url
}

/// The icon's address.
pub fn icon_url() -> &'static str {
    &ICON.url
}

/// Compresses all files now instead of when the first visitor waits for them.
pub fn prepare() {
    LazyLock::force(&STYLESHEET);
    LazyLock::force(&ICON);
}

/// The file of that name (the part after `/static/`). An older content's name finds nothing.
pub fn find(name: &str) -> Option<&'static Asset> {
    [&*STYLESHEET, &*ICON].into_iter().find(|asset| asset.url.strip_prefix(FOLDER) == Some(name))
}

/// Answers `GET /static/{name}` in the encoding the browser likes best, or `None` when there is no such file.
pub fn serve(request: &HttpRequest, name: &str) -> Option<HttpResponse> {
    let asset = find(name)?;
    // Weak, because one tag stands for all encodings of the file.
    let tag = EntityTag::new_weak(asset.etag.clone());
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"))
        .insert_header(ETag(tag));
    if known {
        return Some(answer.finish());
    }
    answer.insert_header((CONTENT_TYPE, asset.content_type));
    let (encoding, body) = asset.in_encoding(request);
    // Named even when it is none: this also tells the compressing middleware to leave the body alone.
    answer.insert_header((CONTENT_ENCODING, encoding));
    Some(answer.body(body))
}

/// `GET /static/{name}`
pub async fn show(_: Anyone, request: HttpRequest, name: actix_web::web::Path<String>) -> Answer {
    serve(&request, &name).ok_or(PageError::NotFound)
}

impl Asset {
    fn new(stem: &str, extension: &str, content_type: &'static str, identity: &'static [u8]) -> Self {
        let etag = hash(identity);
        Self {
            url: format!("{FOLDER}{stem}.{etag}.{extension}"),
            content_type,
            identity,
            brotli: brotli_of(identity),
            gzip: gzip_of(identity),
            etag,
        }
    }

    fn in_encoding(&'static self, request: &HttpRequest) -> (&'static str, &'static [u8]) {
        let offered = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
        let chosen = AcceptEncoding::parse(request).ok().and_then(|accepted| accepted.negotiate(offered.iter()));
        // An empty body here means that compressing failed, which writing to memory does not do.
        match chosen {
            Some(it) if it == Encoding::brotli() && !self.brotli.is_empty() => ("br", &self.brotli),
            Some(it) if it == Encoding::gzip() && !self.gzip.is_empty() => ("gzip", &self.gzip),
            // Also for a browser that refuses all three: a plain file serves it better than a 406.
            _ => ("identity", self.identity),
        }
    }
}

/// The first 12 hex digits of SHA-256: 48 bits tell apart all contents a file will ever have.
fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn brotli_of(content: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    let done = writer.write_all(content).and_then(|()| writer.flush());
    drop(writer);
    if done.is_err() { Vec::new() } else { compressed }
}

fn gzip_of(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).and_then(|()| writer.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use actix_web::body::MessageBody as _;
    use actix_web::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};
    use actix_web::test::TestRequest;

    use super::*;

    fn get(accepted: Option<&str>) -> (HttpResponse, &'static str) {
        let mut request = TestRequest::get();
        if let Some(accepted) = accepted {
            request = request.insert_header((ACCEPT_ENCODING, accepted));
        }
        let name = stylesheet_url().strip_prefix(FOLDER).expect("in the folder");
        let answer = serve(&request.to_http_request(), name).expect("the stylesheet");
        let encoding = match answer.headers().get(CONTENT_ENCODING).and_then(|it| it.to_str().ok()) {
            Some("br") => "br",
            Some("gzip") => "gzip",
            _ => "identity",
        };
        (answer, encoding)
    }

    #[test]
    fn a_name_changes_with_its_content() {
        let (one, other) = (Asset::new("a", "css", "text/css", b"a{}"), Asset::new("a", "css", "text/css", b"b{}"));
        assert_ne!(one.url, other.url);
        assert_eq!(one.url, Asset::new("a", "css", "text/css", b"a{}").url);
        assert_eq!(one.etag.len(), 12);
        assert!(find("latchkey.000000000000.css").is_none());
        assert!(find("../Cargo.toml").is_none());
    }

    #[test]
    fn what_is_compressed_unpacks_to_the_file() {
        for asset in [&*STYLESHEET, &*ICON] {
            let mut unpacked = Vec::new();
            brotli::Decompressor::new(&asset.brotli[..], 4096).read_to_end(&mut unpacked).expect("brotli");
            assert_eq!(unpacked, asset.identity);
            unpacked.clear();
            flate2::read::GzDecoder::new(&asset.gzip[..]).read_to_end(&mut unpacked).expect("gzip");
            assert_eq!(unpacked, asset.identity);
        }
    }

    #[test]
    fn a_browser_gets_the_best_of_what_it_takes() {
        for (accepted, expected) in [
            (Some("gzip, deflate, br, zstd"), "br"),
            (Some("gzip, deflate"), "gzip"),
            (Some("br;q=0, gzip"), "gzip"),
            (Some("br;q=0, gzip;q=0"), "identity"),
            (Some("gzip;q=1.0, br;q=0.5"), "gzip"),
            (Some("*;q=0"), "identity"),
            (Some("nonsense"), "identity"),
            (Some(""), "identity"),
            (None, "identity"),
        ] {
            let (answer, encoding) = get(accepted);
            assert_eq!(encoding, expected, "{accepted:?}");
            assert_eq!(answer.headers().get(VARY).expect("vary"), "Accept-Encoding");
            assert_eq!(answer.headers().get(CACHE_CONTROL).expect("caching"), "public, max-age=31536000, immutable");
            let body = answer.into_body().try_into_bytes().expect("a body in memory");
            assert_eq!(body.len() < STYLESHEET.identity.len(), expected != "identity");
        }
    }

    #[test]
    fn a_file_the_browser_has_is_not_sent_again() {
        let name = stylesheet_url().strip_prefix(FOLDER).expect("in the folder");
        let tag = format!("W/\"{}\"", STYLESHEET.etag);
        let request = TestRequest::get().insert_header((IF_NONE_MATCH, tag)).to_http_request();
        let answer = serve(&request, name).expect("the stylesheet");
        assert_eq!(answer.status(), 304);
        assert!(answer.into_body().try_into_bytes().expect("a body").is_empty());
    }

    #[test]
    fn pages_can_be_sent_without_waiting_for_compression() {
        prepare();
        assert!(icon_url().starts_with("/static/icon.") && icon_url().ends_with(".svg"));
    }
}
