//! One session after another: two connections, one consuming, one publishing. Whatever breaks, all is
//! torn down and built anew; the broker delivers again what was not acknowledged.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::options::ConfirmSelectOptions;
use lapin::{Channel, Connection, Event};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::intake::Intake;
use super::publish::{self, Lane, Message};
use super::{Lanes, Settings, acks, connect, topology};
use crate::backoff::Backoff;
use crate::telemetry::labels::Role;
use crate::telemetry::{Health, record};
use crate::transport::Delivery;

/// Time for each of the closes at the end; a blocked connection answers none.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// Messages that wait for a publish channel.
const LANE_DEPTH: usize = 64;

/// What outlives a session.
pub struct Sessions {
    pub settings: Settings,
    pub health: Arc<Health>,
    pub out: mpsc::Sender<Delivery>,
    pub lanes: watch::Sender<Option<Lanes>>,
    /// Whether somebody waits for a delivery.
    pub wanted: watch::Receiver<bool>,
    /// No more deliveries.
    pub stopping: CancellationToken,
    /// All is settled that will be.
    pub closing: CancellationToken,
}

struct Session {
    consuming: Connection,
    publishing: Connection,
    intake: Channel,
    events: Channel,
    copies: Channel,
}

impl Sessions {
    /// Session after session, until closing.
    pub async fn run(self) {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(30));
        loop {
            let fault = tokio::select! {
                () = self.closing.cancelled() => return,
                opened = Session::open(&self.settings) => match opened {
                    Ok(session) => match self.live(session, &mut backoff).await {
                        Ok(()) => return,
                        Err(fault) => fault,
                    },
                    Err((role, fault)) => {
                        record::reconnect(role, fault.reason());
                        fault
                    }
                }
            };
            let wait = fault.wait().unwrap_or_else(|| backoff.next_wait());
            tracing::warn!(error = %fault, wait_seconds = wait.as_secs_f32(), "no session with the broker");
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Lives one session to its end.
    async fn live(&self, session: Session, backoff: &mut Backoff) -> Result<(), Fault> {
        let lost = CancellationToken::new();
        let (settle_to, settles) = mpsc::unbounded_channel();
        let (done_to, done) = watch::channel(0);
        let (blocked_to, blocked) = watch::channel(false);
        let (events_to, events) = mpsc::channel(LANE_DEPTH);
        let (copies_to, copies) = mpsc::channel(LANE_DEPTH);
        let turn = Arc::default();
        let intake = Intake {
            channel: session.intake.clone(),
            queue: self.settings.names().raw(),
            window: self.settings.window,
            out: self.out.clone(),
            settles: settle_to,
            done: done.clone(),
            turn: Arc::clone(&turn),
            wanted: self.wanted.clone(),
            stopping: self.stopping.clone(),
            lost: lost.clone(),
        };
        let confirm = self.settings.confirm_timeout;
        let mut tasks: JoinSet<(Option<Role>, Result<(), Fault>)> = JoinSet::new();
        tasks.spawn(async move { (Some(Role::Consumer), intake.run().await) });
        let (stopping, closing) = (self.stopping.clone(), self.closing.clone());
        let acking = acks::run(session.intake.clone(), settles, done_to, turn, stopping, closing);
        let acking = tasks.spawn(async move { (None, acking.await) });
        let lanes: [(Channel, Lane, mpsc::Receiver<Message>); 2] = [
            (session.events.clone(), Lane::Pipelined { window: self.settings.unconfirmed_max }, events),
            (session.copies.clone(), Lane::OneByOne, copies),
        ];
        for (channel, lane, messages) in lanes {
            let publisher = publish::run(channel, lane, messages, confirm, blocked.clone());
            tasks.spawn(async move { (Some(Role::Publisher), publisher.await) });
        }
        for (connection, role) in
            [(&session.consuming, Role::Consumer), (&session.publishing, Role::Publisher)]
        {
            let watching = watch_events(connection, blocked_to.clone(), Arc::clone(&self.health));
            tasks.spawn(async move { (Some(role), watching.await) });
        }
        self.lanes.send_replace(Some(Lanes { events: events_to, copies: copies_to }));
        self.health.set_connected(Role::Consumer, true);
        self.health.set_connected(Role::Publisher, true);
        tracing::info!(
            broker = self.settings.place(),
            "session open; checked by passive declaration that its exchanges and queues exist, and no more"
        );

        let acking_id = acking.id();
        let end = loop {
            match tasks.join_next_with_id().await {
                Some(Ok((id, (_, Ok(()))))) if id == acking_id => break Ok(()),
                Some(Ok((_, (_, Ok(()))))) => {}
                Some(Ok((_, (role, Err(fault))))) => break Err((role.unwrap_or(Role::Consumer), fault)),
                Some(Err(panic)) => break Err((Role::Consumer, Fault::Other(panic.to_string()))),
                None => break Ok(()),
            }
        };
        if *done.borrow() > 0 {
            backoff.reset();
        }
        if end.is_ok() {
            // RabbitMQ may ignore acks that come just before the channel is closed
            tokio::time::sleep(self.settings.linger).await;
        }
        lost.cancel();
        self.lanes.send_replace(None);
        self.health.set_connected(Role::Consumer, false);
        self.health.set_connected(Role::Publisher, false);
        self.health.set_blocked(false);
        tasks.shutdown().await;
        session.close().await;
        end.map_err(|(role, fault)| {
            record::reconnect(role, fault.reason());
            fault
        })
    }
}

impl Session {
    async fn open(settings: &Settings) -> Result<Self, (Role, Fault)> {
        let consumer = |fault: Fault| (Role::Consumer, fault);
        let publisher = |fault: Fault| (Role::Publisher, fault);
        let consuming = connect(settings, "consume").await.map_err(consumer)?;
        let publishing = connect(settings, "publish").await.map_err(publisher)?;
        let within = settings.connect_timeout;
        let opened = timeout(within, async {
            topology::check(&consuming, settings).await.map_err(consumer)?;
            let intake = consuming.create_channel().await.map_err(|e| consumer(e.into()))?;
            let events = confirming(&publishing).await.map_err(publisher)?;
            let copies = confirming(&publishing).await.map_err(publisher)?;
            Ok((intake, events, copies))
        });
        let (intake, events, copies) = match opened.await {
            Ok(Ok(channels)) => channels,
            failed => {
                close_connections([&consuming, &publishing]).await;
                return Err(match failed {
                    Ok(Err(error)) => error,
                    _ => (Role::Consumer, Fault::ConnectTimeout(within)),
                });
            }
        };
        Ok(Self { consuming, publishing, intake, events, copies })
    }

