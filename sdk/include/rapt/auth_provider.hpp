// SPDX-License-Identifier: Apache-2.0
// A login provider in C++20: derive from rapt::auth::Provider and name the class in RAPT_MODULE; rapt/module.hpp does the rest.
// What goes in and out, and its limits, are told in rapt/auth_provider.h. One that has to look something up before it knows where
// the browser goes derives from rapt::auth::LookupProvider (version 2 of it).
#pragma once

#include <rapt/auth_provider.h>
#include <rapt/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rapt::auth {

/// The answer to a fetch that was asked for before.
struct Answered {
  int status = 0;
  std::string content_type, body;
};

/// The beginning of a login.
struct Start {
  json::Value settings;  ///< an object, without secrets
  std::string redirect_uri, state, nonce, code_challenge;
  std::optional<Answered> answered{};  ///< these two: for a LookupProvider
  std::string memo{};
};

/// A setting that cannot be used; thrown by start(), for the admin. Several: throw Invalid with all of them.
struct Fault {
  std::string field, message;
};
class Invalid : public std::runtime_error {
 public:
  explicit Invalid(std::vector<Fault> faults) : std::runtime_error("the settings are not usable"), faults_(std::move(faults)) {}
  Invalid(std::string field, std::string message) : Invalid(std::vector<Fault>{{std::move(field), std::move(message)}}) {}
  [[nodiscard]] const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

struct Input {
  json::Value settings;
  std::string redirect_uri, nonce;
  std::int64_t now_ms = 0;
  std::vector<std::pair<std::string, std::string>> parameters;  ///< of the browser's return
  std::optional<Answered> answered;
  std::string memo;
  /// The first parameter of that name; nullopt when there is none.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

struct Fetch {
  std::string method = "GET", url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body, memo;
};
/// A fetch of JSON.
inline Fetch get_json(std::string url, std::string memo) {
  Fetch fetch;
  fetch.url = std::move(url);
  fetch.headers = {{"Accept", "application/json"}};
  fetch.memo = std::move(memo);
  return fetch;
}
/// Whether a text may go into a header as a bearer token (RFC 6750): a provider may send anything.
inline bool is_bearer(std::string_view text) {
  return !text.empty() && text.size() <= 4000 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '{' && c != '}'; });
}
/// Scheme, host and port of an address that begins with https://.
inline std::string origin(std::string_view url) { return std::string(url.substr(0, url.find_first_of("/?#", sizeof "https://" - 1))); }

struct Claim {
  std::string subject, email;
  bool email_verified = false;
  std::string name, given_name, family_name;
};
struct Refuse {
  std::string sentence;  ///< for the person
};
using Step = std::variant<Fetch, Claim, Refuse>;
/// Where the browser goes, or what has to be fetched before.
using Begin = std::variant<std::string, Fetch>;

/// What both kinds of a provider share.
class AnyProvider {
 public:
  virtual ~AnyProvider() = default;
  virtual Step step(const Input& input) = 0;

 protected:
  AnyProvider() = default;
  AnyProvider(const AnyProvider&) = default;
  AnyProvider(AnyProvider&&) = default;
  AnyProvider& operator=(const AnyProvider&) = default;
  AnyProvider& operator=(AnyProvider&&) = default;
};

/// The protocol. An exception that leaves a function fails the login and becomes a line in the log: put nothing in it that a
/// person or a provider sent.
class Provider : public AnyProvider {
 public:
  /// The address that the browser goes to.
  virtual std::string start(const Start& start) = 0;
};

/// The same, with fetches before the browser is sent away.
class LookupProvider : public AnyProvider {
 public:
  virtual Begin start(const Start& start) = 0;
};

namespace detail {

inline std::string member(const char* name, std::string_view value) { return json::quote(name) + ":" + json::quote(value); }

inline json::Value input_of(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed) throw std::runtime_error("the host's input is no JSON");
  return std::move(*parsed);
}

inline std::optional<Answered> answered_of(const json::Value& in) {
  if (!in.has("answered")) return std::nullopt;
  const auto& answered = in.get("answered");
  return Answered{static_cast<int>(answered.get("status").integer()), std::string(answered.get("content_type").text()),
                  std::string(answered.get("body").text())};
}

inline std::string text_of(const Fetch& fetch) {
  std::string headers;
  for (const auto& [name, value] : fetch.headers)
    headers += (headers.empty() ? "{" : ",{") + member("name", name) + "," + member("value", value) + "}";
  return "{\"fetch\":{" + member("method", fetch.method) + "," + member("url", fetch.url) + ",\"headers\":[" + headers + "]," +
         member("body", fetch.body) + "}," + member("memo", fetch.memo) + "}";
}
inline std::string text_of(const std::string& url) { return "{" + member("url", url) + "}"; }

template <class Provider>
std::string start_text(Provider& provider, std::string_view text) {
  const json::Value in = input_of(text);
  const auto get = [&](const char* key) { return std::string(in.get(key).text()); };
  const Start start{in.get("settings"), get("redirect_uri"), get("state"), get("nonce"), get("code_challenge"), answered_of(in), get("memo")};
  try {
    if constexpr (std::is_base_of_v<LookupProvider, Provider>) {
      return std::visit([](const auto& begin) { return text_of(begin); }, provider.start(start));
    } else {
      return text_of(provider.start(start));
    }
  } catch (const Invalid& invalid) {
    std::string list;
    for (const auto& fault : invalid.faults())
      list += (list.empty() ? "{" : ",{") + member("field", fault.field) + "," + member("message", fault.message) + "}";
    return "{\"invalid\":[" + list + "]}";
  }
}

inline std::string text_of(const Claim& claim) {
  return "{\"claim\":{" + member("subject", claim.subject) + "," + member("email", claim.email) +
         ",\"email_verified\":" + (claim.email_verified ? "true" : "false") + "," + member("name", claim.name) + "," +
         member("given_name", claim.given_name) + "," + member("family_name", claim.family_name) + "}}";
}
inline std::string text_of(const Refuse& refuse) { return "{" + member("refuse", refuse.sentence) + "}"; }

inline std::string step_text(AnyProvider& provider, std::string_view text) {
  const json::Value in = input_of(text);
  const auto get = [&](const char* key) { return std::string(in.get(key).text()); };
  Input input{in.get("settings"), get("redirect_uri"), get("nonce"), in.get("now_ms").integer(), {}, {}, get("memo")};
  for (const auto& one : in.get("parameters").list())
    input.parameters.emplace_back(one.get("name").text(), one.get("value").text());
  input.answered = answered_of(in);
  return std::visit([](const auto& answer) { return text_of(answer); }, provider.step(input));
}

}  // namespace detail
}  // namespace rapt::auth
