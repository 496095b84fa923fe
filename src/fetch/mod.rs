//! Claim checks: bodies that lie elsewhere, by http or from a directory; size and hash verified. Off until
//! a host or a directory is named, since whoever may send messages may name any address.

/// Which addresses may be connected to.
mod address;
/// By http or https.
mod http;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt as _;

use crate::model::Failure;
use crate::model::failure::ParkReason;
use crate::model::page::BodyRef;
use crate::telemetry::labels::FetchResult;
use crate::telemetry::record;

#[derive(Debug, Clone)]
pub struct FetchSettings {
    /// Hosts that may be asked: `bodies.example` on ports 80 and 443, `bodies.example:8080` on that port.
    pub hosts: Vec<String>,
    /// Where `file:` claim checks may lie.
    pub directory: Option<PathBuf>,
    /// Whether the named hosts may have private or loopback addresses.
    pub private_addresses: bool,
    pub timeout: Duration,
    /// Of one body.
    pub max_bytes: u64,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            directory: None,
            private_addresses: false,
            timeout: Duration::from_secs(10),
            max_bytes: 32 << 20,
        }
    }
}

/// Fetches bodies; one for the whole process.
#[derive(Debug, Default)]
pub struct Fetcher {
    settings: FetchSettings,
    http: Option<http::Http>,
}

/// Why a body is not at hand.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The rules forbid it, or it will never be there.
    #[error("{0}")]
    Refused(String),
    /// The rules for addresses forbid it.
    #[error("{0}")]
    BlockedAddress(String),
    /// The bytes are not those that the message named.
    #[error("{0}")]
    Mismatch(String),
    #[error("{0}")]
    TooLarge(String),
    #[error(transparent)]
    World(#[from] Failure),
}

impl FetchError {
    pub fn reason(&self) -> ParkReason {
        match self {
            Self::Mismatch(_) => ParkReason::BodyRefMismatch,
            Self::TooLarge(_) => ParkReason::LimitBodyBytes,
            Self::Refused(_) | Self::BlockedAddress(_) | Self::World(_) => ParkReason::BodyRefRefused,
        }
    }

    fn result(&self) -> FetchResult {
        match self {
            Self::Mismatch(_) => FetchResult::Mismatch,
            Self::TooLarge(_) => FetchResult::TooLarge,
            Self::BlockedAddress(_) => FetchResult::BlockedAddress,
            Self::Refused(_) | Self::World(_) => FetchResult::Other,
        }
    }
}

impl Fetcher {
    pub fn new(settings: FetchSettings) -> Result<Self, reqwest::Error> {
        let http = if settings.hosts.is_empty() { None } else { Some(http::Http::new(&settings)?) };
        Ok(Self { settings, http })
    }

    /// The bytes that `reference` names, and no others.
    pub async fn fetch(&self, reference: &BodyRef) -> Result<Bytes, FetchError> {
        let since = Instant::now();
        let fetched = self.verified(reference).await;
        let result = fetched.as_ref().map_or_else(FetchError::result, |_| FetchResult::Ok);
        record::fetched(result, since.elapsed());
        fetched
    }

    async fn verified(&self, reference: &BodyRef) -> Result<Bytes, FetchError> {
        let (wanted, most) = (reference.bytes, self.settings.max_bytes);
        if wanted > most {
            return Err(FetchError::TooLarge(format!(
                "the claim check names {wanted} bytes, limits.body_bytes allows {most}"
            )));
        }
        let url = url::Url::parse(&reference.uri)
            .map_err(|e| FetchError::Refused(format!("the claim check's uri cannot be read: {e}")))?;
        let bytes = match (url.scheme(), &self.http, &self.settings.directory) {
            ("http" | "https", Some(http), _) => http.get(url, wanted).await?,
            ("http" | "https", None, _) => {
                return Err(FetchError::Refused("no host may be asked: fetch.hosts is empty".to_owned()));
            }
            ("file", _, Some(directory)) => from_directory(directory, url.path(), wanted).await?,
            ("file", _, None) => {
                return Err(FetchError::Refused("no file may be read: fetch.directory is empty".to_owned()));
            }
            (scheme, _, _) => {
                return Err(FetchError::Refused(format!("{scheme}: only http, https and file are fetched")));
            }
        };
        verify(reference, bytes)
    }
}

