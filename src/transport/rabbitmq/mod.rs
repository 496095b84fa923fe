//! Transport: rabbitmq.
