//! A private Redis on a free port, stopped when the test ends, however it ends.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct RedisServer {
    child: Child,
    pub port: u16,
    _dir: tempfile::TempDir,
}

impl RedisServer {
    /// Starts `redis-server` (or `valkey-server`), which the machine must have: `make test` installs it.
    pub fn start() -> Self {
        Self::start_on(free_port())
    }

    pub fn start_on(port: u16) -> Self {
        Self::spawn(port, &["--port", &port.to_string()])
    }

    fn spawn(port: u16, listens: &[&str]) -> Self {
        let dir = tempfile::tempdir().expect("a directory for the server");
        let spawn = |program: &str| {
            Command::new(program)
                .args(listens)
                .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
                .args(["--dir", &dir.path().to_string_lossy()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let child = spawn("redis-server")
            .or_else(|_| spawn("valkey-server"))
            .expect("redis-server or valkey-server starts: is it installed?");
        let server = Self { child, port, _dir: dir };
        let patience = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < patience, "redis-server does not listen on port {port}");
            std::thread::sleep(Duration::from_millis(10));
        }
        server
    }

    /// One that speaks TLS alone, as `localhost`, with a certificate of an authority of its own: `ca.pem` in `dir`.
    pub fn start_with_tls(dir: &Path) -> Self {
        const AUTHORITY: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj /CN=authority -keyout ca.key -out ca.pem";
        const REQUEST: &str = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
            -subj /CN=localhost -keyout key.pem -out request.pem";
        const SIGN: &str = "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
            -extfile names -out cert.pem";
        std::fs::write(dir.join("names"), "subjectAltName=DNS:localhost\n").expect("writes");
        for step in [AUTHORITY, REQUEST, SIGN] {
            let said = Command::new("openssl").args(step.split_whitespace()).current_dir(dir).output();
            let said = said.expect("openssl runs: is it installed?");
            assert!(said.status.success(), "openssl {step}: {}", String::from_utf8_lossy(&said.stderr));
        }
        let file = |name: &str| dir.join(name).to_string_lossy().into_owned();
        let port = free_port();
        let files = [
            "--tls-cert-file",
            &file("cert.pem"),
            "--tls-key-file",
            &file("key.pem"),
            "--tls-auth-clients",
            "no",
        ];
        Self::spawn(port, &[&["--port", "0", "--tls-port", &port.to_string()][..], &files].concat())
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have been stopped by the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
