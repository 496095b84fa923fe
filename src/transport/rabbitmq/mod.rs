//! RabbitMQ: at-least-once by quorum queues, confirms and acknowledging last. A session is two
//! connections, since the broker stops reading from one that publishes when a resource runs short.

/// Acknowledging: the contiguous prefix together, stragglers singly.
mod acks;
/// What ends a session, and how soon the next may be tried.
mod fault;
/// AMQP properties ↔ envelope.
pub mod headers;
/// Consuming: the prefetch, and deliveries that are lent alone.
mod intake;
/// The management API: policies and full comparison.
pub mod management;
/// Parked messages: looked at, replayed, dropped.
pub mod parking;
/// Publishing with confirms, one task a channel.
mod publish;
/// Sessions, one after another.
mod session;
/// Exchanges, queues, bindings, policies.
pub mod topology;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lapin::tcp::OwnedTLSConfig;
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionBuilder, ConnectionProperties};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use fault::Fault;
pub use intake::Window;
use publish::Message;
pub use topology::Names;

use super::{Confirmed, Delivery, Outgoing, Sink, Source};
use crate::model::Failure;
use crate::telemetry::Health;

#[derive(Clone)]
pub struct Settings {
    /// `amqp://` or `amqps://`, with user, password and virtual host.
    pub url: String,
    /// Before every name on the broker.
    pub prefix: String,
    /// A connection is dead when nothing came for twice this long.
    pub heartbeat: Duration,
    pub connect_timeout: Duration,
    /// For one confirm, while the broker has not said that it is blocked.
    pub confirm_timeout: Duration,
    /// PEM of the authority that signed the broker's certificate; the system's where absent.
    pub ca_pem: Option<String>,
    pub window: Window,
    /// Events published and not yet confirmed.
    pub unconfirmed_max: usize,
    /// Between the last ack and closing.
    pub linger: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "amqp://guest:guest@127.0.0.1:5672/%2f".to_owned(),
            prefix: String::new(),
            heartbeat: Duration::from_secs(15),
            connect_timeout: Duration::from_secs(10),
            confirm_timeout: Duration::from_secs(30),
            ca_pem: None,
            window: Window { prefetch_max: 256, bytes: 64 << 20, isolate_after: 3 },
            unconfirmed_max: 256,
            linger: Duration::from_millis(500),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("broker", &self.place())
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

impl Settings {
    pub fn names(&self) -> Names {
        Names::new(&self.prefix)
    }

    /// Host, port and virtual host: what may be told.
    pub fn place(&self) -> String {
        match self.url.parse::<AMQPUri>() {
            Ok(uri) => format!("{}:{}/{}", uri.authority.host, uri.authority.port, uri.vhost),
            Err(_) => "an unreadable address".to_owned(),
        }
    }
}

/// Starts the sessions. Both ends live until the source is closed.
pub fn start(settings: Settings, health: Arc<Health>) -> (RabbitSource, RabbitSink) {
    let names = settings.names();
    let (out, deliveries) = mpsc::channel(1);
    let (lanes_to, lanes) = watch::channel(None);
    let (wanted_to, wanted) = watch::channel(false);
    let (stopping, closing) = (CancellationToken::new(), CancellationToken::new());
    let sessions = session::Sessions {
        settings,
        health,
        out,
        lanes: lanes_to,
        wanted,
        stopping: stopping.clone(),
        closing: closing.clone(),
    };
    let sessions = tokio::spawn(sessions.run());
    (RabbitSource { deliveries, wanted: wanted_to, stopping, closing, sessions }, RabbitSink { names, lanes })
}

/// Lends the messages of `pages.raw`.
pub struct RabbitSource {
    deliveries: mpsc::Receiver<Delivery>,
    /// Whether somebody waits for a delivery.
    wanted: watch::Sender<bool>,
    stopping: CancellationToken,
    closing: CancellationToken,
    sessions: JoinHandle<()>,
}

impl Source for RabbitSource {
    async fn next(&mut self) -> Option<Delivery> {
        let Self { deliveries, wanted, .. } = self;
        let _wanting = Wanting::new(wanted);
        loop {
            let delivery = deliveries.recv().await?;
            // one that waited here while its session broke comes again by itself
            if !delivery.lost().is_cancelled() {
                return Some(delivery);
            }
        }
    }

