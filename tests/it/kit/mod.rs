//! Private servers for tests: started on free ports, ended with the test process however it ends.

/// The node that broker tests share; it can be killed, frozen and started again.
pub mod node;
/// A Prometheus.
pub mod prometheus;
/// A TCP proxy that stalls, cuts and garbles.
pub mod proxy;
/// One test's place on the shared node, and workers on it.
pub mod room;
/// A node that boots with what `deploy/rabbitmq` ships.
pub mod shipped;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::tools::project;

/// A running server, its data in a directory of its own. Dropped, or left behind by a process that ended, it is killed.
pub struct Guarded {
    dir: PathBuf,
    guard: Child,
}

impl Guarded {
    /// Starts `command` with `dir` (from [`scratch`]) as its home; its output goes to `dir/log`.
    pub fn start(dir: PathBuf, command: &[&str], environment: &[(&str, &str)]) -> Self {
        let guard = Command::new(project("scripts/guard"))
            .arg(&dir)
            .args(command)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("scripts/guard: {e}"));
        Self { dir, guard }
    }

    /// Waits until `ready` holds; what the server logged is told when it never does.
    pub fn wait(&self, what: &str, limit: Duration, ready: impl Fn() -> bool) {
        let start = Instant::now();
        while !ready() {
            if start.elapsed() > limit {
                let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
                panic!("{what} is not ready after {} s; it said:\n{log}", limit.as_secs());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().ok();
    }
}

/// A directory for a server's data; its guard removes it.
pub fn scratch() -> PathBuf {
    tempfile::Builder::new().prefix("copydesk-").tempdir().expect("a directory for a server's data").keep()
}

/// Ports that were free a moment ago, all different.
pub fn free_ports<const N: usize>() -> [u16; N] {
    // held together, so that none comes twice
    let held: [TcpListener; N] =
        std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    std::array::from_fn(|n| held[n].local_addr().expect("bound").port())
}

/// An answer over HTTP/1.0: status and body.
pub fn http(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut ask =
        format!("{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        ask.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{ask}\r\n{body}").as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    match (status, answer.split_once("\r\n\r\n")) {
        (Some(status), Some((_, body))) => Ok((status, body.to_owned())),
        _ => Err(std::io::Error::other(format!("no HTTP answer: {answer:?}"))),
    }
}

#[test]
fn a_server_ends_with_its_test_and_leaves_nothing_behind() {
    let dir = scratch();
    let pid_file = dir.join("pid");
    // the shell and its child: all of the group has to go
    let command = format!("sleep 300 & echo $! > {}; wait", pid_file.display());
    let server = Guarded::start(dir.clone(), &["sh", "-c", &command], &[]);
    let pid = || std::fs::read_to_string(&pid_file).unwrap_or_default().trim().to_owned();
    server.wait("the shell", Duration::from_secs(10), || !pid().is_empty());
    let process = Path::new("/proc").join(pid());
    assert!(process.exists());
    drop(server);
    assert!(!dir.exists());
    // killed; whoever adopted it may take a moment to bury it
    let gone = || std::fs::read_to_string(process.join("stat")).map_or(true, |stat| stat.contains(") Z "));
    assert!((0..50).any(|_| gone() || (std::thread::sleep(Duration::from_millis(20)), false).1));
}
