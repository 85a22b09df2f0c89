// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/host/directory.hpp"

#include "acting.hpp"
#include "asked.hpp"
#include "directory_read.hpp"
#include "directory_write.hpp"

namespace rapt::host {

using sandbox::DirectoryMethod;

Task<ServiceAnswer> DirectoryCapability::call(ServiceRequest request) {
  if (std::chrono::steady_clock::now() >= request.deadline) co_return refused(RAPT_E_UNAVAILABLE);
  auto acting = co_await acting_of(database_, request.scope);
  if (!acting) co_return refusal(request, acting.error());
  if (request.method == static_cast<std::uint32_t>(DirectoryMethod::kRead)) {
    auto page = co_await read_directory(database_, request, std::move(*acting));
    if (!page) co_return refusal(request, page.error());
    co_return answered(std::move(*page));
  }
  if (request.method != static_cast<std::uint32_t>(DirectoryMethod::kWrite)) co_return refused(RAPT_E_INVALID);
  auto written = co_await write_directory(database_, accounts_, clock_.now(), request, std::move(*acting));
  if (!written) co_return refusal(request, written.error());
  co_return answered(std::move(*written));
}

}  // namespace rapt::host
