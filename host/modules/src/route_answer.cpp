// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/route_answer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "answer_object.hpp"
#include "rapt/base/text.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestField = 500;
constexpr std::size_t kLongestSentence = 1000;
constexpr std::size_t kLongestCode = 60;

struct Status {
  int number;
  std::string_view code, sentence;  ///< of a failure: what is said where the module says nothing
};
constexpr std::array kFailures{
    Status{400, "VALIDATION_ERROR", "The request is not as it should be."},
    Status{403, "FORBIDDEN", "You may not do this."},
    Status{404, "NOT_FOUND", "There is no such thing."},
    Status{409, "CONFLICT", "This is not possible in the present state."},
    Status{410, "GONE", "This is not there any more."},
    Status{412, "PRECONDITION_FAILED", "Somebody has changed this meanwhile."},
    Status{422, "UNPROCESSABLE", "The request is understood and cannot be done."},
    Status{429, "RATE_LIMIT_EXCEEDED", "Too many requests. Please wait before trying again."},
    Status{501, "NOT_IMPLEMENTED", "The module does not do this."},
};
/// Never what a browser runs.
constexpr std::array<std::string_view, 5> kTypes{"text/plain", "text/csv", "text/markdown", "application/json",
                                                 "application/xml"};
constexpr std::array<std::string_view, 5> kMembers{"status", "json", "body", "content_type", "headers"};

Error route_lie(std::string what) {
  return Error::invalid("", std::move(what));
}

