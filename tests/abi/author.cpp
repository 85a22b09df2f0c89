// SPDX-License-Identifier: AGPL-3.0-or-later
#include "author.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "rapt/base/file.hpp"

namespace rapt::abi {

namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  if (auto written = write_file_atomically(path, bytes); !written) throw std::runtime_error(written.error().message);
}

}  // namespace

Author::Author() : key_(security::PrivateKey::generate()) {
  std::string name = (fs::temp_directory_path() / "rapt-abi-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  trust_.add("author", key_.public_key());
}

Author::~Author() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

host::InstalledModule Author::pack(const fs::path& library, const Manifest& manifest) {
  const auto bytes = read_file(library, bundle::kMaxBundleBytes);
  if (!bytes) throw std::runtime_error(bytes.error().message);
  const std::string architecture(bundle::native_architecture());
  const std::string inside = "lib/" + architecture + "/" + manifest.name + ".so";
  const auto stage = folder_ / "stage";
  fs::remove_all(stage);
  write(stage / "manifest.json", R"({"name":")" + manifest.name +
                                     R"(","version":"1.0.0","title":"T","description":"D","publisher":"author",)" +
                                     R"("license":"Apache-2.0","abi":)" + manifest.abi + R"(,"hooks":)" +
                                     manifest.hooks + R"(,"permissions":)" + manifest.permissions + manifest.more +
                                     R"(,"libraries":{")" + architecture + R"(":")" + inside + R"("},"memory_mb":32})");
  write(stage / "LICENSE", "Apache-2.0\n");
  write(stage / "CHANGELOG.md", "# 1.0.0\n");
  write(stage / "sbom.spdx.json",
        R"({"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","packages":[{"SPDXID":"SPDXRef-Package","name":")" +
            manifest.name + R"(","versionInfo":"1.0.0"}]})");
  write(stage / inside, *bytes);
  const auto packed = bundle::pack_bundle(stage, &key_);
  if (!packed) throw std::runtime_error(packed.error().message);
  const auto path = folder_ / (manifest.name + ".rapt");
  write(path, *packed);
  return {manifest.name, "1.0.0", path, security::hex(security::sha256(*packed))};
}

}  // namespace rapt::abi
