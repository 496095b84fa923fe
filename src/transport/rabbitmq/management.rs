//! The management API: sets policies, and compares the whole topology with what should be.

use std::time::Duration;

use lapin::uri::AMQPUri;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::Settings;
use super::topology::Topology;

/// An administrator's access to one virtual host.
pub struct Management {
    client: Client,
    /// With user and password, which the client sends as basic authentication.
    base: Url,
    vhost: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ManagementError {
    #[error(
        "rabbitmq.management_url is not set; it names the management API, e.g. http://admin:password@broker:15672"
    )]
    NotSet,
    #[error("{0} cannot be read as an address")]
    Address(&'static str),
    #[error("the management API cannot be asked: {0}")]
    Unreachable(String),
    #[error("the management API refused {what}: {status}: {said}")]
    Refused { what: String, status: StatusCode, said: String },
}

/// One way in which the broker differs from what should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference(pub String);

const TIMEOUT: Duration = Duration::from_secs(30);

impl Management {
    /// `url` with user and password; the virtual host is that of `settings.url`.
    pub fn new(url: &str, settings: &Settings) -> Result<Self, ManagementError> {
        if url.is_empty() {
            return Err(ManagementError::NotSet);
        }
        let base: Url = url.parse().map_err(|_| ManagementError::Address("rabbitmq.management_url"))?;
        let broker: AMQPUri = settings.url.parse().map_err(|_| ManagementError::Address("rabbitmq.url"))?;
        crate::tls::install();
        let mut builder = Client::builder().timeout(TIMEOUT).no_proxy();
        if let Some(pem) = &settings.ca_pem {
            let authority = reqwest::Certificate::from_pem(pem.as_bytes())
                .map_err(|_| ManagementError::Address("rabbitmq.ca_file"))?;
            builder = builder.tls_certs_merge([authority]);
        }
        let client = builder.build().map_err(|e| ManagementError::Unreachable(e.to_string()))?;
        Ok(Self { client, base, vhost: broker.vhost })
    }

    pub fn vhost(&self) -> &str {
        &self.vhost
    }

    pub async fn set_policies(&self, topology: &Topology) -> Result<(), ManagementError> {
        for queue in &topology.queues {
            let path = ["policies", &self.vhost, &queue.name];
            self.call(Method::PUT, &path, Some(queue.policy_body())).await?;
        }
        Ok(())
    }

    /// Everything in which the broker differs; empty when it is as it should be.
    pub async fn verify(&self, topology: &Topology) -> Result<Vec<Difference>, ManagementError> {
        let mut differences = Vec::new();
        let policies = self.get(&["policies", &self.vhost]).await?.unwrap_or_default();
        let mut say = |text: String| differences.push(Difference(text));
        for exchange in &topology.exchanges {
            let name = &exchange.name;
            let Some(found) = self.get(&["exchanges", &self.vhost, name]).await? else {
                say(format!("exchange {name}: missing"));
                continue;
            };
            let arguments =
                exchange.alternate.as_ref().map_or(json!({}), |a| json!({"alternate-exchange": a}));
            let wanted = [("type", json!(exchange.kind)), ("durable", json!(true)), ("arguments", arguments)];
            for (key, wanted) in wanted {
                if found[key] != wanted {
                    say(format!("exchange {name}: {key} is {}, wanted {wanted}", found[key]));
                }
            }
        }
        for queue in &topology.queues {
            let name = &queue.name;
            let Some(found) = self.get(&["queues", &self.vhost, name]).await? else {
                say(format!("queue {name}: missing"));
                continue;
            };
            if found["arguments"]["x-queue-type"] != json!("quorum") {
                say(format!(
                    "queue {name}: type is {}, wanted \"quorum\"",
                    found["arguments"]["x-queue-type"]
                ));
            }
            match in_force(&policies, name) {
                Some(policy) if policy == name => {}
                Some(other) => say(format!("queue {name}: the policy in force is {other}, wanted {name}")),
                None => say(format!("queue {name}: no policy is in force, wanted {name}")),
            }
        }
        for queue in &topology.queues {
            let name = &queue.name;
            let Some(found) = self.get(&["policies", &self.vhost, name]).await? else {
                say(format!("policy {name}: missing"));
                continue;
            };
            let wanted = queue.policy_body();
            for key in ["pattern", "apply-to", "priority", "definition"] {
                if found[key] != wanted[key] {
                    say(format!("policy {name}: {key} is {}, wanted {}", found[key], wanted[key]));
                }
            }
        }
        for binding in &topology.bindings {
            let (exchange, queue, key) = (&binding.exchange, &binding.queue, binding.key);
            let path = ["bindings", &self.vhost, "e", exchange, "q", queue];
            let found = self.get(&path).await?.unwrap_or_default();
            let bound = |b: &Value| b["routing_key"] == json!(key);
            if !found.as_array().is_some_and(|all| all.iter().any(bound)) {
                say(format!("binding {exchange} → {queue}: missing for key \"{key}\""));
            }
        }
        Ok(differences)
    }

    /// `None` where there is no such thing.
    async fn get(&self, path: &[&str]) -> Result<Option<Value>, ManagementError> {
        match self.call(Method::GET, path, None).await {
            Err(ManagementError::Refused { status: StatusCode::NOT_FOUND, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &[&str],
        body: Option<Value>,
    ) -> Result<Value, ManagementError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| ManagementError::Address("rabbitmq.management_url"))?
            .pop_if_empty()
            .push("api")
            .extend(path);
        let what = format!("{method} {}", path.join("/"));
        let unreachable = |e: reqwest::Error| ManagementError::Unreachable(e.without_url().to_string());
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unreachable)?;
        if !status.is_success() {
            let said = text.chars().take(300).collect();
            return Err(ManagementError::Refused { what, status, said });
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }
}

/// The policy that RabbitMQ applies to a queue: of those that match, the one of highest priority. Worked
/// out here, since a queue tells its policy only with its next statistics.
fn in_force<'a>(policies: &'a Value, queue: &str) -> Option<&'a str> {
    let matches = |policy: &&Value| {
        let kind = policy["apply-to"].as_str().unwrap_or("all");
        let pattern = policy["pattern"].as_str().and_then(|p| regex::Regex::new(p).ok());
        matches!(kind, "queues" | "quorum_queues" | "all") && pattern.is_some_and(|p| p.is_match(queue))
    };
    let matching = policies.as_array()?.iter().filter(matches);
    matching.max_by_key(|policy| policy["priority"].as_i64().unwrap_or(0))?["name"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_highest_priority_that_matches_is_in_force() {
        let policy = |name: &str, pattern: &str, kind: &str, priority: i64| json!({"name": name, "pattern": pattern, "apply-to": kind, "priority": priority});
        let policies = json!([
            policy("pages.raw", "^pages\\.raw$", "queues", 10),
            policy("everything", ".*", "all", 0),
            policy("exchanges", ".*", "exchanges", 99),
            policy("tight", "^articles", "quorum_queues", 99),
            policy("articles.all", "^articles\\.all$", "queues", 10),
        ]);
        for (queue, name) in [
            ("pages.raw", Some("pages.raw")),
            ("articles.all", Some("tight")),
            ("pages.skipped", Some("everything")),
        ] {
            assert_eq!(in_force(&policies, queue), name, "{queue}");
        }
        assert_eq!(in_force(&json!([]), "pages.raw"), None);
    }
}
