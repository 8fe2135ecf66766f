//! The files that a PDF carries.

use lopdf::{Dictionary, Document, Object};

use super::{PdfError, load};
use crate::limits;

/// A file embedded in a PDF (ISO 32000-1 §7.11.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// Its name, as the document says it; never a path to write to.
    pub name: String,
    /// Its bytes, decompressed.
    pub bytes: Vec<u8>,
}

/// The files in the catalog's tree of names, in its order.
///
/// # Errors
/// The structure cannot be read, or holds more than the limits allow.
pub fn embedded_files(pdf: &[u8]) -> Result<Vec<EmbeddedFile>, PdfError> {
    let document = load(pdf)?;
    let catalog = document.catalog()?;
    let mut files = Vec::new();
    let Some(tree) =
        within(&document, catalog, b"Names").and_then(|names| within(&document, names, b"EmbeddedFiles"))
    else {
        return Ok(files);
    };
    let mut walk = Walk {
        document: &document,
        room: limits::PDF_EMBEDDED_BYTES,
        nodes: limits::PDF_EMBEDDED_FILES,
        files: &mut files,
    };
    walk.node(tree, limits::PDF_NAME_TREE_DEPTH)?;
    Ok(files)
}

fn within<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    document.get_dict_in_dict(dictionary, key).ok()
}

struct Walk<'a> {
    document: &'a Document,
    /// How many bytes may still come.
    room: usize,
    /// How many nodes may still be seen: a tree whose nodes name each other must end.
    nodes: usize,
    files: &'a mut Vec<EmbeddedFile>,
}

impl Walk<'_> {
    /// A node of the tree of names (ISO 32000-1 §7.9.6): `Names` with pairs, or `Kids` with nodes.
    fn node(&mut self, node: &Dictionary, depth: usize) -> Result<(), PdfError> {
        self.nodes = self.nodes.checked_sub(1).ok_or(PdfError::TooMuchEmbedded)?;
        let document = self.document;
        if let Ok(names) = node.get_deref(b"Names", document).and_then(Object::as_array) {
            for pair in names.chunks_exact(2) {
                if self.files.len() == limits::PDF_EMBEDDED_FILES {
                    return Err(PdfError::TooMuchEmbedded);
                }
                let file = read(document, document.dereference(&pair[1])?.1.as_dict()?, self.room)?;
                self.room = self.room.checked_sub(file.bytes.len()).ok_or(PdfError::TooMuchEmbedded)?;
                self.files.push(file);
            }
        }
        if let Ok(kids) = node.get_deref(b"Kids", document).and_then(Object::as_array) {
            let depth = depth.checked_sub(1).ok_or(PdfError::TooMuchEmbedded)?;
            for kid in kids {
                self.node(document.dereference(kid)?.1.as_dict()?, depth)?;
            }
        }
        Ok(())
    }
}

/// A file specification (ISO 32000-1 §7.11.3).
fn read(document: &Document, specification: &Dictionary, room: usize) -> Result<EmbeddedFile, PdfError> {
    let name = [&b"UF"[..], b"F"].iter().find_map(|key| specification.get_deref(key, document).ok());
    let name = lopdf::decode_text_string(name.ok_or(PdfError::Missing("name of an embedded file"))?)?;
    let stream = within(document, specification, b"EF")
        .and_then(|files| files.get_deref(b"F", document).ok())
        .ok_or(PdfError::Missing("embedded file"))?
        .as_stream()?;
    let bytes = if stream.is_compressed() {
        stream.decompressed_content_with_limit(room).map_err(|error| match error {
            lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
                PdfError::TooMuchEmbedded
            }
            other => other.into(),
        })?
    } else {
        stream.content.clone()
    };
    Ok(EmbeddedFile { name, bytes })
}
