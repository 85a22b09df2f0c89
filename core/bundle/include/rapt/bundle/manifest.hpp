// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::bundle {

/// One hook as the manifest declares it.
struct ManifestHook {
  std::string point;  ///< "chat:before_ai"; older names are stored under their new ones
  int priority = 100;
  int timeout_ms = 200;       ///< 1 to 10,000
  bool fail_closed = false;   ///< "on_failure": "open" (default) or "closed"
  bool asynchronous = false;  ///< asked later, as a job; what it emits counts, nothing else
  std::string window;         ///< chat:on_delta alone: "token", "sentence" (default) or "size"
  int window_bytes = 0;       ///< with "size": 16 to 65,536
  /// How many messages before the current one it is given, the last ones; 0 to 1,000. Absent: all that there are.
  std::optional<int> history{};
};

struct ManifestPermission {
  std::string name;    ///< one of permission_names()
  std::string reason;  ///< for the admin who grants it
  /// "http" alone: hosts that the host may be asked to fetch from, as "accounts.google.com" or "*.clever.com" (every
  /// name below it), or kSettingsHosts.
  std::vector<std::string> hosts{};
  /// "routes" alone: beginnings of paths beyond the module's own, as "/api/v1/admin/oneroster/".
  std::vector<std::string> paths{};
  bool write = false;  ///< "directory" alone: also what changes users, groups and classes
};

/// Stands for the hosts of the addresses that the admin has set in the module's settings.
inline constexpr std::string_view kSettingsHosts = "@settings";

/// A type of findings that the module declares: what it emits of a declared type has to be as its schema says, and once
/// it declares one, it emits of no other type. In the manifest: {"type", "title", "description", "schema": {…} or
/// "PATH"}.
struct ManifestExtraction {
  std::string type;         ///< as the module emits it: "links-removed"
  std::string title;        ///< for teachers
  std::string description;  ///< for teachers, may be ""
  std::string schema_json;  ///< JSON Schema of its data; from a file, read_bundle() puts it here
  std::string schema_path;  ///< the file, "" where the manifest itself holds the schema
};

/// Who may ask, of routes, panels and exports.
enum class ManifestAccess : std::uint8_t { kPublic, kUser, kTeacher, kGroupAdmin, kSystemAdmin };

/// A route that the module answers (rapt/routes.h), with its defaults.
struct ManifestRoute {
  std::string method;  ///< GET, POST, PUT, PATCH or DELETE
  std::string path;    ///< "/notes/:id", below the module's own; or a whole one, as "/api/v1/admin/oneroster/sync"
  ManifestAccess access = ManifestAccess::kSystemAdmin;
  int body_bytes = 65536;     ///< 0 to 524,288
  int rate_per_minute = 120;  ///< of each caller, 1 to 6,000
  int timeout_ms = 2000;      ///< 1 to 10,000
};

/// A kind of job that the module does (rapt/jobs.h).
struct ManifestJob {
  std::string name;        ///< ^[a-z][a-z0-9-]{1,62}$
  std::string cron;        ///< five fields of crontab(5), UTC; "" when the clock never orders it
  int timeout_ms = 10000;  ///< 1 to 60,000
  int max_attempts = 8;    ///< 1 to 20
};

/// Events that it is told of, and words that it may publish (rapt/events.h).
struct ManifestEvents {
  std::vector<std::string> subscribe;  ///< "session.completed", "reading-log.entry-added"
  std::vector<std::string> publish;    ///< "entry-added"
};

/// What the pages draw, or a user downloads (rapt/panels.h, exports.h).
struct ManifestPanel {
  std::string id;     ///< ^[a-z][a-z0-9-]{1,62}$
  std::string title;  ///< for people
  std::string place;  ///< "class", "assignment", "session", "group", "home" or "system"
  ManifestAccess access = ManifestAccess::kTeacher;
  int timeout_ms = 1000;  ///< 1 to 10,000
};
struct ManifestExport : ManifestPanel {
  std::string content_type, file_name;
};

/// manifest.json of a bundle, checked field by field.
struct Manifest {
  std::string name;     ///< ^[a-z][a-z0-9-]{1,62}$
  std::string version;  ///< semantic version 2.0.0
  std::string title;
  std::string description;
  std::string publisher;  ///< ^[a-z][a-z0-9-]{1,62}$, whose key signed it
  std::string license;    ///< SPDX expression
  std::uint32_t abi_major = 0;
  std::uint32_t abi_minor = 0;        ///< the smallest minor number of a host that it can live with
  std::uint32_t abi_built_minor = 0;  ///< of the headers that it was built with, as its ELF note says
  std::vector<ManifestHook> hooks;
  std::vector<ManifestPermission> permissions;
  std::vector<ManifestExtraction> extractions;  ///< empty: it emits what it likes
  std::vector<ManifestRoute> routes;
  std::vector<ManifestJob> jobs;
  ManifestEvents events;
  std::vector<ManifestPanel> panels;
  std::vector<ManifestExport> exports;
  std::map<std::string, std::string> dependencies;  ///< other module -> range of its versions, as VersionRange reads it
  std::map<std::string, std::string> libraries;     ///< "x86_64-linux-gnu" -> path in the bundle
  std::string config_schema_path;                   ///< "" when it has none
  std::string migrations_path;                      ///< folder of numbered .sql files, "" when it has none
  int memory_mb = 64;                               ///< address space beyond the runner's own, 8 to 1024

  [[nodiscard]] const ManifestPermission* permission(std::string_view wanted) const;
  /// Asks for "auth-provider", and was built with headers that have rapt.auth-provider/1.
  [[nodiscard]] bool is_auth_provider() const;
};

/// What an admin grants, one text a permission: its name, "http:HOST" for each host that comes with it, "routes:PATH"
/// for each path, and "directory:write". A version that asks for another host asks for another permission.
std::vector<std::string> grants_of(const ManifestPermission& permission);
/// For people: "log", "http to accounts.google.com, *.clever.com".
std::string full_name(const ManifestPermission& permission);

/// kInvalid with every fault at once, each with its path in the document; unknown fields are refused.
Result<Manifest> parse_manifest(std::string_view json);
/// Every permission that a manifest may ask for. What a host does not offer, it does not grant.
std::span<const std::string_view> permission_names();
/// The events that the host itself tells: "session.completed", …
std::span<const std::string_view> host_event_types();
/// True for the first word of one of these ("session"): a module of that name may publish nothing.
bool is_host_word(std::string_view word);
/// ^[a-z][a-z0-9-]{1,62}$: the form of modules' and publishers' names, safe as part of a path.
bool is_valid_name(std::string_view name);
/// "public", "user", "teacher", "group_admin", "system_admin".
std::string_view name(ManifestAccess access);
/// This machine's triplet: "x86_64-linux-gnu" or "aarch64-linux-gnu".
std::string_view native_architecture();

}  // namespace rapt::bundle
