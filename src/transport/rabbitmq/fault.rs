//! What ends a session with the broker, and how soon the next may be tried.

use std::time::Duration;

use lapin::ErrorKind;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

use crate::telemetry::labels::ReconnectReason;

/// Why a session ended or could not begin.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    #[error("the connection was lost: {0}")]
    Connection(String),
    #[error("no heartbeat from the broker")]
    Heartbeat,
    #[error("the consumer was cancelled: the queue {0} was deleted or moved")]
    Cancelled(String),
    #[error("a confirm did not come within {} s", .0.as_secs())]
    ConfirmTimeout(Duration),
    #[error("not connected within {} s", .0.as_secs())]
    ConnectTimeout(Duration),
    /// Access, a missing exchange or queue, or other arguments than expected: a person has to act.
    #[error("refused by the broker: {0}")]
    Refused(String),
    /// Bytes that the client cannot parse kill the connection before the delivery is seen.
    #[error("a message whose properties cannot be parsed: {0}")]
    Unparsable(String),
    #[error("{0}")]
    Other(String),
}

impl Fault {
    pub fn reason(&self) -> ReconnectReason {
        match self {
            Self::Connection(_) | Self::ConnectTimeout(_) => ReconnectReason::Connection,
            Self::Heartbeat => ReconnectReason::Heartbeat,
            Self::Cancelled(_) => ReconnectReason::Cancelled,
            Self::ConfirmTimeout(_) => ReconnectReason::ConfirmTimeout,
            Self::Refused(_) => ReconnectReason::Refused,
            Self::Unparsable(_) | Self::Other(_) => ReconnectReason::Other,
        }
    }

    /// A wait of its own, for faults that backing off does not suit.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            // nothing gets better until a person has acted
            Self::Refused(_) => Some(Duration::from_secs(30)),
            // each try counts against the delivery limit, which parks the message
            Self::Unparsable(_) => Some(Duration::from_millis(300)),
            _ => None,
        }
    }
}

impl From<lapin::Error> for Fault {
    fn from(error: lapin::Error) -> Self {
        let text = error.to_string();
        match error.kind() {
            ErrorKind::MissingHeartbeatError => Self::Heartbeat,
            ErrorKind::IOError(_) | ErrorKind::InvalidConnectionState(_) => Self::Connection(text),
            ErrorKind::ParsingError(_) => Self::Unparsable(text),
            ErrorKind::ProtocolError(protocol) => match protocol.kind() {
                AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED | AMQPSoftError::NOTFOUND)
                | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED | AMQPHardError::INVALIDPATH) => {
                    Self::Refused(text)
                }
                AMQPErrorKind::Hard(AMQPHardError::CONNECTIONFORCED) => Self::Connection(text),
                AMQPErrorKind::Soft(_) | AMQPErrorKind::Hard(_) => Self::Other(text),
            },
            _ => Self::Other(text),
        }
    }
}
