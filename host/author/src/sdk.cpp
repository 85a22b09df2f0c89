// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/author/sdk.hpp"

#include "paths.hpp"

namespace rapt::author {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfig = "rapt-sdkConfig.cmake";

bool is_whole(const Sdk& sdk) {
  return is_there(sdk.prefix / "include/rapt/abi.h") && is_there(sdk.templates()) && !sdk.package().empty();
}

/// In a build folder and in a release the SDK is beside bin/, on a machine that it was installed on, around it.
std::vector<fs::path> usual_places() {
  std::vector<fs::path> places;
  std::error_code failure;
  const auto program = fs::read_symlink("/proc/self/exe", failure);
  if (!failure) {
    const auto around = program.parent_path().parent_path();
    places = {around / "rapt-sdk", around / "sdk", around};
  }
  places.insert(places.end(), {"/usr/local", "/usr"});
  return places;
}

}  // namespace

fs::path Sdk::package() const {
  std::error_code failure;
  for (const fs::path& lib : {prefix / "lib", prefix / "lib64"}) {
    if (is_there(lib / "cmake/rapt-sdk" / kConfig)) return lib / "cmake/rapt-sdk";
    // Debian's folder for an architecture: lib/x86_64-linux-gnu
    for (const auto& entry : fs::directory_iterator(lib, failure)) {
      if (is_there(entry.path() / "cmake/rapt-sdk" / kConfig)) return entry.path() / "cmake/rapt-sdk";
    }
  }
  return {};
}

Result<Sdk> find_sdk(const fs::path& wanted) {
  const auto places = wanted.empty() ? usual_places() : std::vector<fs::path>{fs::absolute(wanted)};
  std::string looked;
  for (const auto& place : places) {
    Sdk sdk{place};
    if (is_whole(sdk)) return sdk;
    looked += (looked.empty() ? "" : ", ") + place.string();
  }
  Error error = Error::not_found("SDK");
  error.message = "No SDK of RaptScallions was found; looked at " + looked +
                  ". A release has it in its folder sdk; a build installs it with `cmake --install BUILD --component "
                  "sdk --prefix P`. "
                  "Say --sdk P or RAPT_SDK=P.";
  return error;
}

}  // namespace rapt::author
