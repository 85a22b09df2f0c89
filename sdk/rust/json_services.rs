// SPDX-License-Identifier: Apache-2.0
//! The services whose functions take a JSON object and give one. What the objects hold stands in their headers.
use crate::host::Host;
use crate::services::{given, Fault, Service};
use crate::sys_services::JsonFunction;
use crate::text::{to_text, ABSENT};

/// A function of such a service: `host.ask(Ask::JobsEnqueue, "{\"name\": \"send-report\"}")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    JobsEnqueue,
    JobsCancel,
    JobsList,
    EventsPublish,
    SecretsList,
    SecretsSign,
    SecretsVerify,
    DirectoryRead,
    DirectoryWrite,
    SessionsList,
    SessionsTranscript,
    GradesRead,
    GradesWrite,
    AiChat,
    AiEmbed,
}

impl Ask {
    /// The service's id, the place of the function in its struct, and its name.
    fn place(self) -> (&'static [u8], usize, &'static str) {
        match self {
            Ask::JobsEnqueue => (b"rapt.jobs/1\0", 0, "jobs.enqueue"),
            Ask::JobsCancel => (b"rapt.jobs/1\0", 1, "jobs.cancel"),
            Ask::JobsList => (b"rapt.jobs/1\0", 2, "jobs.list"),
            Ask::EventsPublish => (b"rapt.events/1\0", 0, "events.publish"),
            Ask::SecretsList => (b"rapt.secrets/1\0", 0, "secrets.list"),
            Ask::SecretsSign => (b"rapt.secrets/1\0", 1, "secrets.sign"),
            Ask::SecretsVerify => (b"rapt.secrets/1\0", 2, "secrets.verify"),
            Ask::DirectoryRead => (b"rapt.directory/1\0", 0, "directory.read"),
            Ask::DirectoryWrite => (b"rapt.directory/1\0", 1, "directory.write"),
            Ask::SessionsList => (b"rapt.sessions/1\0", 0, "sessions.list"),
            Ask::SessionsTranscript => (b"rapt.sessions/1\0", 1, "sessions.transcript"),
            Ask::GradesRead => (b"rapt.grades/1\0", 0, "grades.read"),
            Ask::GradesWrite => (b"rapt.grades/1\0", 1, "grades.write"),
            Ask::AiChat => (b"rapt.ai/1\0", 0, "ai.chat"),
            Ask::AiEmbed => (b"rapt.ai/1\0", 1, "ai.embed"),
        }
    }
}

impl Host {
    /// Whether this module may ask that, and this host serves it.
    pub fn serves(&self, what: Ask) -> bool {
        !self.find(what.place().0).is_null()
    }
    /// A JSON object in, one out.
    pub fn ask(&self, what: Ask, request: &str) -> Result<String, Fault> {
        let (id, place, name) = what.place();
        let service: Service<JsonFunction> = unsafe { Service::find(self, id) };
        let mut answer = ABSENT;
        let status = service.try_ask(|first, host| unsafe {
            // The struct holds functions of this kind and nothing else.
            let function = *(first as *const JsonFunction).add(place);
            function(host, to_text(request), &mut answer)
        });
        unsafe { given(name, status, answer) }
    }
}
