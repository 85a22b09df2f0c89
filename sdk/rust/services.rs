// SPDX-License-Identifier: Apache-2.0
//! What a module asks of its host while it is asked: values, tables, other servers, figures. Each needs its permission in the manifest; without it, or on a host that does not offer it, every call is `Refused`.
//! What a call gives is copied: it may be kept.
use std::os::raw::c_int;

use crate::host::Host;
use crate::reply::{told, Refused};
use crate::text::{from_text, or_absent, to_text, ABSENT};
use crate::{sys, sys_services as tables};

/// Whose values: `rapt_kv_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Scope {
    Module = 1,
    Group = 2,
    Tool = 3,
    User = 4,
    Session = 5,
}

/// Safety: the host hands out UTF-8 that lives until its next question; it is copied here.
unsafe fn copied(text: sys::Text) -> String {
    from_text(text).unwrap_or("").to_string()
}

/// A service that this module may have, or nothing.
pub(crate) struct Service<T> {
    pub(crate) host: *const sys::Host,
    pub(crate) table: *const T,
}
impl<T> Clone for Service<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Service<T> {}

impl<T> Service<T> {
    /// Safety: `T` is the struct of that id.
    pub(crate) unsafe fn find(host: &Host, id: &'static [u8]) -> Service<T> {
        Service { host: host.raw, table: host.find(id) as *const T }
    }
    pub(crate) fn try_ask(&self, ask: impl FnOnce(&T, *const sys::Host) -> c_int) -> c_int {
        if self.table.is_null() {
            return sys::E_NOT_ALLOWED;
        }
        ask(unsafe { &*self.table }, self.host)
    }
    fn ask(&self, call: &'static str, ask: impl FnOnce(&T, *const sys::Host) -> c_int) -> Result<(), Refused> {
        told(call, self.try_ask(ask))
    }
}

/// Small values that outlive the process (permission "kv").
#[derive(Clone, Copy)]
pub struct Kv(Service<tables::Kv1>);

impl Kv {
    pub fn is_offered(&self) -> bool {
        !self.0.table.is_null()
    }
    /// None: nothing lies there.
    pub fn get(&self, scope: Scope, key: &str) -> Result<Option<String>, Refused> {
        let mut value = ABSENT;
        self.0.ask("kv.get", |kv, host| unsafe { (kv.get)(host, scope as c_int, to_text(key), &mut value) })?;
        Ok(unsafe { from_text(value) }.map(str::to_string))
    }
    /// `ttl_s`: seconds that it stays, at most 400 days; 0: for good.
    pub fn put(&self, scope: Scope, key: &str, value: &str, ttl_s: i64) -> Result<(), Refused> {
        self.0.ask("kv.put", |kv, host| unsafe { (kv.put)(host, scope as c_int, to_text(key), to_text(value), ttl_s) })
    }
    pub fn erase(&self, scope: Scope, key: &str) -> Result<(), Refused> {
        self.0.ask("kv.erase", |kv, host| unsafe { (kv.erase)(host, scope as c_int, to_text(key)) })
    }
    /// Adds to a whole number, in one step over all hosts; what is not there is 0. `ttl_s` counts when the number is made.
    pub fn add(&self, scope: Scope, key: &str, delta: i64, ttl_s: i64) -> Result<i64, Refused> {
        let mut sum = 0;
        self.0.ask("kv.add", |kv, host| unsafe { (kv.add)(host, scope as c_int, to_text(key), delta, ttl_s, &mut sum) })?;
        Ok(sum)
    }
    /// Writes if what lies there equals `expected` (None: if nothing does). Whether it did.
    pub fn swap(&self, scope: Scope, key: &str, expected: Option<&str>, value: &str, ttl_s: i64) -> Result<bool, Refused> {
        let mut swapped = 0;
        self.0.ask("kv.swap", |kv, host| unsafe {
            (kv.swap)(host, scope as c_int, to_text(key), or_absent(expected), to_text(value), ttl_s, &mut swapped)
        })?;
        Ok(swapped != 0)
    }
    /// The keys that begin with `prefix` and come behind `after`, in their order: a JSON array.
    pub fn keys(&self, scope: Scope, prefix: &str, after: Option<&str>, limit: u32) -> Result<String, Refused> {
        let mut json = ABSENT;
        self.0.ask("kv.keys", |kv, host| unsafe {
            (kv.keys)(host, scope as c_int, to_text(prefix), or_absent(after), limit, &mut json)
        })?;
        Ok(unsafe { copied(json) })
    }
}

