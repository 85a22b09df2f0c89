// SPDX-License-Identifier: AGPL-3.0-or-later
// For tests.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "rapt/http/server.hpp"
#include "rapt/runtime/runtime.hpp"

namespace rapt::telemetry {

/// A collector of OTLP over HTTP: keeps what it is sent.
class Collector final : public http::Handler {
 public:
  Collector() {
    if (!server_.start()) throw std::runtime_error("no port");
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~Collector() override {
    loop_.spawn(stop());
    thread_.join();
  }
  Task<void> handle(http::Request& request, http::Responder& responder) override {
    {
      const std::lock_guard lock(mutex_);
      path_ = request.path;
      const auto body = nlohmann::json::parse(request.body);
      resource_ = body["resourceSpans"][0]["resource"];
      for (const auto& span : body["resourceSpans"][0]["scopeSpans"][0]["spans"]) spans_.push_back(span);
    }
    came_.notify_all();
    http::Response response;
    response.body = "{}";
    co_await responder.send(std::move(response));
  }
  [[nodiscard]] http::Response failure(int status, std::string_view, std::string_view,
                                       std::string_view) const override {
    http::Response response;
    response.status = status;
    return response;
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<nlohmann::json> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::seconds(60), [&] { return spans_.size() >= count; }))
      throw std::runtime_error("no spans came");
    return spans_;
  }
  nlohmann::json resource() {
    const std::lock_guard lock(mutex_);
    return resource_;
  }
  std::string path() {
    const std::lock_guard lock(mutex_);
    return path_;
  }

 private:
  Task<void> stop() {
    co_await server_.stop(std::chrono::seconds(1));
    loop_.stop();
  }
  runtime::Runtime loop_{1};
  http::Server server_{loop_.executor(), {}, *this};
  std::mutex mutex_;
  std::condition_variable came_;
  std::string path_;
  nlohmann::json resource_;
  std::vector<nlohmann::json> spans_;
  std::jthread thread_;
};

}  // namespace rapt::telemetry
