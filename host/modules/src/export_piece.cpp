// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/export_piece.hpp"

#include <rapt/exports.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "answer_object.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::host {
namespace {

using nlohmann::json;

Error lie(std::string what) {
  return Error::invalid("", std::move(what));
}

/// RFC 4648, section 4, with its padding.
Result<std::string> from_base64(std::string text) {
  if (text.size() % 4 != 0) return lie("its \"base64\" is not padded to fours");
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.pop_back();
  if (text.find_first_of("-_=") != std::string::npos) return lie("its \"base64\" has characters that are none");
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  auto bytes = security::from_base64url(text);
  if (!bytes) return lie("its \"base64\" is none");
  return bytes;
}

Result<std::string> text_in(const json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end()) return std::string();
  if (!found->is_string()) return lie(std::string("its \"") + name + "\" is no text");
  return found->get<std::string>();
}

}  // namespace

Result<ExportPiece> read_export_piece(const std::string& answer_json) {
  const auto parsed = read_answer_object(answer_json);
  if (!parsed) return parsed.error();
  const json& answer = **parsed;
  for (const auto& [name, value] : answer.items()) {
    if (name != "text" && name != "base64" && name != "memo" && name != "done")
      return lie("it has a member that is none of \"text\", \"base64\", \"memo\", \"done\"");
  }
  if (answer.contains("text") == answer.contains("base64"))
    return lie("it has not just one of \"text\" and \"base64\"");
  auto text = text_in(answer, answer.contains("text") ? "text" : "base64");
  if (!text) return text.error();
  auto memo = text_in(answer, "memo");
  if (!memo) return memo.error();
  if (memo->size() > RAPT_EXPORTS_MAX_MEMO_BYTES) return lie("its \"memo\" is longer than 8 KiB");
  const auto done = answer.value("done", json(false));
  if (!done.is_boolean()) return lie("its \"done\" is neither true nor false");
  if (!done.get<bool>() && !answer.contains("memo")) return lie("it has neither \"memo\" nor \"done\"");
  auto bytes = answer.contains("text") ? std::move(text) : from_base64(std::move(*text));
  if (!bytes) return bytes.error();
  return ExportPiece{std::move(*bytes), std::move(*memo), done.get<bool>()};
}

}  // namespace rapt::host
