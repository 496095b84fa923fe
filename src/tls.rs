//! Which cryptography TLS uses in this process: *ring*, for every client.

/// Makes *ring* the process's provider; to be called before a client is built.
pub fn install() {
    // An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
