// SPDX-License-Identifier: AGPL-3.0-or-later
#include "request_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "field_text.hpp"
#include "framing.hpp"
#include "rapt/base/ids.hpp"
#include "target.hpp"

namespace rapt::http {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 16 * 1024;
constexpr std::size_t kLongestLinger = 64 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

using Parser = bhttp::request_parser<bhttp::string_body>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

void set_fault(Incoming& incoming, int status, std::string code, std::string message) {
  incoming.end = Incoming::End::kFault;
  incoming.status = status;
  incoming.code = std::move(code);
  incoming.message = std::move(message);
}

void set_too_large(Incoming& incoming, std::size_t limit) {
  set_fault(incoming, 413, "PAYLOAD_TOO_LARGE",
            "The request's body is larger than the " + std::to_string(limit) + " bytes that are taken here.");
}

void set_fault(Incoming& incoming, const error_code& error, const ServerOptions& options) {
  if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow) {
    return set_fault(incoming, 431, "HEADER_TOO_LARGE",
                     "The request's header is larger than the " + std::to_string(options.max_header_bytes) +
                         " bytes that this server takes.");
  }
  if (error == bhttp::error::bad_version) {
    return set_fault(incoming, 505, "HTTP_VERSION_NOT_SUPPORTED", "This server speaks HTTP/1.1.");
  }
  const bool malformed = error.category() == bhttp::make_error_code(bhttp::error::bad_method).category() &&
                         error != bhttp::error::end_of_stream;
  if (malformed)
    set_fault(incoming, 400, "BAD_REQUEST", "The request is not well-formed HTTP/1.1: " + error.message() + ".");
}

void set_time_fault(Incoming& incoming, const char* what) {
  set_fault(incoming, 408, "REQUEST_TIMEOUT", std::string("The request's ") + what + " did not arrive in time.");
}

}  // namespace

struct RequestReader::Impl {
  Tcp::socket& socket;
  Deadline& deadline;
  const ServerOptions& options;
  Handler& handler;
  boost::beast::flat_buffer buffer;
  std::optional<Parser> parser;
  std::string remote_address;

  void let_go();
  void take_head(Incoming& incoming);
  void check_head(Incoming& incoming) const;
  error_code parse();
  Task<error_code> receive_head();
  Task<void> read_head(Incoming& incoming);
  Task<void> read_body(Incoming& incoming);
};

RequestReader::RequestReader(Tcp::socket& socket, Deadline& deadline, const ServerOptions& options, Handler& handler)
    : impl_(new Impl{socket,
                     deadline,
                     options,
                     handler,
                     boost::beast::flat_buffer(options.max_header_bytes + options.max_body_bytes + kReadSize),
                     {},
                     {}}) {
  error_code fault;
  const auto peer = socket.remote_endpoint(fault);
  if (!fault) impl_->remote_address = peer.address().to_string();
}
RequestReader::~RequestReader() = default;

bool RequestReader::has_more() const {
  return impl_->buffer.size() > 0;
}

void RequestReader::wait_no_longer_than(std::chrono::milliseconds longest) {
  error_code ignored;
  if (longest.count() > 0) return impl_->deadline.start(longest);
  impl_->socket.cancel(ignored);
}

Task<bool> RequestReader::wait(std::chrono::milliseconds longest) {
  if (impl_->buffer.size() > 0) co_return true;
  impl_->deadline.start(longest);
  const auto [fault, got] =
      co_await impl_->socket.async_read_some(impl_->buffer.prepare(kReadSize), asio::as_tuple(asio::use_awaitable));
  impl_->deadline.stop();
  impl_->buffer.commit(got);
  co_return !fault;
}

/// Takes over what the parser has, which after a fault may be a part of the header.
void RequestReader::Impl::take_head(Incoming& incoming) {
  const auto& head = parser->get();
  Request& request = incoming.request;
  request.method = view(head.method_string());
  for (const auto& field : head) request.headers.add(view(field.name_string()), view(field.value()));
  const auto given_id = request.headers.get("X-Request-Id");
  request.id = given_id && is_sane_request_id(*given_id) ? std::string(*given_id) : new_uuid();
  request.remote_address = remote_address;
  incoming.http_1_1 = head.version() >= 11;
  incoming.keep_alive = head.keep_alive();
}

