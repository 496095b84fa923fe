//! Exchanges, queues, bindings and policies, in one table; applied, or checked by passive declaration.
//! What may have to change later is set by policy, since arguments are fixed when a queue is made.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Connection, ExchangeKind};
use serde_json::{Value, json};

use super::{Fault, Settings, connect};
use crate::transport::Tier;

/// Names on the broker, under a prefix.
#[derive(Debug, Clone, Default)]
pub struct Names {
    prefix: String,
}

macro_rules! names {
    ($($name:ident = $word:literal;)+) => {
        impl Names {
            $(pub fn $name(&self) -> String { format!(concat!("{}", $word), self.prefix) })+
        }
    };
}

names! {
    pages = "pages";
    raw = "pages.raw";
    retry = "pages.retry";
    dlx = "pages.dlx";
    parking = "pages.parking";
    articles = "articles";
    unrouted = "articles.unrouted";
    all = "articles.all";
    skipped = "pages.skipped";
}

impl Names {
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    pub fn tier(&self, tier: Tier) -> String {
        format!("{}.{}", self.retry(), tier.key())
    }
}

/// Everything that copydesk needs on the broker.
#[derive(Debug, Clone)]
pub struct Topology {
    pub exchanges: Vec<Exchange>,
    pub queues: Vec<Queue>,
    pub bindings: Vec<Binding>,
}

#[derive(Debug, Clone)]
pub struct Exchange {
    pub name: String,
    pub kind: &'static str,
    /// Takes what no queue is bound for.
    pub alternate: Option<String>,
}

/// A quorum queue and the policy of the same name.
#[derive(Debug, Clone)]
pub struct Queue {
    pub name: String,
    pub policy: Value,
}

#[derive(Debug, Clone)]
pub struct Binding {
    pub exchange: String,
    pub queue: String,
    pub key: &'static str,
}

const GIB: u64 = 1 << 30;
/// Among policies that match the same queue, the highest wins.
const PRIORITY: u32 = 10;

impl Topology {
    /// `subscriber`: whether `articles.all` is part of it.
    pub fn new(names: &Names, subscriber: bool) -> Self {
        let exchange = |name, kind| Exchange { name, kind, alternate: None };
        let exchanges = vec![
            exchange(names.pages(), "topic"),
            exchange(names.retry(), "direct"),
            exchange(names.dlx(), "fanout"),
            Exchange { alternate: Some(names.unrouted()), ..exchange(names.articles(), "topic") },
            exchange(names.unrouted(), "fanout"),
        ];
        let bounded =
            |bytes: u64| json!({"max-length": 100_000, "max-length-bytes": bytes, "overflow": "drop-head"});
        let mut queues = vec![Queue {
            name: names.raw(),
            policy: json!({
                "delivery-limit": 20,
                "dead-letter-exchange": names.dlx(),
                "dead-letter-strategy": "at-least-once",
                "overflow": "reject-publish",
                "max-length": 1_000_000,
                "max-length-bytes": 50 * GIB,
            }),
        }];
        queues.extend(Tier::ALL.map(|tier| Queue {
            name: names.tier(tier),
            policy: json!({
                "message-ttl": tier.seconds() * 1000,
                "dead-letter-exchange": "",
                "dead-letter-routing-key": names.raw(),
                "dead-letter-strategy": "at-least-once",
                "overflow": "reject-publish",
            }),
        }));
        // looking at a parked message counts as a delivery
        queues.push(Queue { name: names.parking(), policy: json!({"delivery-limit": 1_000_000_000}) });
        queues.push(Queue { name: names.unrouted(), policy: bounded(GIB) });
        if subscriber {
            queues.push(Queue { name: names.all(), policy: bounded(5 * GIB) });
        }
        let mut skipped = bounded(GIB);
        skipped["message-ttl"] = json!(7 * 24 * 3600 * 1000);
        queues.push(Queue { name: names.skipped(), policy: skipped });

        let binding = |exchange, queue, key| Binding { exchange, queue, key };
        let mut bindings = vec![binding(names.pages(), names.raw(), "#")];
        bindings.extend(Tier::ALL.map(|tier| binding(names.retry(), names.tier(tier), tier.key())));
        bindings.push(binding(names.dlx(), names.parking(), ""));
        bindings.push(binding(names.unrouted(), names.unrouted(), ""));
        if subscriber {
            bindings.push(binding(names.articles(), names.all(), "article.#"));
        }
        bindings.push(binding(names.articles(), names.skipped(), "page.#"));
        Self { exchanges, queues, bindings }
    }

