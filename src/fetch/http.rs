//! Claim checks by http or https: named hosts alone, each address checked before it is connected to,
//! redirects followed by hand with the same checks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::{Host, Url};

use super::address::is_public;
use super::{FetchError, FetchSettings};
use crate::model::Failure;

/// Redirects followed.
const HOPS: usize = 3;
const WHAT: &str = "the host of its claim check";

#[derive(Debug)]
pub struct Http {
    client: Client,
    hosts: Vec<String>,
    private_addresses: bool,
}

impl Http {
    pub fn new(settings: &FetchSettings) -> Result<Self, reqwest::Error> {
        crate::tls::install();
        let client = Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(settings.timeout)
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(Arc::new(CheckedResolver { private_addresses: settings.private_addresses }))
            .build()?;
        let hosts = settings.hosts.iter().map(|h| h.trim().to_ascii_lowercase()).collect();
        Ok(Self { client, hosts, private_addresses: settings.private_addresses })
    }

    /// The body at `url`, up to one byte more than `wanted`.
    pub async fn get(&self, mut url: Url, wanted: u64) -> Result<Vec<u8>, FetchError> {
        for _ in 0..=HOPS {
            self.allowed(&url)?;
            let request = self.client.get(url.clone());
            // encodings are undone by `decode`, under its caps
            let request = request.header(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            let answer = request.send().await.map_err(failed)?;
            let status = answer.status();
            if status.is_redirection() {
                let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| url.join(to).ok());
                url = to.ok_or_else(|| FetchError::Refused(format!("{status} without a place to go")))?;
                continue;
            }
            return match status {
                StatusCode::OK => body(answer, wanted).await,
                StatusCode::NOT_FOUND
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_EARLY
                | StatusCode::TOO_MANY_REQUESTS => {
                    Err(Failure::of_page(WHAT, format!("it answered {status}")).into())
                }
                status if status.is_server_error() => {
                    Err(Failure::of_page(WHAT, format!("it answered {status}")).into())
                }
                status => Err(FetchError::Refused(format!("the host of the claim check answered {status}"))),
            };
        }
        Err(FetchError::Refused(format!("more than {HOPS} redirects")))
    }

    fn allowed(&self, url: &Url) -> Result<(), FetchError> {
        let refused = |why: String| Err(FetchError::Refused(why));
        if !matches!(url.scheme(), "http" | "https") {
            return refused(format!("a redirect to {}:", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("the address of the claim check holds a user or password".to_owned());
        }
        let Some(host) = url.host() else { return refused("no host".to_owned()) };
        let name = host.to_string().to_ascii_lowercase();
        let port = url.port_or_known_default().unwrap_or(0);
        let with_port = format!("{name}:{port}");
        let plain = matches!(port, 80 | 443) && self.hosts.contains(&name);
        if !plain && !self.hosts.contains(&with_port) {
            return refused(format!("{with_port} is not among fetch.hosts"));
        }
        // addresses written out are not resolved
        let literal = match host {
            Host::Ipv4(v4) => Some(IpAddr::V4(v4)),
            Host::Ipv6(v6) => Some(IpAddr::V6(v6)),
            Host::Domain(_) => None,
        };
        if literal.is_some_and(|ip| !self.private_addresses && !is_public(ip)) {
            return Err(FetchError::BlockedAddress(format!("{name} is not a public address")));
        }
        Ok(())
    }
}

async fn body(mut answer: reqwest::Response, wanted: u64) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        let left = usize::try_from(wanted + 1).unwrap_or(usize::MAX) - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(left)]);
        if bytes.len() as u64 > wanted {
            break;
        }
    }
    Ok(bytes)
}

fn failed(error: reqwest::Error) -> FetchError {
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(e) = cause {
        if let Some(blocked) = e.downcast_ref::<Blocked>() {
            return FetchError::BlockedAddress(blocked.to_string());
        }
        cause = e.source();
    }
    Failure::of_page(WHAT, error.without_url()).into()
}

