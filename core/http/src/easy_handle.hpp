// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <curl/curl.h>

#include <memory>

#include "transfer.hpp"

namespace rapt::http {

/// A libcurl handle set up for one transfer, which it feeds. Lives on the driving thread.
class EasyHandle {
 public:
  explicit EasyHandle(std::shared_ptr<Transfer> transfer);
  ~EasyHandle();
  EasyHandle(const EasyHandle&) = delete;
  EasyHandle& operator=(const EasyHandle&) = delete;
  [[nodiscard]] CURL* get() const { return easy_; }
  /// What libcurl's result means to the caller.
  [[nodiscard]] Result<void> outcome(CURLcode code) const;

 private:
  void set_request();
  void set_signature(const AwsSignature& signature);
  void set_limits();
  [[nodiscard]] const char* word_for(CURLcode code) const;
  [[nodiscard]] bool was_sent() const;  ///< whether anything of the request has left
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  std::shared_ptr<Transfer> transfer_;
  CURL* easy_;
  curl_slist* fields_ = nullptr;
  void forget_request();

  bool began_ = false;  ///< something of the answer's body has come
  bool too_large_ = false;
  bool refused_ = false;  ///< an address that was not public
  char fault_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace rapt::http
