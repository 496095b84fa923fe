//! gzip, deflate, br and zstd undone, with caps on output and ratio: a bomb costs what the caps allow.

use std::io::Read;

use crate::model::{ParkReason, Rejection};
use crate::read::Limits;

/// The ratio is looked at beyond this much output: small pages may be very repetitive.
const RATIO_FROM: usize = 1 << 20;

/// Undoes one content encoding. Bytes that it does not fit, and a body that was cut off on its way, are parked:
/// the page may be as good as any once it is sent whole. Nested encodings (`gzip, br`) are refused.
pub fn inflate(bytes: &[u8], encoding: &str, limits: &Limits) -> Result<Vec<u8>, Rejection> {
    let name = encoding.trim().to_ascii_lowercase();
    let refused = |e: &dyn std::fmt::Display| {
        Rejection::park(
            ParkReason::UnreadableEnvelope,
            format!(
                "content_encoding {name} does not fit the bytes, or they are cut off; send it whole: {e}"
            ),
        )
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
    fn what_is_not_compressed_as_said_is_parked() {
        for encoding in ["gzip", "br", "zstd", "deflate"] {
            let error = inflate(b"<p>plain text, and not compressed at all", encoding, &Limits::default())
                .unwrap_err();
            assert!(names(&error, encoding), "{encoding}: {error}");
        }
        let error = inflate(b"x", "gzip, br", &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("not known"), "{error}");
    }

    /// Three lines on a ferry, compressed by the reference implementation.
    const BROTLI: [u8; 95] = [
        27, 187, 0, 32, 140, 195, 198, 97, 53, 209, 143, 96, 57, 152, 17, 42, 29, 28, 114, 44, 223, 133, 2,
        201, 194, 212, 109, 169, 46, 212, 39, 49, 20, 155, 205, 80, 14, 255, 225, 32, 23, 126, 13, 122, 192,
        69, 156, 13, 250, 68, 27, 169, 91, 172, 58, 80, 200, 140, 124, 184, 153, 194, 52, 243, 227, 24, 230,
        9, 225, 143, 98, 223, 5, 190, 104, 104, 200, 166, 113, 6, 83, 151, 153, 130, 13, 236, 122, 90, 226,
        122, 143, 116, 114, 34, 0,
    ];

    fn names(error: &Rejection, encoding: &str) -> bool {
        matches!(error, Rejection::Park { reason: ParkReason::UnreadableEnvelope, .. })
            && error.to_string().contains(encoding)
    }

    #[test]
    fn a_body_that_was_cut_off_is_parked_and_its_compression_named() {
        let page: String = (0..3000).map(|i| format!("<p>Line {} of the story, {}.</p>", i, i * i)).collect();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(page.as_bytes()).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        raw.write_all(page.as_bytes()).unwrap();
        let zstd =
            ruzstd::encoding::compress_to_vec(page.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
        for (encoding, whole) in [
            ("gzip", gzip(page.as_bytes())),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd),
            ("br", BROTLI.to_vec()),
        ] {
            assert!(inflate(&whole, encoding, &Limits::default()).is_ok(), "{encoding}");
            for cut in [whole.len() / 2, whole.len() - 2] {
                let error = inflate(&whole[..cut], encoding, &Limits::default());
                assert!(
                    error.as_ref().is_err_and(|e| names(e, encoding)),
                    "{encoding} at {cut}: {:?}",
                    error.map(|t| t.len())
                );
            }
        }
    }

    #[test]
    fn members_of_gzip_are_joined() {
        let both = [gzip(b"one "), gzip(b"two")].concat();
        assert_eq!(inflate(&both, "gzip", &Limits::default()).unwrap(), b"one two");
    }
}