    /// Channels first: a connection whose channels were dropped cannot be closed in order.
    async fn close(self) {
        for channel in [&self.intake, &self.events, &self.copies] {
            if channel.status().connected() {
                let _ = timeout(CLOSE_TIMEOUT, channel.close(200, "done".into())).await;
            }
        }
        close_connections([&self.consuming, &self.publishing]).await;
    }
}

/// Best effort: what does not answer in time is dropped, and the broker sees the socket close.
async fn close_connections(connections: [&Connection; 2]) {
    for connection in connections {
        if connection.status().connected() {
            let _ = timeout(CLOSE_TIMEOUT, connection.close(200, "done".into())).await;
        }
    }
}

async fn confirming(connection: &Connection) -> Result<Channel, Fault> {
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok(channel)
}

/// Follows a connection's events to its end.
fn watch_events(
    connection: &Connection,
    blocked: watch::Sender<bool>,
    health: Arc<Health>,
) -> impl Future<Output = Result<(), Fault>> + Send + 'static {
    let mut events = Box::pin(connection.events_listener());
    async move {
        while let Some(event) = events.next().await {
            match event {
                Event::ConnectionBlocked(reason) => {
                    tracing::warn!(reason, "the broker blocks publishing: a resource alarm");
                    health.set_blocked(true);
                    blocked.send_replace(true);
                }
                Event::ConnectionUnblocked => {
                    tracing::info!("the broker takes messages again");
                    health.set_blocked(false);
                    blocked.send_replace(false);
                }
                Event::Error(error) => return Err(error.into()),
                _ => {}
            }
        }
        Err(Fault::Connection("its events ended".to_owned()))
    }
}
