//! A TCP proxy that stands between a worker and the node: passes, stalls without closing, or cuts.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Connections stay open and nothing passes.
    Stall,
    /// Connections are closed, and new ones too.
    Cut,
}

pub struct Proxy {
    pub port: u16,
    mode: Arc<watch::Sender<Mode>>,
}

impl Proxy {
    /// Listens on a free port and forwards to `to`.
    pub async fn start(to: SocketAddr) -> Self {
        Self::garbling(to, b"", b"").await
    }

    /// Also puts `put` in the place of `found` in what clients send; both of the same length.
    pub async fn garbling(to: SocketAddr, found: &'static [u8], put: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let shared = Arc::clone(&mode);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *shared.borrow() == Mode::Cut {
                    continue;
                }
                let Ok(server) = TcpStream::connect(to).await else { continue };
                let (client_in, client_out) = client.into_split();
                let (server_in, server_out) = server.into_split();
                tokio::spawn(forward(client_in, server_out, shared.subscribe(), (found, put)));
                tokio::spawn(forward(server_in, client_out, shared.subscribe(), (b"", b"")));
            }
        });
        Self { port, mode }
    }

    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn forward(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mode: watch::Receiver<Mode>,
    garble: (&[u8], &[u8]),
) {
    let mut cut = mode.clone();
    let passing = pass(&mut from, &mut to, mode, garble);
    tokio::select! {
        () = passing => {}
        () = async { drop(cut.wait_for(|m| *m == Mode::Cut).await) } => {}
    }
}

async fn pass(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    mut mode: watch::Receiver<Mode>,
    (found, put): (&[u8], &[u8]),
) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        // what was read while stalled is held back, not lost
        if let Some(at) = memchr::memmem::find(&buffer[..bytes], found).filter(|_| !found.is_empty()) {
            buffer[at..at + put.len()].copy_from_slice(put);
        }
        let going = mode.wait_for(|m| *m != Mode::Stall).await.is_ok();
        if !going || to.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
    }
}
