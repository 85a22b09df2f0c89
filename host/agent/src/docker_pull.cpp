// SPDX-License-Identifier: AGPL-3.0-or-later
#include "docker_pull.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "rapt/agent/docker.hpp"
#include "rapt/base/file.hpp"
#include "rapt/base/text.hpp"
#include "rapt/security/crypto.hpp"

namespace rapt::agent::docker {

namespace {

using nlohmann::json;

constexpr std::size_t kConfigLimit = std::size_t{1} << 20;
constexpr std::size_t kPullWords = 400;
constexpr std::size_t kDigest = 64;
constexpr std::chrono::milliseconds kTellEvery{500};

Error no_image(std::string message) {
  Error error;
  error.kind = ErrorKind::kUpstream;
  error.part = "docker";
  error.message = std::move(message);
  return error;
}

Error failed(const std::string& image, const std::string& words) {
  if (words.find("no space left") != std::string::npos) {
    return no_image(
        "The disk of the Docker host is full: the image " + image +
        " could not be fetched. Make room (`docker image prune` removes what nothing uses), then try again.");
  }
  return no_image("The Docker Engine could not fetch the image " + image + ": " + printable(words, kPullWords));
}

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string(bytes >> 20);
}

/// Adds up what a pull's report says of each layer.
class Report {
 public:
  Report(std::string image, Progress& progress) : image_(std::move(image)), progress_(progress) {}

  Task<Result<void>> take(std::string text) {
    const json line = json::parse(text, nullptr, false);
    if (!line.is_object()) co_return Result<void>{};
    if (line.contains("error") && line["error"].is_string()) co_return failed(image_, line["error"].get<std::string>());
    if (!count(line)) co_return Result<void>{};
    const auto now = std::chrono::steady_clock::now();
    if (now - told_at_ < kTellEvery) co_return Result<void>{};
    told_at_ = now;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    for (const auto& [name, layer] : layers_) {
      done += layer.first;
      total += layer.second;
    }
    co_await progress_.at(Phase::kDownloading, mebibytes(done) + " of " + mebibytes(total) + " MiB");
    co_return Result<void>{};
  }

 private:
  bool count(const json& line) {
    if (line.value("status", json()) != "Downloading" || !line.value("id", json()).is_string()) return false;
    const json detail = line.value("progressDetail", json::object());
    const json current = detail.is_object() ? detail.value("current", json()) : json();
    const json total = detail.is_object() ? detail.value("total", json()) : json();
    if (!current.is_number_unsigned() || !total.is_number_unsigned()) return false;
    layers_[line["id"].get<std::string>()] = {current.get<std::uint64_t>(), total.get<std::uint64_t>()};
    return true;
  }