bool one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_printable(std::string_view text) {
  return !text.empty() && text.size() <= kLongestField &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_digits(std::string_view text) {
  constexpr std::size_t kMost = 6;
  return !text.empty() && text.size() <= kMost &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_attachment(std::string_view text) {
  return text == "attachment" || text.starts_with("attachment;");
}

/// A path on this site: a module must not send people elsewhere.
bool is_own_path(std::string_view text) {
  return text.starts_with('/') && !text.starts_with("//") && text.find('\\') == std::string_view::npos;
}

bool is_tag(std::string_view text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  return text.size() >= 2 && text.front() == '"' && text.find('"', 1) == text.size() - 1;
}

bool is_directive(std::string_view word, bool is_public) {
  constexpr std::array<std::string_view, 5> kPlain{"no-store", "no-cache", "private", "must-revalidate", "immutable"};
  constexpr std::string_view kAge = "max-age=";
  if (one_of(word, kPlain) || (is_public && word == "public")) return true;
  return word.starts_with(kAge) && is_digits(word.substr(kAge.size()));
}

bool is_cache_control(std::string_view text, bool is_public) {
  while (!text.empty()) {
    const auto end = text.find(',');
    auto word = text.substr(0, end);
    while (word.starts_with(' ')) word.remove_prefix(1);
    if (!is_directive(word, is_public)) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
  return false;
}

bool may_set(std::string_view name, std::string_view value, bool is_public) {
  if (!is_printable(value)) return false;
  if (name == "Content-Disposition") return is_attachment(value);
  if (name == "Cache-Control") return is_cache_control(value, is_public);
  if (name == "ETag") return is_tag(value);
  if (name == "Location") return is_own_path(value);
  return name == "Retry-After" && is_digits(value);
}

bool has_header(const RouteAnswer& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

Result<void> add_headers(const json& answer, bool is_public, RouteAnswer& response) {
  const auto found = answer.find("headers");
  if (found == answer.end()) return {};
  if (!found->is_object()) return route_lie("its \"headers\" are no object");
  for (const auto& [name, value] : found->items()) {
    if (!value.is_string() || !may_set(name, value.get_ref<const std::string&>(), is_public))
      return route_lie("a module may not set the header " + printable(name, kLongestCode) + " to that");
    response.headers.emplace_back(name, value.get_ref<const std::string&>());
  }
  return {};
}

void set_body(RouteAnswer& response, const json& value) {
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// {"data": …, "meta": {…}} as it is, any other value as the data.
json enveloped(const json& value) {
  const bool whole = value.is_object() && value.contains("data") &&
                     (value.size() == 1 || (value.size() == 2 && value.contains("meta") && value["meta"].is_object()));
  return whole ? value : json{{"data", value}};
}

Result<void> set_text(const json& answer, RouteAnswer& response) {
  const auto& body = answer["body"];
  if (!body.is_string()) return route_lie("its \"body\" is no text");
  const auto type = answer.value("content_type", json("text/plain"));
  if (!type.is_string() || !one_of(type.get_ref<const std::string&>(), kTypes))
    return route_lie(
        "its \"content_type\" is none of text/plain, text/csv, text/markdown, application/json, application/xml");
  response.body = body.get<std::string>();
  response.headers.emplace_back("Content-Type",
                                type.get<std::string>() + (type == "application/json" ? "" : "; charset=utf-8"));
  // A browser that opens XML may run what is written in it.
  if (type == "application/xml" && !has_header(response, "Content-Disposition"))
    response.headers.emplace_back("Content-Disposition", "attachment");
  return {};
}

Result<void> set_success(const json& answer, RouteAnswer& response) {
  if (answer.contains("json") && answer.contains("body")) return route_lie("it has both \"json\" and \"body\"");
  if (answer.contains("content_type") && !answer.contains("body"))
    return route_lie("it has a \"content_type\" without a \"body\"");
  if (answer.contains("body")) return set_text(answer, response);
  if (answer.contains("json")) set_body(response, enveloped(answer["json"]));
  return {};
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCode && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<void> set_failure(const json& answer, const Status& status, RouteAnswer& response) {
  if (answer.contains("body") || answer.contains("content_type"))
    return route_lie("a failure is told by \"json\": {\"error\": \"a sentence\", \"code\"?: \"MACHINE_CODE\"}");
  const auto said = answer.value("json", json::object());
  if (!said.is_object()) return route_lie("the \"json\" of its failure is no object");
  for (const auto& [name, value] : said.items()) {
    if (name != "error" && name != "code")
      return route_lie("the \"json\" of its failure has more than \"error\" and \"code\"");
    if (!value.is_string()) return route_lie("the \"" + name + "\" of its failure is no text");
  }
  const auto sentence = said.value("error", std::string(status.sentence));
  if (sentence.empty() || sentence.size() > kLongestSentence)
    return route_lie("the \"error\" of its failure is empty or too long");
  const auto code = said.value("code", std::string(status.code));
  if (!is_code(code)) return route_lie("the \"code\" of its failure is none such as \"NOT_FOUND\"");
  set_body(response, {{"error", sentence}, {"code", code}});
  return {};
}

Result<int> status_in(const json& answer) {
  const auto found = answer.find("status");
  if (found == answer.end()) return 200;
  if (!found->is_number_integer()) return route_lie("its \"status\" is no whole number");
  const auto status = found->get<std::int64_t>();
  const bool failure =
      std::any_of(kFailures.begin(), kFailures.end(), [&](const auto& one) { return one.number == status; });
  if ((status >= 200 && status <= 299) || status == 303 || status == 304 || failure) return static_cast<int>(status);
  return route_lie("the \"status\" " + std::to_string(status) + " is none that a module may answer");
}

}  // namespace

Result<RouteAnswer> read_route_answer(const std::string& answer_json, bool is_public) {
  const auto parsed = read_answer_object(answer_json);
  if (!parsed) return parsed.error();
  const json& answer = **parsed;
  for (const auto& [name, value] : answer.items()) {
    if (!one_of(name, kMembers))
      return route_lie("it has the member \"" + printable(name, kLongestCode) + "\", which is none");
  }
  const auto status = status_in(answer);
  if (!status) return status.error();
  RouteAnswer response;
  response.status = *status;
  RAPT_TRY(add_headers(answer, is_public, response));
  const auto failure =
      std::find_if(kFailures.begin(), kFailures.end(), [&](const auto& one) { return one.number == *status; });
  if (failure != kFailures.end()) {
    RAPT_TRY(set_failure(answer, *failure, response));
    return response;
  }
  const bool bare = *status == 204 || *status == 205 || *status == 303 || *status == 304;
  if (bare && (answer.contains("json") || answer.contains("body")))
    return route_lie("an answer " + std::to_string(*status) + " has no body");
  if (*status == 303 && !has_header(response, "Location")) return route_lie("an answer 303 needs the header Location");
  if (!bare) RAPT_TRY(set_success(answer, response));
  return response;
}

}  // namespace rapt::host
