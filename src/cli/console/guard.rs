//! Who may look at the console: somebody on this machine, who asked for it by this machine's name.

use std::net::IpAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::telemetry::Peer;

/// A proxy that passes requests on says so in one of these; it may pass on anybody's.
const PASSED_ON: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

pub(super) async fn this_machine_alone(
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    match refusal(peer.ip(), request.method(), request.headers()) {
        None => next.run(request).await,
        Some(why) => (StatusCode::FORBIDDEN, format!("{why}\n")).into_response(),
    }
}

/// Why a request is refused; `None` where it may pass.
fn refusal(peer: IpAddr, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !peer.to_canonical().is_loopback() || PASSED_ON.iter().any(|name| headers.contains_key(*name)) {
        return Some("the console answers this machine alone: use a tunnel or a port-forward");
    }
    // A name that somebody else's DNS points at this machine is not this machine's.
    let host = said(header::HOST.as_str()).unwrap_or_default();
    if !is_local(host) {
        return Some("the console is asked for as localhost or 127.0.0.1");
    }
    if method == Method::POST {
        let own = match (said("sec-fetch-site"), said(header::ORIGIN.as_str())) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin.strip_prefix("http://") == Some(host),
            (None, None) => true,
        };
        if !own {
            return Some("another site's page sent this form");
        }
    }
    None
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    type Pairs = &'static [(&'static str, &'static str)];

    fn headers(pairs: Pairs) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn only_this_machine_asked_for_by_its_own_name_may_look() {
        let local = "127.0.0.1".parse().unwrap();
        let cases: &[(&str, Pairs, bool)] = &[
            ("127.0.0.1", &[("host", "localhost:9464")], true),
            ("127.0.0.1", &[("host", "127.0.0.1:9464")], true),
            ("::1", &[("host", "[::1]:9464")], true),
            ("::ffff:127.0.0.1", &[("host", "localhost")], true),
            ("10.0.0.7", &[("host", "localhost:9464")], false),
            ("192.168.1.4", &[("host", "192.168.1.4:9464")], false),
            ("127.0.0.1", &[("host", "rebound.example:9464")], false),
            ("127.0.0.1", &[("host", "localhost.evil.example")], false),
            ("127.0.0.1", &[], false),
            ("127.0.0.1", &[("host", "localhost"), ("x-forwarded-for", "203.0.113.9")], false),
            ("127.0.0.1", &[("host", "localhost"), ("forwarded", "for=203.0.113.9")], false),
        ];
        for (peer, pairs, may) in cases {
            let refused = refusal(peer.parse().unwrap(), &Method::GET, &headers(pairs));
            assert_eq!(refused.is_none(), *may, "{peer} {pairs:?}: {refused:?}");
        }
        let posts: &[(Pairs, bool)] = &[
            (&[("host", "localhost:9464"), ("sec-fetch-site", "same-origin")], true),
            (&[("host", "localhost:9464"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "localhost:9464"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "localhost:9464"), ("origin", "http://localhost:9464")], true),
            (&[("host", "localhost:9464"), ("origin", "http://localhost:9999")], false),
            (&[("host", "localhost:9464"), ("origin", "null")], false),
        ];
        for (pairs, may) in posts {
            assert_eq!(refusal(local, &Method::POST, &headers(pairs)).is_none(), *may, "{pairs:?}");
        }
    }
}
