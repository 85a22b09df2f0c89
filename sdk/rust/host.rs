// SPDX-License-Identifier: Apache-2.0
//! What the host offers, and its log.
use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_void};

use crate::{sys, text::to_text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
}

/// What the host offers to this module, found once at init. Keep a copy to write to the log.
#[derive(Clone, Copy)]
pub struct Host {
    pub(crate) raw: *const sys::Host,
    pub(crate) context: *const sys::Context1,
    pub(crate) reply: *const sys::Reply1,
    pub(crate) stream: *const sys::Stream1,
    log: *const sys::Log1,
}

impl Host {
    pub(crate) unsafe fn new(raw: *const sys::Host) -> Option<Host> {
        if raw.is_null() {
            return None;
        }
        let ask = |id: &'static [u8]| ((*raw).get_service)(raw, id.as_ptr() as *const c_char);
        let host = Host {
            raw,
            context: ask(b"rapt.context/1\0") as *const sys::Context1,
            reply: ask(b"rapt.reply/1\0") as *const sys::Reply1,
            stream: ask(b"rapt.stream/1\0") as *const sys::Stream1,
            log: ask(b"rapt.log/1\0") as *const sys::Log1,
        };
        if host.context.is_null() || host.reply.is_null() {
            None
        } else {
            Some(host)
        }
    }
    /// The minor number of the ABI that the host offers.
    pub fn abi_minor(&self) -> u32 {
        unsafe { (*self.raw).abi_minor }
    }
    /// A line for the admin. Never write what a student wrote.
    pub fn log(&self, level: Level, line: &str) {
        if !self.log.is_null() {
            unsafe { ((*self.log).write)(self.raw, level as c_int, to_text(line)) }
        }
    }
    /// Safety of what is made of it: `id` ends with a NUL.
    pub(crate) fn find(&self, id: &'static [u8]) -> *const c_void {
        unsafe { ((*self.raw).get_service)(self.raw, id.as_ptr() as *const c_char) }
    }
    /// A service that has no wrapper here; null when the host does not offer it. `id` ends with a NUL.
    pub fn service(&self, id: &CStr) -> *const c_void {
        unsafe { ((*self.raw).get_service)(self.raw, id.as_ptr()) }
    }
}