/// What the host says of a question that it did not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub refused: Refused,
    /// Of SQL {"sqlstate", "message", "position"}, of a JSON service {"message", …}; may be empty.
    pub json: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.refused.fmt(f)
    }
}
impl std::error::Error for Fault {}

/// An answer in JSON, or the fault. Safety: as `copied`.
pub(crate) unsafe fn given(call: &'static str, status: c_int, json: sys::Text) -> Result<String, Fault> {
    match told(call, status) {
        Ok(()) => Ok(copied(json)),
        Err(refused) => Err(Fault { refused, json: copied(json) }),
    }
}

/// Tables of the module's own (permission "sql"). JSON in and out; `rapt::json` reads and writes it.
#[derive(Clone, Copy)]
pub struct Sql(Service<tables::Sql1>);

impl Sql {
    pub fn is_offered(&self) -> bool {
        !self.0.table.is_null()
    }
    /// `params`: a JSON array for $1, $2, … Gives {"columns", "rows", "count"}.
    pub fn query(&self, sql: &str, params: &str) -> Result<String, Fault> {
        let mut json = ABSENT;
        let status = self.0.try_ask(|table, host| unsafe { (table.query)(host, to_text(sql), to_text(params), &mut json) });
        unsafe { given("sql.query", status, json) }
    }
    /// Several statements in one transaction: a JSON array of {"sql", "params"}. Gives an array of what `query` gives.
    pub fn transact(&self, statements: &str) -> Result<String, Fault> {
        let mut json = ABSENT;
        let status = self.0.try_ask(|table, host| unsafe { (table.transact)(host, to_text(statements), &mut json) });
        unsafe { given("sql.transact", status, json) }
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Else nobody answered, and `head` says why: {"error", "message"}.
    pub arrived: bool,
    /// JSON: {"status", "headers", "url"}.
    pub head: String,
    /// base64 where the head says so.
    pub body: String,
}

/// Requests that the host makes (permission "http" with "hosts").
#[derive(Clone, Copy)]
pub struct Http(Service<tables::Http1>);

impl Http {
    pub fn is_offered(&self) -> bool {
        !self.0.table.is_null()
    }
    /// `request`: JSON {"method", "url", "headers", "timeout_ms", "redirects"}.
    pub fn request(&self, request: &str, body: Option<&str>) -> Result<Arrived, Refused> {
        let (mut head, mut answer) = (ABSENT, ABSENT);
        let status = self.0.try_ask(|table, host| unsafe {
            (table.request)(host, to_text(request), or_absent(body), &mut head, &mut answer)
        });
        if status != sys::OK && status != sys::E_UNAVAILABLE {
            return Err(Refused { call: "http.request", status });
        }
        Ok(Arrived { arrived: status == sys::OK, head: unsafe { copied(head) }, body: unsafe { copied(answer) } })
    }
}

/// Figures for the admin (permission "metrics"). They never wait; a module works without.
#[derive(Clone, Copy)]
pub struct Metrics(Service<tables::Metrics1>);

impl Metrics {
    pub fn count(&self, name: &str, delta: i64) -> Result<(), Refused> {
        self.0.ask("metrics.count", |table, host| unsafe { (table.count)(host, to_text(name), delta) })
    }
    pub fn observe(&self, name: &str, value: f64) -> Result<(), Refused> {
        self.0.ask("metrics.observe", |table, host| unsafe { (table.observe)(host, to_text(name), value) })
    }
}

impl Host {
    pub fn kv(&self) -> Kv {
        Kv(unsafe { Service::find(self, b"rapt.kv/1\0") })
    }
    pub fn sql(&self) -> Sql {
        Sql(unsafe { Service::find(self, b"rapt.sql/1\0") })
    }
    pub fn http(&self) -> Http {
        Http(unsafe { Service::find(self, b"rapt.http/1\0") })
    }
    pub fn metrics(&self) -> Metrics {
        Metrics(unsafe { Service::find(self, b"rapt.metrics/1\0") })
    }
}