    async fn stop(&mut self) {
        self.stopping.cancel();
        self.deliveries.close();
    }

    async fn close(self) {
        self.stopping.cancel();
        self.closing.cancel();
        drop(self.deliveries);
        // each step of closing has its own time limit
        let _ = self.sessions.await;
    }
}

/// Says that a delivery is wanted for as long as somebody waits for one.
struct Wanting<'a>(&'a watch::Sender<bool>);

impl<'a> Wanting<'a> {
    fn new(wanted: &'a watch::Sender<bool>) -> Self {
        wanted.send_replace(true);
        Self(wanted)
    }
}

impl Drop for Wanting<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

/// Publishes events, retries and parked messages of the current session.
#[derive(Clone)]
pub struct RabbitSink {
    names: Names,
    lanes: watch::Receiver<Option<Lanes>>,
}

/// The way to the publish channels of one session.
#[derive(Clone)]
struct Lanes {
    events: mpsc::Sender<Message>,
    copies: mpsc::Sender<Message>,
}

const BROKER: &str = "the broker";

impl Sink for RabbitSink {
    async fn put(&self, outgoing: &Outgoing) -> Result<Confirmed, Failure> {
        let lanes = self.lanes.borrow().clone();
        let Lanes { events, copies } = lanes.ok_or_else(|| Failure::shared(BROKER, "no session"))?;
        let (reply, confirmed) = oneshot::channel();
        let (lane, message) = match outgoing {
            Outgoing::Event(outgoing) => {
                let message = Message {
                    exchange: self.names.articles(),
                    key: outgoing.event.routing_key.clone(),
                    properties: headers::event(outgoing),
                    payload: outgoing.payload.clone(),
                    reply,
                };
                (events, message)
            }
            Outgoing::Retry { tier, message } => {
                let message = Message {
                    exchange: self.names.retry(),
                    key: tier.key().to_owned(),
                    properties: headers::retry(message),
                    payload: message.envelope.payload.clone(),
                    reply,
                };
                (copies, message)
            }
            Outgoing::Park { message, reason, stage, error, .. } => {
                let message = Message {
                    exchange: self.names.dlx(),
                    key: reason.as_str().to_owned(),
                    properties: headers::park(message, *reason, *stage, error),
                    payload: message.envelope.payload.clone(),
                    reply,
                };
                (copies, message)
            }
        };
        let ended = || Failure::shared(BROKER, "the session ended before the confirm came");
        lane.send(message).await.map_err(|_| ended())?;
        match confirmed.await {
            Ok(Ok(())) => Ok(Confirmed(())),
            Ok(Err(refusal)) => Err(Failure::shared(BROKER, refusal)),
            Err(_) => Err(ended()),
        }
    }
}

/// Whether what the worker needs exists, by passive declaration.
pub async fn check(settings: &Settings) -> Result<(), Fault> {
    let connection = connect(settings, "check").await?;
    let checked = topology::check(&connection, settings).await;
    connection.close(200, "done".into()).await?;
    checked
}

/// Opens one connection, named for those who look at the broker.
async fn connect(settings: &Settings, what: &str) -> Result<Connection, Fault> {
    let mut uri: AMQPUri = settings
        .url
        .parse()
        .map_err(|_| Fault::Refused("rabbitmq.url cannot be read as an address".to_owned()))?;
    uri.query.heartbeat = Some(u16::try_from(settings.heartbeat.as_secs()).unwrap_or(u16::MAX));
    let properties = ConnectionProperties::default().with_connection_name(format!("copydesk {what}").into());
    let tls = OwnedTLSConfig { identity: None, cert_chain: settings.ca_pem.clone() };
    let runtime = lapin::runtime::default_runtime()?;
    let builder = ConnectionBuilder::new_with_runtime(runtime)
        .with_uri(uri)
        .with_properties(properties)
        .with_tls_config(tls);
    // lapin has no time-out of its own for the handshake
    match timeout(settings.connect_timeout, builder.connect()).await {
        Ok(connected) => Ok(connected?),
        Err(_) => Err(Fault::ConnectTimeout(settings.connect_timeout)),
    }
}