void RequestReader::Impl::check_head(Incoming& incoming) const {
  Request& request = incoming.request;
  const auto& all = request.headers.all();
  const auto hosts = std::count_if(all.begin(), all.end(),
                                   [](const auto& field) { return equals_ignoring_case(field.first, "host"); });
  if (hosts > 1 || (hosts == 0 && incoming.http_1_1)) {
    return set_fault(incoming, 400, "BAD_REQUEST", "A request must carry exactly one Host header.");
  }
  if (auto fault = framing_fault(request.headers, incoming.http_1_1); !fault.empty())
    return set_fault(incoming, 400, "BAD_REQUEST", std::move(fault));
  const auto expectation = request.headers.get("Expect");
  if (expectation && !equals_ignoring_case(*expectation, "100-continue")) {
    return set_fault(incoming, 417, "EXPECTATION_FAILED",
                     "The only expectation that this server knows is 100-continue.");
  }
  auto target = parse_target(view(parser->get().target()));
  if (!target) {
    const Error& error = target.error();
    return set_fault(incoming, 400, error.code.empty() ? "BAD_REQUEST" : error.code, error.message);
  }
  request.path = std::move(target->path);
  request.query = std::move(target->query);
}

/// Hands the parser what has been received. More may be needed afterwards; that is no fault.
error_code RequestReader::Impl::parse() {
  error_code fault;
  const bool was_done = parser->is_header_done();
  const auto received = buffer.data();
  const auto used = parser->put(received, fault);
  // The parser takes a header as a whole, and joins its folded fields without a word.
  if (!was_done && parser->is_header_done() && has_folded_field({static_cast<const char*>(received.data()), used}))
    fault = bhttp::error::bad_obs_fold;
  buffer.consume(used);
  return fault == bhttp::error::need_more ? error_code() : fault;
}

/// Mostly the header has been received whole by wait(), so that nothing needs to be waited for.
Task<error_code> RequestReader::Impl::receive_head() {
  error_code fault = parse();
  while (!fault && !parser->is_header_done()) {
    const auto [lost, got] =
        co_await socket.async_read_some(buffer.prepare(kReadSize), asio::as_tuple(asio::use_awaitable));
    buffer.commit(got);
    if (!lost) {
      fault = parse();
    } else if (lost != asio::error::eof) {
      fault = lost;
    } else if (!parser->got_some()) {
      fault = bhttp::error::end_of_stream;
    } else {
      parser->put_eof(fault);
    }
  }
  co_return fault;
}

Task<void> RequestReader::Impl::read_head(Incoming& incoming) {
  deadline.start(options.header_timeout);
  const error_code fault = co_await receive_head();
  deadline.stop();
  take_head(incoming);
  if (fault && deadline.passed()) {
    set_time_fault(incoming, "header");
  } else if (fault) {
    set_fault(incoming, fault, options);
  } else {
    incoming.end = Incoming::End::kRequest;
    check_head(incoming);
  }
}

Task<void> RequestReader::Impl::read_body(Incoming& incoming) {
  const std::size_t limit = co_await handler.body_limit(incoming.request, options.max_body_bytes);
  const auto announced = parser->content_length();
  if (announced && *announced > limit) {
    set_too_large(incoming, limit);
    co_return;
  }
  parser->body_limit(limit);
  if (incoming.request.headers.get("Expect") && buffer.size() == 0) {
    const bool told = co_await write_all(socket, deadline, options.write_timeout, kContinue, {});
    if (!told) {
      incoming.end = Incoming::End::kClosed;
      co_return;
    }
  }
  deadline.start(options.body_timeout);
  const auto [fault, got] = co_await bhttp::async_read(socket, buffer, *parser, asio::as_tuple(asio::use_awaitable));
  deadline.stop();
  if (fault) incoming.end = Incoming::End::kClosed;
  if (fault && deadline.passed()) {
    set_time_fault(incoming, "body");
  } else if (fault == bhttp::error::body_limit) {
    set_too_large(incoming, limit);
  } else if (fault) {
    set_fault(incoming, fault, options);
  }
}

Task<Incoming> RequestReader::read() {
  Incoming incoming;
  impl_->parser.emplace();
  impl_->parser->header_limit(static_cast<std::uint32_t>(impl_->options.max_header_bytes));
  impl_->parser->body_limit(boost::none);  // read_body() sets it when it is known what is asked for
  co_await impl_->read_head(incoming);
  if (incoming.end == Incoming::End::kRequest && !impl_->parser->is_done()) co_await impl_->read_body(incoming);
  if (incoming.end == Incoming::End::kRequest) incoming.request.body = std::move(impl_->parser->get().body());
  impl_->let_go();
  co_return incoming;
}

/// Answering may take minutes, and thousands may wait for theirs.
void RequestReader::Impl::let_go() {
  parser.reset();
  if (buffer.size() == 0) buffer.shrink_to_fit();
}

Task<void> RequestReader::linger(std::chrono::milliseconds longest) {
  error_code ignored;
  impl_->socket.shutdown(Tcp::socket::shutdown_send, ignored);
  std::array<char, kReadSize> discarded;
  std::size_t total = 0;
  impl_->deadline.start(longest);
  while (total < kLongestLinger) {
    const auto [fault, got] =
        co_await impl_->socket.async_read_some(asio::buffer(discarded), asio::as_tuple(asio::use_awaitable));
    if (fault) break;
    total += got;
  }
  impl_->deadline.stop();
}

}  // namespace rapt::http
