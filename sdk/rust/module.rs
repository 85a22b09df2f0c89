// SPDX-License-Identifier: Apache-2.0
//! What an author implements.
use crate::context::Context;
use crate::host::Host;
use crate::provider::{Begin, Input, Start, Step};
use crate::reply::{Answer, Reply};

/// What a call beside hooks answers: a JSON object.
pub type Said = Result<String, Box<dyn std::error::Error>>;

fn unknown<T>() -> Result<T, Box<dyn std::error::Error>> {
    Err("the manifest names a call that the module does not implement".into())
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
    /// A route, a job, an event, a panel or the next piece of an export: a JSON object in and out (include/rapt/routes.h
    /// and so on tell which). `rapt::json` reads and writes it.
    fn on_route(&mut self, _input: &str) -> Said {
        unknown()
    }
    fn on_job(&mut self, _input: &str) -> Said {
        unknown()
    }
    fn on_event(&mut self, _input: &str) -> Said {
        unknown()
    }
    fn on_panel(&mut self, _input: &str) -> Said {
        unknown()
    }
    fn on_export(&mut self, _input: &str) -> Said {
        unknown()
    }
    /// The beginning of a login, for a module with the permission "auth-provider".
    fn provider_start(&mut self, _start: &Start) -> Result<Begin, Box<dyn std::error::Error>> {
        unknown()
    }
    /// What is to be done with what came back. Put nothing into an error that a person or a provider sent: it is logged.
    fn provider_step(&mut self, _input: &Input) -> Result<Step, Box<dyn std::error::Error>> {
        unknown()
    }
    /// Run once after `new`; with an error the module is not started, and an upgrade to it is not made.
    fn self_test(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }
}

