//! Every setting in one table: name, kind with its bounds, default, and what it is for. The shipped
//! `config/copydesk.toml` is printed from this table and tested equal to it.

/// What a setting may hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Text,
    /// Text that is never shown.
    Secret,
    Switch,
    /// Smallest and largest.
    Integer(i64, i64),
    Number(f64, f64),
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Default {
    Text(&'static str),
    Switch(bool),
    Integer(i64),
    Number(f64),
    Texts(&'static [&'static str]),
}

#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// `section.key`.
    pub name: &'static str,
    pub kind: Kind,
    pub default: Default,
    /// For a person who decides whether to change it.
    pub about: &'static str,
}

const fn text(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Text, default: Default::Text(default), about }
}
const fn secret(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Secret, default: Default::Text(default), about }
}
const fn switch(name: &'static str, default: bool, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Switch, default: Default::Switch(default), about }
}
const fn integer(name: &'static str, default: i64, min: i64, max: i64, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Integer(min, max), default: Default::Integer(default), about }
}
const fn number(name: &'static str, default: f64, min: f64, max: f64, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Number(min, max), default: Default::Number(default), about }
}
const fn choice(
    name: &'static str,
    default: &'static str,
    among: &'static [&'static str],
    about: &'static str,
) -> Setting {
    Setting { name, kind: Kind::Choice(among), default: Default::Text(default), about }
}
const fn texts(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Texts, default: Default::Texts(&[]), about }
}

const MIB: i64 = 1 << 20;

/// Sections in reading order, with a line for their heads.
pub const SECTIONS: &[(&str, &str)] = &[
    ("service", "Who this copydesk is."),
    ("rabbitmq", "The broker: pages in, events out."),
    ("store", "What is remembered: articles, stories, what sites say under every story."),
    ("http", "Metrics and health."),
    ("worker", "How much at a time, how long, and how it ends."),
    ("fetch", "Claim checks: bodies that lie elsewhere. Off until a host or a directory is named."),
    ("read", "Rules of single sites, and whether events say what was removed."),
    ("classify", "Topics."),
    (
        "limits",
        "What a hostile page may cost. Over one of the first four a page is parked, and the limit named; the others cut it.",
    ),
    ("log", "What is written to standard error."),
];

