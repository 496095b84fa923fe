//! The objects of JSON-LD: graphs, arrays and what is nested in either.

use serde_json::{Map, Value};

pub type Node = Map<String, Value>;

/// Objects of one page beyond which the rest is not looked at.
const MOST_NODES: usize = 20_000;
/// Keys under which an object speaks of the same page.
const SAME: [&str; 3] = ["@graph", "mainEntity", "mainEntityOfPage"];

/// Every object in the order of the documents, with whether it stands where the page speaks of itself; what stands
/// under the keys of `others` is passed over.
pub fn nodes<'v>(documents: &'v [Value], others: &[&str]) -> Vec<(&'v Node, bool)> {
    let mut nodes = Vec::new();
    let mut stack: Vec<(&Value, bool)> = documents.iter().rev().map(|d| (d, true)).collect();
    while let Some((value, main)) = stack.pop() {
        if nodes.len() >= MOST_NODES {
            break;
        }
        match value {
            Value::Array(items) => stack.extend(items.iter().rev().map(|i| (i, main))),
            Value::Object(node) => {
                nodes.push((node, main));
                let inner = node
                    .iter()
                    .rev()
                    .filter(|(key, v)| (v.is_object() || v.is_array()) && !others.contains(&key.as_str()));
                stack.extend(inner.map(|(key, v)| (v, main && SAME.contains(&key.as_str()))));
            }
            _ => {}
        }
    }
    nodes
}

/// The names of an object's types, without their vocabulary.
pub fn types(node: &Node) -> impl Iterator<Item = &str> {
    list_of(node.get("@type"))
        .filter_map(Value::as_str)
        .map(|t| t.rsplit(['/', '#', ':']).next().unwrap_or(t))
}

/// Addresses that an object gives itself.
pub fn urls(node: &Node) -> impl Iterator<Item = &str> {
    ["url", "mainEntityOfPage", "@id"].into_iter().filter_map(|key| match node.get(key)? {
        Value::Object(inner) => inner.get("@id").or_else(|| inner.get("url"))?.as_str(),
        value => value.as_str(),
    })
}

/// A value as a list: JSON-LD writes lists of one without brackets.
pub fn list_of(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    match value {
        Some(Value::Array(items)) => items.iter(),
        Some(value) => std::slice::from_ref(value).iter(),
        None => [].iter(),
    }
}
