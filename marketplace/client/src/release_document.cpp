// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/release_document.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>

#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"

namespace rapt::marketplace {
namespace {

using nlohmann::json;

constexpr std::chrono::minutes kPartPatience{10};

Error unreadable(const std::filesystem::path& path, const std::string& why) {
  return Error::invalid("", printable(path.string(), 500) + " cannot be read: " + why + ".");
}

Result<std::string> read_part(int fd, const std::filesystem::path& path, std::uint64_t from, std::uint64_t total) {
  std::string out(static_cast<std::size_t>(std::min<std::uint64_t>(kUploadPart, total - from)), '\0');
  for (std::size_t done = 0; done < out.size();) {
    const auto got = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return unreadable(path, got < 0 ? std::strerror(errno) : "it is shorter than it was");
    done += static_cast<std::size_t>(got);
  }
  return out;
}

/// How many bytes the registry has, by its answer; the total when it has all and has looked at them.
Result<std::uint64_t> received_in(const std::string& data, std::uint64_t total) {
  const auto answer = json::parse(data, nullptr, false);
  const auto received = answer.is_object() ? answer.find("received") : answer.end();
  if (received != answer.end() && received->is_number_unsigned() && received->get<std::uint64_t>() <= total)
    return received->get<std::uint64_t>();
  Error out;
  out.kind = ErrorKind::kUpstream;
  out.message = "The registry has answered something that this program cannot read: no \"received\".";
  return out;
}

}  // namespace

Result<void> add_release(tuf::Targets& document, const NewRelease& added) {
  const auto& release = added.release;
  const auto path = release_target(release.version, release.architecture);
  tuf::Target target{added.bytes, {{"sha256", added.sha256}}, encode_release(release)};
  const auto [place, fresh] = document.targets.emplace(path, target);
  if (fresh || (place->second.length == target.length && place->second.hashes == target.hashes)) return {};
  return Error::conflict("Other bytes were signed as " + release.version + " for " + release.architecture +
                         " before. A release never changes: give this one another number.");
}

Result<void> set_withdrawn(tuf::Targets& document, const std::string& version, const std::string& because) {
  bool found = false;
  for (auto& [path, target] : document.targets) {
    auto release = parse_release(target.custom_json);
    if (!release) return release.error();
    if (release->version != version) continue;
    release->withdrawn = because;
    target.custom_json = encode_release(*release);
    found = true;
  }
  if (!found) return Error::not_found("published release as " + printable(version, 80));
  return {};
}

Task<Result<void>> upload_release(PublisherClient& registry, PlatformRelease release, std::string sha256,
                                  std::filesystem::path archive,
                                  std::function<void(std::uint64_t done, std::uint64_t total)> progress) {
  const UniqueFd fd(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0) co_return unreadable(archive, std::strerror(errno));
  const auto total = static_cast<std::uint64_t>(status.st_size);
  std::string part;  // the first request asks what is there
  std::uint64_t there = 0;
  for (;;) {
    PublisherRequest request;
    request.method = "PUT";
    request.path = "/api/releases/" + release.version + "/archives/" + release.architecture;
    request.query = {{"sha256", sha256}, {"bytes", std::to_string(total)}, {"offset", std::to_string(there)}};
    request.content_type = "application/gzip";
    request.patience = kPartPatience;
    request.body = std::move(part);
    const bool asked = request.body.empty();
    const auto data = co_await registry.ask(std::move(request));
    if (!data) co_return data.error();
    const auto received = received_in(*data, total);
    if (!received) co_return received.error();
    if (!asked && *received <= there)
      co_return Error::unavailable("registry", "The registry does not take the archive. Try again later.");
    there = *received;
    if (progress) progress(there, total);
    if (there == total) co_return Result<void>();
    auto next = read_part(fd.get(), archive, there, total);
    if (!next) co_return next.error();
    part = std::move(*next);
  }
}

Task<Result<std::string>> publish_releases(PublisherClient& registry, std::string document, int rollout_percent) {
  PublisherRequest request;
  request.method = "POST";
  request.path = "/api/releases";
  const json body{{"file", std::move(document)}, {"rollout_percent", rollout_percent}};
  request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  co_return co_await registry.ask(std::move(request));
}

}  // namespace rapt::marketplace
