//! Consuming: a prefetch that starts at 1, grows as batches settle and follows the sizes seen, each change
//! by a new consumer; a delivery seen too often is lent alone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lapin::message::Delivery as Raw;
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::sync::{Mutex, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::fault::Fault;
use super::headers;
use crate::telemetry::record;
use crate::transport::{Delivery, Settle, WayBack};

/// How long a consumer is given to fill up before it is replaced.
const FILLING: Duration = Duration::from_millis(200);

/// Held by who acknowledges, and by who must not be acknowledged to meanwhile: what the broker may send.
#[derive(Debug, Default)]
pub struct Turn {
    /// Tags up to this one came to consumers before.
    origin: u64,
    /// Later ones that are done with.
    done: u64,
}

impl Turn {
    pub fn settled(&mut self, tag: u64) {
        self.done += u64::from(tag > self.origin);
    }

    /// Another consumer begins, after so many deliveries.
    fn begin(&mut self, received: u64) {
        *self = Self { origin: received, done: 0 };
    }

    /// What the consumer has, of so many deliveries.
    fn outstanding(&self, received: u64) -> u64 {
        received.saturating_sub(self.origin + self.done)
    }
}

/// How much is held at a time.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub prefetch_max: u16,
    /// Of the bodies held; the prefetch follows the sizes seen.
    pub bytes: usize,
    /// Deliveries seen from which on one is lent alone.
    pub isolate_after: u32,
}

/// One consumer after another on one channel.
pub struct Intake {
    pub channel: Channel,
    pub queue: String,
    pub window: Window,
    pub out: mpsc::Sender<Delivery>,
    pub settles: mpsc::UnboundedSender<Settle>,
    /// Deliveries of this channel that are done with.
    pub done: watch::Receiver<u64>,
    pub turn: Arc<Mutex<Turn>>,
    /// Whether somebody waits for a delivery.
    pub wanted: watch::Receiver<bool>,
    pub stopping: CancellationToken,
    pub lost: CancellationToken,
}

/// What a consumer is waited for before it is cancelled.
#[derive(Debug, Clone, Copy)]
enum Wait {
    /// Until it is full, or it stays.
    Full,
    /// For a while at most.
    AWhile,
}

/// What the prefetch should be; pure, so that it can be tested.
#[derive(Debug)]
struct Growth {
    window: Window,
    prefetch: u16,
    /// A large size seen lately: it rises at once and falls slowly.
    peak: usize,
    /// Deliveries done with when this prefetch or its last full batch began.
    began: u64,
    /// Whether this batch has met a delivery that a crash may have charged more than once.
    charged: bool,
}

impl Growth {
    fn new(window: Window) -> Self {
        Self { window, prefetch: 1, peak: 1, began: 0, charged: false }
    }

    fn saw(&mut self, bytes: usize, seen: u32) {
        self.peak = bytes.max(self.peak - self.peak / 64).max(1);
        self.charged |= seen >= 2;
    }

    fn target(&self) -> u16 {
        let fit = u16::try_from(self.window.bytes / self.peak).unwrap_or(u16::MAX);
        fit.clamp(1, self.window.prefetch_max.max(1))
    }

    /// Another prefetch, where one is due.
    fn next(&mut self, done: u64) -> Option<u16> {
        let target = self.target();
        let shrink = target <= self.prefetch / 2;
        let batch = done.saturating_sub(self.began) >= u64::from(self.prefetch);
        if batch && !shrink {
            self.began = done;
            let grow = !std::mem::take(&mut self.charged) && target > self.prefetch;
            return grow.then(|| self.prefetch.saturating_mul(2).min(target));
        }
        shrink.then_some(target)
    }

    fn set(&mut self, prefetch: u16, done: u64) {
        self.prefetch = prefetch;
        self.began = done;
        record::prefetch(prefetch);
    }
}

