// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/telemetry/tracing.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "fresh_id.hpp"
#include "otlp.hpp"
#include "rapt/base/log.hpp"
#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::telemetry {
namespace {

constexpr std::size_t kMostAtOnce = 512;

std::atomic<bool> tracing{false};
std::atomic<double> kept_ratio{1};

/// Two hexadecimal digits in lower case, or -1.
int byte_of(char high, char low) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  const int a = digit(high), b = digit(low);
  return a < 0 || b < 0 ? -1 : a * 16 + b;
}

template <std::size_t N>
bool read_id(std::string_view text, std::array<std::uint8_t, N>& out) {
  for (std::size_t i = 0; i < N; ++i) {
    const int byte = byte_of(text[2 * i], text[2 * i + 1]);
    if (byte < 0) return false;
    out[i] = static_cast<std::uint8_t>(byte);
  }
  return std::any_of(out.begin(), out.end(), [](auto byte) { return byte != 0; });
}

}  // namespace

std::optional<SpanContext> parse_traceparent(std::string_view header) {
  constexpr std::size_t kSize = 55;  // 00-TRACE-SPAN-FLAGS
  if (header.size() < kSize || header[2] != '-' || header[35] != '-' || header[52] != '-') return std::nullopt;
  const int version = byte_of(header[0], header[1]), flags = byte_of(header[53], header[54]);
  if (version < 0 || version == 255 || flags < 0) return std::nullopt;
  // Later versions may go on behind what is known; the first may not.
  if (header.size() > kSize && (version == 0 || header[kSize] != '-')) return std::nullopt;
  SpanContext out;
  if (!read_id(header.substr(3, 32), out.trace_id) || !read_id(header.substr(36, 16), out.span_id)) return std::nullopt;
  out.sampled = (flags & 1) != 0;
  return out;
}

struct Tracing::Queue {
  std::mutex mutex;
  std::condition_variable stirred;
  std::deque<Span> waiting;
  std::size_t most = 0;
  std::uint64_t dropped = 0;
  bool over = false;
};

namespace {

std::mutex present_mutex;
std::shared_ptr<Tracing::Queue> present;  // under the mutex; a span may come while its Tracing ends

}  // namespace

bool is_tracing() {
  return tracing.load(std::memory_order_relaxed);
}

double ratio_kept() {
  return kept_ratio.load(std::memory_order_relaxed);
}

void tell(Span span) {
  const auto left_out = [](const auto& context) { return context && !context->sampled; };
  if (!is_tracing() || left_out(span.parent) || left_out(span.self)) return;
  const auto queue = [] {
    const std::lock_guard lock(present_mutex);
    return present;
  }();
  if (!queue) return;
  const std::lock_guard lock(queue->mutex);
  if (queue->waiting.size() >= queue->most) {
    ++queue->dropped;
    return;
  }
  queue->waiting.push_back(std::move(span));
  if (queue->waiting.size() == kMostAtOnce) queue->stirred.notify_one();
}

struct Tracing::Impl {
  const Options options;
  std::shared_ptr<Queue> queue = std::make_shared<Queue>();
  http::Client client{};
  bool failing = false;  ///< of the thread
  std::thread thread{};

  void run() {
    for (bool over = false; !over;) {
      std::vector<Span> batch;
      {
        std::unique_lock lock(queue->mutex);
        const auto due = [&] { return queue->over || queue->waiting.size() >= kMostAtOnce; };
        queue->stirred.wait_for(lock, options.pause, due);
        const auto count = std::min(queue->waiting.size(), kMostAtOnce);
        const auto end = queue->waiting.begin() + static_cast<std::ptrdiff_t>(count);
        batch.assign(std::make_move_iterator(queue->waiting.begin()), std::make_move_iterator(end));
        queue->waiting.erase(queue->waiting.begin(), end);
        over = queue->over && queue->waiting.empty();
      }
      if (!batch.empty() && !send(batch)) over = give_up(batch.size()) || over;
    }
  }

  bool send(const std::vector<Span>& batch) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = options.endpoint + "/v1/traces";
    request.headers.add("Content-Type", "application/json");
    request.body = otlp_body(batch, options);
    request.connect_timeout = request.head_timeout = request.idle_timeout = request.total_timeout = options.patience;
    request.max_body_bytes = std::size_t{64} * 1024;
    const auto answer = runtime::run_blocking(client.fetch(std::move(request)));
    const bool taken = answer && answer->status >= 200 && answer->status < 300;
    if (!taken && !failing)
      log::warn("telemetry.not_exported",
                {{"detail", answer ? "status " + std::to_string(answer->status)
                                   : answer.error().message + " " + answer.error().log_detail}});
    failing = !taken;
    return taken;
  }

  /// At the end, one failure is enough: true when nothing more is to be tried.
  bool give_up(std::size_t lost) {
    const std::lock_guard lock(queue->mutex);
    queue->dropped += lost;
    if (!queue->over) return false;
    queue->dropped += queue->waiting.size();
    queue->waiting.clear();
    return true;
  }
};

Tracing::Tracing(Options options) {
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  impl_.reset(new Impl{std::move(options)});
  impl_->queue->most = impl_->options.queue;
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  const std::lock_guard lock(present_mutex);
  present = impl_->queue;
  kept_ratio = impl_->options.ratio;
  tracing = true;
}

Tracing::~Tracing() {
  {
    const std::lock_guard lock(present_mutex);
    tracing = false;
    present.reset();
  }
  {
    const std::lock_guard lock(impl_->queue->mutex);
    impl_->queue->over = true;
  }
  impl_->queue->stirred.notify_one();
  impl_->thread.join();
}

std::uint64_t Tracing::dropped() const {
  const std::lock_guard lock(impl_->queue->mutex);
  return impl_->queue->dropped;
}

}  // namespace rapt::telemetry
