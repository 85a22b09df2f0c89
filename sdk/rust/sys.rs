// SPDX-License-Identifier: Apache-2.0
//! The C ABI as it stands in the headers; see there for what each function promises.
use std::os::raw::{c_char, c_int, c_void};

pub const ABI_MAJOR: u32 = 1;
pub const ABI_MINOR: u32 = 3;

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
pub const E_TOO_LARGE: c_int = -2;
pub const E_NOT_ALLOWED: c_int = -3;
pub const E_UNAVAILABLE: c_int = -4;
pub const E_FAILED: c_int = -5;