impl Intake {
    /// Lends deliveries until `stopping`; an error when the session broke.
    pub async fn run(mut self) -> Result<(), Fault> {
        // what is lent to nobody would only be charged a delivery if the session broke meanwhile
        tokio::select! {
            () = self.stopping.cancelled() => return Ok(()),
            wanted = self.wanted.wait_for(|wanted| *wanted) => if wanted.is_err() { return Ok(()) },
        }
        let mut growth = Growth::new(self.window);
        let mut consumer = self.consume(1, 0).await?;
        growth.set(1, 0);
        let mut held: VecDeque<Raw> = VecDeque::new();
        let mut received = 0u64;
        loop {
            let done = *self.done.borrow();
            if let Some(prefetch) = growth.next(done) {
                // One that does not fill up needs no larger prefetch.
                let wait = if prefetch > growth.prefetch { Wait::Full } else { Wait::AWhile };
                let retired = self.retire(&mut consumer, &growth, received, &mut held, wait).await?;
                self.drain(&mut held, &mut growth, &mut received).await?;
                if retired {
                    if prefetch < growth.prefetch
                        && !self.until_outstanding(received, u64::from(prefetch)).await?
                    {
                        return Ok(());
                    }
                    consumer = self.consume(prefetch, received).await?;
                    growth.set(prefetch, *self.done.borrow());
                }
            }
            tokio::select! {
                () = self.stopping.cancelled() => {
                    let cancelled = self.channel.basic_cancel(consumer.tag(), BasicCancelOptions::default());
                    cancelled.await?;
                    return Ok(());
                }
                changed = self.done.changed() => if changed.is_err() { return Ok(()) },
                next = consumer.next() => {
                    let raw = next.ok_or_else(|| Fault::Cancelled(self.queue.clone()))??;
                    held.push_back(raw);
                    let suspect = self.is_suspect(held.front());
                    if suspect && growth.prefetch > 1 {
                        self.retire(&mut consumer, &growth, received, &mut held, Wait::AWhile).await?;
                        self.drain(&mut held, &mut growth, &mut received).await?;
                        consumer = self.consume(1, received).await?;
                        growth.set(1, *self.done.borrow());
                    } else {
                        self.drain(&mut held, &mut growth, &mut received).await?;
                    }
                }
            }
            if self.stopping.is_cancelled() {
                return Ok(());
            }
        }
    }

    fn is_suspect(&self, raw: Option<&Raw>) -> bool {
        raw.is_some_and(|raw| headers::seen(&raw.properties, raw.redelivered) >= self.window.isolate_after)
    }

    /// Another consumer, after so many deliveries.
    async fn consume(&self, prefetch: u16, received: u64) -> Result<Consumer, Fault> {
        self.turn.lock().await.begin(received);
        self.channel.basic_qos(prefetch, BasicQosOptions { global: false }).await?;
        let options = BasicConsumeOptions::default();
        Ok(self
            .channel
            .basic_consume(self.queue.as_str().into(), "".into(), options, FieldTable::default())
            .await?)
    }

    /// Cancels a consumer and takes what it still holds; false where it was to be full and is not. What is on its way
    /// to a consumer that is cancelled the broker takes back and counts as a delivery. So nothing is acknowledged,
    /// which would bring more, until the consumer has all that its prefetch allows.
    async fn retire(
        &self,
        consumer: &mut Consumer,
        growth: &Growth,
        received: u64,
        held: &mut VecDeque<Raw>,
        wait: Wait,
    ) -> Result<bool, Fault> {
        let turn = self.turn.lock().await;
        let until = tokio::time::Instant::now() + FILLING;
        while turn.outstanding(received + held.len() as u64) < u64::from(growth.prefetch) {
            tokio::select! {
                () = self.stopping.cancelled() => break,
                next = consumer.next() => {
                    held.push_back(next.ok_or_else(|| Fault::Cancelled(self.queue.clone()))??);
                }
                () = tokio::time::sleep_until(until) => match wait {
                    Wait::Full => return Ok(false),
                    Wait::AWhile => break,
                }
            }
        }
        self.channel.basic_cancel(consumer.tag(), BasicCancelOptions::default()).await?;
        while let Some(raw) = consumer.next().await {
            held.push_back(raw?);
        }
        Ok(true)
    }

