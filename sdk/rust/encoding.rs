// SPDX-License-Identifier: Apache-2.0
//! Encodings that texts of the web need.

/// For a query or a form (RFC 3986): everything but unreserved characters as %XX.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{:02X}", byte)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn leaves_unreserved_characters_alone() {
        assert_eq!(percent("aZ09-._~"), "aZ09-._~");
        assert_eq!(percent("a b&=+%/\u{e4}\0"), "a%20b%26%3D%2B%25%2F%C3%A4%00");
    }
}
