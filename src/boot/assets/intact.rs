//! Whether the packed files of the page are what the build wrote: a copy that was cut off, or a file that somebody changed,
//! would show only in the browsers that are sent it. Not here: whether the files are there (`assets`).

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// As many characters of the hash stand in a name (`scripts/site/names.mjs`).
const HASH_LETTERS: usize = 22;
const BUFFER_BYTES: usize = 16 * 1_024;

/// The files, among those of a packed file and its compressed forms, that are not what they should be. What cannot be read
/// is one of them.
pub(super) fn damaged(file: &Path) -> Vec<PathBuf> {
    let Ok(content) = fs::read(file) else { return vec![file.to_owned()] };
    if !is_named_after(file, &content) {
        return vec![file.to_owned()];
    }
    let (brotli, gzip) = (beside(file, ".br"), beside(file, ".gz"));
    let unpacked = [
        fs::File::open(&brotli).map(|form| read_all(brotli::Decompressor::new(form, BUFFER_BYTES))),
        fs::File::open(&gzip).map(|form| read_all(flate2::read::GzDecoder::new(form))),
    ];
    let is_sound = |unpacked: io::Result<io::Result<Vec<u8>>>| match unpacked {
        Ok(unpacked) => unpacked.is_ok_and(|unpacked| unpacked == content),
        // Without a compressed form the file is served as it is.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    let forms = [brotli, gzip].into_iter().zip(unpacked);
    forms.filter_map(|(path, unpacked)| (!is_sound(unpacked)).then_some(path)).collect()
}

/// A packed file is called `STEM.HASH.EXTENSION`.
fn is_named_after(file: &Path, content: &[u8]) -> bool {
    let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(content));
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.rsplit('.').nth(1) == hash.get(..HASH_LETTERS)
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(extension);
    path.into()
}

fn read_all(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    reader.read_to_end(&mut all)?;
    Ok(all)
}
