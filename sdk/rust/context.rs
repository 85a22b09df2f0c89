// SPDX-License-Identifier: Apache-2.0
//! What a hook is about.
use std::os::raw::c_int;

use crate::host::Host;
use crate::{sys, text::from_text};

/// `rapt_field` of rapt/context.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Field {
    ToolId = 1,
    ToolName = 2,
    ToolType = 3,
    ToolVersion = 4,
    ToolBehavior = 5,
    ToolSubject = 6,
    UserId = 7,
    UserRole = 8,
    GroupId = 9,
    GroupName = 10,
    SessionId = 11,
    SessionState = 12,
    RunId = 13,
    CurrentRole = 14,
    CurrentContent = 15,
    Input = 16,
    Output = 17,
    Config = 18,
    Locale = 19,
    Released = 20,
}

/// `rapt_number` of rapt/context.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Number {
    NowMs = 1,
    DeadlineMs = 2,
    CurrentSeq = 3,
    SessionAgeMs = 4,
    WindowSeq = 5,
    WindowLast = 6,
}

/// `rapt_hook` of rapt/hooks.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Hook {
    OnMessage = 1,
    BeforeAi = 2,
    AfterAi = 3,
    SessionStart = 4,
    SessionEnd = 5,
    ProductBeforeAi = 6,
    ProductAfterAi = 7,
    RunComplete = 8,
    OnDelta = 9,
}

/// One earlier message of the conversation.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub role: &'a str,
    pub content: &'a str,
    pub seq: i64,
    pub created_at_ms: i64,
}

/// What the hook is about. Every text lives until the hook returns.
pub struct Context<'a> {
    pub(crate) host: &'a Host,
    pub(crate) raw: &'a sys::Context,
    pub(crate) hook: Hook,
}

impl<'a> Context<'a> {
    pub fn hook(&self) -> Hook {
        self.hook
    }
    /// None when it does not apply, or when this host does not know it.
    pub fn text(&self, field: Field) -> Option<&'a str> {
        unsafe { from_text(((*self.host.context).text)(self.raw, field as c_int)) }
    }
    pub fn number(&self, number: Number) -> Option<i64> {
        let value = unsafe { ((*self.host.context).number)(self.raw, number as c_int) };
        if value < 0 {
            None
        } else {
            Some(value)
        }
    }
    /// The message that the hook is about, as the modules before this one left it; "" without one.
    pub fn content(&self) -> &'a str {
        self.text(Field::CurrentContent).unwrap_or("")
    }
    /// The attachment's configuration, a JSON object.
    pub fn config(&self) -> &'a str {
        self.text(Field::Config).unwrap_or("{}")
    }
    /// At chat:on_delta: no later window comes, so nothing can be held back.
    pub fn last_window(&self) -> bool {
        self.number(Number::WindowLast) == Some(1)
    }
    /// Earlier messages, oldest first, without the current one.
    pub fn messages(&self) -> impl Iterator<Item = Message<'a>> + '_ {
        let count = unsafe { ((*self.host.context).message_count)(self.raw) };
        (0..count).map(move |index| unsafe {
            let found = ((*self.host.context).message)(self.raw, index);
            Message {
                role: from_text(found.role).unwrap_or(""),
                content: from_text(found.content).unwrap_or(""),
                seq: found.seq,
                created_at_ms: found.created_at_ms,
            }
        })
    }
    /// The whole context as one JSON object; None when memory is short.
    pub fn json(&self) -> Option<&'a str> {
        unsafe { from_text(((*self.host.context).json)(self.raw)) }
    }
}
