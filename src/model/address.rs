//! One address for one article: a versioned normaliser. The version is part of every key, since another
//! way to normalise would make old articles look new.

use std::borrow::Cow;

use url::Url;

/// The forms in which addresses have become keys of stores. A key stays in the form of its day, so a page
/// is looked up in every one of these and written in the newest. Whoever changes what a form gives for
/// any address adds another and leaves the older as it was; one may go when no store has a key in it:
/// the longest retention after the release that wrote it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The address itself: a page's as it was fetched, a canonical one without its tracking.
    Printed,
    /// What `key` gives: scheme, `www.` and mobile hosts told apart no longer.
    Plain,
    /// The same of the address without a number that only keeps caches from answering.
    Bare,
}

impl Form {
    /// Newest first.
    pub const ALL: [Form; 3] = [Form::Bare, Form::Plain, Form::Printed];
    pub const NEWEST: Form = Form::ALL[0];

    /// Part of every key. A bare address is the plain address of another, whose keys it shares: most have but one.
    pub fn version(self) -> u64 {
        match self {
            Self::Printed => 1,
            Self::Plain | Self::Bare => 2,
        }
    }

    /// An address in this form; what is no URL stays as it is.
    pub fn of(self, address: &str) -> Cow<'_, str> {
        match (self, Url::parse(address)) {
            (Self::Bare, Ok(url)) => {
                let mut url = normalise(&url);
                if asks_past_caches(&url) {
                    url.set_query(None);
                }
                key_of_normal(&url).into()
            }
            (Self::Plain, Ok(url)) => key(&url).into(),
            (Self::Printed, _) | (_, Err(_)) => address.into(),
        }
    }
}

/// Longest URL that is kept, in bytes.
pub const LONGEST: usize = 4096;

/// The URL as it is published: tracking, fragments, default ports and AMP forms undone, host in lower
/// case; scheme and host stay.
pub fn normalise(url: &Url) -> Url {
    let mut url = unwrapped(url).unwrap_or_else(|| url.clone());
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, value)| !is_tracking(name) && !is_amp_flag(name, value))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.is_empty() {
        url.set_query(None);
    } else if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(&kept);
    }
    let path = tidy_path(url.path());
    url.set_path(&path);
    // Credentials are nobody's business; both fail only for URLs that cannot have any.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// What two addresses of one article have in common: `host/path?query` without scheme, `www.` and
/// mobile or AMP hosts, trailing marks, and with the parameters in order.
pub fn key(url: &Url) -> String {
    key_of_normal(&normalise(url))
}

fn key_of_normal(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let mut host = host.strip_suffix('.').unwrap_or(host);
    for prefix in ["www.", "m.", "mobile.", "amp.", "wap.", "touch."] {
        if let Some(rest) = host.strip_prefix(prefix).filter(|r| r.contains('.')) {
            host = rest;
        }
    }
    let mut out = host.to_owned();
    if let Some(port) = url.port() {
        out += &format!(":{port}");
    }
    let path = url.path().trim_end_matches('/');
    let path =
        ["/index.html", "/index.htm", "/index.php"].iter().find_map(|i| path.strip_suffix(i)).unwrap_or(path);
    out += path;
    let mut pairs: Vec<_> = url.query_pairs().collect();
    pairs.sort();
    for (i, (name, value)) in pairs.iter().enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        out += &url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    }
    out
}

/// Whether all that is asked of an address that names its article in words is a number: a time or a draw, so that
/// no cache answers. Where articles are told apart by number, the path is the same for all of them.
fn asks_past_caches(url: &Url) -> bool {
    const NAMES: [&str; 12] =
        ["_", "t", "ts", "v", "r", "rnd", "rand", "cb", "nocache", "cachebuster", "time", "timestamp"];
    let mut pairs = url.query_pairs();
    let (Some((name, value)), None) = (pairs.next(), pairs.next()) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = if value.is_empty() { digits(&name) } else { NAMES.contains(&&*name) && digits(&value) };
    number && names_an_article(url.path())
}

/// Whether the last part of a path is of three words or more, or has a number of five digits.
fn names_an_article(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let words = last.split(['-', '_', '+']).filter(|w| w.bytes().any(|b| b.is_ascii_alphabetic())).count();
    words >= 3 || last.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 5)
}

/// The home page or the root of a section edition: no article lives there.
pub fn is_home(url: &Url) -> bool {
    let path = url.path().trim_matches('/');
    let language = path.len() <= 5
        && path.split('-').all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_alphabetic()));
    let index = matches!(path, "index.html" | "index.htm" | "index.php" | "home" | "default.aspx");
    (path.is_empty() || language || index) && url.query().is_none()
}

