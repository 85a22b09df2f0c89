// SPDX-License-Identifier: AGPL-3.0-or-later
// Not tests: the server that this room's tests talk to.
#include "test_server.hpp"

#include <stdexcept>

namespace rapt::http::testing {

namespace {

Response text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

std::string describe(const Request& request) {
  std::string out = request.method + " " + request.path + "\n";
  for (const auto& [name, value] : request.query) out += name + "=" + value + "\n";
  return out + "id=" + request.id + "\nfrom=" + request.remote_address + "\n" + request.body;
}

}  // namespace

Task<void> TestHandler::handle(Request& request, Responder& responder) {
  if (request.path == "/boom") throw std::runtime_error("on purpose");
  if (request.path == "/silent") co_return;
  if (request.path == "/stream") co_return co_await stream(responder);
  if (request.path == "/leave") co_return co_await stream_until_left(responder);
  if (request.path == "/body" || request.path == "/torn") co_return co_await body(responder, request.path == "/body");
  if (request.path == "/sized" || request.path == "/short")
    co_return co_await sized(responder, request.path == "/sized");
  if (request.path == "/flood") co_return co_await flood(responder);
  if (request.path == "/wait") {
    begun.set_value();
    const bool opened = co_await gate.wait();
    Response waited = text(opened ? 200 : 500, "waited");
    co_await responder.send(std::move(waited));
    co_return;
  }
  Response echo = text(200, describe(request));
  co_await responder.send(std::move(echo));
}

Task<void> TestHandler::stream(Responder& responder) {
  Headers extra;
  EventStream* events = co_await responder.open_event_stream(std::move(extra));
  co_await events->send("delta", "one\ntwo");
  co_await events->send("delta", "three");
  const bool opened = co_await gate.wait();
  co_await events->send("done", opened ? "{}" : "cancelled");
}

Task<void> TestHandler::stream_until_left(Responder& responder) {
  Headers extra;
  EventStream* events = co_await responder.open_event_stream(std::move(extra));
  co_await events->send("delta", "one");
  while (!events->closed()) co_await runtime::sleep_for(std::chrono::milliseconds(1));
  const bool sent = co_await events->send("delta", "nobody hears this");
  if (!sent) client_gone.set_value();
}

Task<void> TestHandler::body(Responder& responder, bool whole) {
  Headers headers;
  headers.set("Content-Type", "text/csv");
  BodyStream* out = co_await responder.open_body_stream(std::move(headers));
  co_await out->write("one,two\r\n");
  co_await out->write("");
  co_await out->write("three");
  if (!whole) out->give_up();
}

Task<void> TestHandler::sized(Responder& responder, bool whole) {
  Headers headers;
  headers.set("Content-Range", "bytes 2-9/10");
  BodyStream* out = co_await responder.open_sized_stream(206, std::move(headers), 8);
  co_await out->write("two,");
  if (whole) co_await out->write("four");
}

Task<void> TestHandler::flood(Responder& responder) {
  Headers headers;
  BodyStream* out = co_await responder.open_body_stream(std::move(headers));
  const std::string piece(64 * 1024, 'x');
  bool taken = true;
  while (taken) taken = co_await out->write(piece);
  client_gone.set_value();
}

Response TestHandler::failure(int status, std::string_view code, std::string_view message,
                              std::string_view request_id) const {
  return text(status, std::string(code) + ": " + std::string(message) + " (" + std::string(request_id) + ")");
}

TestServer::TestServer(ServerOptions options) : server_(loop_.executor(), std::move(options), handler) {
  server_.start().value();
  thread_ = std::jthread([this] { loop_.run(); });
}

TestServer::~TestServer() {
  stop(std::chrono::milliseconds(0)).wait();
  loop_.stop();
}

std::string TestServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
}

std::future<void> TestServer::stop(std::chrono::milliseconds grace) {
  auto stopped = std::make_shared<std::promise<void>>();
  loop_.spawn(stop_and_tell(grace, stopped));
  return stopped->get_future();
}

void TestServer::wait_until_closed() const {
  try {
    while (true) {
      RawSocket late = connect();
      late.send("GET /echo HTTP/1.1\r\nHost: test\r\n\r\n");
      late.read_answer();
    }
  } catch (const std::exception&) {  // refused
  }
}

Task<void> TestServer::stop_and_tell(std::chrono::milliseconds grace, std::shared_ptr<std::promise<void>> stopped) {
  co_await server_.stop(grace);
  stopped->set_value();
}

}  // namespace rapt::http::testing
