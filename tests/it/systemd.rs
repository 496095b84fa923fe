//! The worker tells systemd that it has started, lives and stops, whether a broker is there or not.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use crate::kit::room::Process;

/// Waits for a message; what came before it is passed over.
fn hear(socket: &UnixDatagram, wanted: &str) {
    let since = Instant::now();
    let mut said = [0; 256];
    while since.elapsed() < Duration::from_secs(20) {
        let length = socket.recv(&mut said).unwrap_or_else(|e| panic!("{wanted} was not said: {e}"));
        if said[..length].trim_ascii_end() == wanted.as_bytes() {
            return;
        }
    }
    panic!("{wanted} was not said");
}

#[test]
fn it_says_ready_alive_and_stopping_without_a_broker() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let environment = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "1000000")];
    let mut worker = Process::start("amqp://nobody:nothing@127.0.0.1:1/news", &environment);
    hear(&socket, "READY=1");
    hear(&socket, "WATCHDOG=1");
    hear(&socket, "WATCHDOG=1");
    worker.signal("TERM");
    hear(&socket, "STOPPING=1");
    assert_eq!(worker.await_end(Duration::from_secs(60)), Some(0));
}
