// SPDX-License-Identifier: Apache-2.0
//! A small reader and writer of JSON (RFC 8259). It reads at most 100 levels, more than a host hands over, and takes no
//! key twice.
use crate::json_parser::Parser;

/// One JSON value. Asked for what it is not, it answers with nothing: a chain of `get` needs no checks between.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// A member of an object; `Null` when it is not there.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Object(members) => members.iter().find(|(name, _)| name == key).map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }
    /// An item of a list; `Null` when it is not there.
    pub fn at(&self, index: usize) -> &Value {
        self.list().get(index).unwrap_or(&NULL)
    }
    pub fn list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
    /// A whole number of at most 2^53.
    pub fn integer(&self) -> Option<i64> {
        self.number().filter(|number| number.trunc() == *number && number.abs() <= 9007199254740992.0).map(|number| number as i64)
    }
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }
}

/// None: it is not JSON.
pub fn parse(text: &str) -> Option<Value> {
    Parser::new(text).whole()
}

/// A text as JSON has it, with its quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{parse, quote, Value};

    #[test]
    fn reads_what_json_is() {
        let all = parse(r#" {"rows": [[1, "a\n\u00e4\ud83d\ude00", true, null, -2.5e1]], "n": 0} "#).unwrap();
        let row = all.get("rows").at(0);
        assert_eq!(row.at(0).integer(), Some(1));
        assert_eq!(row.at(1).text(), "a\nä😀");
        assert_eq!(row.at(2).truth(), Some(true));
        assert_eq!(row.at(3), &Value::Null);
        assert_eq!(row.at(4).number(), Some(-25.0));
        assert_eq!(all.get("nobody").get("home").at(3).text(), "");
        assert_eq!(parse(&quote("a\"\\\n\u{1}ä")).unwrap().text(), "a\"\\\n\u{1}ä");
    }

    #[test]
    fn takes_nothing_else() {
        for no in [
            "", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "01", "1.", "1.e3", "+1", ".5", "-", "nul", "\"\n\"", "\"\\x\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"\\u12\"", "1 2", "\"", "1e999", "{a:1}", "'a'",
        ] {
            assert_eq!(parse(no), None, "{}", no);
        }
        assert!(parse(&("[".repeat(100) + &"]".repeat(100))).is_some());
        assert_eq!(parse(&("[".repeat(200) + &"]".repeat(200))), None);
    }
}
