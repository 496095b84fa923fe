//! A real Prometheus scrapes a real `/metrics`: every query of the dashboard and of the alerts must answer with data.
