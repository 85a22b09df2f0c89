// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "rapt/http/message.hpp"
#include "rapt/runtime/task.hpp"

namespace rapt::http {

/// How a request to Amazon's services, and to what speaks like them, is signed (Signature Version 4).
struct AwsSignature {
  std::string access_key_id, secret_access_key;  ///< the secret is never sent
  std::string region, service;                   ///< "us-east-1", "s3"
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds total_timeout{120000};
  std::chrono::milliseconds head_timeout{120000};  ///< from the start to the head of the answer
  std::chrono::milliseconds idle_timeout{30000};   ///< the longest silence between two pieces of the answer
  std::size_t max_body_bytes = 16 * 1024 * 1024;
  bool https_only = false;
  /// Undoes gzip and deflate, whether or not `headers` ask for them. The limit of the body counts what comes out.
  bool decode_body = false;
  /// Refuses, while connecting, an address that is not on the public internet (loopback, private networks), whatever
  /// the name led to. Of a client whose requests differ in this, a connection may be used again: give each its own.
  bool public_addresses_only = false;
  std::filesystem::path extra_ca_file{};  ///< PEM; authorities that are trusted beside the system's; empty: none
  /// The server listens there, and the URL's host is only a name. A connection of one socket serves no other. Empty:
  /// TCP.
  std::filesystem::path unix_socket{};
  bool only_extra_ca = false;  ///< the system's authorities do not count
  /// Signs method, address, every field of `headers`, and what "x-amz-content-sha256" among them says of the body. The
  /// query has to be in the canonical form already: sorted, each name with its "=". Its "x-amz-date" is now.
  std::optional<AwsSignature> aws_signature{};
};

/// The answer while it arrives. Dropping it cancels the transfer. Used by the task that opened it, where that runs.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  [[nodiscard]] virtual int status() const = 0;
  [[nodiscard]] virtual const Headers& headers() const = 0;
  /// The next piece, nullopt at the orderly end. kTimeout, kUpstream (connection lost: the part names the peer's host).
  virtual Task<Result<std::optional<std::string>>> read() = 0;
  /// Something must have come by then, or else read() fails with kTimeout: for readers who do not count every byte as
  /// progress. Holds until it is set anew; what has come already may still be read at leisure.
  virtual void expect_by(std::chrono::steady_clock::time_point deadline) = 0;
  /// The rest is of no interest: dropping the stream lets the answer end by itself, for a second and 64 KiB at most, so
  /// that the connection can be used again.
  virtual void let_end() = 0;
};

/// HTTP(S) client over libcurl's multi interface: connection reuse, HTTP/2 where offered, TLS always verified, no
/// redirects followed, no proxies from the environment unless they are set for it. A task on a lane (Runtime::lane())
/// is served by its own thread, over connections of that lane; everybody else by a thread that is the client's.
/// Thread-safe, as is each stream for the one task that has opened it.
class Client {
 public:
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// Resumes when status and headers are there. kUpstream when it cannot connect (in time), kTimeout, kInvalid for a
  /// bad URL.
  Task<Result<std::unique_ptr<ClientStream>>> open(ClientRequest request);
  /// The whole answer at once.
  Task<Result<Response>> fetch(ClientRequest request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapt::http
