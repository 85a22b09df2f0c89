// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace rapt::gateway {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kPictures = {"image/png", "image/jpeg", "image/webp", "image/gif"};

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto left = std::min<std::size_t>(3, bytes.size() - at);
    unsigned bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8U | (i < left ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += i <= left ? kDigits[bits >> (18U - 6U * i) & 63U] : '=';
  }
  return out;
}

bool is_taken(const Image& image) {
  return std::find(kPictures.begin(), kPictures.end(), image.media_type) != kPictures.end();
}

/// Text alone is sent as such: not every server takes parts.
json content_of(const Message& message) {
  if (message.images.empty()) return message.content;
  json parts = json::array();
  if (!message.content.empty()) parts.push_back({{"type", "text"}, {"text", message.content}});
  for (const auto& image : message.images) {
    parts.push_back({{"type", "image_url"},
                     {"image_url", {{"url", "data:" + image.media_type + ";base64," + base64(image.bytes)}}}});
  }
  return parts;
}

}  // namespace

Result<std::string> chat_body(const ChatRequest& request, const std::string& model) {
  json body = {
      {"model", model}, {"stream", true}, {"stream_options", {{"include_usage", true}}}, {"messages", json::array()}};
  if (request.max_output_tokens) body["max_tokens"] = *request.max_output_tokens;
  for (const auto& message : request.messages) {
    if (!std::all_of(message.images.begin(), message.images.end(), is_taken))
      return Error::invalid("images", "must be PNG, JPEG, WebP or GIF");
    body["messages"].push_back({{"role", message.role}, {"content", content_of(message)}});
  }
  if (request.response_schema_json) {
    auto schema = json::parse(*request.response_schema_json, nullptr, false);
    if (!schema.is_discarded()) {
      body["response_format"] = {
          {"type", "json_schema"},
          {"json_schema", {{"name", "output"}, {"strict", false}, {"schema", std::move(schema)}}}};
    }
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace rapt::gateway
