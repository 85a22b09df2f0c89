// SPDX-License-Identifier: Apache-2.0
//! The reader behind `json::parse`.
use crate::json::Value;

pub(crate) struct Parser<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    /// More levels than a host hands over.
    const DEEPEST: usize = 100;

    pub(crate) fn new(text: &'a str) -> Self {
        Parser { bytes: text.as_bytes(), text, at: 0 }
    }
    pub(crate) fn whole(mut self) -> Option<Value> {
        let value = self.value(0)?;
        self.space();
        if self.at == self.text.len() {
            Some(value)
        } else {
            None
        }
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }
    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
    }
    fn take(&mut self, word: &str) -> Option<()> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Some(())
        } else {
            None
        }
    }
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > Self::DEEPEST {
            return None;
        }
        self.space();
        match self.peek() {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Value::Text),
            b't' => self.take("true").map(|()| Value::Bool(true)),
            b'f' => self.take("false").map(|()| Value::Bool(false)),
            b'n' => self.take("null").map(|()| Value::Null),
            _ => self.number(),
        }
    }
    /// Whether another item comes; None when what stands there is neither "," nor the end.
    fn goes_on(&mut self, end: &str) -> Option<bool> {
        self.space();
        if self.take(end).is_some() {
            return Some(false);
        }
        self.take(",").map(|()| true)
    }
    fn list(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.take("[")?;
        self.space();
        let mut more = self.take("]").is_none();
        while more {
            items.push(self.value(depth + 1)?);
            more = self.goes_on("]")?;
        }
        Some(Value::List(items))
    }
    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members: Vec<(String, Value)> = Vec::new();
        self.take("{")?;
        self.space();
        let mut more = self.take("}").is_none();
        while more {
            self.space();
            let key = self.string()?;
            if members.iter().any(|(name, _)| *name == key) {
                return None;
            }
            self.space();
            self.take(":")?;
            members.push((key, self.value(depth + 1)?));
            more = self.goes_on("}")?;
        }
        Some(Value::Object(members))
    }
    fn number(&mut self) -> Option<Value> {
        let begin = self.at;
        while matches!(self.peek(), b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') {
            self.at += 1;
        }
        let word = &self.text[begin..self.at];
        let digits = word.strip_prefix('-').unwrap_or(word);
        let leads = digits.bytes().next().map_or(false, |first| first.is_ascii_digit());
        let padded = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
        let open = word.ends_with('.') || word.contains(".e") || word.contains(".E");
        if !leads || padded || open {
            return None;
        }
        word.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Number)
    }
    fn string(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut out = String::new();
        loop {
            let begin = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            out.push_str(&self.text[begin..self.at]);
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Some(out);
                }
                b'\\' => {
                    self.at += 1;
                    out.push(self.escaped()?);
                }
                _ => return None,
            }
        }
    }
    fn escaped(&mut self) -> Option<char> {
        let word = self.peek();
        self.at += 1;
        Some(match word {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                self.take("\\u")?;
                let low = self.hex()?;
                if !(0xdc00..0xe000).contains(&low) {
                    return None;
                }
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
            }
            _ => return None,
        })
    }
    fn hex(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }
}