/// Resolves names, and keeps only the addresses that may be connected to: the connection goes to these.
#[derive(Debug)]
struct CheckedResolver {
    private_addresses: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{name} has no public address")]
struct Blocked {
    name: String,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private_addresses = self.private_addresses;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|a| private_addresses || is_public(a.ip())).collect();
            if kept.is_empty() {
                return Err(Blocked { name }.into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Fetcher;
    use crate::model::failure::ParkReason;
    use crate::model::page::BodyRef;
    use sha2::{Digest, Sha256};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// A server that answers by path, on a loopback port.
    async fn server() -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let read = socket.read(&mut request).await.unwrap_or(0);
                    let line = String::from_utf8_lossy(&request[..read]).into_owned();
                    let path = line.split(' ').nth(1).unwrap_or("").to_owned();
                    let redirect = |to: &str| {
                        format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
                    };
                    let answer = match path.as_str() {
                        "/body" => "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody".to_owned(),
                        "/endless" => {
                            format!("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n{}", "x".repeat(9999))
                        }
                        "/moved" => redirect("/body"),
                        "/out" => redirect("http://other.example/body"),
                        "/metadata" => redirect("http://169.254.169.254/latest"),
                        "/round" => redirect("/round"),
                        "/error" => "HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n".to_owned(),
                        "/silent" => {
                            tokio::time::sleep(Duration::from_secs(30)).await;
                            String::new()
                        }
                        _ => "HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n".to_owned(),
                    };
                    let _ = socket.write_all(answer.as_bytes()).await;
                });
            }
        });
        port
    }

    fn fetcher(hosts: &[String], private_addresses: bool) -> Fetcher {
        let timeout = Duration::from_millis(700);
        let hosts = hosts.to_vec();
        Fetcher::new(FetchSettings { hosts, private_addresses, timeout, ..FetchSettings::default() }).unwrap()
    }

    async fn get(fetcher: &Fetcher, uri: &str) -> Result<String, FetchError> {
        let sha256 = Sha256::digest(b"body").iter().map(|b| format!("{b:02x}")).collect();
        let bytes = fetcher.fetch(&BodyRef { uri: uri.to_owned(), sha256, bytes: 4 }).await?;
        Ok(String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_each_answer_comes_to() {
        let port = server().await;
        let fetcher = fetcher(&[format!("127.0.0.1:{port}"), format!("localhost:{port}")], true);
        let base = format!("http://127.0.0.1:{port}");
        assert_eq!(get(&fetcher, &format!("{base}/body")).await.unwrap(), "body");
        assert_eq!(get(&fetcher, &format!("{base}/moved")).await.unwrap(), "body");
        assert_eq!(get(&fetcher, &format!("http://localhost:{port}/body")).await.unwrap(), "body");
        for (path, reason) in [
            ("endless", ParkReason::BodyRefMismatch),
            ("out", ParkReason::BodyRefRefused),
            ("metadata", ParkReason::BodyRefRefused),
            ("round", ParkReason::BodyRefRefused),
            ("forbidden", ParkReason::BodyRefRefused),
        ] {
            let error = get(&fetcher, &format!("{base}/{path}")).await.unwrap_err();
            assert_eq!(error.reason(), reason, "{path}: {error}");
            assert!(!matches!(error, FetchError::World(_)), "{path}: {error}");
        }
        for path in ["error", "silent"] {
            let error = get(&fetcher, &format!("{base}/{path}")).await.unwrap_err();
            assert!(matches!(error, FetchError::World(Failure::OfPage { .. })), "{path}: {error}");
        }
    }

    #[tokio::test]
    async fn private_addresses_are_refused_by_name_and_by_number() {
        let port = server().await;
        let named = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
        let fetcher = fetcher(&named, false);
        for host in ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"] {
            let error = get(&fetcher, &format!("http://{host}:{port}/body")).await.unwrap_err();
            assert!(matches!(error, FetchError::BlockedAddress(_)), "{host}: {error}");
        }
    }

    #[tokio::test]
    async fn hosts_ports_and_users_that_were_not_named_are_refused() {
        let fetcher = fetcher(&["bodies.example".to_owned()], true);
        for uri in [
            "http://other.example/body",
            "http://bodies.example:8080/body",
            "http://user:word@bodies.example/body",
            "http://sub.bodies.example/body",
            "http://bodies.example.evil.example/body",
        ] {
            let error = get(&fetcher, uri).await.unwrap_err();
            assert!(matches!(error, FetchError::Refused(_)), "{uri}: {error}");
        }
    }
}
