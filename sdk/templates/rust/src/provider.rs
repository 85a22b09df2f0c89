@@with auth-provider
// SPDX-License-Identifier: Apache-2.0
//! A login provider: where the browser goes, and what is made of what comes back. The host puts in the secrets and makes the requests:
//! rapt/auth_provider.h.
use rapt::encoding::percent;
use rapt::json::{parse, Value};
use rapt::provider::{get_json, is_bearer, Begin, Claim, Input, Start, Step};

fn refuse(sentence: &str) -> Step {
    Step::Refuse(sentence.to_string())
}

/// The provider's address is a setting: the manifest may reach "@settings".
fn address(settings: &Value) -> Option<&str> {
    let address = settings.get("address").text().trim_end_matches('/');
    Some(address).filter(|address| address.len() > 8 && address.starts_with("https://"))
}

/// What is wrong with the settings, the administrator reads who saves them.
pub fn start(start: &Start) -> Begin {
    let id = start.settings.get("client_id").text();
    let invalid = |field: &str, message: &str| Begin::Invalid(vec![(field.to_string(), message.to_string())]);
    match address(&start.settings) {
        None => invalid("address", "Set the provider's address: https://..."),
        Some(_) if id.is_empty() => invalid("client_id", "Set what the provider gave."),
        Some(address) => Begin::Url(format!(
            "{}/authorize?response_type=code&code_challenge_method=S256&client_id={}&redirect_uri={}&state={}&code_challenge={}",
            address,
            percent(id),
            percent(&start.redirect_uri),
            percent(&start.state),
            percent(&start.code_challenge)
        )),
    }
}

fn ask_token(address: &str, input: &Input) -> Step {
    let code = match input.parameter("code") {
        Some(code) => code,
        None => return refuse("The login was not finished."),
    };
    let body = format!(
        "grant_type=authorization_code&code={}&redirect_uri={}&client_id={}&client_secret={}&code_verifier={}",
        percent(code),
        percent(&input.redirect_uri),
        percent(input.settings.get("client_id").text()),
        "{{secret:client_secret}}",
        "{{code_verifier}}"
    );
    let form = ("Content-Type".to_string(), "application/x-www-form-urlencoded".to_string());
    let json = ("Accept".to_string(), "application/json".to_string());
    let url = format!("{}/token", address);
    Step::Fetch { method: "POST".to_string(), url, headers: vec![form, json], body, memo: "token".to_string() }
}

fn ask_person(address: &str, token: &str) -> Step {
    if !is_bearer(token) {
        return refuse("The login provider did not accept this login.");
    }
    get_json(&format!("{}/me", address), "person", &[("Authorization", &format!("Bearer {}", token))])
}

/// The browser is back: asks for a token, then who it belongs to.
pub fn step(input: &Input) -> Step {
    let address = match address(&input.settings) {
        Some(address) => address,
        None => return refuse("The login provider is not set up."),
    };
    let answered = match &input.answered {
        Some(answered) => answered,
        None => return ask_token(address, input),
    };
    let said = match parse(&answered.body) {
        Some(said) if answered.status == 200 => said,
        _ => return refuse("The login provider did not accept this login."),
    };
    if input.memo == "token" {
        return ask_person(address, said.get("access_token").text());
    }
    let text = |name: &str| said.get(name).text().to_string();
    let claim = Claim { subject: text("id"), email: text("email"), name: text("name"), ..Claim::default() };
    if claim.subject.is_empty() {
        return refuse("The login provider did not say who this is.");
    }
    Step::Claim(claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rapt::provider::Answered;

    fn input(memo: &str, answered: Option<(i64, &str)>) -> Input {
        Input {
            settings: parse(r#"{"address": "https://id.example/", "client_id": "c"}"#).unwrap(),
            redirect_uri: "https://school.example/back".to_string(),
            nonce: String::new(),
            now_ms: 0,
            parameters: vec![("code".to_string(), "k&1".to_string())],
            answered: answered.map(|(status, body)| Answered { status, content_type: String::new(), body: body.to_string() }),
            memo: memo.to_string(),
        }
    }

    #[test]
    fn asks_for_a_token_then_for_the_person() {
        match step(&input("", None)) {
            Step::Fetch { url, body, .. } => {
                assert_eq!(url, "https://id.example/token");
                assert!(body.contains("code=k%261&") && body.ends_with("{{secret:client_secret}}&code_verifier={{code_verifier}}"));
            }
            other => panic!("{:?}", other),
        }
        match step(&input("token", Some((200, r#"{"access_token": "t"}"#)))) {
            Step::Fetch { url, headers, .. } => {
                assert_eq!(url, "https://id.example/me");
                assert!(headers.contains(&("Authorization".to_string(), "Bearer t".to_string())));
            }
            other => panic!("{:?}", other),
        }
        match step(&input("person", Some((200, r#"{"id": "7", "name": "Kim"}"#)))) {
            Step::Claim(claim) => assert_eq!((claim.subject.as_str(), claim.name.as_str(), claim.email_verified), ("7", "Kim", false)),
            other => panic!("{:?}", other),
        }
    }

    #[test]
    fn believes_nothing_else() {
        for (memo, status, body) in
            [("token", 403, "{}"), ("token", 200, "no JSON"), ("token", 200, r#"{"access_token": "a b"}"#), ("person", 200, r#"{"id": 7}"#)]
        {
            assert!(matches!(step(&input(memo, Some((status, body)))), Step::Refuse(_)), "{}", body);
        }
    }
}
@@end
