//! Metric names, logs, health and metrics server.
