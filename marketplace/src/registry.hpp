// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <filesystem>

#include "catalog.hpp"
#include "rapt/http/server.hpp"
#include "rapt/runtime/blocking_pool.hpp"

namespace rapt::marketplace {

/// The registry's API, read-only: docs/registry.md.
class Registry final : public http::Handler {
 public:
  explicit Registry(std::filesystem::path folder);
  Task<void> handle(http::Request& request, http::Responder& responder) override;
  [[nodiscard]] http::Response failure(int status, std::string_view code, std::string_view message,
                                       std::string_view request_id) const override;

 private:
  Task<http::Response> answer(const http::Request& request);

  Catalog catalog_;
  runtime::BlockingPool disk_;
};

}  // namespace rapt::marketplace
