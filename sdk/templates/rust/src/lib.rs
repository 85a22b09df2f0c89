// SPDX-License-Identifier: Apache-2.0
// @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
@@with hooks
use rapt::{Answer, Context, Reply, Verdict};
@@end
@@with sql
use rapt::json::{parse, Value};
use rapt::Sql;
@@end
@@with routes,jobs,panels
use rapt::Said;
@@end
@@with routes
use rapt::json::quote;
@@end
use rapt::Host;
@@hook product:before_ai,product:after_ai
use rapt::Field;
@@end

@@with sql
struct @CLASS@ {
    #[allow(dead_code)]
    sql: Sql,
}

/// What the host answered; nothing where it is no JSON, which it never is.
#[allow(dead_code)]
fn read(answer: &str) -> Value {
    parse(answer).unwrap_or(Value::Null)
}
@@end
@@without sql
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
@@end

@@hook chat:on_message,chat:after_ai
fn words_finding(text: &str) -> String {
    format!("{{\"words\": {}}}", text.split_whitespace().count())
}

@@end
impl rapt::Module for @CLASS@ {
@@with sql
    fn new(host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(@CLASS@ { sql: host.sql() })
    }
@@end
@@without sql
    fn new(_host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(@CLASS@)
    }
@@end
@@with routes

    // A teacher asks GET or POST /api/v1/modules/@NAME@/notes. A JSON object in and out, as rapt/routes.h tells.
    fn on_route(&mut self, input: &str) -> Said {
        let asked = read(input);
        if asked.get("method").text() == "GET" {
            return Ok(listed(&self.sql.query("SELECT id, text FROM notes ORDER BY id DESC LIMIT 50", "[]")?));
        }
        let text = asked.get("json").get("text").text();
        if text.is_empty() || text.len() > 2000 {
            return Ok(r#"{"status": 422, "json": {"error": "Say \"text\", 1 to 2,000 bytes."}}"#.to_string());
        }
        self.sql.query("INSERT INTO notes (text) VALUES ($1)", &format!("[{}]", quote(text)))?;
        Ok(r#"{"status": 201, "json": {"data": {"kept": true}}}"#.to_string())
    }
@@end
@@with jobs

    // Every night. It may be run again although it had done its work: rapt/jobs.h.
    fn on_job(&mut self, _input: &str) -> Said {
        self.sql.query("DELETE FROM notes WHERE at < now() - interval '90 days'", "[]")?;
        Ok("{}".to_string())
    }
@@end
@@with panels

    // What the page of a class draws: rapt/panels.h.
    fn on_panel(&mut self, _input: &str) -> Said {
        let answer = read(&self.sql.query("SELECT count(*) FROM notes", "[]")?);
        let notes = answer.get("rows").at(0).at(0).integer().unwrap_or(0);
        Ok(format!(r#"{{"parts": [{{"kind": "counters", "items": [{{"label": "Notes", "value": {}}}]}}]}}"#, notes))
    }
@@end
@@hook chat:on_message

    // A message arrived. May emit, replace, block.
    fn on_message(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("message-words", &words_finding(context.content()))?;
        Ok(Verdict::Continue)
    }
@@end
@@hook chat:before_ai

    // Before the AI is asked. May emit, replace, instruct, block.
    fn on_before_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        if context.content().contains('?') {
            reply.instruct("Answer the question before anything else.")?;
        }
        Ok(Verdict::Continue)
    }
@@end
@@hook chat:after_ai

    // The AI's answer is there, whole. May emit, replace, block.
    fn on_after_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("answer-words", &words_finding(context.content()))?;
        Ok(Verdict::Continue)
    }
@@end
@@hook session:start

    // A conversation was opened. May emit.
    fn on_session_start(&mut self, _context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("session-opened", "{}")?;
        Ok(Verdict::Continue)
    }
@@end
@@hook session:end

    // A conversation was completed. May emit.
    fn on_session_end(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("session-closed", &format!("{{\"messages\": {}}}", context.messages().count()))?;
        Ok(Verdict::Continue)
    }
@@end
@@hook product:before_ai

    // A run's input fits its schema. May emit, replace (JSON), instruct, block.
    fn on_product_before_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("input-bytes", &format!("{{\"bytes\": {}}}", context.text(Field::Input).unwrap_or("").len()))?;
        reply.instruct("Keep it short.")?;
        Ok(Verdict::Continue)
    }
@@end
@@hook product:after_ai

    // A run's output fits its schema. May emit, replace (JSON), block.
    fn on_product_after_ai(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("output-bytes", &format!("{{\"bytes\": {}}}", context.text(Field::Output).unwrap_or("").len()))?;
        Ok(Verdict::Continue)
    }
@@end
@@hook run:complete

    // A run has ended. May emit.
    fn on_run_complete(&mut self, _context: &Context, reply: &mut Reply) -> Answer {
        reply.emit("run-ended", "{}")?;
        Ok(Verdict::Continue)
    }
@@end
@@hook chat:on_delta

    // The next window of an answer, before the reader sees it. May emit, replace, hold, block. Hold back what may be the
    // beginning of what you look for: MODULES.md, "A stream filter".
    fn on_delta(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        if !context.content().contains('\u{feff}') {
            return Ok(Verdict::Continue);
        }
        Ok(reply.replace(&context.content().replace('\u{feff}', ""))?)
    }
@@end
}
rapt::module!(@CLASS@);
@@hook chat:on_message,chat:after_ai

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_words() {
        assert_eq!(words_finding(""), "{\"words\": 0}");
        assert_eq!(words_finding(" two  words\n"), "{\"words\": 2}");
    }
}
@@end
@@with routes

#[cfg(test)]
mod route_tests {
    use super::listed;

    #[test]
    fn lists_notes() {
        let answer = listed(r#"{"rows": [[7, "a \"note\""]]}"#);
        assert_eq!(answer, r#"{"status": 200, "json": {"data": [{"id": 7, "text": "a \"note\""}]}}"#);
    }
}
@@end
