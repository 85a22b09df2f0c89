// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/manifest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "json_reader.hpp"
#include "names.hpp"
#include "rapt/bundle/semver.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxManifestBytes = 64 * 1024;

constexpr std::array<std::string_view, 8> kPoints = {"chat:on_message",  "chat:before_ai", "chat:after_ai",
                                                     "session:start",    "session:end",    "product:before_ai",
                                                     "product:after_ai", "run:complete"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOlderPoints = {{
    {"chat:pre_ai", "chat:before_ai"},
    {"chat:post_ai", "chat:after_ai"},
    {"product:pre_ai", "product:before_ai"},
    {"product:post_ai", "product:after_ai"},
}};

constexpr std::array<std::string_view, 2> kArchitectures = {"x86_64-linux-gnu", "aarch64-linux-gnu"};

std::string current_point(const std::string& point) {
  for (const auto& [older, newer] : kOlderPoints) {
    if (point == older) return std::string(newer);
  }
  return point;
}

template <class List>
std::string joined(const List& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + std::string(item);
  return out;
}

void read_name(JsonReader& in, const char* key, std::string& out) {
  if (in.text(key, out, 63, Need::kRequired) && !is_name(out)) {
    in.fault(key, "Use 2 to 63 lower-case letters, digits and hyphens, beginning with a letter.");
  }
}

void read_version(JsonReader& in, std::string& out) {
  if (in.text("version", out, 64, Need::kRequired) && !Version::parse(out)) {
    in.fault("version", "Give a semantic version such as \"1.4.0\" or \"2.0.0-rc.1\".");
  }
}

void read_license(JsonReader& in, std::string& out) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || std::string_view(".+-() ").find(c) != std::string_view::npos;
  };
  if (in.text("license", out, 100, Need::kRequired) && (out.empty() || !std::all_of(out.begin(), out.end(), allowed))) {
    in.fault("license", "Give an SPDX expression such as \"Apache-2.0\".");
  }
}

bool read_number(std::string_view text, std::uint32_t& out) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

void read_abi(JsonReader& in, Manifest& out) {
  std::string text;
  if (!in.text("abi", text, 16, Need::kRequired)) return;
  const auto dot = text.find('.');
  const std::string_view view = text;
  if (dot == std::string::npos || !read_number(view.substr(0, dot), out.abi_major) ||
      !read_number(view.substr(dot + 1), out.abi_minor) || out.abi_major == 0) {
    in.fault("abi", "Give the ABI version that the module was built for, such as \"1.0\".");
  }
}

ManifestHook read_hook(JsonReader in) {
  ManifestHook hook;
  if (in.text("point", hook.point, 64, Need::kRequired)) {
    hook.point = current_point(hook.point);
    if (std::find(kPoints.begin(), kPoints.end(), hook.point) == kPoints.end()) {
      in.fault("point", "There is no such hook point. The points are: " + joined(kPoints) + ".");
    }
  }
  in.integer("priority", hook.priority, 0, 1000);
  in.integer("timeout_ms", hook.timeout_ms, 1, 10000);
  std::string on_failure = "open";
  if (in.text("on_failure", on_failure, 16, Need::kOptional) && on_failure != "open" && on_failure != "closed") {
    in.fault("on_failure", "Say \"open\" (go on without the module) or \"closed\" (stop).");
  }
  hook.fail_closed = on_failure == "closed";
  in.boolean("async", hook.asynchronous);
  in.refuse_unknown();
  return hook;
}

void read_hooks(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("hooks", 16)) {
    auto hook = read_hook(item);
    if (!hook.point.empty() && !seen.insert(hook.point).second) item.fault("point", "This point is declared twice.");
    out.hooks.push_back(std::move(hook));
  }
}

bool is_permission(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  };
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), allowed);
}

void read_permissions(JsonReader& in, Manifest& out) {
  std::set<std::string> seen;
  for (auto& item : in.objects("permissions", 32)) {
    ManifestPermission permission;
    if (item.text("name", permission.name, 64, Need::kRequired)) {
      if (!is_permission(permission.name))
        item.fault("name", "Use lower-case letters, digits, \"-\", \".\" and \":\".");
      if (!seen.insert(permission.name).second) item.fault("name", "This permission is asked for twice.");
    }
    if (item.text("reason", permission.reason, 300, Need::kRequired) && permission.reason.empty()) {
      item.fault("reason", "Tell the admin who grants it what it is for.");
    }
    item.refuse_unknown();
    out.permissions.push_back(std::move(permission));
  }
}

void read_libraries(JsonReader& in, Manifest& out) {
  auto libraries = in.object("libraries");
  if (!libraries) return;
  for (const auto architecture : kArchitectures) {
    std::string path;
    if (!libraries->text(architecture, path, kMaxPathBytes, Need::kOptional)) continue;
    if (const auto fault = path_fault(path); !fault.empty())
      libraries->fault(architecture, "This is no path in a bundle: " + std::string(fault) + ".");
    out.libraries.emplace(architecture, std::move(path));
  }
  libraries->refuse_unknown();
  if (out.libraries.empty())
    in.fault("libraries", "Name at least one library; the architectures are: " + joined(kArchitectures) + ".");
}

void read_config_schema(JsonReader& in, std::string& out) {
  if (!in.text("config_schema", out, kMaxPathBytes, Need::kOptional)) return;
  if (const auto fault = path_fault(out); !fault.empty())
    in.fault("config_schema", "This is no path in a bundle: " + std::string(fault) + ".");
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view json) {
  if (json.size() > kMaxManifestBytes) return refuse("manifest.json is larger than 64 KiB.");
  auto document = JsonDocument::parse(json, "manifest.json");
  if (!document) return std::move(document).error();
  JsonReader in = document->root();
  Manifest out;
  read_name(in, "name", out.name);
  read_version(in, out.version);
  in.text("title", out.title, 100, Need::kRequired);
  in.text("description", out.description, 2000, Need::kRequired);
  read_name(in, "publisher", out.publisher);
  read_license(in, out.license);
  read_abi(in, out);
  read_hooks(in, out);
  read_permissions(in, out);
  read_libraries(in, out);
  read_config_schema(in, out.config_schema_path);
  in.integer("memory_mb", out.memory_mb, 8, 1024);
  in.refuse_unknown();
  if (auto faults = document->faults()) return std::move(*faults);
  return out;
}

bool is_valid_name(std::string_view name) {
  return is_name(name);
}

std::string_view native_architecture() {
#if defined(__x86_64__)
  return kArchitectures[0];
#elif defined(__aarch64__)
  return kArchitectures[1];
#else
#error "RaptScallions runs on x86_64 and aarch64"
#endif
}

}  // namespace rapt::bundle
