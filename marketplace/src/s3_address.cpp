// SPDX-License-Identifier: AGPL-3.0-or-later
#include "s3_address.hpp"

#include <algorithm>
#include <map>

namespace rapt::marketplace {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::string_view kSmall = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kLongest = 1024;

Error wrong(std::string message) {
  return Error::invalid("blobs", std::move(message));
}

bool only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && only(name, std::string(kSmall) + ".-") &&
         only(name.substr(0, 1), kSmall) && only(name.substr(name.size() - 1), kSmall);
}

/// What is signed is the path as it is sent: so it has nothing in it that anybody would encode.
bool is_prefix(std::string_view prefix) {
  static const std::string plain = std::string(kSmall) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-/";
  return only(prefix, plain) && ("/" + std::string(prefix) + "/").find("/../") == std::string::npos &&
         ("/" + std::string(prefix) + "/").find("/./") == std::string::npos &&
         prefix.find("//") == std::string_view::npos;
}

bool is_endpoint(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) {
      const auto host = url.substr(scheme.size());
      return !host.empty() && only(host, std::string(kSmall) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:[]");
    }
  }
  return false;
}

Result<std::map<std::string, std::string>> parameters(std::string_view query) {
  std::map<std::string, std::string> out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equal = std::min(part.find('='), part.size());
    const std::string name(part.substr(0, equal));
    if (name != "endpoint" && name != "region" && name != "path-style")
      return wrong("knows endpoint, region and path-style after the \"?\", not \"" + name + "\"");
    if (!out.emplace(name, part.substr(std::min(equal + 1, part.size()))).second)
      return wrong("says " + name + " twice");
  }
  return out;
}

std::string base_of(const S3Address& address, const std::string& prefix, bool by_path) {
  const auto host = address.endpoint.find("://") + 3;
  const auto bucket = by_path ? address.endpoint + "/" + address.bucket
                              : address.endpoint.substr(0, host) + address.bucket + "." + address.endpoint.substr(host);
  return prefix.empty() ? bucket : bucket + "/" + prefix;
}

}  // namespace

Result<S3Address> parse_s3_address(std::string_view text) {
  if (!text.starts_with(kScheme) || text.size() > kLongest)
    return wrong("must be a folder or s3://BUCKET/PREFIX?endpoint=https://…&region=…");
  text.remove_prefix(kScheme.size());
  const auto question = std::min(text.find('?'), text.size());
  auto place = text.substr(0, question);
  auto given = parameters(text.substr(std::min(question + 1, text.size())));
  if (!given) return given.error();
  const auto slash = std::min(place.find('/'), place.size());
  S3Address out;
  out.bucket = place.substr(0, slash);
  std::string prefix(place.substr(std::min(slash + 1, place.size())));
  if (prefix.ends_with('/')) prefix.pop_back();
  if (!is_bucket(out.bucket)) return wrong("needs a bucket after s3://: 3 to 63 of a-z, 0-9, \".\" and \"-\"");
  if (!is_prefix(prefix))
    return wrong("has a prefix with more than letters, digits, \".\", \"_\", \"-\" and single \"/\"");
  out.region = given->contains("region") ? (*given)["region"] : "us-east-1";
  if (out.region.empty() || !only(out.region, std::string(kSmall) + "-"))
    return wrong("has a region that is none, as eu-central-1 is");
  out.endpoint = (*given)["endpoint"];
  const auto style = (*given)["path-style"];
  if (!style.empty() && style != "0" && style != "1") return wrong("takes path-style=0 or path-style=1");
  const bool by_path = style.empty() ? !out.endpoint.empty() : style == "1";
  if (out.endpoint.empty()) out.endpoint = "https://s3." + out.region + ".amazonaws.com";
  while (out.endpoint.ends_with('/')) out.endpoint.pop_back();
  if (!is_endpoint(out.endpoint)) return wrong("has an endpoint that is none: http(s)://HOST:PORT and nothing more");
  out.base = base_of(out, prefix, by_path);
  return out;
}

Result<S3Credentials> s3_credentials(const Environment& environment) {
  S3Credentials out;
  struct Part {
    const char* name;
    std::string& value;
    bool needed;
  };
  for (const Part& part : {Part{"MARKETPLACE_S3_ACCESS_KEY_ID", out.access_key_id, true},
                           Part{"MARKETPLACE_S3_SECRET_ACCESS_KEY", out.secret_access_key, true},
                           Part{"MARKETPLACE_S3_SESSION_TOKEN", out.session_token, false}}) {
    part.value = environment(part.name).value_or("");
    if (part.needed && part.value.empty())
      return Error::invalid(part.name, "is needed in the environment for a store with s3://");
    const bool plain = std::all_of(part.value.begin(), part.value.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!plain) return Error::invalid(part.name, "has a space or another character that no key has");
  }
  return out;
}

}  // namespace rapt::marketplace
