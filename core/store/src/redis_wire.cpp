// SPDX-License-Identifier: AGPL-3.0-or-later
#include "redis_wire.hpp"

#include <hiredis/hiredis.h>

#include <charconv>

#include "rapt/base/text.hpp"

namespace rapt::store {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

void append_length(std::string& out, char kind, std::size_t length) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, length).ptr;
  out.append(1, kind).append(digits, end).append("\r\n");
}

RedisReply translated(const redisReply& reply) {
  RedisReply out;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      out.type = RedisReply::Type::kText;
      out.text.assign(reply.str, static_cast<std::size_t>(reply.len));
      break;
    case REDIS_REPLY_INTEGER:
      out.type = RedisReply::Type::kInteger;
      out.integer = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      out.type = RedisReply::Type::kArray;
      out.items.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) out.items.push_back(translated(*reply.element[i]));
      break;
    default:
      break;
  }
  return out;
}

/// Errors that pass by themselves; the others are faults of the command.
bool passes(std::string_view text) {
  for (const char* word : {"LOADING", "MASTERDOWN", "READONLY", "BUSY", "CLUSTERDOWN", "OOM", "MISCONF"}) {
    // "BUSYGROUP" and "BUSYKEY" are answers to a command, and do not pass.
    const std::string_view start(word);
    if (text.starts_with(start) && (text.size() == start.size() || text[start.size()] == ' ')) return true;
  }
  return false;
}

}  // namespace

void append_command(std::string& out, const std::vector<std::string>& arguments) {
  append_length(out, '*', arguments.size());
  for (const std::string& argument : arguments) {
    append_length(out, '$', argument.size());
    out.append(argument).append("\r\n");
  }
}

RedisReplies::RedisReplies() : reader_(redisReaderCreate()) {
  if (!reader_) throw std::bad_alloc();
}

void RedisReplies::Free::operator()(redisReader* reader) const {
  redisReaderFree(reader);
}

void RedisReplies::feed(std::string_view bytes) {
  redisReaderFeed(reader_.get(), bytes.data(), bytes.size());  // a fault is told by next()
}

Result<std::optional<WireReply>> RedisReplies::next() {
  void* raw = nullptr;
  if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return redis_away(printable(reader_->errstr));
  if (raw == nullptr) return std::optional<WireReply>();
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(raw));
  return std::optional(WireReply{translated(*reply), reply->type == REDIS_REPLY_ERROR});
}

Error redis_away(std::string detail) {
  return Error::unavailable("redis", "Redis is not available at the moment: try again shortly.", std::move(detail));
}

Result<RedisReply> outcome_of(const std::string& command, WireReply answer) {
  if (!answer.is_error) return std::move(answer.reply);
  std::string detail = command + ": " + printable(answer.reply.text);
  if (passes(answer.reply.text)) return redis_away(std::move(detail));
  return Error::internal(std::move(detail));
}

}  // namespace rapt::store
