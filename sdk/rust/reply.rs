// SPDX-License-Identifier: Apache-2.0
//! What a hook says.
use std::os::raw::c_int;

use crate::host::Host;
use crate::{sys, text::to_text};

/// `rapt_verdict` of rapt/hooks.h, but for *error*, which is an `Err`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Verdict {
    Continue = 0,
    Replace = 1,
    Block = 2,
    Defer = 3,
}

/// What a hook answers. `?` takes what the host refused, and every other error.
pub type Answer = Result<Verdict, Box<dyn std::error::Error>>;

/// The host did not take what was said, or asked: too large, not JSON, not allowed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// "reply.emit", "kv.get"
    pub call: &'static str,
    pub status: i32,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.status {
            sys::E_INVALID => "an argument is not as it has to be",
            sys::E_TOO_LARGE => "too large, or too many in one call",
            sys::E_NOT_ALLOWED => "it was not granted, or is not allowed in this call",
            sys::E_UNAVAILABLE => "the host cannot do it now",
            _ => "failed",
        };
        write!(f, "the host refused {}: {}", self.call, why)
    }
}
impl std::error::Error for Refused {}

pub(crate) fn told(call: &'static str, status: c_int) -> Result<(), Refused> {
    if status == sys::OK {
        Ok(())
    } else {
        Err(Refused { call, status })
    }
}

/// What the hook says; the host copies every text.
pub struct Reply<'a> {
    pub(crate) host: &'a Host,
    pub(crate) raw: *mut sys::Reply,
}

impl Reply<'_> {
    /// Records a finding: `kind` like "reading-level", `json` one JSON value.
    pub fn emit(&mut self, kind: &str, json: &str) -> Result<(), Refused> {
        told("reply.emit", unsafe { ((*self.host.reply).emit)(self.raw, to_text(kind), to_text(json)) })
    }
    /// An instruction to the AI for this answer (only the before_ai hooks).
    pub fn instruct(&mut self, instruction: &str) -> Result<(), Refused> {
        told("reply.instruct", unsafe { ((*self.host.reply).instruct)(self.raw, to_text(instruction)) })
    }
    /// `Ok(reply.replace(text)?)`: the new message, or the new input or output as JSON.
    pub fn replace(&mut self, text: &str) -> Result<Verdict, Refused> {
        told("reply.replace", unsafe { ((*self.host.reply).replace)(self.raw, to_text(text)) }).map(|()| Verdict::Replace)
    }
    /// `Ok(reply.block(reason)?)`: stop here; the reader gets `reason` in plain words.
    pub fn block(&mut self, reason: &str) -> Result<Verdict, Refused> {
        told("reply.block", unsafe { ((*self.host.reply).block)(self.raw, to_text(reason)) }).map(|()| Verdict::Block)
    }
    /// False on a host of ABI 1.0.
    pub fn can_hold(&self) -> bool {
        !self.host.stream.is_null()
    }
    /// Keeps the last `bytes` bytes of the window back: they come again at the start of the next one.
    pub fn hold(&mut self, bytes: usize) -> Result<(), Refused> {
        if self.host.stream.is_null() {
            return Err(Refused { call: "reply.hold", status: sys::E_UNAVAILABLE });
        }
        told("reply.hold", unsafe { ((*self.host.stream).hold)(self.raw, bytes) })
    }
}
