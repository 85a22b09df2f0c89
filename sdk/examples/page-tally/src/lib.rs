// SPDX-License-Identifier: Apache-2.0
// Counts the messages of each tool in a table of its own, tells the teacher about round numbers, and answers a route with the counts.
use rapt::json::{parse, quote};
use rapt::{Answer, Context, Field, Host, Reply, Said, Scope, Verdict};

struct PageTally {
    host: Host,
}

const COUNT: &str = "INSERT INTO tally (tool, messages) VALUES ($1, 1) \
                     ON CONFLICT (tool) DO UPDATE SET messages = tally.messages + 1 RETURNING messages";
const ALL: &str = "SELECT tool, messages FROM tally ORDER BY messages DESC, tool LIMIT 100";

/// What stands in the first column of the first row.
fn first_number(answer: &str) -> i64 {
    parse(answer).and_then(|all| all.get("rows").at(0).at(0).integer()).unwrap_or(0)
}

fn listed(answer: &str) -> String {
    let all = parse(answer).unwrap_or(rapt::json::Value::Null);
    let rows = all.get("rows").list().iter();
    let items: Vec<String> = rows
        .map(|row| format!("{{\"tool\":{},\"messages\":{}}}", quote(row.at(0).text()), row.at(1).integer().unwrap_or(0)))
        .collect();
    format!("[{}]", items.join(","))
}

impl rapt::Module for PageTally {
    fn new(host: Host) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(PageTally { host })
    }

    fn on_message(&mut self, context: &Context, reply: &mut Reply) -> Answer {
        let tool = quote(context.text(Field::ToolId).unwrap_or(""));
        let messages = first_number(&self.host.sql().query(COUNT, &format!("[{}]", tool))?);
        let own = self.host.kv().add(Scope::User, "messages", 1, 0)?;
        reply.emit("tally", &format!("{{\"tool\": {}, \"own\": {}}}", messages, own))?;
        if messages % 100 == 0 {
            self.host.metrics().count("hundreds", 1)?;
        }
        Ok(Verdict::Continue)
    }

    fn on_route(&mut self, _input: &str) -> Said {
        let answer = self.host.sql().query(ALL, "[]")?;
        Ok(format!("{{\"status\": 200, \"json\": {}}}", listed(&answer)))
    }
}
rapt::module!(PageTally);

#[cfg(test)]
mod tests {
    use super::{first_number, listed};

    #[test]
    fn reads_what_the_host_answers() {
        assert_eq!(first_number(r#"{"columns":["messages"],"rows":[[7]],"count":1}"#), 7);
        assert_eq!(first_number("nonsense"), 0);
        assert_eq!(listed(r#"{"rows":[["a \"b\"",2]]}"#), r#"[{"tool":"a \"b\"","messages":2}]"#);
    }
}
