// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstddef>

#include "rapt/base/file.hpp"
#include "rapt/base/result.hpp"

namespace rapt::sandbox {

/// The two shared areas of one runner, mapped by the host. The files are sealed so that their size cannot change; the
/// request area also so that nobody else can ever map it writable.
class Areas {
 public:
  static Result<Areas> create();
  Areas(Areas&& other) noexcept;
  Areas& operator=(Areas&&) = delete;
  ~Areas();

  [[nodiscard]] void* request() const { return request_; }
  [[nodiscard]] void* reply() const { return reply_; }
  [[nodiscard]] int request_fd() const { return request_fd_.get(); }
  [[nodiscard]] int reply_fd() const { return reply_fd_.get(); }
  /// Once the runner has been spawned, the mappings are enough.
  void close_files();

 private:
  Areas() = default;
  UniqueFd request_fd_, reply_fd_;
  void* request_ = nullptr;
  void* reply_ = nullptr;
};

}  // namespace rapt::sandbox
