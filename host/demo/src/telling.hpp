// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>

#include "book.hpp"
#include "protocol.hpp"
#include "rapt/http/server.hpp"
#include "scenario.hpp"

namespace rapt::demo {

http::Response json_response(int status, std::string body);

/// Gives one answer in the way that its scenario says, and writes down in the book what was written of it.
class Telling {
 public:
  /// `pause` is between two pieces, where the scenario does not say. All must outlive it.
  Telling(Book& book, Book::Number call, const DemoAnswer& answer, const Scenario& scenario,
          std::chrono::milliseconds pause);
  /// Ends the call in the book.
  Task<void> tell(http::Responder& responder, bool as_stream, bool with_usage);

 private:
  enum class Went { kOn, kLeft, kCut };
  Task<Went> send_words(http::EventStream& stream);
  /// What goes wrong after `sent` pieces.
  Task<Went> go_wrong(http::EventStream& stream, std::size_t sent);
  /// Waits, as long as the reader is there.
  static Task<void> wait(http::EventStream& stream, std::chrono::steady_clock::time_point until);
  void note(std::size_t bytes);

  Book& book_;
  const Book::Number call_;
  const DemoAnswer& answer_;
  const Scenario& scenario_;
  const std::chrono::milliseconds pause_;
};

}  // namespace rapt::demo