    /// As RabbitMQ imports and exports it.
    pub fn definitions(&self, vhost: &str) -> Value {
        let exchanges: Vec<Value> = self
            .exchanges
            .iter()
            .map(|e| {
                let arguments = e.alternate.as_ref().map_or(json!({}), |a| json!({"alternate-exchange": a}));
                json!({"name": e.name, "vhost": vhost, "type": e.kind, "durable": true,
                    "auto_delete": false, "internal": false, "arguments": arguments})
            })
            .collect();
        let queues: Vec<Value> = self
            .queues
            .iter()
            .map(|q| {
                json!({"name": q.name, "vhost": vhost, "durable": true, "auto_delete": false,
                    "arguments": {"x-queue-type": "quorum"}})
            })
            .collect();
        let bindings: Vec<Value> = self
            .bindings
            .iter()
            .map(|b| {
                json!({"source": b.exchange, "vhost": vhost, "destination": b.queue,
                    "destination_type": "queue", "routing_key": b.key, "arguments": {}})
            })
            .collect();
        let policies: Vec<Value> = self
            .queues
            .iter()
            .map(|q| {
                let mut policy = q.policy_body();
                policy["vhost"] = json!(vhost);
                policy["name"] = json!(q.name);
                policy
            })
            .collect();
        json!({"exchanges": exchanges, "queues": queues, "bindings": bindings, "policies": policies})
    }

    /// Declares exchanges, queues and bindings; needs the configure right. Policies are the management API's.
    pub async fn declare(&self, settings: &Settings) -> Result<(), Fault> {
        let connection = connect(settings, "topology").await?;
        let channel = connection.create_channel().await?;
        for exchange in &self.exchanges {
            let mut arguments = FieldTable::default();
            if let Some(alternate) = &exchange.alternate {
                let alternate = AMQPValue::LongString(alternate.as_str().into());
                arguments.insert("alternate-exchange".into(), alternate);
            }
            let kind = ExchangeKind::Custom(exchange.kind.to_owned());
            let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
            channel.exchange_declare(exchange.name.as_str().into(), kind, options, arguments).await?;
        }
        for queue in &self.queues {
            let mut arguments = FieldTable::default();
            arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
            channel
                .queue_declare(queue.name.as_str().into(), QueueDeclareOptions::durable(), arguments)
                .await?;
        }
        for binding in &self.bindings {
            let (queue, exchange) = (binding.queue.as_str().into(), binding.exchange.as_str().into());
            let options = QueueBindOptions::default();
            channel.queue_bind(queue, exchange, binding.key.into(), options, FieldTable::default()).await?;
        }
        channel.close(200, "done".into()).await?;
        Ok(connection.close(200, "done".into()).await?)
    }
}

impl Queue {
    /// As the management API takes it. The pattern matches this queue alone.
    pub fn policy_body(&self) -> Value {
        json!({
            "pattern": format!("^{}$", self.name.replace('.', "\\.")),
            "apply-to": "queues",
            "priority": PRIORITY,
            "definition": self.policy,
        })
    }
}

/// Whether what the worker consumes from and publishes to exists. Needs no configure right, and cannot see
/// arguments, bindings or policies: `topology verify` does.
pub async fn check(connection: &Connection, settings: &Settings) -> Result<(), Fault> {
    let names = settings.names();
    // a missing one closes its channel: each has its own
    for exchange in [names.articles(), names.retry(), names.dlx()] {
        let channel = connection.create_channel().await?;
        let options = ExchangeDeclareOptions { passive: true, ..ExchangeDeclareOptions::default() };
        let kind = ExchangeKind::Topic;
        channel
            .exchange_declare(exchange.as_str().into(), kind, options, FieldTable::default())
            .await
            .map_err(|e| missing("exchange", &exchange, e))?;
        channel.close(200, "done".into()).await?;
    }
    let tiers = Tier::ALL.map(|tier| names.tier(tier));
    for queue in [names.raw(), names.parking()].into_iter().chain(tiers) {
        let channel = connection.create_channel().await?;
        let options = QueueDeclareOptions::durable().passive();
        channel
            .queue_declare(queue.as_str().into(), options, FieldTable::default())
            .await
            .map_err(|e| missing("queue", &queue, e))?;
        channel.close(200, "done".into()).await?;
    }
    Ok(())
}

fn missing(what: &str, name: &str, error: lapin::Error) -> Fault {
    match Fault::from(error) {
        Fault::Refused(said) => Fault::Refused(format!(
            "the {what} {name} cannot be used ({said}); `copydesk topology apply` makes what is missing"
        )),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_definitions_are_the_same() {
        let shipped: Value =
            serde_json::from_str(include_str!("../../../deploy/rabbitmq/definitions.json")).unwrap();
        let made = Topology::new(&Names::default(), true).definitions("news");
        for part in ["exchanges", "queues", "bindings", "policies"] {
            let sorted = |v: &Value| {
                let mut rows: Vec<String> =
                    v[part].as_array().unwrap().iter().map(Value::to_string).collect();
                rows.sort();
                rows
            };
            assert_eq!(sorted(&shipped), sorted(&made), "{part}");
        }
    }

    #[test]
    fn a_prefix_is_before_every_name_and_reference() {
        let text = Topology::new(&Names::new("t1."), true).definitions("/").to_string();
        for word in ["pages", "articles"] {
            for quote in ["\"", "\"^"] {
                assert!(!text.contains(&format!("{quote}{word}")), "{word} without its prefix");
            }
        }
        assert!(text.contains(r#""^t1\\.pages\\.raw$""#), "{text}");
    }

    #[test]
    fn the_subscribers_queue_can_be_left_out() {
        let text = Topology::new(&Names::default(), false).definitions("/").to_string();
        assert!(!text.contains("articles.all"));
    }
}