fn verify(reference: &BodyRef, bytes: Vec<u8>) -> Result<Bytes, FetchError> {
    let found = bytes.len() as u64;
    if found != reference.bytes {
        let (least, wanted) = (found.min(reference.bytes + 1), reference.bytes);
        return Err(FetchError::Mismatch(format!(
            "the body has {least} bytes or more, the claim check names {wanted}"
        )));
    }
    let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
    if !hash.eq_ignore_ascii_case(&reference.sha256) {
        return Err(FetchError::Mismatch(format!(
            "the body has sha256 {hash}, the claim check names {}",
            reference.sha256.chars().take(64).collect::<String>()
        )));
    }
    Ok(Bytes::from(bytes))
}

/// A regular file under `directory`, whatever links and dots its path holds.
async fn from_directory(directory: &Path, path: &str, wanted: u64) -> Result<Vec<u8>, FetchError> {
    let refused = |why: &str| FetchError::Refused(format!("the file of the claim check {why}"));
    let failed = |e: std::io::Error| Failure::of_page("the file of its claim check", e);
    let relative: PathBuf = percent_decoded(path).trim_start_matches('/').into();
    let directory = tokio::fs::canonicalize(directory).await.map_err(failed)?;
    let absolute = Path::new("/").join(&relative);
    let path = if absolute.starts_with(&directory) { absolute } else { directory.join(relative) };
    let path = tokio::fs::canonicalize(&path).await.map_err(failed)?;
    if !path.starts_with(&directory) {
        return Err(refused("does not lie in fetch.directory"));
    }
    if !tokio::fs::metadata(&path).await.map_err(failed)?.is_file() {
        return Err(refused("is no regular file"));
    }
    let mut bytes = Vec::new();
    let file = tokio::fs::File::open(&path).await.map_err(failed)?;
    // one more than wanted tells a longer file
    file.take(wanted + 1).read_to_end(&mut bytes).await.map_err(failed)?;
    Ok(bytes)
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = path.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, pair) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(uri: &str, body: &[u8]) -> BodyRef {
        let sha256 = Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect();
        BodyRef { uri: uri.to_owned(), sha256, bytes: body.len() as u64 }
    }

    #[tokio::test]
    async fn files_are_read_from_the_named_directory_alone() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("bodies");
        std::fs::create_dir_all(directory.join("2025")).unwrap();
        std::fs::write(directory.join("2025/a page.html"), b"body").unwrap();
        std::fs::write(home.path().join("secret"), b"body").unwrap();
        std::os::unix::fs::symlink(home.path().join("secret"), directory.join("link")).unwrap();
        let settings = FetchSettings { directory: Some(directory.clone()), ..FetchSettings::default() };
        let fetcher = Fetcher::new(settings).unwrap();
        for uri in ["file:2025/a%20page.html", "file:///2025/a%20page.html"] {
            assert_eq!(fetcher.fetch(&reference(uri, b"body")).await.unwrap(), "body", "{uri}");
        }
        let whole = format!("file://{}/2025/a%20page.html", directory.canonicalize().unwrap().display());
        assert_eq!(fetcher.fetch(&reference(&whole, b"body")).await.unwrap(), "body");
        let outside = format!("file://{}/secret", home.path().display());
        for uri in ["file:link", "file:..%2fsecret", "file:%2e%2e/secret", "file:2025", outside.as_str()] {
            let error = fetcher.fetch(&reference(uri, b"body")).await.unwrap_err();
            assert!(
                matches!(error, FetchError::Refused(_) | FetchError::World(Failure::OfPage { .. })),
                "{uri}: {error}"
            );
        }
    }

    #[tokio::test]
    async fn other_bytes_than_named_are_a_mismatch() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("a"), b"body").unwrap();
        let settings = FetchSettings { directory: Some(home.path().to_owned()), ..FetchSettings::default() };
        let fetcher = Fetcher::new(settings).unwrap();
        for body in [&b"bod"[..], b"bodys", b"b0dy"] {
            let error = fetcher.fetch(&reference("file:a", body)).await.unwrap_err();
            assert_eq!(error.reason(), ParkReason::BodyRefMismatch, "{error}");
        }
        let mut huge = reference("file:a", b"body");
        huge.bytes = u64::MAX;
        assert_eq!(fetcher.fetch(&huge).await.unwrap_err().reason(), ParkReason::LimitBodyBytes);
    }

    #[tokio::test]
    async fn nothing_is_fetched_until_it_is_allowed() {
        let fetcher = Fetcher::default();
        for uri in
            ["http://bodies.example/a", "https://bodies.example/a", "file:a", "ftp://bodies.example/a", "::"]
        {
            let error = fetcher.fetch(&reference(uri, b"body")).await.unwrap_err();
            assert_eq!(error.reason(), ParkReason::BodyRefRefused, "{uri}: {error}");
        }
    }
}
