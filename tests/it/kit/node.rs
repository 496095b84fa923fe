//! A private RabbitMQ node: own ports, home, cookie and data; gone when the tests end, however they end.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// One node for all tests of this run. Those that disturb it take it exclusively.
pub struct Node {
    pub amqp_port: u16,
    pub management_port: u16,
    pub dir: PathBuf,
    supervisor: Mutex<Supervisor>,
    use_: RwLock<()>,
}

/// Held as long as a test uses the node.
pub enum Use {
    Shared { _guard: RwLockReadGuard<'static, ()> },
    Exclusive { _guard: RwLockWriteGuard<'static, ()> },
}

struct Supervisor {
    _child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

const BOOT: Duration = Duration::from_secs(180);

/// The node; the first call starts it.
pub fn node() -> &'static Node {
    static NODE: OnceLock<Node> = OnceLock::new();
    NODE.get_or_init(Node::start)
}

impl Node {
    fn start() -> Self {
        let server = find(&[
            "/usr/lib/rabbitmq/bin/rabbitmq-server",
            "/usr/local/lib/rabbitmq/bin/rabbitmq-server",
            "/opt/rabbitmq/sbin/rabbitmq-server",
        ]);
        let server = server
            .expect("no rabbitmq-server found; `make test` installs it, or: apt-get install rabbitmq-server");
        let epmd =
            find(&["/usr/bin/epmd", "/usr/local/bin/epmd"]).expect("no epmd found; it comes with Erlang");
        let [amqp_port, management_port, dist_port, epmd_port] = free_ports();
        let dir = std::env::temp_dir().join(format!("copydesk-node-{}-{amqp_port}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
        write(
            "rabbitmq.conf",
            format!(
                "listeners.tcp.1 = 127.0.0.1:{amqp_port}\nmanagement.tcp.ip = 127.0.0.1\n\
                 management.tcp.port = {management_port}\ndisk_free_limit.absolute = 50MB\n\
                 vm_memory_high_watermark.absolute = 2GB\nlog.file.level = warning\nlog.console = false\n\
                 collect_statistics_interval = 1000\n"
            ),
        );
        write("enabled_plugins", "[rabbitmq_management,rabbitmq_consistent_hash_exchange].\n".to_owned());
        write("supervise.sh", include_str!("supervise.sh").to_owned());
        let mut child = Command::new("setsid")
            .arg("sh")
            .arg(dir.join("supervise.sh"))
            .env("KIT_DIR", &dir)
            .env("RABBITMQ_SERVER", server)
            .env("EPMD", epmd)
            .env("HOME", &dir)
            .env("RABBITMQ_NODENAME", format!("copydesk{amqp_port}@localhost"))
            .env("RABBITMQ_DIST_PORT", dist_port.to_string())
            .env("ERL_EPMD_PORT", epmd_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_CONFIG_FILE", dir.join("rabbitmq"))
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", dir.join("enabled_plugins"))
            .env("RABBITMQ_MNESIA_BASE", dir.join("data"))
            .env("RABBITMQ_LOG_BASE", dir.join("log"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the node's supervisor starts");
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let supervisor = Mutex::new(Supervisor { _child: child, stdin, stdout });
        let node = Self { amqp_port, management_port, dir, supervisor, use_: RwLock::const_new(()) };
        node.hear("node");
        node.await_up();
        node
    }

    /// For tests that leave the node as it is; they run side by side.
    pub async fn shared(&'static self) -> Use {
        Use::Shared { _guard: self.use_.read().await }
    }

    /// For tests that stop, kill or freeze the node.
    pub async fn exclusive(&'static self) -> Use {
        Use::Exclusive { _guard: self.use_.write().await }
    }

    pub fn kill(&self) {
        self.tell("kill", "killed");
    }

    pub fn stop(&self) {
        self.tell("stop", "stopped");
    }

    pub fn freeze(&self) {
        self.tell("freeze", "frozen");
    }

    pub fn thaw(&self) {
        self.tell("thaw", "thawed");
    }

    pub fn start_again(&self) {
        self.tell("start", "node");
        self.await_up();
    }

    /// A queue that was declared a moment ago survives kill -9 only after one clean restart.
    pub fn restart(&self) {
        self.stop();
        self.start_again();
    }

    fn tell(&self, word: &str, answer: &str) {
        let mut supervisor = self.supervisor();
        writeln!(supervisor.stdin, "{word}").expect("the supervisor lives");
        drop(supervisor);
        self.hear(answer);
    }

    fn hear(&self, wanted: &str) {
        let mut line = String::new();
        self.supervisor().stdout.read_line(&mut line).expect("the supervisor answers");
        assert!(line.starts_with(wanted), "the supervisor said {line:?}, not {wanted:?}");
    }

    fn supervisor(&self) -> MutexGuard<'_, Supervisor> {
        self.supervisor.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn await_up(&self) {
        let since = Instant::now();
        let open = |port| TcpStream::connect(("127.0.0.1", port)).is_ok();
        while !(open(self.amqp_port) && open(self.management_port)) {
            if since.elapsed() > BOOT {
                let said = std::fs::read_to_string(self.dir.join("node.out")).unwrap_or_default();
                panic!("the node did not come up in {BOOT:?}; it said:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn find(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(Path::new).find(|p| p.exists()).map(Path::to_owned)
}

/// Free now; taken by nobody else for as long as it takes to bind them, one hopes.
fn free_ports() -> [u16; 4] {
    let bound: [TcpListener; 4] = std::array::from_fn(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    bound.map(|listener| listener.local_addr().unwrap().port())
}
