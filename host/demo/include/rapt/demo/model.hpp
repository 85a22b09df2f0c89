// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "rapt/base/result.hpp"
#include "rapt/http/server.hpp"

namespace rapt::demo {

class Book;

/// The demonstration model: a small server that speaks OpenAI's chat completions and embeddings, so that everything
/// works without a key, and keeps a book of what it was asked for, which GET /v1/generation and /v1/book tell. It
/// announces itself as "rapt-demo". It takes any bearer token, and none.
class DemoModel final : public http::Handler {
 public:
  struct Options {
    std::chrono::milliseconds word_pause{15};  ///< between two words of a stream, so that one sees it
    /// Lets a test ask for a failure by the model's name, as in "scenario:error-500-2+tokens-20+disconnect-5".
    bool scenarios = false;
  };
  explicit DemoModel(Options options);
  ~DemoModel() override;
  /// Writes the book into a file as well, from now on: a line of JSON for each call that ends.
  Result<void> write_book_to(const std::filesystem::path& file);

  Task<void> handle(http::Request& request, http::Responder& responder) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;

 private:
  Options options_;
  std::unique_ptr<Book> book_;
};

/// Serves on 127.0.0.1:`port` (0: any free port, which is printed) until SIGTERM or SIGINT; with a `book`, writes its
/// book into that file. Returns the exit code.
int run_demo_model(std::uint16_t port, bool scenarios = false, const std::filesystem::path& book = {});

}  // namespace rapt::demo
