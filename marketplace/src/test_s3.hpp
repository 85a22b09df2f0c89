// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "rapt/http/client.hpp"
#include "rapt/runtime/runtime.hpp"
#include "s3_blobs.hpp"

namespace rapt::marketplace {

/// tests/s3/server.mjs in a process of its own: an S3 server that is not ours and verifies what it is sent.
class TestS3 {
 public:
  explicit TestS3(const std::string& token = "") {
    int in[2], out[2];
    if (::pipe(in) != 0 || ::pipe(out) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      for (const int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
      if (!token.empty()) ::setenv("S3_TEST_TOKEN", token.c_str(), 1);
      ::execlp("node", "node", RAPT_S3_SERVER, nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_child_ = in[1];
    std::string line;
    for (char c = 0; ::read(out[0], &c, 1) == 1 && c != '\n';) line += c;
    ::close(out[0]);
    const auto told = nlohmann::json::parse(line, nullptr, false);
    if (told.is_discarded())
      throw std::runtime_error("the S3 server of the tests did not start: run `npm ci` in tests/s3");
    url_ = told.at("url");
  }
  ~TestS3() {
    ::close(to_child_);
    ::waitpid(child_, nullptr, 0);
  }
  TestS3(const TestS3&) = delete;
  TestS3& operator=(const TestS3&) = delete;

  const std::string& url() const { return url_; }
  std::string where(const std::string& more = "") const {
    return "s3://modules/registry/blobs?endpoint=" + url_ + more;
  }
  static S3Credentials credentials() { return {"S3RVER", "S3RVER", ""}; }
  /// A client of it that loses no time waiting.
  std::unique_ptr<S3Blobs> make_blobs(std::size_t part_bytes = S3Blobs::kPartBytes) const {
    return std::make_unique<S3Blobs>(parse_s3_address(where()).value(), credentials(),
                                     S3Patience{4, std::chrono::milliseconds(1)}, part_bytes);
  }
  void tell(const std::string& what, const nlohmann::json& how) { ask("POST", what, how.dump()); }
  /// The requests that have come: [{method, url, range, bytes, status}].
  nlohmann::json log() { return nlohmann::json::parse(ask("GET", "log", "")); }
  std::size_t count(const std::string& method) {
    std::size_t out = 0;
    for (const auto& entry : log()) out += entry.at("method") == method ? 1 : 0;
    return out;
  }

 private:
  std::string ask(const std::string& method, const std::string& what, std::string body) {
    http::ClientRequest request;
    request.method = method;
    request.url = url_ + "/-/" + what;
    request.body = std::move(body);
    return runtime::run_blocking(client_.fetch(std::move(request))).value().body;
  }
  pid_t child_ = -1;
  int to_child_ = -1;
  std::string url_;
  http::Client client_;
};

}  // namespace rapt::marketplace