/// A page's own claim of its address, believed where it is a web address of the same site and not the
/// home page (unless the page is).
pub fn believed(claim: &str, base: Option<&Url>) -> Option<Url> {
    let claim = claim.trim();
    if claim.is_empty() || claim.len() > LONGEST {
        return None;
    }
    let url = match base {
        Some(base) => base.join(claim).ok()?,
        None => Url::parse(claim).ok()?,
    };
    if !matches!(url.scheme(), "http" | "https") || !url.host_str()?.contains('.') {
        return None;
    }
    let url = normalise(&url);
    if let Some(base) = base {
        if is_home(&url) && !is_home(base) {
            return None;
        }
        let own = unwrapped(base).unwrap_or_else(|| base.clone());
        if site(&url) != site(&own) {
            return None;
        }
    } else if is_home(&url) {
        return None;
    }
    Some(url)
}

/// Registrable domain of the URL's host.
pub fn site(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    Some(psl::domain_str(host).unwrap_or(host).to_owned())
}

/// Parameters that say where a reader came from and nothing about the page.
fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    const PREFIXES: [&str; 14] = [
        "utm_", "at_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "ns_", "wt_", "wt.", "mc_", "cx_", "ga_",
        "trk_",
    ];
    const NAMES: [&str; 60] = [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "msclkid",
        "yclid",
        "twclid",
        "igshid",
        "igsh",
        "ttclid",
        "wbraid",
        "gbraid",
        "mkt_tok",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "vero_id",
        "oly_enc_id",
        "oly_anon_id",
        "rss",
        "cmp",
        "cmpid",
        "icid",
        "ncid",
        "ocid",
        "mod",
        "smid",
        "smtyp",
        "partner",
        "xtor",
        "spm",
        "scid",
        "sref",
        "ref",
        "referrer",
        "referer",
        "ref_src",
        "ref_url",
        "source",
        "src",
        "feature",
        "shareid",
        "share",
        "social",
        "__twitter_impression",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "taid",
        "ito",
        "ftag",
        "maca",
        "wtrid",
        "intcmp",
        "intcid",
        "cid_source",
        "soc_src",
        "soc_trk",
        "traffic_source",
    ];
    PREFIXES.iter().any(|p| name.starts_with(p)) || NAMES.contains(&name.as_str())
}

fn is_amp_flag(name: &str, value: &str) -> bool {
    (name.eq_ignore_ascii_case("amp") && matches!(value, "" | "1" | "true"))
        || (name.eq_ignore_ascii_case("outputType") && value.eq_ignore_ascii_case("amp"))
        || name.eq_ignore_ascii_case("usqp")
        || name.eq_ignore_ascii_case("amp_js_v")
}

/// The address inside one of an AMP cache or viewer.
fn unwrapped(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let rest = if host.ends_with(".cdn.ampproject.org") {
        let path = url.path();
        ["/c/", "/v/", "/a/"].iter().find_map(|p| path.strip_prefix(p))?
    } else if host.strip_prefix("www.").unwrap_or(host).starts_with("google.") {
        url.path().strip_prefix("/amp/")?
    } else {
        return None;
    };
    let (scheme, rest) = match rest.strip_prefix("s/") {
        Some(rest) => ("https", rest),
        None => ("http", rest),
    };
    let query = url.query().map(|q| format!("?{q}")).unwrap_or_default();
    Url::parse(&format!("{scheme}://{rest}{query}"))
        .ok()
        .filter(|u| u.host_str().is_some_and(|h| h.contains('.')))
}

