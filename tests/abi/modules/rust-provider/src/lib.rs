// SPDX-License-Identifier: AGPL-3.0-or-later
// A login provider in Rust, for tests: a page that sends back a code, which the provider turns into a name.
use rapt::json::parse;
use rapt::provider::{Begin, Claim, Input, Start, Step};
use rapt::Host;

struct RustProvider;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

impl rapt::Module for RustProvider {
    fn new(_host: Host) -> Outcome<Self> {
        Ok(RustProvider)
    }

    fn provider_start(&mut self, start: &Start) -> Outcome<Begin> {
        let client = start.settings.get("client_id").text();
        if client.is_empty() {
            return Ok(Begin::Invalid(vec![("client_id".to_string(), "is missing".to_string())]));
        }
        if !start.settings.get("issuer").text().is_empty() {
            return self.looked_up(start);
        }
        Ok(Begin::Url(format!("https://id.example/login?client_id={}&state={}", client, start.state)))
    }

    fn provider_step(&mut self, input: &Input) -> Outcome<Step> {
        let code = match input.parameter("code") {
            Some(code) => code,
            None => return Ok(Step::Refuse("You were not logged in.".to_string())),
        };
        let answered = match &input.answered {
            Some(answered) => answered,
            None => {
                return Ok(Step::Fetch {
                    method: "POST".to_string(),
                    url: "https://id.example/token".to_string(),
                    headers: vec![("Accept".to_string(), "application/json".to_string())],
                    body: format!("code={}&client_secret={{{{secret:client_secret}}}}", code),
                    memo: "asked \"once\"".to_string(),
                })
            }
        };
        let person = parse(&answered.body).ok_or("the provider's answer is no JSON")?;
        if answered.status != 200 || input.memo != "asked \"once\"" {
            panic!("an answer to nothing");
        }
        Ok(Step::Claim(Claim {
            subject: person.get("sub").text().to_string(),
            email: person.get("email").text().to_string(),
            email_verified: person.get("verified").truth().unwrap_or(false),
            ..Claim::default()
        }))
    }
}

impl RustProvider {
    /// Where the login page is, the issuer tells.
    fn looked_up(&self, start: &Start) -> Outcome<Begin> {
        match &start.answered {
            None => Ok(Begin::Fetch {
                method: "GET".to_string(),
                url: format!("{}/.well-known/openid-configuration", start.settings.get("issuer").text()),
                headers: vec![("Accept".to_string(), "application/json".to_string())],
                body: String::new(),
                memo: "looked up".to_string(),
            }),
            Some(answered) if answered.status == 200 && start.memo == "looked up" => {
                let found = parse(&answered.body).ok_or("the issuer's answer is no JSON")?;
                Ok(Begin::Url(format!("{}?state={}", found.get("authorization_endpoint").text(), start.state)))
            }
            Some(_) => Ok(Begin::Invalid(vec![("issuer".to_string(), "does not answer".to_string())])),
        }
    }
}
rapt::module!(RustProvider);
