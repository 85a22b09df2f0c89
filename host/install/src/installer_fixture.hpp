// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "rapt/base/file.hpp"
#include "rapt/base/ids.hpp"
#include "rapt/install/installer.hpp"
#include "rapt/runtime/runtime.hpp"
#include "rapt/store/scratch_schema.hpp"

namespace rapt::install {

namespace fs = std::filesystem;
using runtime::run_blocking;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// `permissions` are names, `dependencies` the inside of a JSON object.
inline std::string manifest(const std::string& version, const std::vector<std::string>& permissions,
                            const std::string& publisher, const std::string& abi, const std::string& name = "sample",
                            const std::string& dependencies = "",
                            const std::string& hooks = R"({"point":"chat:before_ai","timeout_ms":500})") {
  std::string list;
  for (const auto& permission : permissions)
    list += (list.empty() ? "" : ",") + ("{\"name\":\"" + permission) + "\",\"reason\":\"For tests.\"}";
  return R"({"name":")" + name + R"(","version":")" + version +
         R"(","title":"Sample","description":"For tests.","publisher":")" + publisher + R"(","license":"MIT","abi":")" +
         abi + R"(","hooks":[)" + hooks + R"(],"permissions":[)" + list + R"(],"dependencies":{)" + dependencies +
         R"(},"libraries":{")" + std::string(bundle::native_architecture()) + R"(":"lib/sample.so"}})";
}

class InstallerTest : public ::testing::Test {
 protected:
  InstallerTest() : var_(fs::path(::testing::TempDir()) / ("install-" + new_uuid())) {
    trust_.add("tester", key_.public_key());
  }
  ~InstallerTest() override { fs::remove_all(var_); }

  Installer installer(bundle::SignaturePolicy policy = bundle::SignaturePolicy::kRequired) {
    return {database_, var_, trust_, policy};
  }
  std::string archive(const std::string& version, const std::vector<std::string>& permissions = {},
                      const std::string& publisher = "tester", const std::string& abi = "1.0") {
    return encode({{"manifest.json", {0644, manifest(version, permissions, publisher, abi)}},
                   {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                  publisher);
  }
  /// Of any name; `dependencies` as manifest() takes them.
  std::string archive_of(const std::string& name, const std::string& version, const std::string& dependencies = "") {
    return encode({{"manifest.json", {0644, manifest(version, {}, "tester", "1.0", name, dependencies)}},
                   {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                  "tester");
  }
  std::string archive_with(const std::string& version, const std::string& hooks) {
    return encode({{"manifest.json", {0644, manifest(version, {}, "tester", "1.3", "sample", "", hooks)}},
                   {"lib/sample.so", {0755, read_file(RAPT_SOUND_LIBRARY, 1u << 24).value()}}},
                  "tester");
  }
  std::string encode(std::map<std::string, bundle::File> files, const std::string& publisher) {
    return bundle::encode_bundle(std::move(files), publisher, &key_).value();
  }
  Result<InstalledRecord> install(const std::string& bytes, InstallOptions options = {}) {
    return run_blocking(installer().install(bytes, options));
  }
  std::string refusal(const std::string& bytes, ErrorKind kind, InstallOptions options = {}) {
    const auto installed = install(bytes, options);
    if (installed) return "installed";
    EXPECT_EQ(installed.error().kind, kind);
    return installed.error().message;
  }
  std::vector<InstalledRecord> list() { return run_blocking(installer().list()).value(); }

  fs::path var_;
  security::PrivateKey key_ = security::PrivateKey::generate();
  bundle::TrustStore trust_;
  store::ScratchSchema schema_{fs::path(RAPT_SOURCE) / "migrations" / "core"};
  store::Database database_{{.url = schema_.url(), .connections = 4}};
};

}  // namespace rapt::install