    /// Lends what is held: suspects last, each when nothing else is outstanding but its like.
    async fn drain(
        &mut self,
        held: &mut VecDeque<Raw>,
        growth: &mut Growth,
        received: &mut u64,
    ) -> Result<(), Fault> {
        *received += held.len() as u64;
        let (mut suspects, plain): (VecDeque<Raw>, VecDeque<Raw>) =
            std::mem::take(held).into_iter().partition(|raw| self.is_suspect(Some(raw)));
        for raw in plain {
            if !self.lend(raw, growth).await {
                return Ok(());
            }
        }
        while let Some(raw) = suspects.pop_front() {
            let others = suspects.len() as u64 + 1;
            if !self.until_outstanding(*received, others).await? || !self.lend(raw, growth).await {
                return Ok(());
            }
            if !suspects.is_empty() && !self.until_outstanding(*received, others - 1).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether somebody took it.
    async fn lend(&self, raw: Raw, growth: &mut Growth) -> bool {
        let Raw { delivery_tag, redelivered, properties, data, .. } = raw;
        let (envelope, circumstances) = headers::take(&properties, data, redelivered);
        growth.saw(envelope.payload.len(), circumstances.seen);
        let back = WayBack::new(delivery_tag, self.settles.clone(), self.lost.clone());
        let mut delivery = Delivery::new(envelope, back);
        (delivery.attempt, delivery.seen) = (circumstances.attempt, circumstances.seen);
        delivery.sent_at = circumstances.sent_at;
        tokio::select! {
            sent = self.out.send(delivery) => sent.is_ok(),
            () = self.stopping.cancelled() => false,
        }
    }

    /// Waits until at most `most` of the deliveries received are outstanding; `false` when stopping.
    async fn until_outstanding(&mut self, received: u64, most: u64) -> Result<bool, Fault> {
        tokio::select! {
            done = self.done.wait_for(|done| received - (*done).min(received) <= most) => Ok(done.is_ok()),
            () = self.stopping.cancelled() => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window { prefetch_max: 256, bytes: 64 << 20, isolate_after: 3 };

    #[test]
    fn the_prefetch_doubles_with_each_settled_batch() {
        let mut growth = Growth::new(WINDOW);
        growth.saw(20_000, 0);
        assert_eq!(growth.next(0), None, "nothing settled yet");
        let mut done = 0;
        for expected in [2, 4, 8, 16, 32, 64, 128, 256] {
            done += u64::from(growth.prefetch);
            assert_eq!(growth.next(done), Some(expected));
            growth.set(expected, done);
            assert_eq!(growth.next(done), None);
        }
        assert_eq!(growth.next(done + 256), None, "no further than its limit");
    }

    #[test]
    fn the_prefetch_follows_the_sizes_seen() {
        let mut growth = Growth::new(WINDOW);
        growth.set(256, 0);
        growth.saw(1 << 20, 0);
        assert_eq!(growth.next(1), Some(64), "one large page shrinks it at once");
        growth.set(64, 1);
        for _ in 0..200 {
            growth.saw(10_000, 0);
        }
        assert_eq!(growth.next(65), Some(128), "small ones let it grow again");
        growth.saw(1 << 30, 0);
        assert_eq!(growth.next(65), Some(1), "a page over the whole budget comes alone");
    }

    #[test]
    fn it_does_not_grow_while_deliveries_come_that_crashes_have_charged() {
        let mut growth = Growth::new(WINDOW);
        growth.saw(1000, 2);
        assert_eq!(growth.next(1), None);
        growth.saw(1000, 1);
        assert_eq!(growth.next(2), Some(2), "one charge is any broker's restart");
    }

    #[test]
    fn what_a_consumer_has_is_counted_by_its_tags() {
        let mut turn = Turn::default();
        assert_eq!((turn.outstanding(0), turn.outstanding(1)), (0, 1));
        turn.settled(1);
        assert_eq!(turn.outstanding(3), 2);
        turn.begin(3);
        [2, 3].into_iter().for_each(|tag| turn.settled(tag));
        assert_eq!(turn.outstanding(7), 4, "those before are not its own");
        turn.settled(5);
        assert_eq!(turn.outstanding(7), 3);
    }
}
