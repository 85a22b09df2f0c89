// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "transfer.hpp"

namespace rapt::http {

/// A libcurl handle set up for one transfer at a time, which it feeds. Lives on the driving thread.
class EasyHandle {
 public:
  explicit EasyHandle(std::shared_ptr<Transfer> transfer);
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;
  [[nodiscard]] CURL* get() const { return easy_; }
  /// Forgets a transfer that has ended well, its words and its secrets. False when no other should follow it.
  [[nodiscard]] bool rest();
  /// Whether a handle at rest differs from what `request` needs in nothing that follow() does not set.
  [[nodiscard]] bool suits(const ClientRequest& request) const;
  void follow(std::shared_ptr<Transfer> transfer);
  /// What libcurl's result means to the caller.
  [[nodiscard]] Result<void> outcome(CURLcode code) const;

 private:
  /// What all of its transfers have in common. Only ordinary POSTs share handles: all else is rare, or has secrets
  /// among what stays.
  struct Kind {
    std::string url;
    std::chrono::milliseconds connect_timeout{};
    bool https_only = false, decode_body = false;
    bool operator==(const Kind&) const = default;
  };
  static std::optional<Kind> kind_of(const ClientRequest& request);
  void set_request();
  void set_fields();
  void set_body();
  void set_signature(const AwsSignature& signature);
  void set_limits();
  [[nodiscard]] const char* word_for(CURLcode code) const;
  [[nodiscard]] bool was_sent() const;  ///< whether anything of the request has left
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  std::shared_ptr<Transfer> transfer_;
  const std::optional<Kind> kind_;  ///< nullopt: serves one transfer only
  CURL* easy_;
  curl_slist* fields_ = nullptr;
  void forget_request();

  bool began_ = false;  ///< something of the answer's body has come
  bool too_large_ = false;
  bool refused_ = false;  ///< an address that was not public
  char fault_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace rapt::http
