//! Claim checks: bodies that lie elsewhere, by http or from a directory; size and hash verified.

use bytes::Bytes;

use crate::model::Failure;
use crate::model::failure::ParkReason;
use crate::model::page::BodyRef;

#[derive(Debug, Default)]
pub struct Fetcher {}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Mismatch(String),
    #[error("{0}")]
    TooLarge(String),
    #[error(transparent)]
    World(#[from] Failure),
}

impl FetchError {
    pub fn reason(&self) -> ParkReason {
        match self {
            Self::Mismatch(_) => ParkReason::BodyRefMismatch,
            Self::TooLarge(_) => ParkReason::LimitBodyBytes,
            Self::Refused(_) | Self::World(_) => ParkReason::BodyRefRefused,
        }
    }
}

impl Fetcher {
    pub async fn fetch(&self, reference: &BodyRef) -> Result<Bytes, FetchError> {
        Err(FetchError::Refused(format!("{}: claim checks are off", reference.uri)))
    }
}

/// Makes *ring* the process's provider for TLS; to be called before a client is built.
pub fn install_crypto() {
    // an error says that one is installed already
    let _ = rustls::crypto::ring::default_provider().install_default();
}
