// SPDX-License-Identifier: Apache-2.0
//! What a module knows of RaptScallions, in Rust: the structs of include/rapt/*.h by hand (`sys`), and a thin safe layer above
//! them. It needs rustc 1.63 or newer, no cargo and no crate; `rapt_add_module(NAME SOURCES src/lib.rs)` builds a module with it.
//!
//! Implement `Module` for a type and say `rapt::module!(Type);`. A panic or an error that leaves it becomes the verdict *error*
//! and a line in the admin's log; nothing unwinds into the host.
#![allow(clippy::missing_safety_doc)]

use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// The C ABI as it stands in the headers; see there for what each function promises.
pub mod sys {
    use super::{c_char, c_int, c_void};

    pub const ABI_MAJOR: u32 = 1;
    pub const ABI_MINOR: u32 = 2;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Text {
        pub data: *const u8,
        pub size: usize,
    }

    #[repr(C)]
    pub struct Host {
        pub struct_size: u32,
        pub abi_major: u32,
        pub abi_minor: u32,
        pub reserved: u32,
        pub get_service: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
    }

    #[repr(C)]
    pub struct Entry {
        pub struct_size: u32,
        pub abi_major: u32,
        pub abi_minor: u32,
        pub reserved: u32,
        pub name: *const c_char,
        pub version: *const c_char,
        pub init: unsafe extern "C" fn(*const Host, *mut *mut c_void) -> c_int,
        pub shutdown: unsafe extern "C" fn(*mut c_void),
        pub get_extension: unsafe extern "C" fn(*const c_char) -> *const c_void,
    }
    // It holds pointers to literals and functions, and nobody writes to it.
    unsafe impl Sync for Entry {}

    #[repr(C)]
    pub struct Hooks1 {
        pub call: unsafe extern "C" fn(*mut c_void, c_int, *const Context, *mut Reply) -> c_int,
    }
    #[repr(C)]
    pub struct SelfTestDraft1 {
        pub run: unsafe extern "C" fn(*mut c_void) -> c_int,
    }

    #[repr(C)]
    pub struct Context {
        _opaque: [u8; 0],
    }
    #[repr(C)]
    pub struct Reply {
        _opaque: [u8; 0],
    }

    #[repr(C)]
    pub struct Message {
        pub role: Text,
        pub content: Text,
        pub seq: i64,
        pub created_at_ms: i64,
    }

    #[repr(C)]
    pub struct Context1 {
        pub text: unsafe extern "C" fn(*const Context, c_int) -> Text,
        pub number: unsafe extern "C" fn(*const Context, c_int) -> i64,
        pub message_count: unsafe extern "C" fn(*const Context) -> usize,
        pub message: unsafe extern "C" fn(*const Context, usize) -> Message,
        pub json: unsafe extern "C" fn(*const Context) -> Text,
    }
    #[repr(C)]
    pub struct Reply1 {
        pub emit: unsafe extern "C" fn(*mut Reply, Text, Text) -> c_int,
        pub replace: unsafe extern "C" fn(*mut Reply, Text) -> c_int,
        pub block: unsafe extern "C" fn(*mut Reply, Text) -> c_int,
        pub instruct: unsafe extern "C" fn(*mut Reply, Text) -> c_int,
    }
    #[repr(C)]
    pub struct Stream1 {
        pub hold: unsafe extern "C" fn(*mut Reply, usize) -> c_int,
    }
    #[repr(C)]
    pub struct Log1 {
        pub write: unsafe extern "C" fn(*const Host, c_int, Text),
    }

    /// The ABI version as an ELF note, for tools.
    #[repr(C, align(4))]
    pub struct AbiNote {
        pub name_size: u32,
        pub desc_size: u32,
        pub kind: u32,
        pub name: [u8; 8],
        pub abi_major: u32,
        pub abi_minor: u32,
    }
    pub const NOTE: AbiNote =
        AbiNote { name_size: 5, desc_size: 8, kind: 1, name: *b"rapt\0\0\0\0", abi_major: ABI_MAJOR, abi_minor: ABI_MINOR };

    pub const OK: c_int = 0;
    pub const E_INVALID: c_int = -1;
    pub const E_UNAVAILABLE: c_int = -4;
    pub const E_FAILED: c_int = -5;
}

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

/// `rapt_verdict` of rapt/hooks.h, but for *error*, which is an `Err`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Verdict {
    Continue = 0,
    Replace = 1,
    Block = 2,
    Defer = 3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
}

/// What a hook answers. `?` takes what the host refused, and every other error.
pub type Answer = Result<Verdict, Box<dyn std::error::Error>>;

/// The host did not take what was said: too large, not JSON, not allowed at this hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub call: &'static str,
    pub status: i32,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.status {
            -1 => "the argument is empty, or not JSON where JSON is asked for",
            -2 => "too large, or too many in one call",
            -3 => "not allowed at this hook",
            -4 => "the host cannot take it now",
            _ => "failed",
        };
        write!(f, "the host refused reply.{}: {}", self.call, why)
    }
}
impl std::error::Error for Refused {}

