// SPDX-License-Identifier: AGPL-3.0-or-later
// What a server says of a failure, in the many forms of OpenAI, OpenRouter, Anthropic and local servers.
#include "reported_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "json_access.hpp"

namespace rapt::gateway {

namespace {

using nlohmann::json;

struct Meaning {
  std::string_view code;
  int status;
};

/// Codes and types that say more than the status beside them, or stand alone in a stream.
constexpr std::array kMeanings = {
    Meaning{"insufficient_quota", 402},    Meaning{"billing_hard_limit_reached", 402},
    Meaning{"rate_limit_exceeded", 429},   Meaning{"rate_limit_error", 429},
    Meaning{"too_many_requests", 429},     Meaning{"model_not_found", 404},
    Meaning{"not_found_error", 404},       Meaning{"invalid_api_key", 401},
    Meaning{"authentication_error", 401},  Meaning{"permission_error", 403},
    Meaning{"overloaded_error", 529},      Meaning{"overloaded", 529},
    Meaning{"server_error", 500},          Meaning{"api_error", 500},
    Meaning{"internal_server_error", 500}, Meaning{"timeout", 504},
    Meaning{"timeout_error", 504},         Meaning{"service_unavailable", 503},
};

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text.find(word) != std::string_view::npos; });
}

/// "This model's maximum context length is …" is about a model, too, and yet the model is there.
bool says_no_model(const std::string& sentence) {
  return has_any(sentence, {"odel"}) &&
         has_any(sentence, {"not found", "ot exist", "no such", "No such", "not a valid", "nvalid model",
                            "nknown model", "not available", "no longer", "not supported", "ot have access"});
}

bool says_too_long(const std::string& sentence) {
  return has_any(sentence,
                 {"context length", "context window", "context_length", "too many tokens", "prompt is too long"});
}

/// A status from 400 to 599, as a number or in words.
int status_of(const json* code) {
  int status = 0;
  if (code != nullptr && code->is_number_integer()) {
    const auto number = code->get<std::int64_t>();
    return number >= 400 && number <= 599 ? static_cast<int>(number) : 0;
  }
  const auto text = text_of(code);
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (fault == std::errc{} && end == text.data() + text.size()) return status >= 400 && status <= 599 ? status : 0;
  const auto* found = std::find_if(kMeanings.begin(), kMeanings.end(), [&](auto known) { return known.code == text; });
  return found == kMeanings.end() ? 0 : found->status;
}

void add_code(std::string& codes, std::string code) {
  if (code.empty()) return;
  if (!codes.empty()) codes += ", ";
  codes += code;
}

}  // namespace

ReportedError reported_error(const json& error, int status, const Discretion& discretion) {
  const auto* code = member(error, "code");
  const auto* type = member(error, "type");
  const auto* metadata = member(error, "metadata");
  const auto sentence = error.is_string() ? error.get<std::string>() : text_of(member(error, "message"));
  ReportedError reported{.status = status};
  if (status == 0) reported.status = status_of(code) != 0 ? status_of(code) : status_of(type);
  // A quota that is used up comes as 429, for which a further try would be worth it.
  if (text_of(code) == "insufficient_quota" || text_of(type) == "insufficient_quota") reported.status = 402;
  add_code(reported.codes, discretion.code(text_of(code)));
  add_code(reported.codes, discretion.code(text_of(type)));
  if (metadata != nullptr) add_code(reported.codes, discretion.code(text_of(member(*metadata, "provider_name"))));
  reported.moderated = metadata != nullptr && member(*metadata, "reasons") != nullptr;
  reported.moderated =
      reported.moderated || text_of(code) == "content_policy_violation" || text_of(code) == "content_filter";
  reported.too_long = status_of(code) == 0 && (text_of(code) == "context_length_exceeded" || says_too_long(sentence));
  const bool refused = reported.status == 400 || reported.status == 404 || reported.status == 422;
  reported.no_model = text_of(code) == "model_not_found" || (refused && !reported.too_long && says_no_model(sentence));
  return reported;
}

}  // namespace rapt::gateway
