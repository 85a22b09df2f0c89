// SPDX-License-Identifier: Apache-2.0
//! Texts of the ABI: a pointer and a length.
use crate::sys;

pub(crate) fn to_text(text: &str) -> sys::Text {
    sys::Text { data: text.as_ptr(), size: text.len() }
}

/// Safety: the host's texts are UTF-8 and live as long as it has promised; the caller says how long that is.
pub(crate) unsafe fn from_text<'a>(text: sys::Text) -> Option<&'a str> {
    if text.data.is_null() {
        return None;
    }
    std::str::from_utf8(std::slice::from_raw_parts(text.data, text.size)).ok()
}
pub(crate) fn or_absent(text: Option<&str>) -> sys::Text {
    text.map_or(sys::Text { data: std::ptr::null(), size: 0 }, to_text)
}
pub(crate) const ABSENT: sys::Text = sys::Text { data: std::ptr::null(), size: 0 };