  const std::string image_;
  Progress& progress_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> layers_;
  std::chrono::steady_clock::time_point told_at_{};
};

/// By what name a Docker client keeps the credentials of the image's registry.
std::string registry_of(std::string_view image) {
  const auto slash = image.find('/');
  const std::string_view first = image.substr(0, slash);
  const bool is_host =
      slash != std::string_view::npos && (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  return is_host ? std::string(first) : "https://index.docker.io/v1/";
}

/// With padding, as the engine reads it.
std::string base64url(std::string_view bytes) {
  std::string text = security::to_base64url(bytes);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

/// "" for what is none: there is no login then.
std::string from_base64(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  auto bytes = security::from_base64url(text);
  return bytes ? *bytes : std::string();
}

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "" without one.
std::string version_label(const json& image) {
  const json config = image.value("Config", json());
  const json labels = config.is_object() ? config.value("Labels", json()) : json();
  return labels.is_object() ? text_in(labels, std::string(kVersionLabel).c_str()) : std::string();
}

bool has_digest(const json& image, const std::string& digest) {
  const json digests = image.value("RepoDigests", json());
  return digests.is_array() && std::any_of(digests.begin(), digests.end(), [&](const json& each) {
           return each.is_string() && each.get_ref<const std::string&>().ends_with(digest);
         });
}

json login_of(const json& entry, const std::string& registry) {
  if (const std::string token = text_in(entry, "identitytoken"); !token.empty())
    return {{"identitytoken", token}, {"serveraddress", registry}};
  std::string user = text_in(entry, "username");
  std::string password = text_in(entry, "password");
  const std::string both = from_base64(text_in(entry, "auth"));
  if (const auto colon = both.find(':'); colon != std::string::npos) {
    user = both.substr(0, colon);
    password = both.substr(colon + 1);
  }
  return {{"username", user}, {"password", password}, {"serveraddress", registry}};
}

}  // namespace

Result<void> check_reference(std::string_view image) {
  constexpr std::string_view kMark = "@sha256:";
  const auto at = image.find(kMark);
  if (image.empty()) return Error::conflict("This release has no image, so containers cannot be brought to it.");
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-/:").find(c) != std::string_view::npos;
  };
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const std::string_view name = image.substr(0, at);
  const std::string_view digest = at == std::string_view::npos ? "" : image.substr(at + kMark.size());
  const bool good = !name.empty() && name.size() <= 255 && name.front() != '/' && name.back() != '/' &&
                    name.find("..") == std::string_view::npos && name.find("//") == std::string_view::npos &&
                    std::all_of(name.begin(), name.end(), is_name) && digest.size() == kDigest &&
                    std::all_of(digest.begin(), digest.end(), is_digit);
  if (good) return {};
  return Error::conflict("The image of this release, " + printable(image) +
                         ", is not named by its digest (NAME@sha256:…), so nobody could tell whether it is the one "
                         "that was signed.");
}

Result<std::string> credentials_for(std::string_view image, const std::filesystem::path& config) try {
  std::error_code fault;
  if (config.empty() || (!std::filesystem::exists(config, fault) && !fault)) return std::string();
  auto text = read_file(config, kConfigLimit);
  if (!text) return text.error();
  const json value = json::parse(*text);
  const std::string registry = registry_of(image);
  const auto auths = value.find("auths");
  if (auths == value.end() || !auths->is_object() || !auths->contains(registry)) return std::string();
  const json login = login_of(auths->at(registry), registry);
  if (!login.contains("identitytoken") && login["username"].get_ref<const std::string&>().empty()) {
    Error error = Error::invalid(config.string(), "names " + registry + " without a password");
    error.message = "The credentials for " + registry + " are not in " + config.string() +
                    " itself (a credential helper has them): write them there, or have the image fetched beforehand.";
    return error;
  }
  return base64url(login.dump());
} catch (const json::exception&) {
  // What the parser has to say would quote the file, which holds passwords.
  Error error = Error::invalid(config.string(), "is no JSON");
  error.message = config.string() + " is not a Docker client's config.json: it is no JSON, or not of that shape.";
  return error;
}

Task<Result<std::string>> version_of_image(Engine& engine, std::string image) {
  auto seen = co_await engine.image(std::move(image));
  if (!seen) co_return seen.error();
  co_return version_label(*seen);
}

Task<Result<NewImage>> known_image(Engine& engine, std::string image, std::string version) {
  auto seen = co_await engine.image(image);
  if (!seen) co_return seen.error();
  const std::string is = version_label(*seen);
  if (is != version) {
    co_return no_image("The image " + image + " is not that of " + version + ": it says that it is " +
                       (is.empty() ? "of no version" : printable(is)) + ".");
  }
  co_return NewImage{image, text_in(*seen, "Id")};
}

static Task<Result<void>> fetch(Engine& engine, const std::string& image, const std::filesystem::path& credentials,
                                Progress& progress) {
  auto login = credentials_for(image, credentials);
  if (!login) co_return login.error();
  Report report(image, progress);
  const Engine::OnLine on_line = [&report](std::string line) { return report.take(std::move(line)); };
  co_return co_await engine.pull(image, *login, on_line);
}

Task<Result<NewImage>> pull(Engine& engine, std::string image, std::string version, std::filesystem::path credentials,
                            Progress& progress) {
  auto seen = co_await engine.image(image);
  if (!seen && seen.error().kind != ErrorKind::kNotFound) co_return seen.error();
  if (!seen) {
    RAPT_CO_TRY(co_await fetch(engine, image, credentials, progress));
    seen = co_await engine.image(image);
    if (!seen) co_return seen.error();
  }
  const std::string digest = image.substr(image.rfind('@'));
  if (!has_digest(*seen, digest)) {
    co_return no_image(
        "The image that the Docker Engine has fetched is not the one that was signed: its digest is not " +
        digest.substr(1) + ". Nothing has been started from it.");
  }
  co_return co_await known_image(engine, image, version);
}

}  // namespace rapt::agent::docker
