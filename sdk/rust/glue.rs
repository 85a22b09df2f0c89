// SPDX-License-Identifier: Apache-2.0
//! What stands between the C functions and a `Module`. For the macro alone.
use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};

use crate::context::{Context, Hook};
use crate::host::{Host, Level};
use crate::module::{Module, Said};
use crate::reply::{told, Answer, Reply};
use crate::sys_services::{AuthProvider1, Call, OneCall};
use crate::text::{from_text, to_text};
use crate::{provider, sys};

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

/// One call that takes a JSON object and answers with one. The answer is given as a replacement.
unsafe fn answer<M: Module>(
    state: *mut c_void,
    input: sys::Text,
    reply: *mut sys::Reply,
    place: &str,
    ask: fn(&mut M, &str) -> Said,
) -> c_int {
    let state = &mut *(state as *mut State<M>);
    let (host, module) = (&state.host, &mut state.module);
    let done = guarded(host, place, || {
        let said = ask(module, from_text(input).unwrap_or(""))?;
        Ok(told("reply.replace", ((*host.reply).replace)(reply, to_text(&said)))?)
    });
    done.map_or(sys::E_FAILED, |()| sys::OK)
}

/// A C function for one member of `Module`.
macro_rules! call {
    ($name:ident, $place:literal, $ask:expr) => {
        unsafe extern "C" fn $name<M: Module>(state: *mut c_void, input: sys::Text, reply: *mut sys::Reply) -> c_int {
            answer::<M>(state, input, reply, $place, $ask)
        }
    };
}
call!(route, "route", |module, input| module.on_route(input));
call!(job, "job", |module, input| module.on_job(input));
call!(event, "event", |module, input| module.on_event(input));
call!(panel, "panel", |module, input| module.on_panel(input));
call!(export, "export", |module, input| module.on_export(input));
call!(provider_start, "auth:start", |module, input| {
    let start = provider::read_start(input).ok_or("the host's input is no JSON")?;
    Ok(provider::write_begin(&module.provider_start(&start)?))
});
call!(provider_step, "auth:step", |module, input| {
    let input = provider::read_input(input).ok_or("the host's input is no JSON")?;
    Ok(provider::write_step(&module.provider_step(&input)?))
});

struct Tables<M>(std::marker::PhantomData<M>);
impl<M: Module> Tables<M> {
    const HOOKS: &'static sys::Hooks1 = &sys::Hooks1 { call: call::<M> };
    const SELF_TEST: &'static sys::SelfTestDraft1 = &sys::SelfTestDraft1 { run: self_test::<M> };
    // Of both versions: what fetches at its start answers so on hosts that know the second alone.
    const PROVIDER: &'static AuthProvider1 = &AuthProvider1 { start: provider_start::<M>, step: provider_step::<M> };
    const ROUTES: &'static OneCall = &OneCall { call: route::<M> as Call };
    const JOBS: &'static OneCall = &OneCall { call: job::<M> as Call };
    const EVENTS: &'static OneCall = &OneCall { call: event::<M> as Call };
    const PANELS: &'static OneCall = &OneCall { call: panel::<M> as Call };
    const EXPORTS: &'static OneCall = &OneCall { call: export::<M> as Call };
}

fn table<T>(of: &'static T) -> *const c_void {
    of as *const T as *const c_void
}

/// The host asks for what the manifest declares alone.
pub unsafe extern "C" fn get_extension<M: Module>(id: *const c_char) -> *const c_void {
    if id.is_null() {
        return std::ptr::null();
    }
    match CStr::from_ptr(id).to_bytes() {
        b"rapt.hooks/1" => table(Tables::<M>::HOOKS),
        b"rapt.self-test/draft-1" => table(Tables::<M>::SELF_TEST),
        b"rapt.auth-provider/1" | b"rapt.auth-provider/2" => table(Tables::<M>::PROVIDER),
        b"rapt.routes/1" => table(Tables::<M>::ROUTES),
        b"rapt.jobs/1" => table(Tables::<M>::JOBS),
        b"rapt.events/1" => table(Tables::<M>::EVENTS),
        b"rapt.panels/1" => table(Tables::<M>::PANELS),
        b"rapt.exports/1" => table(Tables::<M>::EXPORTS),
        _ => std::ptr::null(),
    }
}
