//! A lossless XML tree: what goes in comes out, whether we understand it or not.
//!
//! Text and attribute values keep their escaped spelling; only the white space between attributes and around the
//! declaration is normalised. Document types and entities are refused: they are never needed in BPMN and open the door
//! to expansion attacks and foreign files.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use crate::finding::Finding;

/// Namespace of BPMN 2.0 (OMG formal/2011-01-03).
pub const BPMN_NAMESPACE: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// Namespace of our extensions: attributes (`role`, `stage`, `days`, `unit`, `visit`, `service`, `paper`, `attempts`) and the
/// settings of a step ([`crate::StepSettings`]).
pub const TONGBAN_NAMESPACE: &str = "https://tongban.dev/bpmn/1";

/// Deepest nesting accepted.
const MAX_DEPTH: usize = 64;
/// Most elements accepted in one document.
const MAX_ELEMENTS: usize = 50_000;

/// One attribute; `raw` is the spelling in the file, `value` what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub name: String,
    pub namespace: Option<String>,
    pub local: String,
    pub raw: String,
    pub value: String,
}

/// One element with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub name: String,
    pub namespace: Option<String>,
    pub local: String,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Content>,
    /// Written `<a/>`, not `<a></a>`.
    pub empty: bool,
}

/// What can stand inside an element. Strings are the file's spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Element(Element),
    Text(String),
    CData(String),
    Comment(String),
    Instruction(String),
    /// `&amp;` and the like; only character references and the five predefined names get here.
    Reference(String, char),
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    declaration: Option<String>,
    before: Vec<Content>,
    pub root: Element,
    after: Vec<Content>,
}

impl Element {
    /// The un-namespaced attribute of this name.
    pub fn attribute(&self, local: &str) -> Option<&str> {
        self.attributes.iter().find(|a| a.namespace.is_none() && a.local == local).map(|a| a.value.as_str())
    }

    /// Child elements, in order.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Content::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The text directly inside this element, entities resolved.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for child in &self.children {
            match child {
                Content::Text(part) | Content::CData(part) => text.push_str(part),
                Content::Reference(_, letter) => text.push(*letter),
                _ => {}
            }
        }
        text
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for attribute in &self.attributes {
            // A raw value may hold the other quote: it was legal where it stood, so choose the fence that keeps it so.
            let quote = if attribute.raw.contains('"') { '\'' } else { '"' };
            out.push(' ');
            out.push_str(&attribute.name);
            out.push('=');
            out.push(quote);
            out.push_str(&attribute.raw);
            out.push(quote);
        }
        if self.empty && self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        write_all(&self.children, out);
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

fn write_all(contents: &[Content], out: &mut String) {
    for content in contents {
        let (open, inner, close) = match content {
            Content::Element(element) => {
                element.write(out);
                continue;
            }
            Content::Text(text) => ("", text, ""),
            Content::CData(text) => ("<![CDATA[", text, "]]>"),
            Content::Comment(text) => ("<!--", text, "-->"),
            Content::Instruction(text) => ("<?", text, "?>"),
            Content::Reference(name, _) => ("&", name, ";"),
        };
        out.push_str(open);
        out.push_str(inner);
        out.push_str(close);
    }
}

impl Document {
    /// Writes the document back.
    pub fn write(&self) -> String {
        let mut out = String::new();
        if let Some(declaration) = &self.declaration {
            out.push_str("<?");
            out.push_str(declaration);
            out.push_str("?>");
        }
        write_all(&self.before, &mut out);
        self.root.write(&mut out);
        write_all(&self.after, &mut out);
        out
    }

