// SPDX-License-Identifier: Apache-2.0
//! A login provider (rapt/auth_provider.h): the protocol between the host and somebody's login page. What goes in and out, and its
//! limits, are told there. A module that is one overrides `provider_start` and `provider_step` of `Module`.
use crate::json::{self, Value};

/// The beginning of a login.
#[derive(Clone, Debug)]
pub struct Start {
    /// An object, without secrets.
    pub settings: Value,
    pub redirect_uri: String,
    pub state: String,
    pub nonce: String,
    pub code_challenge: String,
    /// To the fetch that the start before asked for; never on a host of ABI 1.2.
    pub answered: Option<Answered>,
    /// Of the start before.
    pub memo: String,
}

/// Where the browser goes, what is wrong with the settings, or what has to be looked up before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    Url(String),
    /// The host makes this request, and asks again; at most four times. A host of ABI 1.2 takes it for a lie: a module that needs it
    /// says `"abi": {"min": "1.3"}`.
    Fetch { method: String, url: String, headers: Vec<(String, String)>, body: String, memo: String },
    /// Fields and what is wrong with each, for the admin.
    Invalid(Vec<(String, String)>),
}

/// The answer to the fetch before.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: i64,
    pub content_type: String,
    pub body: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Input {
    pub settings: Value,
    pub redirect_uri: String,
    pub nonce: String,
    pub now_ms: i64,
    /// Of the browser's return, in its order.
    pub parameters: Vec<(String, String)>,
    pub answered: Option<Answered>,
    pub memo: String,
}

impl Input {
    /// The first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The host makes this request, and asks again.
    Fetch { method: String, url: String, headers: Vec<(String, String)>, body: String, memo: String },
    Claim(Claim),
    /// A sentence for the person.
    Refuse(String),
}

/// A fetch of JSON, with more headers.
pub fn get_json(url: &str, memo: &str, headers: &[(&str, &str)]) -> Step {
    let all = [("Accept", "application/json")].iter().chain(headers);
    let headers = all.map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Step::Fetch { method: "GET".to_string(), url: url.to_string(), headers, body: String::new(), memo: memo.to_string() }
}

/// Whether a text may go into a header as a bearer token (RFC 6750): a provider may send anything.
pub fn is_bearer(text: &str) -> bool {
    (1..=4000).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'{' && b != b'}')
}

/// Who this is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub subject: String,
    pub email: String,
    pub email_verified: bool,
    pub name: String,
    pub given_name: String,
    pub family_name: String,
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).text().to_string()
}

fn pairs(list: &[(String, String)], first: &str, second: &str) -> String {
    let items: Vec<String> = list
        .iter()
        .map(|(one, other)| format!("{{\"{}\":{},\"{}\":{}}}", first, json::quote(one), second, json::quote(other)))
        .collect();
    format!("[{}]", items.join(","))
}

fn answered_in(all: &Value) -> Option<Answered> {
    let answered = all.get("answered");
    match answered {
        Value::Object(_) => Some(Answered {
            status: answered.get("status").integer().unwrap_or(0),
            content_type: text(answered, "content_type"),
            body: text(answered, "body"),
        }),
        _ => None,
    }
}

fn write_fetch(method: &str, url: &str, headers: &[(String, String)], body: &str, memo: &str) -> String {
    format!(
        "{{\"fetch\":{{\"method\":{},\"url\":{},\"headers\":{},\"body\":{}}},\"memo\":{}}}",
        json::quote(method),
        json::quote(url),
        pairs(headers, "name", "value"),
        json::quote(body),
        json::quote(memo)
    )
}

pub(crate) fn read_start(input: &str) -> Option<Start> {
    let all = json::parse(input)?;
    Some(Start {
        settings: all.get("settings").clone(),
        redirect_uri: text(&all, "redirect_uri"),
        state: text(&all, "state"),
        nonce: text(&all, "nonce"),
        code_challenge: text(&all, "code_challenge"),
        answered: answered_in(&all),
        memo: text(&all, "memo"),
    })
}

pub(crate) fn write_begin(begin: &Begin) -> String {
    match begin {
        Begin::Url(url) => format!("{{\"url\":{}}}", json::quote(url)),
        Begin::Fetch { method, url, headers, body, memo } => write_fetch(method, url, headers, body, memo),
        Begin::Invalid(faults) => format!("{{\"invalid\":{}}}", pairs(faults, "field", "message")),
    }
}

pub(crate) fn read_input(input: &str) -> Option<Input> {
    let all = json::parse(input)?;
    let parameters = all.get("parameters").list().iter();
    Some(Input {
        settings: all.get("settings").clone(),
        redirect_uri: text(&all, "redirect_uri"),
        nonce: text(&all, "nonce"),
        now_ms: all.get("now_ms").integer().unwrap_or(0),
        parameters: parameters.map(|one| (text(one, "name"), text(one, "value"))).collect(),
        answered: answered_in(&all),
        memo: text(&all, "memo"),
    })
}

pub(crate) fn write_step(step: &Step) -> String {
    match step {
        Step::Fetch { method, url, headers, body, memo } => write_fetch(method, url, headers, body, memo),
        Step::Claim(claim) => format!(
            "{{\"claim\":{{\"subject\":{},\"email\":{},\"email_verified\":{},\"name\":{},\"given_name\":{},\"family_name\":{}}}}}",
            json::quote(&claim.subject),
            json::quote(&claim.email),
            claim.email_verified,
            json::quote(&claim.name),
            json::quote(&claim.given_name),
            json::quote(&claim.family_name)
        ),
        Step::Refuse(sentence) => format!("{{\"refuse\":{}}}", json::quote(sentence)),
    }
}
