// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/json_text.hpp"

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
void append_content(std::string& out, const Message& message) {
  if (message.images.empty()) return append_json_string(out, message.content);
  out += '[';
  if (!message.content.empty()) {
    out += R"({"type":"text","text":)";
    append_json_string(out, message.content);
    out += "},";
  }
  for (const auto& image : message.images) {
    out += R"({"type":"image_url","image_url":{"url":"data:)" + image.media_type + ";base64," + base64(image.bytes) +
           "\"}},";
  }
  out.back() = ']';
}

void append_message(std::string& out, const Message& message) {
  out += R"({"role":)";
  append_json_string(out, message.role);
  out += R"(,"content":)";
  append_content(out, message);
  out += "},";
}

std::string_view written(const Excerpt& earlier) {
  return earlier.of ? earlier.of->json(earlier.first, earlier.last) : std::string_view();
}

std::size_t size_of(const ChatRequest& request) {
  std::size_t size = 512 + (request.response_schema_json ? request.response_schema_json->size() : 0);
  size += written(request.earlier).size();
  for (const auto& message : request.messages) {
    size += message.content.size() * 17 / 16 + 64;
    for (const auto& image : message.images) size += image.bytes.size() * 4 / 3 + 128;
  }
  return size;
}

}  // namespace

/// Written, not built as a document first: a conversation is tens of kilobytes, and every message of it comes along.
Result<std::string> chat_body(const ChatRequest& request, const std::string& model, std::optional<double> temperature) {
  std::string body;
  body.reserve(size_of(request));
  body += R"({"model":)";
  append_json_string(body, model);
  if (request.max_output_tokens) body += R"(,"max_tokens":)" + std::to_string(*request.max_output_tokens);
  if (temperature) body += R"(,"temperature":)" + json(*temperature).dump();
  body += R"(,"stream":true,"stream_options":{"include_usage":true},"messages":[)";
  for (const auto& message : request.messages) {
    if (!std::all_of(message.images.begin(), message.images.end(), is_taken))
      return Error::invalid("images", "must be PNG, JPEG, WebP or GIF");
    append_message(body, message);
    if (&message != &request.messages.front()) continue;
    if (const auto earlier = written(request.earlier); !earlier.empty()) body.append(earlier) += ',';
  }
  if (body.back() == ',') body.pop_back();
  body += ']';
  if (request.response_schema_json && json::accept(*request.response_schema_json)) {
    body += R"(,"response_format":{"type":"json_schema","json_schema":{"name":"output","strict":false,"schema":)";
    body += *request.response_schema_json + "}}";
  }
  body += '}';
  return body;
}

}  // namespace rapt::gateway
