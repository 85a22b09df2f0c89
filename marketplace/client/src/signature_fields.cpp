// SPDX-License-Identifier: AGPL-3.0-or-later
#include "signature_fields.hpp"

#include <algorithm>
#include <charconv>

#include "rapt/security/crypto.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kMostFieldBytes = 2048;
constexpr std::size_t kMostComponents = 16;

Error malformed(std::string what) {
  return Error::invalid("", std::move(what));
}

/// Takes pieces off the front of a field.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// A key: lower-case letter or "*", then letters, digits, "_-.*".
  std::string key() {
    std::size_t end = 0;
    const auto fits = [&](char c) {
      const bool first = (c >= 'a' && c <= 'z') || c == '*';
      return first || (end > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'));
    };
    while (end < rest_.size() && fits(rest_[end])) ++end;
    return cut(end);
  }
  /// A string in quotes. Those that are needed here hold neither quotes nor backslashes, so none are allowed.
  std::optional<std::string> string() {
    if (!take('"')) return std::nullopt;
    const auto end = rest_.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    auto out = cut(end);
    take('"');
    const bool plain = std::all_of(out.begin(), out.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
    return plain ? std::optional(out) : std::nullopt;
  }
  std::optional<std::int64_t> integer() {
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] >= '0' && rest_[end] <= '9') ++end;
    if (end == 0 || end > 15) return std::nullopt;
    std::int64_t out = 0;
    std::from_chars(rest_.data(), rest_.data() + end, out);
    rest_.remove_prefix(end);
    return out;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string cut(std::size_t count) {
    std::string out(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return out;
  }
  std::string_view rest_;
};

Result<void> read_components(Cursor& at, SignatureInput& out) {
  if (!at.take('(')) return malformed("a list of components in parentheses is missing");
  while (!at.take(')')) {
    if (!out.components.empty() && !at.take(' ')) return malformed("the components are not separated by single spaces");
    auto name = at.string();
    if (!name) return malformed("a component is not a text in quotes without parameters");
    if (std::find(out.components.begin(), out.components.end(), *name) != out.components.end())
      return malformed("the component \"" + *name + "\" is named twice");
    out.components.push_back(std::move(*name));
    if (out.components.size() > kMostComponents) return malformed("there are too many components");
  }
  return {};
}

Result<void> read_parameter(Cursor& at, const std::string& name, SignatureInput& out) {
  if (!at.take('=')) return malformed("the parameter \"" + name + "\" has no value");
  if (name == "created" || name == "expires") {
    auto& into = name == "created" ? out.created : out.expires;
    if (into) return malformed("the parameter \"" + name + "\" is there twice");
    into = at.integer();
    if (!into) return malformed("the parameter \"" + name + "\" is no whole number");
    return {};
  }
  auto* into = name == "keyid" ? &out.key_id : name == "nonce" ? &out.nonce : name == "alg" ? &out.algorithm : nullptr;
  if (into == nullptr) return malformed("the parameter \"" + name + "\" is not known here");
  if (!into->empty()) return malformed("the parameter \"" + name + "\" is there twice");
  auto value = at.string();
  if (!value || value->empty()) return malformed("the parameter \"" + name + "\" is no text in quotes");
  *into = std::move(*value);
  return {};
}

}  // namespace

Result<SignatureInput> parse_signature_input(std::string_view field) {
  if (field.size() > kMostFieldBytes) return malformed("it is too long");
  Cursor at(field);
  SignatureInput out;
  out.label = at.key();
  if (out.label.empty() || !at.take('=')) return malformed("it does not begin with a label, as sig1=(…)");
  const auto begin = at.rest();
  RAPT_TRY(read_components(at, out));
  while (at.take(';')) {
    const auto name = at.key();
    RAPT_TRY(read_parameter(at, name, out));
  }
  if (at.rest().starts_with(",")) return malformed("there is more than one signature; send exactly one");
  if (!at.rest().empty()) return malformed("there is something behind its end");
  out.text = begin;
  return out;
}

Result<std::string> parse_binary_member(std::string_view field, std::string_view label) {
  if (field.size() > kMostFieldBytes) return malformed("it is too long");
  Cursor at(field);
  if (const auto found = at.key(); found != label || !at.take('=') || !at.take(':'))
    return malformed("it does not begin with " + std::string(label) + "=:");
  const auto rest = at.rest();
  const auto end = rest.find(':');
  if (end == std::string_view::npos) return malformed("the closing colon is missing");
  if (rest.substr(end + 1).starts_with(",")) return malformed("there is more than one; send exactly one");
  if (end + 1 != rest.size()) return malformed("there is something behind its end");
  return from_base64(rest.substr(0, end));
}

std::string signature_base(const SignatureInput& input, const std::function<std::string(std::string_view)>& value_of) {
  std::string out;
  for (const auto& component : input.components) out += "\"" + component + "\": " + value_of(component) + "\n";
  return out + "\"@signature-params\": " + input.text;
}

std::string to_base64(std::string_view bytes) {
  auto out = security::to_base64url(bytes);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  while (out.size() % 4 != 0) out += '=';
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  std::string url(text.substr(0, text.find('=')));
  if (url.find_first_of("-_") != std::string::npos) return malformed("it is not base64");
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  auto out = security::from_base64url(url);
  // One way of writing alone: what is decoded has to encode to the same text.
  if (!out || to_base64(*out) != text) return malformed("it is not base64");
  return out;
}

}  // namespace rapt::marketplace
