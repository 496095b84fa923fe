//! The threads that pages are read on: a fixed number, each page under a deadline. A synchronous step
//! cannot be stopped from outside, so a thread past its page's deadline is given up and replaced; after
//! a few of those the pool says that it is worn out, and the worker drains and exits.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use crate::telemetry::labels::Task;
use crate::telemetry::record;

/// A bounded pool of own threads; clones share it.
#[derive(Clone)]
pub struct CpuPool {
    inner: Arc<Inner>,
}

#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Threads; 0 takes one a core.
    pub threads: usize,
    /// How long one page may occupy a thread in one go.
    pub deadline: Duration,
    /// Threads given up after which the pool is worn out.
    pub abandoned_limit: usize,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { threads: 0, deadline: Duration::from_secs(60), abandoned_limit: 3 }
    }
}

/// Why work came to no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    #[error("panicked: {0}")]
    Panicked(String),
    #[error("not done after the {} s that worker.page_deadline allows", .0.as_secs_f32())]
    Deadline(Duration),
}

struct Inner {
    permits: Arc<Semaphore>,
    jobs: mpsc::Sender<Job>,
    waiting: Arc<Mutex<mpsc::Receiver<Job>>>,
    threads: usize,
    deadline: Duration,
    abandoned: AtomicUsize,
    abandoned_limit: usize,
    worn_out: CancellationToken,
}

/// Says whether its thread may take another.
type Job = Box<dyn FnOnce() -> bool + Send>;

const RUNNING: u8 = 0;
const DONE: u8 = 1;
const ABANDONED: u8 = 2;

impl CpuPool {
    pub fn new(settings: &PoolSettings) -> std::io::Result<Self> {
        let threads = match settings.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get()),
            n => n,
        };
        let (jobs, waiting) = mpsc::channel();
        let inner = Inner {
            permits: Arc::new(Semaphore::new(threads)),
            jobs,
            waiting: Arc::new(Mutex::new(waiting)),
            threads,
            deadline: settings.deadline,
            abandoned: AtomicUsize::new(0),
            abandoned_limit: settings.abandoned_limit.max(1),
            worn_out: CancellationToken::new(),
        };
        for _ in 0..threads {
            spawn_thread(&inner.waiting)?;
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    pub fn threads(&self) -> usize {
        self.inner.threads
    }

    /// Threads given up so far.
    pub fn abandoned(&self) -> usize {
        self.inner.abandoned.load(Ordering::Relaxed)
    }

    /// Cancelled once too many threads were given up.
    pub fn worn_out(&self) -> &CancellationToken {
        &self.inner.worn_out
    }

    /// Runs `work` on a thread of the pool, when one is free. Goes on to its end or deadline even if the
    /// caller does not wait for it.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Lost>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let permit = Arc::clone(&self.inner.permits).acquire_owned().await.expect("the pool is never closed");
        let inner = Arc::clone(&self.inner);
        let watched = tokio::spawn(async move { inner.watch(permit, work).await });
        watched.await.unwrap_or_else(|e| Err(Lost::Panicked(e.to_string())))
    }
}

impl Inner {
    /// The permit stands for an idle thread: it is held until the work is done or given up.
    async fn watch<T, F>(&self, permit: OwnedSemaphorePermit, work: F) -> Result<T, Lost>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let state = Arc::new(AtomicU8::new(RUNNING));
        let (reply, mut result) = oneshot::channel();
        let seen = Arc::clone(&state);
        let job: Job = Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            let kept = seen.compare_exchange(RUNNING, DONE, Ordering::AcqRel, Ordering::Acquire).is_ok();
            let _ = reply.send(done.map_err(|panic| panic_text(panic.as_ref())));
            kept
        });
        if self.jobs.send(job).is_err() {
            return Err(Lost::Panicked("no thread of the pool is left".to_owned()));
        }
        let mut outcome = tokio::time::timeout(self.deadline, &mut result).await;
        if outcome.is_err() {
            if state.compare_exchange(RUNNING, ABANDONED, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                self.abandon();
                return Err(Lost::Deadline(self.deadline));
            }
            outcome = Ok(result.await);
        }
        drop(permit);
        match outcome {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(panic))) => {
                record::panicked(Task::Page);
                Err(Lost::Panicked(panic))
            }
            Ok(Err(_)) | Err(_) => Err(Lost::Panicked("its thread ended".to_owned())),
        }
    }

    fn abandon(&self) {
        record::thread_abandoned();
        let abandoned = self.abandoned.fetch_add(1, Ordering::Relaxed) + 1;
        if let Err(error) = spawn_thread(&self.waiting) {
            tracing::error!(%error, "no thread could be started in place of one given up");
            self.worn_out.cancel();
        }
        if abandoned >= self.abandoned_limit {
            self.worn_out.cancel();
        }
    }
}

fn spawn_thread(waiting: &Arc<Mutex<mpsc::Receiver<Job>>>) -> std::io::Result<()> {
    let waiting = Arc::clone(waiting);
    std::thread::Builder::new().name("page".to_owned()).stack_size(8 << 20).spawn(move || {
        loop {
            let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let stay = job.is_ok_and(|job| job());
            if !stay {
                break;
            }
        }
    })?;
    Ok(())
}

pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "without a message".to_owned()).chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(threads: usize, deadline_ms: u64) -> CpuPool {
        let deadline = Duration::from_millis(deadline_ms);
        CpuPool::new(&PoolSettings { threads, deadline, abandoned_limit: 2 }).unwrap()
    }

    #[tokio::test]
    async fn work_runs_and_panics_are_caught() {
        let pool = pool(1, 5_000);
        assert_eq!(pool.run(|| 6 * 7).await, Ok(42));
        let lost = pool.run(|| -> u8 { panic!("page {}", 7) }).await;
        assert_eq!(lost, Err(Lost::Panicked("page 7".to_owned())));
        assert_eq!(pool.run(|| 1).await, Ok(1), "the thread lives on");
        assert_eq!(pool.abandoned(), 0);
    }

    #[tokio::test]
    async fn work_past_its_deadline_is_given_up_and_the_pool_wears_out() {
        let pool = pool(1, 50);
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for given_up in 1..=2 {
            let held = Arc::clone(&held);
            let lost = pool.run(move || held.lock().map(|h| h.recv().is_ok()).is_ok()).await;
            assert_eq!(lost, Err(Lost::Deadline(Duration::from_millis(50))));
            assert_eq!(pool.abandoned(), given_up);
            assert_eq!(pool.run(|| 1).await, Ok(1), "another thread took its place");
        }
        assert!(pool.worn_out().is_cancelled());
        drop(release);
    }

    #[tokio::test]
    async fn no_more_work_runs_at_once_than_there_are_threads() {
        let pool = pool(2, 5_000);
        let (now, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let all = (0..16).map(|_| {
            let (pool, now, peak) = (pool.clone(), Arc::clone(&now), Arc::clone(&peak));
            tokio::spawn(async move {
                pool.run(move || {
                    peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(3));
                    now.fetch_sub(1, Ordering::SeqCst);
                })
                .await
            })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap().unwrap();
        }
        assert_eq!(peak.load(Ordering::SeqCst), 2);
    }
}
