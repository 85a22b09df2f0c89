// SPDX-License-Identifier: Apache-2.0
// @TITLE@. What a module may do, and may not, stands in MODULES.md of RaptScallions.
use rapt::{Answer, Context, Host, Reply, Verdict};
@@hook product:before_ai,product:after_ai
use rapt::Field;
@@end

struct @CLASS@;

@@hook chat:on_message,chat:after_ai
fn words_finding(text: &str) -> String {
    format!("{{\"words\": {}}}", text.split_whitespace().count())
}

@@end
impl rapt::Module for @CLASS@ {
    fn new(_host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(@CLASS@)
    }
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
