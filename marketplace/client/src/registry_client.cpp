// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/marketplace/registry_client.hpp"

#include "ask.hpp"
#include "listing.hpp"
#include "rapt/base/text.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::marketplace {
namespace {

constexpr std::size_t kMaxListingBytes = 8u << 20;

/// "+" in a version's build metadata would otherwise be taken for a space by some servers.
std::string escaped(const std::string& version) {
  std::string out;
  for (const char c : version) out += c == '+' ? std::string("%2B") : std::string(1, c);
  return out;
}

std::string path_of(const ModuleSearch& query, const HostAbi& host) {
  std::string out = "/api/modules?limit=" + std::to_string(query.limit) + "&abi=" + std::to_string(host.major) + "." +
                    std::to_string(host.minor) + "&architecture=" + encoded(host.architecture);
  const auto add = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out += std::string("&") + name + "=" + encoded(value);
  };
  add("q", query.words);
  add("category", query.category);
  add("hook", query.hook);
  add("permission", query.permission);
  add("sort", query.sort);
  add("cursor", query.cursor);
  return out;
}

}  // namespace

RegistryClient::RegistryClient(http::Client& client, std::string base_url)
    : client_(client), base_url_(std::move(base_url)) {
  while (base_url_.ends_with('/')) base_url_.pop_back();
}

Task<Result<std::string>> RegistryClient::get(std::string path, std::size_t limit, std::string what) {
  http::ClientRequest request;
  request.url = base_url_ + path;
  request.max_body_bytes = limit;
  auto answer = co_await ask(client_, base_url_, std::move(request));
  if (!answer) co_return answer.error();
  if (answer->status == 404) co_return Error::not_found(what + " in the registry at " + base_url_);
  if (answer->status != 200)
    co_return bad_answer("The registry at " + base_url_ + " answered with status " + std::to_string(answer->status) +
                         ".");
  co_return std::move(answer->body);
}

Task<Result<std::vector<ModuleListing>>> RegistryClient::list() {
  const auto body = co_await get("/api/modules", kMaxListingBytes, "list of modules");
  if (!body) co_return body.error();
  co_return parse_listings(*body);
}

Task<Result<ModulePage>> RegistryClient::search(ModuleSearch query, HostAbi host) {
  const auto body = co_await get(path_of(query, host), kMaxListingBytes, "list of modules");
  if (!body) co_return body.error();
  co_return parse_page(*body);
}

Task<Result<ModuleListing>> RegistryClient::find(std::string name) {
  if (!bundle::is_valid_name(name)) {
    co_return Error::invalid(
        "name",
        "\"" + printable(name, 80) + "\" is no module's name: it has 2 to 63 lower-case letters, digits and hyphens.");
  }
  const auto body = co_await get("/api/modules/" + name, kMaxListingBytes, "module \"" + name + "\"");
  if (!body) co_return body.error();
  auto listing = parse_listing(*body);
  if (listing && listing->name != name)
    co_return bad_answer("The registry at " + base_url_ + " answered for another module than " + name + ".");
  co_return listing;
}

Task<Result<std::string>> RegistryClient::download(std::string name, ModuleVersion version) {
  const auto path = "/api/modules/" + name + "/download/" + escaped(version.version);
  auto body = co_await get(path, bundle::kMaxBundleBytes, "version " + version.version + " of " + name);
  if (!body) co_return body;
  if (security::hex(security::sha256(*body)) != version.sha256) {
    co_return bad_answer("The registry at " + base_url_ + " sent other bytes for " + name + " " + version.version +
                         " than it announced. Try again; if it stays so, tell its operator.");
  }
  co_return body;
}

}  // namespace rapt::marketplace
