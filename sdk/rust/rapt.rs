// SPDX-License-Identifier: Apache-2.0
//! What a module knows of RaptScallions, in Rust: the structs of include/rapt/*.h by hand (`sys`, `sys_services`), and a thin safe layer
//! above them. It needs rustc 1.63 or newer, no cargo and no crate; `rapt_add_module(NAME SOURCES src/lib.rs)` builds a module with it.
//!
//! Implement `Module` for a type and say `rapt::module!(Type);`. A panic or an error that leaves it becomes the verdict *error*
//! and a line in the admin's log; nothing unwinds into the host.
#![allow(clippy::missing_safety_doc)]

mod context;
pub mod encoding;
pub mod glue;
mod host;
pub mod json;
mod json_parser;
mod json_services;
#[macro_use]
mod macros;
mod module;
pub mod provider;
mod reply;
mod services;
pub mod sys;
pub mod sys_services;
mod text;

pub use context::{Context, Field, Hook, Message, Number};
pub use host::{Host, Level};
pub use json_services::Ask;
pub use module::{Module, Said};
pub use reply::{Answer, Refused, Reply, Verdict};
pub use services::{Arrived, Fault, Http, Kv, Metrics, Scope, Sql};
