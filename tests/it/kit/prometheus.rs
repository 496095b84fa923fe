//! A private Prometheus that scrapes every second.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Guarded, free_ports, http, scratch};
use crate::tools::find;

pub struct Prometheus {
    _server: Guarded,
    pub address: SocketAddr,
}

impl Prometheus {
    /// `jobs`: name, address and path of what it scrapes; `None` where Prometheus is absent.
    pub fn start(jobs: &[(&str, SocketAddr, &str)]) -> Option<Self> {
        find("prometheus")?;
        let [port] = free_ports();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let dir = scratch();
        let mut config = "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n".to_owned();
        for (job, target, path) in jobs {
            config.push_str(&format!(
                "- {{job_name: {job}, metrics_path: {path}, static_configs: [{{targets: ['{target}']}}]}}\n"
            ));
        }
        let file = dir.join("prometheus.yml");
        std::fs::write(&file, config).expect("written");
        let command = [
            "prometheus",
            &format!("--config.file={}", file.display()),
            &format!("--storage.tsdb.path={}", dir.join("data").display()),
            &format!("--web.listen-address={address}"),
        ];
        let server = Guarded::start(dir, &command, &[]);
        server.wait("Prometheus", Duration::from_secs(30), || {
            matches!(http(address, "GET", "/-/ready", &[], ""), Ok((200, _)))
        });
        Some(Self { _server: server, address })
    }
}
