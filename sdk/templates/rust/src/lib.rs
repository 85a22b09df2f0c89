// SPDX-License-Identifier: Apache-2.0
// @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
@@with auth-provider
mod provider;

use rapt::provider::{Begin, Input, Start, Step};
@@end
@@with hooks
use rapt::{Answer, Context, Reply, Verdict};
@@end
@@with product:before_ai,product:after_ai
use rapt::Field;
@@end
use rapt::Host;
@@with events
use rapt::Ask;
@@end
@@with sql,http,events
use rapt::json::{parse, Value};
use rapt::Said;
@@end
@@with routes,exports,events
use rapt::json::quote;
@@end
@@with http,events
use rapt::Scope;
@@end

@@with sql,http,events
struct @CLASS@ {
    host: Host,
}

/// What the host said; nothing where it is no JSON, which it never is.
fn read(said: &str) -> Value {
    parse(said).unwrap_or(Value::Null)
}
@@end
@@without sql,http,events
struct @CLASS@;
@@end
@@with routes

fn listed(answer: &str) -> String {
    let all = read(answer);
    let notes = all.get("rows").list().iter();
    let items: Vec<String> =
        notes.map(|row| format!("{{\"id\": {}, \"text\": {}}}", row.at(0).integer().unwrap_or(0), quote(row.at(1).text()))).collect();
    format!("{{\"status\": 200, \"json\": {{\"data\": [{}]}}}}", items.join(", "))
}

/// PostgreSQL keeps no text with a NUL in it.
fn is_note(text: &str) -> bool {
    !text.is_empty() && text.len() <= 2000 && !text.contains('\0')
}
@@end
@@with exports

/// A piece of the file, and what the next one begins behind.
fn piece(answer: &str) -> String {
    let all = read(answer);
    let rows = all.get("rows").list();
    let text: String = rows.iter().map(|row| format!("- {}\n", row.at(1).text())).collect();
    let end = match rows.last() {
        Some(last) if rows.len() == 50 => format!("\"memo\": \"{}\"", last.at(0).integer().unwrap_or(0)),
        _ => "\"done\": true".to_string(),
    };
    format!("{{\"text\": {}, {}}}", quote(&text), end)
}
@@end
@@with http

