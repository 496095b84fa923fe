//! gzip, deflate, br and zstd undone, with caps on output and ratio: a bomb costs what the caps allow.

use std::io::Read;

use crate::model::{ParkReason, Rejection, SkipReason};
use crate::read::Limits;

/// The ratio is looked at beyond this much output: small pages may be very repetitive.
const RATIO_FROM: usize = 1 << 20;

/// Undoes one content encoding. Nested encodings (`gzip, br`) are refused.
pub fn inflate(bytes: &[u8], encoding: &str, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let name = encoding.trim().to_ascii_lowercase();
    let refused = |e: &dyn std::fmt::Display| {
        Rejection::skip(SkipReason::NotText, format!("content_encoding {name} does not fit the bytes: {e}"))
    };
    match name.as_str() {
        "" | "identity" | "none" => Ok(bytes.to_vec()),
        "gzip" | "x-gzip" => capped(flate2::read::MultiGzDecoder::new(bytes), bytes.len(), limits, &refused),
        "deflate" if bytes.first() == Some(&0x78) => {
            capped(flate2::read::ZlibDecoder::new(bytes), bytes.len(), limits, &refused)
        }
        "deflate" => capped(flate2::read::DeflateDecoder::new(bytes), bytes.len(), limits, &refused),
        "br" => capped(brotli_decompressor::Decompressor::new(bytes, 4096), bytes.len(), limits, &refused),
        "zstd" => match ruzstd::decoding::StreamingDecoder::new(bytes) {
            Ok(decoder) => capped(decoder, bytes.len(), limits, &refused),
            Err(e) => Err(refused(&e)),
        },
        other => Err(Rejection::park(
            ParkReason::UnreadableEnvelope,
            format!("content_encoding {other:?} is not known; gzip, br, zstd, deflate and identity are"),
        )),
    }
}

fn capped(
    mut from: impl Read,
    compressed: usize,
    limits: &Limits,
    refused: &dyn Fn(&dyn std::fmt::Display) -> Rejection,
) -> Result<Vec<u8>, Rejection> {
    let mut out = Vec::new();
    let mut piece = [0u8; 16 * 1024];
    loop {
        let n = from.read(&mut piece).map_err(|e| refused(&e))?;
        if n == 0 {
            return Ok(out);
        }
        out.extend_from_slice(&piece[..n]);
        if out.len() > limits.body_bytes {
            return Err(Rejection::park(
                ParkReason::LimitBodyBytes,
                format!(
                    "the body inflates to more than the {} bytes of limits.body_bytes",
                    limits.body_bytes
                ),
            ));
        }
        if out.len() > RATIO_FROM && out.len() / compressed.max(1) > limits.inflate_ratio {
            return Err(Rejection::park(
                ParkReason::LimitInflateRatio,
                format!(
                    "the body inflates by more than the factor {} of limits.inflate_ratio",
                    limits.inflate_ratio
                ),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        to.write_all(bytes).unwrap();
        to.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_parked_by_ratio_and_by_size() {
        let bomb = gzip(&vec![b'a'; 8 << 20]);
        let error = inflate(&bomb, "gzip", &Limits::default()).unwrap_err();
        assert!(matches!(error, Rejection::Park { reason: ParkReason::LimitInflateRatio, .. }), "{error}");
        let limits = Limits { body_bytes: 1000, ..Limits::default() };
        let error = inflate(&gzip(&vec![b'a'; 5000]), "gzip", &limits).unwrap_err();
        assert!(matches!(error, Rejection::Park { reason: ParkReason::LimitBodyBytes, .. }), "{error}");
    }

    #[test]
    fn what_is_not_compressed_as_said_is_no_text() {
        for encoding in ["gzip", "br", "zstd", "deflate"] {
            let error = inflate(b"<p>plain text, and not compressed at all", encoding, &Limits::default())
                .unwrap_err();
            assert!(
                matches!(error, Rejection::Skip { reason: SkipReason::NotText, .. }),
                "{encoding}: {error}"
            );
        }
        let error = inflate(b"x", "gzip, br", &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("not known"), "{error}");
    }

    #[test]
    fn members_of_gzip_are_joined() {
        let both = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(inflate(&both, "gzip", &Limits::default()).unwrap(), b"one two");
    }
}