fn to_text(text: &str) -> sys::Text {
    sys::Text { data: text.as_ptr(), size: text.len() }
}

/// Safety: the host's texts are UTF-8 and live as long as it has promised; the caller says how long that is.
unsafe fn from_text<'a>(text: sys::Text) -> Option<&'a str> {
    if text.data.is_null() {
        return None;
    }
    std::str::from_utf8(std::slice::from_raw_parts(text.data, text.size)).ok()
}

/// What the host offers to this module, found once at init. Keep a copy to write to the log.
#[derive(Clone, Copy)]
pub struct Host {
    raw: *const sys::Host,
    context: *const sys::Context1,
    reply: *const sys::Reply1,
    stream: *const sys::Stream1,
    log: *const sys::Log1,
}

impl Host {
    unsafe fn new(raw: *const sys::Host) -> Option<Host> {
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
    /// A service that has no wrapper here; null when the host does not offer it. `id` ends with a NUL.
    pub fn service(&self, id: &CStr) -> *const c_void {
        unsafe { ((*self.raw).get_service)(self.raw, id.as_ptr()) }
    }
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
    host: &'a Host,
    raw: &'a sys::Context,
    hook: Hook,
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

/// What the hook says; the host copies every text.
pub struct Reply<'a> {
    host: &'a Host,
    raw: *mut sys::Reply,
}

impl Reply<'_> {
    fn told(call: &'static str, status: c_int) -> Result<(), Refused> {
        if status == sys::OK {
            Ok(())
        } else {
            Err(Refused { call, status })
        }
    }
    /// Records a finding: `kind` like "reading-level", `json` one JSON value.
    pub fn emit(&mut self, kind: &str, json: &str) -> Result<(), Refused> {
        Self::told("emit", unsafe { ((*self.host.reply).emit)(self.raw, to_text(kind), to_text(json)) })
    }
    /// An instruction to the AI for this answer (only the before_ai hooks).
    pub fn instruct(&mut self, instruction: &str) -> Result<(), Refused> {
        Self::told("instruct", unsafe { ((*self.host.reply).instruct)(self.raw, to_text(instruction)) })
    }
    /// `Ok(reply.replace(text)?)`: the new message, or the new input or output as JSON.
    pub fn replace(&mut self, text: &str) -> Result<Verdict, Refused> {
        Self::told("replace", unsafe { ((*self.host.reply).replace)(self.raw, to_text(text)) }).map(|()| Verdict::Replace)
    }
    /// `Ok(reply.block(reason)?)`: stop here; the reader gets `reason` in plain words.
    pub fn block(&mut self, reason: &str) -> Result<Verdict, Refused> {
        Self::told("block", unsafe { ((*self.host.reply).block)(self.raw, to_text(reason)) }).map(|()| Verdict::Block)
    }
    /// False on a host of ABI 1.0.
    pub fn can_hold(&self) -> bool {
        !self.host.stream.is_null()
    }
    /// Keeps the last `bytes` bytes of the window back: they come again at the start of the next one.
    pub fn hold(&mut self, bytes: usize) -> Result<(), Refused> {
        if self.host.stream.is_null() {
            return Err(Refused { call: "hold", status: sys::E_UNAVAILABLE });
        }
        Self::told("hold", unsafe { ((*self.host.stream).hold)(self.raw, bytes) })
    }
}

fn missing() -> Answer {
    Err("the manifest names a hook that the module does not implement".into())
}

