//! Taking a page of one PDF into another as a picture that keeps its letters.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use crate::render::PaperError;

/// Copies a page (from 1) of `source` into `target` as a form, typefaces and all.
pub(crate) fn graft(target: &mut Document, source: &Document, number: u32) -> Result<ObjectId, PaperError> {
    let broken = |error: lopdf::Error| PaperError::new(format!("文件不是可读的 PDF：{error}"));
    let page = source.get_pages().get(&number).copied().ok_or_else(|| PaperError::new("要叠加的图样是空的"))?;
    let content = source.get_page_content(page);
    let dictionary = source.get_dictionary(page).map_err(broken)?;
    let mut copied = HashMap::new();
    let mut form = dictionary! { "Type" => "XObject", "Subtype" => "Form" };
    for (from, to) in [("MediaBox", "BBox"), ("Resources", "Resources"), ("Group", "Group")] {
        if let Ok(value) = dictionary.get(from.as_bytes()) {
            let value = copy(source, value, target, &mut copied, 0);
            form.set(to, value);
        }
    }
    let mut stream = Stream::new(form, content);
    // Compression only makes it smaller: an error leaves the plain content.
    let _ = stream.compress();
    Ok(target.add_object(stream))
}

fn copy(
    source: &Document,
    object: &Object,
    target: &mut Document,
    copied: &mut HashMap<ObjectId, ObjectId>,
    depth: usize,
) -> Object {
    // Resources are a handful of levels deep; deeper means a loop.
    if depth > 64 {
        return Object::Null;
    }
    let dictionary = |dictionary: &Dictionary, target: &mut Document, copied: &mut HashMap<_, _>| {
        let mut new = Dictionary::new();
        for (key, value) in dictionary {
            new.set(key.clone(), copy(source, value, target, copied, depth + 1));
        }
        new
    };
    match object {
        Object::Reference(id) => {
            if let Some(new) = copied.get(id) {
                return Object::Reference(*new);
            }
            let Ok(value) = source.get_object(*id) else {
                return Object::Null;
            };
            let new = target.new_object_id();
            copied.insert(*id, new);
            let value = copy(source, value, target, copied, depth + 1);
            target.set_object(new, value);
            Object::Reference(new)
        }
        Object::Array(list) => {
            Object::Array(list.iter().map(|one| copy(source, one, target, copied, depth + 1)).collect())
        }
        Object::Dictionary(one) => Object::Dictionary(dictionary(one, target, copied)),
        Object::Stream(stream) => {
            let mut new = stream.clone();
            new.dict = dictionary(&stream.dict, target, copied);
            Object::Stream(new)
        }
        other => other.clone(),
    }
}
