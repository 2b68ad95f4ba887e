//! Reads the file: TOML with the line of every key, every section and key known.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::draft::ConfigDraft;
use super::error::{ConfigError, SettingSource};
use super::nearest::nearest;
use super::setting::Setting;
use super::value::Raw;

/// The text of a configuration file, and its name for errors.
pub(super) struct ConfigFile {
    path: PathBuf,
    text: String,
}

impl ConfigFile {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_if_there(path)?.ok_or_else(|| ConfigError::FileMissing { path: path.to_owned() })
    }

    pub(super) fn read_if_there(path: &Path) -> Result<Option<Self>, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Self { path: path.to_owned(), text })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ConfigError::FileUnreadable { path: path.to_owned(), source }),
        }
    }

    /// Applies every value in the order of the table, so that the order of the file does not matter.
    pub(super) fn apply(&self, draft: &mut ConfigDraft) -> Result<(), ConfigError> {
        let document = DeTable::parse(&self.text).map_err(|error| ConfigError::Syntax {
            place: self.place(error.span().map_or(0, |span| span.start)),
            message: error.message().trim_end_matches('.').to_owned(),
        })?;
        self.refuse_unknown_sections(document.get_ref())?;
        for section in Setting::sections() {
            let Some(value) = document.get_ref().get(section) else { continue };
            let DeValue::Table(table) = value.get_ref() else {
                return Err(ConfigError::NotASection { place: self.place(value.span().start), section });
            };
            self.refuse_unknown_keys(section, table)?;
            for setting in Setting::all().filter(|setting| setting.section == section) {
                if let Some(value) = table.get(setting.key().as_str()) {
                    self.apply_value(draft, setting, value)?;
                }
            }
        }
        Ok(())
    }

    fn apply_value(
        &self,
        draft: &mut ConfigDraft,
        setting: &Setting,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), ConfigError> {
        let found = &self.text[value.span()];
        draft.set(setting, &Raw::from_toml(value.get_ref()), found, self.place(value.span().start))
    }

    fn refuse_unknown_sections(&self, document: &DeTable<'_>) -> Result<(), ConfigError> {
        let sections = Setting::sections();
        let unknown = document.keys().find(|name| !sections.contains(&name.get_ref().as_ref()));
        unknown.map_or(Ok(()), |name| {
            Err(ConfigError::UnknownSection {
                place: self.place(name.span().start),
                name: name.get_ref().to_string(),
                nearest: nearest(name.get_ref(), sections),
            })
        })
    }

    fn refuse_unknown_keys(&self, section: &'static str, table: &DeTable<'_>) -> Result<(), ConfigError> {
        let keys: Vec<_> = Setting::all().filter(|setting| setting.section == section).map(Setting::key).collect();
        let unknown = table.keys().find(|key| !keys.iter().any(|known| known == key.get_ref()));
        unknown.map_or(Ok(()), |key| {
            Err(ConfigError::UnknownKey {
                place: self.place(key.span().start),
                section,
                key: key.get_ref().to_string(),
                nearest: nearest(key.get_ref(), keys.iter().map(String::as_str)),
            })
        })
    }

    fn place(&self, offset: usize) -> SettingSource {
        let line = self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
        SettingSource::File { path: self.path.clone(), line }
    }
}
