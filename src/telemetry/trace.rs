//! W3C trace context (<https://www.w3.org/TR/trace-context/>): taken from a message's headers, put into those of its event.

use std::fmt;

use sha2::{Digest, Sha256};

/// The header's name, in HTTP and AMQP alike.
pub const TRACEPARENT: &str = "traceparent";

/// A valid `traceparent` of version 00: which trace, which span in it, which flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    trace: [u8; 16],
    span: [u8; 8],
    flags: u8,
}

impl TraceParent {
    /// Reads a header. Anything but the 55 bytes of version 00 (lower-case hexadecimal, no id of zeros) is no trace.
    pub fn parse(header: &str) -> Option<Self> {
        let bytes = header.as_bytes();
        if bytes.len() != 55 || !header.starts_with("00-") || bytes[35] != b'-' || bytes[52] != b'-' {
            return None;
        }
        let mut parent = Self { trace: [0; 16], span: [0; 8], flags: 0 };
        let mut flags = [0];
        unhex(&bytes[3..35], &mut parent.trace)?;
        unhex(&bytes[36..52], &mut parent.span)?;
        unhex(&bytes[53..55], &mut flags)?;
        parent.flags = flags[0];
        (parent.trace != [0; 16] && parent.span != [0; 8]).then_some(parent)
    }

    /// A trace of its own for a message that carries none; `seed` tells messages apart (id and delivery, say).
    pub fn root(seed: &[u8]) -> Self {
        let hash = Sha256::digest(seed);
        let mut root = Self { trace: [0; 16], span: [0; 8], flags: 1 };
        root.trace.copy_from_slice(&hash[..16]);
        root.span.copy_from_slice(&hash[16..24]);
        // zeros are no id
        root.trace[0] |= 1;
        root.span[0] |= 1;
        root
    }

    /// The span of the work on this message: same trace, same flags, an id of its own.
    pub fn child(&self, seed: &[u8]) -> Self {
        let hash =
            Sha256::new().chain_update(self.trace).chain_update(self.span).chain_update(seed).finalize();
        let mut child = *self;
        child.span.copy_from_slice(&hash[..8]);
        child.span[0] |= 1;
        child
    }

    /// The trace's id in hexadecimal, for logs.
    pub fn trace_id(&self) -> String {
        hex(&self.trace)
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", hex(&self.trace), hex(&self.span), self.flags)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &[u8], into: &mut [u8]) -> Option<()> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    for (byte, pair) in into.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn only_version_00_in_full_is_a_trace() {
        for (header, valid) in [
            (GOOD, true),
            ("", false),
            ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false),
            ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e473é-0f067aa0ba902b7-01\n", false),
        ] {
            assert_eq!(TraceParent::parse(header).is_some(), valid, "{header}");
        }
    }

    #[test]
    fn a_child_stays_in_its_trace() {
        let parent = TraceParent::parse(GOOD).unwrap();
        assert_eq!(parent.to_string(), GOOD);
        let child = parent.child(b"delivery 7");
        assert_eq!(child.trace_id(), parent.trace_id());
        assert_ne!(child, parent);
        assert_ne!(child, parent.child(b"delivery 8"));
        assert_eq!(TraceParent::parse(&child.to_string()), Some(child));
        let root = TraceParent::root(b"message");
        assert_eq!(TraceParent::parse(&root.to_string()), Some(root));
    }
}