    /// Reads a document.
    ///
    /// # Errors
    /// One finding saying why it is refused.
    pub fn read(source: &str) -> Result<Self, Finding> {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let mut reader = NsReader::from_str(source);
        reader.config_mut().check_comments = true;
        let mut declaration = None;
        let mut before = Vec::new();
        let mut after = Vec::new();
        let mut root: Option<Element> = None;
        let mut stack: Vec<Element> = Vec::new();
        let mut count = 0_usize;
        loop {
            let position = reader.buffer_position();
            let broken = |cause: String| {
                Finding::error(
                    "",
                    "xml_malformed",
                    format!("文件不是完整的 XML（第 {position} 字节：{cause}）。用流程设计器重新导出一份"),
                )
            };
            let (namespace, event) = match reader.read_resolved_event() {
                Ok((resolved, event)) => (namespace_of(&resolved), event),
                Err(cause) => return Err(broken(cause.to_string())),
            };
            let content = match event {
                Event::Eof => break,
                Event::DocType(_) => {
                    return Err(Finding::error(
                        "",
                        "xml_doctype",
                        "文件里有 DOCTYPE 声明，为了安全不接收。删掉这一行再导入",
                    ));
                }
                Event::Decl(text) => {
                    declaration = Some(text.to_string());
                    continue;
                }
                Event::Start(_) | Event::Empty(_) if count >= MAX_ELEMENTS => {
                    return Err(Finding::error(
                        "",
                        "xml_too_large",
                        format!("文件里的元素超过 {MAX_ELEMENTS} 个。把流程拆成几个再导入"),
                    ));
                }
                Event::Start(start) => {
                    count += 1;
                    if stack.len() >= MAX_DEPTH {
                        return Err(Finding::error(
                            "",
                            "xml_too_deep",
                            format!("文件嵌套超过 {MAX_DEPTH} 层。用流程设计器重新导出一份"),
                        ));
                    }
                    if root.is_some() && stack.is_empty() {
                        return Err(broken("有多个根元素".to_owned()));
                    }
                    let element = element_of(&reader, &start, namespace, false)?;
                    stack.push(element);
                    continue;
                }
                Event::Empty(start) => {
                    count += 1;
                    Content::Element(element_of(&reader, &start, namespace, true)?)
                }
                Event::End(_) => match stack.pop() {
                    Some(element) => Content::Element(element),
                    None => return Err(broken("多了一个结束标记".to_owned())),
                },
                Event::Text(text) => Content::Text(text.to_string()),
                Event::CData(text) => Content::CData(text.to_string()),
                Event::Comment(text) => Content::Comment(text.to_string()),
                Event::PI(text) => Content::Instruction(text.to_string()),
                Event::GeneralRef(reference) => {
                    let name = reference.to_string();
                    let letter = match reference.resolve_char_ref() {
                        Ok(Some(letter)) => Some(letter),
                        Ok(None) => predefined(&name),
                        Err(cause) => return Err(broken(cause.to_string())),
                    };
                    match letter {
                        Some(letter) => Content::Reference(name, letter),
                        None => return Err(unknown_entity(&name)),
                    }
                }
            };
            match (stack.last_mut(), content) {
                (Some(parent), content) => parent.children.push(content),
                (None, Content::Element(element)) if root.is_none() => root = Some(element),
                (None, Content::Element(_)) => return Err(broken("有多个根元素".to_owned())),
                (None, Content::Text(text)) if !text.trim().is_empty() => {
                    return Err(broken("根元素外面有文字".to_owned()));
                }
                (None, Content::CData(_) | Content::Reference(..)) => {
                    return Err(broken("根元素外面有文字".to_owned()));
                }
                (None, content) if root.is_none() => before.push(content),
                (None, content) => after.push(content),
            }
        }
        match (stack.pop(), root) {
            (None, Some(root)) => Ok(Self { declaration, before, root, after }),
            (Some(open), _) => Err(Finding::error(
                "",
                "xml_malformed",
                format!("文件不完整：“{}”没有结束标记。用流程设计器重新导出一份", open.name),
            )),
            (None, None) => Err(Finding::error("", "xml_malformed", "文件是空的。选一个流程文件再导入")),
        }
    }
}

fn unknown_entity(name: &str) -> Finding {
    Finding::error("", "xml_entity", format!("文件里引用了实体“&{name};”，为了安全不接收。换成它代表的文字再导入"))
}

fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn namespace_of(resolved: &ResolveResult<'_>) -> Option<String> {
    match resolved {
        ResolveResult::Bound(namespace) => Some(namespace.into_inner().to_owned()),
        ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
    }
}

fn element_of(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    namespace: Option<String>,
    empty: bool,
) -> Result<Element, Finding> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|cause| {
            Finding::error(
                "",
                "xml_malformed",
                format!("“{}”的属性写错了（{cause}）。用流程设计器重新导出一份", start.name().0),
            )
        })?;
        let raw = attribute.value.to_string();
        let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(cause) => {
                return Err(Finding::error(
                    "",
                    "xml_entity",
                    format!("属性“{}”里有不能识别的实体（{cause}）。换成它代表的文字再导入", attribute.key.0),
                ));
            }
        };
        let (resolved, local) = reader.resolver().resolve_attribute(attribute.key);
        attributes.push(Attribute {
            name: attribute.key.0.to_owned(),
            namespace: namespace_of(&resolved),
            local: local.as_ref().to_owned(),
            raw,
            value,
        });
    }
    Ok(Element {
        name: start.name().0.to_owned(),
        namespace,
        local: start.local_name().as_ref().to_owned(),
        attributes,
        children: Vec::new(),
        empty,
    })
}
