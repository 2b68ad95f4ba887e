//! Holds values to the schemas of the OpenAPI document: as much of JSON Schema as it uses, and nothing else, so that no
//! keyword can be written there that nobody checks. Stricter than clients should be: a field that is not described is a
//! violation.

use std::collections::BTreeSet;

use serde_json::Value;

/// What came of looking at values.
#[derive(Default)]
pub struct Findings {
    /// What is not as described.
    pub violations: Vec<String>,
    /// The fields that were met, as `Schema.field`.
    pub met: BTreeSet<String>,
}

/// The document, as far as it is followed by references.
pub struct Document(pub Value);

impl Document {
    /// What a value refers to, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.target(reference),
            None => value,
        }
    }

    fn target(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        self.0.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// The fields of all schemas, as `Schema.field`.
    pub fn described(&self) -> BTreeSet<String> {
        let schemas = self.0["components"]["schemas"].as_object().unwrap();
        let fields = schemas.iter().filter_map(|(name, schema)| Some((name, schema["properties"].as_object()?)));
        fields.flat_map(|(name, fields)| fields.keys().map(move |field| format!("{name}.{field}"))).collect()
    }

    /// Looks whether a value is as a schema says. `name` is that of the schema.
    pub fn check(&self, name: &str, schema: &Value, value: &Value, findings: &mut Findings) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap_or_default();
            return self.check(name, self.target(reference), value, findings);
        }
        for (keyword, wanted) in schema.as_object().unwrap() {
            let is_right = match keyword.as_str() {
                "type" => has_type(wanted, value),
                "required" => {
                    wanted.as_array().unwrap().iter().all(|field| value.get(field.as_str().unwrap()).is_some())
                }
                "minimum" => value.as_f64() >= wanted.as_f64(),
                "minLength" => value.as_str().map(|text| text.chars().count() as u64) >= wanted.as_u64(),
                "maxLength" => value.as_str().map(|text| text.chars().count() as u64) <= wanted.as_u64(),
                "properties" => {
                    self.check_fields(name, wanted, value, findings);
                    true
                }
                "items" => {
                    value.as_array().into_iter().flatten().for_each(|item| self.check(name, wanted, item, findings));
                    true
                }
                "description" | "format" | "default" => true,
                _ => panic!("{name} says {keyword}, which nobody checks"),
            };
            if !is_right {
                findings.violations.push(format!("{name}: {keyword} is {wanted}, and this came: {value}"));
            }
        }
    }

    fn check_fields(&self, name: &str, described: &Value, value: &Value, findings: &mut Findings) {
        for (field, value) in value.as_object().into_iter().flatten() {
            let path = format!("{name}.{field}");
            match described.get(field) {
                Some(schema) => self.check(&path, schema, value, findings),
                None => findings.violations.push(format!("{path} is not described: {value}")),
            }
            findings.met.insert(path);
        }
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{other} is no type that is checked"),
    };
    wanted.as_array().map_or_else(|| is(wanted), |names| names.iter().any(is))
}
