// SPDX-License-Identifier: AGPL-3.0-or-later
#include "book.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/base/log.hpp"

namespace rapt::demo {

namespace {

using nlohmann::json;

constexpr std::size_t kMostEntries = 200'000;

json to_object(const BookEntry& entry) {
  return {{"call_id", entry.call_id},           {"generation_id", entry.generation_id}, {"model", entry.model},
          {"input_tokens", entry.input_tokens}, {"output_tokens", entry.output_tokens}, {"outcome", entry.outcome}};
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Book::Book() : prefix_("gen-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-") {}

Result<void> Book::write_to(const std::filesystem::path& file) {
  file_ = UniqueFd(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (file_) return {};
  return Error::invalid("book", file.string() + " cannot be written: " + std::strerror(errno));
}

Book::Number Book::begin(std::string call_id, std::string model) {
  const std::lock_guard lock(mutex_);
  const auto number = first_ + entries_.size();
  entries_.push_back(
      {.call_id = std::move(call_id), .generation_id = prefix_ + std::to_string(number), .model = std::move(model)});
  by_id_[entries_.back().generation_id].push_back(number);
  if (!entries_.back().call_id.empty()) by_id_[entries_.back().call_id].push_back(number);
  if (entries_.size() > kMostEntries) {
    by_id_.erase(entries_.front().generation_id);
    by_id_.erase(entries_.front().call_id);
    entries_.pop_front();
    ++first_;
  }
  return number;
}

const BookEntry* Book::entry(Number call) const {
  return call < first_ || call - first_ >= entries_.size() ? nullptr : &entries_[call - first_];
}

std::string Book::generation_id(Number call) const {
  return prefix_ + std::to_string(call);
}

void Book::written(Number call, std::size_t input_tokens, std::size_t output_tokens) {
  const std::lock_guard lock(mutex_);
  if (entry(call) == nullptr) return;
  auto& changed = entries_[call - first_];
  changed.input_tokens = input_tokens;
  changed.output_tokens = output_tokens;
}

void Book::end(Number call, const char* outcome) {
  const std::lock_guard lock(mutex_);
  if (entry(call) == nullptr) return;
  auto& changed = entries_[call - first_];
  changed.outcome = outcome;
  if (file_) append(changed);
}

void Book::append(const BookEntry& entry) {
  const auto line = text_of(to_object(entry)) + "\n";
  if (::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    log::error("demo.book_not_written", {{"error", std::strerror(errno)}});
}

std::size_t Book::count_try(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (tries_.size() > kMostEntries) tries_.clear();
  return ++tries_[key];
}

std::optional<BookEntry> Book::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return std::nullopt;
  std::optional<BookEntry> sum;
  for (const auto number : found->second) {
    const auto* one = entry(number);
    if (one == nullptr) continue;
    if (one->outcome.empty()) return std::nullopt;
    auto next = *one;
    if (sum) {
      next.input_tokens += sum->input_tokens;
      next.output_tokens += sum->output_tokens;
    }
    sum = std::move(next);
  }
  return sum;
}

std::string Book::to_json() const {
  const std::lock_guard lock(mutex_);
  json list = json::array();
  for (const auto& entry : entries_) list.push_back(to_object(entry));
  return text_of({{"data", std::move(list)}});
}

}  // namespace rapt::demo