pub const SETTINGS: &[Setting] = &[
    text(
        "service.name",
        "copydesk",
        "Names this installation in the events' `source`: urn:copydesk:<name>. Letters, digits, - and _.",
    ),
    secret(
        "rabbitmq.url",
        "amqp://guest:guest@127.0.0.1:5672/%2f",
        "amqp:// or amqps://, with user, password and virtual host (%2f is /).",
    ),
    secret(
        "rabbitmq.management_url",
        "",
        "http(s)://user:password@host:15672 of an administrator, for `topology apply` and `verify`, which set policies. Empty: not available.",
    ),
    text(
        "rabbitmq.prefix",
        "",
        "Put before every name on the broker, so that tests and tenants can share a node. Letters, digits, . - and _.",
    ),
    choice(
        "rabbitmq.topology",
        "check",
        &["check", "apply"],
        "What `run` does first: check that what it needs exists, by passive declaration, or apply the topology (needs configure rights).",
    ),
    switch(
        "rabbitmq.subscriber_queue",
        true,
        "Whether the topology has `articles.all`, a bounded queue of all article events to begin with.",
    ),
    integer(
        "rabbitmq.heartbeat_seconds",
        15,
        2,
        120,
        "A connection is dead when nothing came for twice this long.",
    ),
    integer("rabbitmq.connect_timeout_seconds", 10, 1, 120, "Time for one attempt to connect."),
    integer(
        "rabbitmq.confirm_timeout_seconds",
        30,
        1,
        600,
        "Time for the broker to confirm an event, while it has not said that it is blocked. After it the session is rebuilt.",
    ),
    text(
        "rabbitmq.ca_file",
        "",
        "PEM file of the authority that signed the broker's certificate, for amqps. Empty: the system's authorities.",
    ),
    integer(
        "rabbitmq.max_event_bytes",
        15 * MIB,
        64 << 10,
        128 * MIB,
        "A larger event is parked; it holds the text twice. Keep below the broker's max_message_size (16 MiB since RabbitMQ 4).",
    ),
    secret(
        "store.url",
        "none",
        "none, file:DIR (one process) or redis://user:password@host:port/db (shared by replicas; rediss:// over TLS; ?prefix=NAME lets installations share a server).",
    ),
    integer("store.retention_days", 30, 1, 3650, "How long an article is remembered after it was last seen."),
    integer(
        "store.max_articles",
        5_000_000,
        1000,
        1_000_000_000,
        "How many articles are remembered; the oldest are forgotten first.",
    ),
    integer(
        "store.max_sites",
        100_000,
        100,
        100_000_000,
        "Of how many sites is kept what they have taught; those silent for longest are forgotten first, decisions about their lines too.",
    ),
    integer(
        "store.claim_seconds",
        120,
        5,
        3600,
        "How long a claim holds before another worker may publish the article. Above the confirm time-out.",
    ),
    choice(
        "store.on_outage",
        "wait",
        &["wait", "publish_unchecked"],
        "When the store is out of reach: wait, or publish every article as new.",
    ),
    integer(
        "store.cache_bytes",
        256 * MIB,
        MIB,
        1 << 40,
        "Memory of an embedded store for what it reads and writes; a gigabyte for each million articles is ample.",
    ),
    text(
        "http.listen",
        "127.0.0.1:9464",
        "Address of /metrics, /livez and /readyz, and of the console (/), which answers this machine alone. Empty: no server.",
    ),
    integer("worker.jobs", 0, 0, 1024, "Pages read at the same time. 0: one for each core."),
    integer(
        "worker.prefetch_max",
        256,
        1,
        65_535,
        "Most deliveries held at a time. A session starts at 1 and grows as batches settle.",
    ),
    integer(
        "worker.prefetch_bytes",
        64 * MIB,
        MIB,
        1 << 40,
        "Budget for the bodies of held deliveries: the prefetch follows the sizes seen.",
    ),
    integer(
        "worker.page_deadline_seconds",
        30,
        1,
        900,
        "A page that takes longer is parked and its thread abandoned. Far below the broker's consumer_timeout (30 minutes).",
    ),
    integer(
        "worker.abandoned_max",
        4,
        1,
        1024,
        "After so many abandoned threads the worker drains and exits, to be started afresh.",
    ),
    integer(
        "worker.drain_seconds",
        45,
        1,
        3600,
        "After SIGTERM: time for what is in flight. Keep the orchestrator's grace period above it.",
    ),
    integer(
        "worker.linger_millis",
        500,
        0,
        10_000,
        "Between the last ack and closing the channel: RabbitMQ may ignore acks that come just before.",
    ),
    integer(
        "worker.attempts_max",
        5,
        1,
        100,
        "Attempts at a page that fails on account of its own claim check; then it is parked.",
    ),
    texts(
        "fetch.hosts",
        "Hosts that claim checks may be fetched from by http(s): \"bodies.example\" on ports 80 and 443, \"bodies.example:8080\" on that port.",
    ),
    text("fetch.directory", "", "Directory that file: claim checks may be read from. Empty: none."),
    switch(
        "fetch.private_addresses",
        false,
        "Whether the named hosts may have private or loopback addresses.",
    ),
    integer("fetch.timeout_seconds", 10, 1, 120, "Time for one fetch."),
    switch(
        "read.keep_removed",
        false,
        "Whether article events list what was removed, and by which rule (`removed`).",
    ),
    text(
        "read.sites",
        "config/sites",
        "Directory of site rules, one <domain>.toml a site. Loaded anew when a file changes; a broken file is refused and the last good one kept.",
    ),
    number(
        "classify.min_confidence",
        0.5,
        0.0,
        1.0,
        "First-level topics below it are left out; what a second-level topic needs is 0.3. 0 lists all first-level topics with their confidence.",
    ),
    text(
        "classify.watch",
        "config/topics.toml",
        "Watch rules: your own labels as data. Loaded anew when the file changes.",
    ),
    text(
        "classify.model",
        "",
        "A topic model of your own, made by `copydesk train topics`. Empty: the one inside.",
    ),
    secret(
        "classify.remote_url",
        "",
        "Address of a model that is asked by HTTP before the embedded one (docs/messages.md says what it is sent). Empty: none.",
    ),
    integer(
        "classify.remote_timeout_millis",
        500,
        10,
        60_000,
        "Time for the remote model; after it the embedded one answers.",
    ),
    integer("limits.message_bytes", 16 * MIB, 1024, 512 * MIB, "Of one message as delivered."),
    integer("limits.body_bytes", 32 * MIB, 1024, 1024 * MIB, "Of one body, decompressed."),
    integer(
        "limits.inflate_ratio",
        200,
        2,
        100_000,
        "Decompressed to compressed, looked at beyond 1 MiB of output.",
    ),
    integer(
        "limits.work_units",
        4 << 30,
        1 << 20,
        i64::MAX,
        "Work that one page may cost; a unit is about a byte looked at, a node or a step.",
    ),
    integer(
        "limits.html_depth",
        512,
        16,
        100_000,
        "Open elements at a time; deeper ones are taken as siblings, as browsers do.",
    ),
    integer(
        "limits.html_nodes",
        1_000_000,
        1000,
        100_000_000,
        "Elements that are told apart; text beyond is kept with the last.",
    ),
    integer("limits.html_attribute_bytes", 8 * MIB, 1024, 1024 * MIB, "Attribute text kept of one page."),
    integer("limits.text_bytes", 16 * MIB, 1024, 1024 * MIB, "Visible text kept of one page."),
    integer("limits.json_ld_bytes", 2 * MIB, 1024, 256 * MIB, "JSON-LD and script state read of one page."),
    text(
        "log.level",
        "info",
        "error, warn, info, debug, trace, or a filter such as info,copydesk::worker=debug.",
    ),
    choice(
        "log.format",
        "auto",
        &["auto", "json", "text"],
        "JSON lines, or text for a person; auto: text on a terminal.",
    ),
];