/// Doubled slashes and AMP endings out of a path.
fn tidy_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    for (ending, instead) in
        [("/amp/", "/"), ("/amp", ""), (".amp.html", ".html"), (".amp", ""), ("/amp.html", ".html")]
    {
        if let Some(stem) = out.strip_suffix(ending).filter(|s| s.len() > 1) {
            out = format!("{stem}{instead}");
            break;
        }
    }
    if let Some(stem) = out.strip_prefix("/amp/").filter(|s| s.contains('/') || s.contains('-')) {
        out = format!("/{stem}");
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u(s: &str) -> Url {
        Url::parse(s).expect("a url")
    }

    #[test]
    fn normal_forms() {
        for (from, to) in [
            ("HTTPS://Herald.Example:443/News/A?utm_source=x&id=7#top", "https://herald.example/News/A?id=7"),
            ("http://herald.example:80//news//a/", "http://herald.example/news/a/"),
            ("https://herald.example/a/amp/", "https://herald.example/a/"),
            ("https://herald.example/a.amp.html?outputType=amp", "https://herald.example/a.html"),
            ("https://herald.example/a?amp=1&p=2", "https://herald.example/a?p=2"),
            (
                "https://herald-example.cdn.ampproject.org/c/s/herald.example/a?fbclid=1",
                "https://herald.example/a",
            ),
            ("https://www.google.com/amp/s/herald.example/a/b", "https://herald.example/a/b"),
            ("https://user:pw@herald.example/a", "https://herald.example/a"),
            ("https://herald.example/?p=12", "https://herald.example/?p=12"),
            ("https://herald.example/a?x=1;2&y=%20z", "https://herald.example/a?x=1;2&y=%20z"),
        ] {
            let normal = normalise(&u(from));
            assert_eq!(normal.as_str(), to, "{from}");
            assert_eq!(normalise(&normal), normal, "{from} twice");
        }
    }

    #[test]
    fn keys_are_equal_for_one_article_and_differ_for_two() {
        let same = [
            "https://www.herald.example/news/a?id=7&b=1",
            "http://m.herald.example/news/a/?b=1&id=7&utm_medium=rss",
            "https://amp.herald.example/news/a/amp?id=7&b=1#x",
        ];
        for url in same {
            assert_eq!(key(&u(url)), "herald.example/news/a?b=1&id=7", "{url}");
        }
        assert_ne!(key(&u("https://herald.example/a?id=7")), key(&u("https://herald.example/a?id=8")));
        assert_ne!(key(&u("https://herald.example/a")), key(&u("https://herald.example:8080/a")));
    }

    #[test]
    fn forms_differ_where_one_article_has_two_addresses() {
        let addresses = ["https://www.herald.example/a?utm_source=x", "http://m.herald.example/a/"];
        assert_eq!(addresses.map(|a| Form::Plain.of(a).into_owned()), ["herald.example/a"; 2]);
        assert_eq!(addresses.map(|a| Form::Printed.of(a).into_owned()), addresses);
        assert_eq!(Form::Plain.of("no address"), "no address");
        let versions = Form::ALL.map(Form::version);
        assert!(versions.is_sorted_by(|a, b| a >= b), "the newest first: {versions:?}");
    }

    #[test]
    fn a_number_that_keeps_caches_from_answering_is_no_part_of_a_bare_address() {
        for (address, bare) in [
            (
                "https://herald.example/2031/05/bridge-opens-again?1747039200",
                "herald.example/2031/05/bridge-opens-again",
            ),
            ("https://m.herald.example/news/20310512.html?_=17&utm_x", "herald.example/news/20310512.html"),
            ("https://herald.example/the_old_bridge/?ts=17", "herald.example/the_old_bridge"),
            (
                "https://herald.example/brücke-öffnet-wieder?99",
                "herald.example/br%C3%BCcke-%C3%B6ffnet-wieder",
            ),
        ] {
            assert_eq!(Form::Bare.of(address), bare, "{address}");
            assert_eq!(Form::Bare.of(address), Form::Plain.of(&format!("https://{bare}")), "{address}");
        }
        for address in [
            "https://herald.example/article.php?id=123",
            "https://herald.example/bridge-opens-again?id=123",
            "https://herald.example/bridge-opens-again?page=2",
            "https://herald.example/bridge-opens-again?12345&b=1",
            "https://herald.example/bridge-opens-again?12345=6",
            "https://herald.example/news.php?12345",
            "https://herald.example/?12345",
            "https://herald.example/2031/05/12/?12345",
            "https://herald.example/breaking-news?12345",
            "https://herald.example/read-story?v=12345",
            "https://herald.example/watch-this-film?v=a12345",
        ] {
            assert_eq!(Form::Bare.of(address), Form::Plain.of(address), "{address}");
        }
    }

    #[test]
    fn claims_that_are_believed() {
        let base = u("https://www.herald.example/news/a?utm_source=x");
        for (claim, expected) in [
            ("/news/a", Some("https://www.herald.example/news/a")),
            ("https://herald.example/news/a-long?fbclid=9", Some("https://herald.example/news/a-long")),
            ("https://herald.example/", None),
            ("https://herald.example/en/", None),
            ("https://other.example/news/a", None),
            ("javascript:void(0)", None),
            ("https://localhost/news/a", None),
            ("", None),
        ] {
            assert_eq!(believed(claim, Some(&base)).as_ref().map(Url::as_str), expected, "{claim}");
        }
        let amp = u("https://www.google.com/amp/s/herald.example/news/a");
        assert!(believed("https://herald.example/news/a", Some(&amp)).is_some());
    }
}
