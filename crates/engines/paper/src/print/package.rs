//! A Word file taken apart and found harmless, or refused with the reason.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::xml::{self, Element};
use crate::render::PaperError;

/// Most parts of a file.
const MAX_PARTS: usize = 500;
/// Bytes one part may unpack to.
const MAX_PART: u64 = 16 << 20;
/// Bytes all parts may unpack to.
const MAX_WHOLE: u64 = 48 << 20;
/// A part that shrank more than this is no text somebody wrote.
const MAX_RATIO: u64 = 200;

/// The parts of the file, in its order.
#[derive(Debug, Clone)]
pub(super) struct Package {
    parts: Vec<(String, Vec<u8>)>,
}

fn refused(why: impl Into<String>) -> PaperError {
    PaperError::new(why)
}

impl Package {
    pub fn read(bytes: &[u8]) -> Result<Self, PaperError> {
        // The container of Word 97 to 2003, and of files with a password.
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(refused("这是旧版 .doc 或者加了密码的文件，请去掉密码并另存为 .docx 再上传"));
        }
        let mut archive = ZipArchive::new(Cursor::new(bytes))
            .map_err(|_| refused("文件不是 .docx，或者已经损坏，请另存一份再上传"))?;
        if archive.len() > MAX_PARTS {
            return Err(refused(format!("文件里的部件超过 {MAX_PARTS} 个，不像是表格，不能使用")));
        }
        let (mut parts, mut whole) = (Vec::new(), 0_u64);
        for index in 0..archive.len() {
            let mut part =
                archive.by_index(index).map_err(|_| refused("文件已经损坏或者加了密码，请另存一份再上传"))?;
            if part.is_dir() {
                continue;
            }
            let name = part.name().trim_start_matches('/').to_owned();
            if name.split(['/', '\\']).any(|piece| piece == "..") {
                return Err(refused("文件里有指向外面的路径，不能使用"));
            }
            let packed = part.compressed_size();
            // What the file says of itself may be a lie: only what comes out counts.
            let mut content = Vec::new();
            part.by_ref()
                .take(MAX_PART + 1)
                .read_to_end(&mut content)
                .map_err(|_| refused("文件已经损坏，请另存一份再上传"))?;
            let size = content.len() as u64;
            whole += size;
            let bomb = size > 1 << 20 && size / packed.max(1) > MAX_RATIO;
            if size > MAX_PART || whole > MAX_WHOLE || bomb {
                return Err(refused("文件解压后过大，可能是压缩炸弹，不能使用。请删去大图后另存一份再上传"));
            }
            parts.push((name, content));
        }
        let package = Self { parts };
        package.harmless()?;
        Ok(package)
    }

    /// No macros, no embedded programs, nothing fetched from elsewhere, no entities.
    fn harmless(&self) -> Result<(), PaperError> {
        let types = self.text("[Content_Types].xml").ok_or_else(|| refused("文件不是 .docx，请另存为 .docx 再上传"))?;
        let macros = types.contains("macroEnabled")
            || self.parts.iter().any(|(name, _)| name.to_ascii_lowercase().contains("vbaproject"));
        if macros {
            return Err(refused("文件带有宏，不能使用。请另存为不带宏的 .docx 再上传"));
        }
        for (name, _) in &self.parts {
            let lower = name.to_ascii_lowercase();
            if lower.contains("/embeddings/") || lower.contains("/activex/") {
                return Err(refused("文件里嵌入了其他文件或控件，不能使用。请删去嵌入的对象再上传"));
            }
            if lower.ends_with(".rels") {
                self.links(name)?;
            } else if lower.ends_with(".xml") {
                xml::read(name, &self.text(name).unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn links(&self, name: &str) -> Result<(), PaperError> {
        let relations = xml::read(name, &self.text(name).unwrap_or_default())?;
        for one in relations.elements() {
            if one.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external")) {
                let target: String = one.attribute("Target").unwrap_or_default().chars().take(80).collect();
                return Err(refused(format!(
                    "文件里有指向外部的链接（{target}），不能使用。请去掉链接、把链接的图片改为直接插入后再上传"
                )));
            }
        }
        Ok(())
    }

    fn text(&self, name: &str) -> Option<String> {
        let (_, content) = self.parts.iter().find(|(own, _)| own == name)?;
        Some(String::from_utf8_lossy(content).into_owned())
    }

    /// A part as a tree.
    pub fn xml(&self, name: &str) -> Option<Element> {
        xml::read(name, &self.text(name)?).ok()
    }

    /// Names of the parts with text that is printed: the document, heads and feet.
    pub fn printed(&self) -> Vec<String> {
        let is_printed = |name: &str| {
            name == "word/document.xml"
                || ["word/header", "word/footer"].iter().any(|start| name.starts_with(start)) && name.ends_with(".xml")
        };
        self.parts.iter().map(|(name, _)| name.clone()).filter(|name| is_printed(name)).collect()
    }

    pub fn put(&mut self, name: &str, content: String) {
        if let Some((_, old)) = self.parts.iter_mut().find(|(own, _)| own == name) {
            *old = content.into_bytes();
        }
    }

    /// The file again. Equal parts give equal bytes.
    pub fn write(&self) -> Result<Vec<u8>, PaperError> {
        let failed = |error: &dyn std::fmt::Display| PaperError::new(format!("暂时不能生成文档：{error}"));
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        for (name, content) in &self.parts {
            archive.start_file(name.as_str(), options).map_err(|error| failed(&error))?;
            archive.write_all(content).map_err(|error| failed(&error))?;
        }
        archive.finish().map(Cursor::into_inner).map_err(|error| failed(&error))
    }
}
