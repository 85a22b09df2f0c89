// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/http/client.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "field_text.hpp"
#include "transfer_loop.hpp"

namespace rapt::http {

namespace {

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

Result<void> check(const ClientRequest& request) {
  const std::string& method = request.method;
  if (method.empty() || !std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return Error::invalid("method", "must be of capital letters");
  }
  const bool known_scheme = equals_ignoring_case(std::string_view(request.url).substr(0, 7), "http://") ||
                            equals_ignoring_case(std::string_view(request.url).substr(0, 8), "https://");
  if (!known_scheme || !is_one_line(request.url)) return Error::invalid("url", "is no http or https address");
  for (const auto& [name, value] : request.headers.all()) {
    if (name.empty() || name.find_first_of(": ;") != std::string::npos || !is_one_line(name) || !is_one_line(value)) {
      return Error::invalid("headers", "a name or value would break out of its line");
    }
  }
  return {};
}

using Verb = TransferLoop::Verb;

/// Leads to the loop that drives a transfer: the asking task's own, when that is a lane, else one on a thread of its
/// own.
class Way {
 public:
  Way(const std::shared_ptr<runtime::LaneParts>& parts, const Executor& executor) {
    if (auto* here = static_cast<TransferLoop*>(parts->here(executor))) {
      here_ = here->weak_from_this();
    } else {
      elsewhere_ = parts;
    }
  }
  /// Says nothing to a loop that has gone: it has ended its transfers.
  void tell(Verb verb, const std::shared_ptr<Transfer>& transfer) const {
    if (const auto here = here_.lock()) here->obey(verb, transfer);
    if (const auto parts = elsewhere_.lock()) {
      parts->elsewhere(
          [verb, transfer](runtime::LanePart& loop) { static_cast<TransferLoop&>(loop).obey(verb, transfer); });
    }
  }

 private:
  std::weak_ptr<TransferLoop> here_;
  std::weak_ptr<runtime::LaneParts> elsewhere_;
};

class Stream final : public ClientStream {
 public:
  Stream(Way way, std::shared_ptr<Transfer> transfer) : way_(std::move(way)), transfer_(std::move(transfer)) {}
  ~Stream() override {
    if (!transfer_->ended()) way_.tell(let_end_ ? Verb::kLetEnd : Verb::kCancel, transfer_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] int status() const override { return transfer_->status(); }
  [[nodiscard]] const Headers& headers() const override { return transfer_->headers(); }
  Task<Result<std::optional<std::string>>> read() override {
    Transfer::Wish wish;
    auto piece = co_await transfer_->next(wish);
    if (wish.resume) way_.tell(Verb::kResume, transfer_);
    if (wish.look) way_.tell(Verb::kLook, transfer_);
    co_return piece;
  }
  void expect_by(std::chrono::steady_clock::time_point deadline) override {
    if (transfer_->expect_by(deadline)) way_.tell(Verb::kLook, transfer_);
  }
  void let_end() override { let_end_ = true; }

 private:
  const Way way_;
  const std::shared_ptr<Transfer> transfer_;
  bool let_end_ = false;
};

}  // namespace

struct Client::Impl {
  const std::shared_ptr<runtime::LaneParts> loops = std::make_shared<runtime::LaneParts>(
      "http-client", [](const Executor& executor) { return std::make_shared<TransferLoop>(executor); });
};

Client::Client() : impl_(std::make_unique<Impl>()) {}
Client::~Client() = default;

Task<Result<std::unique_ptr<ClientStream>>> Client::open(ClientRequest request) {
  RAPT_CO_TRY(check(request));
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto transfer = std::make_shared<Transfer>(std::move(request));
  Way way(impl_->loops, executor);
  way.tell(Verb::kStart, transfer);
  // From here on the stream's destructor cancels the transfer, whatever ends this task.
  std::unique_ptr<ClientStream> stream = std::make_unique<Stream>(std::move(way), transfer);
  RAPT_CO_TRY(co_await transfer->opened());
  co_return stream;
}

Task<Result<Response>> Client::fetch(ClientRequest request) {
  auto opened = co_await open(std::move(request));
  if (!opened) co_return opened.error();
  ClientStream& stream = **opened;
  Response response{stream.status(), stream.headers(), {}};
  for (;;) {
    auto piece = co_await stream.read();
    if (!piece) co_return piece.error();
    if (!*piece) co_return response;
    response.body += **piece;
  }
}

}  // namespace rapt::http
