// SPDX-License-Identifier: Apache-2.0
//! The C ABI beside hooks (include/rapt/*.h): what a module asks of its host, and what it is asked beside hooks.
use std::os::raw::{c_int, c_void};

use crate::sys::{Host, Reply, Text};

#[repr(C)]
pub struct Kv1 {
    pub get: unsafe extern "C" fn(*const Host, c_int, Text, *mut Text) -> c_int,
    pub put: unsafe extern "C" fn(*const Host, c_int, Text, Text, i64) -> c_int,
    pub erase: unsafe extern "C" fn(*const Host, c_int, Text) -> c_int,
    pub add: unsafe extern "C" fn(*const Host, c_int, Text, i64, i64, *mut i64) -> c_int,
    pub swap: unsafe extern "C" fn(*const Host, c_int, Text, Text, Text, i64, *mut i32) -> c_int,
    pub keys: unsafe extern "C" fn(*const Host, c_int, Text, Text, u32, *mut Text) -> c_int,
}

#[repr(C)]
pub struct Sql1 {
    pub query: unsafe extern "C" fn(*const Host, Text, Text, *mut Text) -> c_int,
    pub transact: unsafe extern "C" fn(*const Host, Text, *mut Text) -> c_int,
}

#[repr(C)]
pub struct Http1 {
    pub request: unsafe extern "C" fn(*const Host, Text, Text, *mut Text, *mut Text) -> c_int,
}

#[repr(C)]
pub struct Metrics1 {
    pub count: unsafe extern "C" fn(*const Host, Text, i64) -> c_int,
    pub observe: unsafe extern "C" fn(*const Host, Text, f64) -> c_int,
}

/// A function of a service whose struct holds functions of this kind only: a JSON object in, one out.
pub type JsonFunction = unsafe extern "C" fn(*const Host, Text, *mut Text) -> c_int;

/// A function of an extension that takes a JSON object and answers with one.
pub type Call = unsafe extern "C" fn(*mut c_void, Text, *mut Reply) -> c_int;

/// rapt_routes_1, rapt_jobs_1, rapt_events_1, rapt_panels_1 and rapt_exports_1: one function each.
#[repr(C)]
pub struct OneCall {
    pub call: Call,
}

/// rapt_auth_provider_1 and rapt_auth_provider_2 of rapt/auth_provider.h: the same functions.
#[repr(C)]
pub struct AuthProvider1 {
    pub start: Call,
    pub step: Call,
}