/// What becomes of the job: whether the word is to be kept, or what to answer.
fn judged(arrived: bool, head: &str) -> Result<(), String> {
    if !arrived {
        return Err(r#"{"again_in_s": 600, "reason": "The server cannot be reached."}"#.to_string());
    }
    match read(head).get("status").integer() {
        Some(200) => Ok(()),
        _ => Err(r#"{"again_in_s": 600, "reason": "The server has no word."}"#.to_string()),
    }
}
@@end
@@with chat:on_message,chat:after_ai

fn words_finding(text: &str) -> String {
    format!("{{\"words\": {}}}", text.split_whitespace().count())
}
@@end
@@with chat:on_delta

/// So many bytes at the end of a text may be the beginning of the phrase.
fn beginning(text: &str, phrase: &str) -> usize {
    let sizes = (1..phrase.len()).rev().filter(|size| phrase.is_char_boundary(*size));
    sizes.into_iter().find(|size| text.ends_with(&phrase[..*size])).unwrap_or(0)
}
@@end

impl rapt::Module for @CLASS@ {
@@with sql,http,events
    fn new(host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(@CLASS@ { host })
    }
@@end
@@without sql,http,events
    fn new(_host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(@CLASS@)
    }
@@end
@@with routes

    // A teacher asks GET or POST /api/v1/modules/@NAME@/notes. A JSON object in and out, as rapt/routes.h tells.
    fn on_route(&mut self, input: &str) -> Said {
        let asked = read(input);
        if asked.get("method").text() == "GET" {
            let newest = asked.get("settings").get("newest").integer().unwrap_or(50);
            let answer = self.host.sql().query("SELECT id, text FROM notes ORDER BY id DESC LIMIT $1", &format!("[{}]", newest))?;
            return Ok(listed(&answer));
        }
        let text = asked.get("json").get("text").text();
        if !is_note(text) {
            return Ok(r#"{"status": 422, "json": {"error": "Say \"text\", 1 to 2,000 bytes."}}"#.to_string());
        }
        self.host.sql().query("INSERT INTO notes (text) VALUES ($1)", &format!("[{}]", quote(text)))?;
        Ok(r#"{"status": 201, "json": {"data": {"kept": true}}}"#.to_string())
    }
@@end
@@with jobs,http

    // It may be run again although it had done its work: rapt/jobs.h.
    fn on_job(&mut self, input: &str) -> Said {
        let job = read(input);
@@with http
        if job.get("name").text() == "look-up" {
            return self.look_up();
        }
@@end
@@with jobs
        if job.get("name").text() == "tidy" {
            let days = job.get("settings").get("keep_days").integer().unwrap_or(90);
            self.host.sql().query("DELETE FROM notes WHERE at < now() - make_interval(days => $1)", &format!("[{}]", days))?;
            return Ok("{}".to_string());
        }
@@end
        Err("the manifest names a job that is not there".into())
    }
@@end
@@with panels

    // What the page of a class draws: rapt/panels.h.
    fn on_panel(&mut self, _input: &str) -> Said {
        let answer = read(&self.host.sql().query("SELECT count(*) FROM notes", "[]")?);
        let notes = answer.get("rows").at(0).at(0).integer().unwrap_or(0);
        Ok(format!(r#"{{"parts": [{{"kind": "counters", "items": [{{"label": "Notes", "value": {}}}]}}]}}"#, notes))
    }
@@end
@@with exports

    // A file of all notes, fifty at a time: rapt/exports.h. `memo` is the last note of the piece before.
    fn on_export(&mut self, input: &str) -> Said {
        let asked = read(input);
        let memo = asked.get("memo").text();
        let after = format!("[{}]", quote(if memo.is_empty() { "0" } else { memo }));
        Ok(piece(&self.host.sql().query("SELECT id, text FROM notes WHERE id > $1::integer ORDER BY id LIMIT 50", &after)?))
    }
@@end
@@with events

    // A conversation has ended: rapt/events.h. It may be told again; `id` says that it is the same. Doing this twice does no harm.
    fn on_event(&mut self, input: &str) -> Said {
        let event = read(input);
        let session = event.get("payload").get("session_id").text();
        if !session.is_empty() {
            self.host.kv().put(Scope::Module, "last-completed", session, 0)?;
            let said = format!(r#"{{"type": "conversation-noted", "payload": {{"session_id": {}}}}}"#, quote(session));
            self.host.ask(Ask::EventsPublish, &said)?;
        }
        Ok("{}".to_string())
    }
@@end
@@with auth-provider

    fn provider_start(&mut self, start: &Start) -> Result<Begin, Box<dyn std::error::Error>> {
        Ok(provider::start(start))
    }
    fn provider_step(&mut self, input: &Input) -> Result<Step, Box<dyn std::error::Error>> {
        Ok(provider::step(input))
    }
@@end
@@with chat:on_message

    // A message arrived. May emit, replace, block.
    fn on_message(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("message-words", &words_finding(context.content()))?;
        Ok(Verdict::Continue)
    }
@@end
@@with chat:before_ai

    // Before the AI is asked. May emit, replace, instruct, block.
    fn on_before_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        if context.content().contains('?') {
            reply.instruct("Answer the question before anything else.")?;
        }
        Ok(Verdict::Continue)
    }
@@end
@@with chat:after_ai

    // The AI's answer is there, whole. May emit, replace, block.
    fn on_after_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("answer-words", &words_finding(context.content()))?;
@@with sql
        self.host.sql().query("INSERT INTO notes (text) VALUES ('An answer was given.')", "[]")?;
@@end
        Ok(Verdict::Continue)
    }
@@end
@@with session:start

    // A conversation was opened. May emit.
    fn on_session_start(&mut self, _context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("session-opened", "{}")?;
        Ok(Verdict::Continue)
    }
@@end
@@with session:end

    // A conversation was completed. May emit.
    fn on_session_end(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("session-closed", &format!("{{\"messages\": {}}}", context.messages().count()))?;
        Ok(Verdict::Continue)
    }
@@end
@@with product:before_ai

    // A run's input fits its schema. May emit, replace (JSON), instruct, block.
    fn on_product_before_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("input-bytes", &format!("{{\"bytes\": {}}}", context.text(Field::Input).unwrap_or("").len()))?;
        reply.instruct("Keep it short.")?;
        Ok(Verdict::Continue)
    }
@@end
@@with product:after_ai

    // A run's output fits its schema. May emit, replace (JSON), block.
    fn on_product_after_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("output-bytes", &format!("{{\"bytes\": {}}}", context.text(Field::Output).unwrap_or("").len()))?;
        Ok(Verdict::Continue)
    }
@@end
@@with run:complete

    // A run has ended. May emit.
    fn on_run_complete(&mut self, _context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("run-ended", "{}")?;
        Ok(Verdict::Continue)
    }
@@end
@@with chat:on_delta

    // The next window of an answer, before the reader sees it. May emit, replace, hold, block. What may be the beginning of the phrase is
    // held back, and comes again at the start of the next window.
    fn on_delta(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        let config = rapt::json::parse(context.config()).unwrap_or(rapt::json::Value::Null);
        let set = config.get("phrase").text();
        let phrase = if set.is_empty() { "answer key" } else { set };
        let masked: Vec<&str> = context.content().split(phrase).collect();
        let rest = masked.last().unwrap_or(&"");
        let held = if context.last_window() { 0 } else { beginning(rest, phrase) };
        if held == 0 && masked.len() == 1 {
            return Ok(Verdict::Continue);
        }
        if held > 0 {
            reply.hold(held)?;
        }
        let out = masked.join("[removed]");
        Ok(reply.replace(&out[..out.len() - held])?)
    }
@@end
}
@@with http

impl @CLASS@ {
    // Another server, asked in the background: no lesson waits for it. The manifest names it, the host puts in the secret: rapt/http.h.
    fn look_up(&self) -> Said {
        let request = r#"{"method": "GET", "url": "https://api.example.org/word", "timeout_ms": 10000,
            "headers": {"Authorization": "Bearer {{secret:token}}"}}"#;
        let answer = match self.host.http().request(request, None) {
            Err(refused) if refused.status == rapt::sys::E_INVALID => {
                return Ok(r#"{"give_up": "The request is not right. Is the token set?"}"#.to_string());
            }
            other => other?,
        };
        if let Err(sentence) = judged(answer.arrived, &answer.head) {
            return Ok(sentence);
        }
        self.host.kv().put(Scope::Module, "word", &answer.body, 0)?;
        Ok("{}".to_string())
    }
}
@@end
rapt::module!(@CLASS@);

#[cfg(test)]
mod tests {
    use super::*;

@@with chat:on_message,chat:after_ai
    #[test]
    fn counts_words() {
        assert_eq!(words_finding(""), "{\"words\": 0}");
        assert_eq!(words_finding(" two  words\n"), "{\"words\": 2}");
    }
@@end
@@with chat:on_delta
    #[test]
    fn holds_what_may_be_the_beginning() {
        assert_eq!(beginning("the answer", "answer key"), 6);
        assert_eq!(beginning("a", "answer key"), 1);
        assert_eq!(beginning("the answers", "answer key"), 0);
        assert_eq!(beginning("für", "rätsel"), 1);
    }
@@end
@@with routes
    #[test]
    fn lists_notes() {
        let answer = listed(r#"{"rows": [[7, "a \"note\""]]}"#);
        assert_eq!(answer, r#"{"status": 200, "json": {"data": [{"id": 7, "text": "a \"note\""}]}}"#);
        assert!(is_note("Read page 7."));
        assert!(!is_note("") && !is_note("a\0b") && !is_note(&"x".repeat(2001)));
    }
@@end
@@with exports
    #[test]
    fn goes_on_behind_a_full_piece() {
        assert_eq!(piece(r#"{"rows": [[7, "one"], [9, "two"]]}"#), r#"{"text": "- one\n- two\n", "done": true}"#);
        let full = format!(r#"{{"rows": [{}]}}"#, vec![r#"[7, "one"]"#; 50].join(","));
        assert!(piece(&full).ends_with(r#""memo": "7"}"#));
    }
@@end
@@with http
    #[test]
    fn keeps_what_arrived_alone() {
        assert!(judged(true, r#"{"status": 200}"#).is_ok());
        assert!(judged(true, r#"{"status": 503}"#).unwrap_err().contains("again_in_s"));
        assert!(judged(false, r#"{"error": "dns"}"#).unwrap_err().contains("cannot be reached"));
    }
@@end
@@with chat:before_ai,session:start,session:end,product:before_ai,product:after_ai,run:complete,jobs,panels,events,auth-provider
    #[test]
    fn is_named_as_in_the_manifest() {
        let name = unsafe { std::ffi::CStr::from_ptr(rapt_module_entry.name) };
        assert_eq!(name.to_str(), Ok("@NAME@"));
    }
@@end
}