/// The setting of that name.
pub fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name)
}

/// The whole table as an explained TOML file, each setting at its default.
pub fn shipped_file() -> String {
    let mut out = String::from(
        "# copydesk: every setting at its default.\n\
         # Environment goes over this file (COPYDESK__SECTION__KEY), flags over both (--set section.key=value).\n\
         # A secret may also be read from a file: `url_file = \"/run/secrets/...\"` in place of `url`.\n",
    );
    for (section, head) in SECTIONS {
        out.push_str(&format!("\n# {head}\n[{section}]\n"));
        for s in SETTINGS.iter().filter(|s| s.name.split_once('.').is_some_and(|(head, _)| head == *section))
        {
            let key = s.name.split_once('.').map_or(s.name, |(_, key)| key);
            for line in wrapped(s, 106) {
                out.push_str(&format!("# {line}\n"));
            }
            out.push_str(&format!("{key} = {}\n", shown(&s.default)));
        }
    }
    out
}

fn wrapped(s: &Setting, width: usize) -> Vec<String> {
    let bounds = match s.kind {
        Kind::Integer(min, max) if max < i64::MAX => format!(" ({min} to {max})"),
        Kind::Integer(min, _) => format!(" (from {min})"),
        Kind::Number(min, max) => format!(" ({min} to {max})"),
        Kind::Choice(among) => format!(" ({})", among.join(" | ")),
        _ => String::new(),
    };
    let mut lines = vec![String::new()];
    for word in format!("{}{bounds}", s.about).split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if !last.is_empty() && last.len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

fn shown(value: &Default) -> String {
    match value {
        Default::Text(t) => toml::Value::String((*t).to_owned()).to_string(),
        Default::Switch(b) => b.to_string(),
        Default::Integer(i) => i.to_string(),
        Default::Number(n) => format!("{n:?}"),
        Default::Texts(all) => {
            format!("[{}]", all.iter().map(|t| format!("{t:?}")).collect::<Vec<_>>().join(", "))
        }
    }
}
