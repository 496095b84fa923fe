//! A private RabbitMQ node as operators have it: it boots with the configuration, plugins and definitions that
//! `deploy/rabbitmq` ships, and knows their users only. Broker tests, which kill and freeze, have a node of their own.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine;
use serde_json::Value;

use super::{Guarded, free_ports, http, scratch};
use crate::tools::{Said, find, project, read, run};

/// Debian's own scripts change the user and the directory; these are what they call.
const BIN: &str = "/usr/lib/rabbitmq/bin";
const BOOT: Duration = Duration::from_secs(120);
const PASSWORD: &str = "only-in-tests";

pub struct Shipped {
    server: Guarded,
    environment: Vec<(&'static str, String)>,
    pub amqp: SocketAddr,
    pub management: SocketAddr,
    pub prometheus: SocketAddr,
}

/// The one node of this run; `None` where RabbitMQ is absent.
pub fn shared() -> Option<&'static Shipped> {
    static NODE: OnceLock<Option<Shipped>> = OnceLock::new();
    NODE.get_or_init(Shipped::start).as_ref()
}

impl Shipped {
    pub fn start() -> Option<Self> {
        find("rabbitmq-server")?;
        let [amqp, management, prometheus, distribution, epmd] = free_ports();
        let dir = scratch();
        let path = |name: &str| dir.join(name).to_str().expect("a path in UTF-8").to_owned();

        let definitions = project("deploy/rabbitmq/definitions.json");
        let conf = read("deploy/rabbitmq/rabbitmq.conf")
            .replace("/etc/rabbitmq/definitions.json", definitions.to_str().expect("a path in UTF-8"))
            // the disk of a build machine may be nearly full
            .replace("disk_free_limit.absolute = 2GB", "disk_free_limit.absolute = 50MB");
        let conf = format!(
            "{conf}\nlisteners.tcp.1 = 127.0.0.1:{amqp}\nmanagement.tcp.ip = 127.0.0.1\n\
             management.tcp.port = {management}\nprometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {prometheus}\n"
        );
        std::fs::write(dir.join("rabbitmq.conf"), conf).expect("written");
        std::fs::copy(project("deploy/rabbitmq/enabled_plugins"), dir.join("enabled_plugins"))
            .expect("copied");
        std::fs::write(dir.join(".erlang.cookie"), "copydesktests").expect("written");
        set_private(&dir.join(".erlang.cookie"));

        let environment = vec![
            ("HOME", path("")),
            ("RABBITMQ_NODENAME", format!("copydesk-{amqp}@localhost")),
            ("RABBITMQ_MNESIA_BASE", path("mnesia")),
            ("RABBITMQ_LOG_BASE", path("logs")),
            ("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf")),
            ("RABBITMQ_CONF_ENV_FILE", path("none.conf")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", path("enabled_plugins")),
            ("RABBITMQ_DIST_PORT", distribution.to_string()),
            ("ERL_EPMD_PORT", epmd.to_string()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            // no busy waiting: tests share the machine
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none".to_owned()),
        ];
        let vars: Vec<(&str, &str)> = environment.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let epmd_and_node = format!("epmd -port {epmd} -address 127.0.0.1 & exec {BIN}/rabbitmq-server");
        let server = Guarded::start(dir, &["sh", "-c", &epmd_and_node], &vars);
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let node = Self {
            server,
            environment,
            amqp: local(amqp),
            management: local(management),
            prometheus: local(prometheus),
        };
        node.server.wait("RabbitMQ", BOOT, || http(node.management, "GET", "/", &[], "").is_ok());
        let said = node.ctl(&["change_password", "copydesk_admin", PASSWORD]);
        assert!(said.ok, "{}", said.text);
        Some(node)
    }

    /// `rabbitmqctl` of this node; it takes a second or two.
    pub fn ctl(&self, args: &[&str]) -> Said {
        let environment = self.environment.iter().map(|(k, v)| (*k, v.as_str()));
        run(Command::new(format!("{BIN}/rabbitmqctl")).arg("-q").args(args).envs(environment))
    }

    /// Asks the management API as the administrator.
    pub fn manage(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let login = base64::engine::general_purpose::STANDARD.encode(format!("copydesk_admin:{PASSWORD}"));
        let headers = [("authorization", format!("Basic {login}"))];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = http(self.management, method, path, &headers, &body)
            .unwrap_or_else(|e| panic!("{method} {path} of the management API: {e}"));
        (status, serde_json::from_str(&answer).unwrap_or(Value::Null))
    }

    /// Gives a user of the definitions the password of the tests.
    pub fn let_in(&self, user: &str) {
        let said = self.ctl(&["change_password", user, PASSWORD]);
        assert!(said.ok, "{}", said.text);
    }

    pub fn url(&self, user: &str, vhost: &str) -> String {
        format!("amqp://{user}:{PASSWORD}@{}/{}", self.amqp, vhost.replace('/', "%2f"))
    }
}

/// Erlang refuses a cookie that others may read.
fn set_private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o400)).expect("the cookie is ours");
}