/// A module: made once at init, asked one call at a time, on one thread. Implement the hooks that the manifest names.
pub trait Module: Sized + 'static {
    /// An error means that the module is not started; it stands in the log.
    fn new(host: Host) -> Result<Self, Box<dyn std::error::Error>>;
    fn on_message(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_before_ai(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_after_ai(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_session_start(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_session_end(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_product_before_ai(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_product_after_ai(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_run_complete(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    fn on_delta(&mut self, _context: &Context, _reply: &mut Reply) -> Answer {
        missing()
    }
    /// Run once after `new`; with an error the module is not started, and an upgrade to it is not made.
    fn self_test(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }
}

/// What stands between the C functions and a `Module`. For the macro alone.
pub mod glue {
    use super::*;

    struct State<M> {
        host: Host,
        module: M,
    }

    /// What a panic said.
    fn words(panic: Box<dyn std::any::Any + Send>) -> String {
        if let Some(text) = panic.downcast_ref::<&str>() {
            return (*text).to_string();
        }
        panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic without words".to_string())
    }

    fn guarded<T>(host: &Host, place: &str, body: impl FnOnce() -> Result<T, Box<dyn std::error::Error>>) -> Option<T> {
        let why = match catch_unwind(AssertUnwindSafe(body)) {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => error.to_string(),
            Err(panic) => words(panic),
        };
        host.log(Level::Error, &format!("{} failed: {}", place, why));
        None
    }

    pub unsafe extern "C" fn init<M: Module>(raw: *const sys::Host, state: *mut *mut c_void) -> c_int {
        if raw.is_null() || state.is_null() {
            return sys::E_INVALID;
        }
        let host = match Host::new(raw) {
            Some(host) => host,
            None => return sys::E_UNAVAILABLE,
        };
        // There is no standard error to write to; what a panic says goes into the log.
        std::panic::set_hook(Box::new(|_| {}));
        match guarded(&host, "init", || M::new(host)) {
            Some(module) => {
                *state = Box::into_raw(Box::new(State { host, module })) as *mut c_void;
                sys::OK
            }
            None => sys::E_FAILED,
        }
    }

    pub unsafe extern "C" fn shutdown<M: Module>(state: *mut c_void) {
        let state = Box::from_raw(state as *mut State<M>);
        let host = state.host;
        guarded(&host, "shutdown", || {
            drop(state);
            Ok(())
        });
    }

    fn dispatch<M: Module>(module: &mut M, context: &Context, reply: &mut Reply) -> Answer {
        match context.hook {
            Hook::OnMessage => module.on_message(context, reply),
            Hook::BeforeAi => module.on_before_ai(context, reply),
            Hook::AfterAi => module.on_after_ai(context, reply),
            Hook::SessionStart => module.on_session_start(context, reply),
            Hook::SessionEnd => module.on_session_end(context, reply),
            Hook::ProductBeforeAi => module.on_product_before_ai(context, reply),
            Hook::ProductAfterAi => module.on_product_after_ai(context, reply),
            Hook::RunComplete => module.on_run_complete(context, reply),
            Hook::OnDelta => module.on_delta(context, reply),
        }
    }

    fn hook_of(number: c_int) -> Result<Hook, Box<dyn std::error::Error>> {
        Ok(match number {
            1 => Hook::OnMessage,
            2 => Hook::BeforeAi,
            3 => Hook::AfterAi,
            4 => Hook::SessionStart,
            5 => Hook::SessionEnd,
            6 => Hook::ProductBeforeAi,
            7 => Hook::ProductAfterAi,
            8 => Hook::RunComplete,
            9 => Hook::OnDelta,
            other => return Err(format!("the host asks at a hook that this SDK does not know: number {}", other).into()),
        })
    }

    pub unsafe extern "C" fn call<M: Module>(
        state: *mut c_void,
        hook: c_int,
        context: *const sys::Context,
        reply: *mut sys::Reply,
    ) -> c_int {
        let state = &mut *(state as *mut State<M>);
        let (host, module) = (&state.host, &mut state.module);
        let answer = guarded(host, "hook", || {
            let context = Context { host, raw: &*context, hook: hook_of(hook)? };
            dispatch(module, &context, &mut Reply { host, raw: reply })
        });
        answer.map_or(4, |verdict| verdict as c_int)
    }

    pub unsafe extern "C" fn self_test<M: Module>(state: *mut c_void) -> c_int {
        let state = &mut *(state as *mut State<M>);
        let (host, module) = (&state.host, &mut state.module);
        guarded(host, "self-test", || module.self_test()).map_or(sys::E_FAILED, |()| sys::OK)
    }

    struct Tables<M>(std::marker::PhantomData<M>);
    impl<M: Module> Tables<M> {
        const HOOKS: &'static sys::Hooks1 = &sys::Hooks1 { call: call::<M> };
        const SELF_TEST: &'static sys::SelfTestDraft1 = &sys::SelfTestDraft1 { run: self_test::<M> };
    }

    pub unsafe extern "C" fn get_extension<M: Module>(id: *const c_char) -> *const c_void {
        if id.is_null() {
            return std::ptr::null();
        }
        match CStr::from_ptr(id).to_bytes() {
            b"rapt.hooks/1" => Tables::<M>::HOOKS as *const sys::Hooks1 as *const c_void,
            b"rapt.self-test/draft-1" => Tables::<M>::SELF_TEST as *const sys::SelfTestDraft1 as *const c_void,
            _ => std::ptr::null(),
        }
    }
}

/// Defines the one exported symbol and the ABI note. Name and version come from the manifest, by `rapt_add_module`.
#[macro_export]
macro_rules! module {
    ($module:ty) => {
        #[used]
        #[link_section = ".note.rapt"]
        static RAPT_NOTE: $crate::sys::AbiNote = $crate::sys::NOTE;

        #[no_mangle]
        #[allow(non_upper_case_globals)]
        pub static rapt_module_entry: $crate::sys::Entry = $crate::sys::Entry {
            struct_size: std::mem::size_of::<$crate::sys::Entry>() as u32,
            abi_major: $crate::sys::ABI_MAJOR,
            abi_minor: $crate::sys::ABI_MINOR,
            reserved: 0,
            name: concat!(env!("RAPT_MODULE_NAME"), "\0").as_ptr() as *const std::os::raw::c_char,
            version: concat!(env!("RAPT_MODULE_VERSION"), "\0").as_ptr() as *const std::os::raw::c_char,
            init: $crate::glue::init::<$module>,
            shutdown: $crate::glue::shutdown::<$module>,
            get_extension: $crate::glue::get_extension::<$module>,
        };
    };
}
