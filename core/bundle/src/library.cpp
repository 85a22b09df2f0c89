// SPDX-License-Identifier: AGPL-3.0-or-later
#include "rapt/bundle/library.hpp"

#include <algorithm>
#include <array>

#include "elf_image.hpp"
#include "names.hpp"
#include "rapt/base/text.hpp"

namespace rapt::bundle {
namespace {

constexpr std::string_view kEntrySymbol = "rapt_module_entry";

constexpr std::array<std::string_view, 6> kLibraries = {
    "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"};
constexpr std::array<std::string_view, 4> kVersionFamilies = {"GLIBC_", "GCC_", "GLIBCXX_", "CXXABI_"};

/// What the compiler's start-up code asks for without a version, and lives without.
/// In a module that uses nothing of libc, __cxa_finalize is among them.
constexpr std::array<std::string_view, 4> kOptionalSymbols = {"__gmon_start__", "_ITM_deregisterTMCloneTable",
                                                              "_ITM_registerTMCloneTable", "__cxa_finalize"};

/// Entries by which a library would choose what else is loaded, or have its text rewritten.
constexpr std::array<std::pair<std::int64_t, std::string_view>, 8> kRefusedEntries = {{
    {DT_RPATH, "it brings a search path of its own (RPATH)"},
    {DT_RUNPATH, "it brings a search path of its own (RUNPATH)"},
    {DT_AUDIT, "it names an audit library"},
    {DT_DEPAUDIT, "it names an audit library"},
    {DT_FILTER, "it is a filter for another library"},
    {DT_AUXILIARY, "it is a filter for another library"},
    {DT_CONFIG, "it names a loader's configuration"},
    {DT_TEXTREL, "it needs text relocations; build it with -fPIC"},
}};

std::uint16_t machine_of(std::string_view architecture) {
  return architecture == "x86_64-linux-gnu" ? EM_X86_64 : EM_AARCH64;
}

bool is_allowed_library(std::string_view name) {
  return std::find(kLibraries.begin(), kLibraries.end(), name) != kLibraries.end();
}

Result<void> check_segments(const ElfImage& image) {
  bool says_stack = false;
  for (const auto& segment : image.segments()) {
    if (segment.p_type == PT_INTERP) return refuse("it is a program, not a module");
    const bool executable = (segment.p_flags & PF_X) != 0;
    if (segment.p_type == PT_GNU_STACK) {
      says_stack = true;
      if (executable) return refuse("it asks for an executable stack; link it with -Wl,-z,noexecstack");
    }
    if (segment.p_type == PT_LOAD && executable && (segment.p_flags & PF_W) != 0)
      return refuse("it has a segment that is writable and executable");
  }
  if (!says_stack) return refuse("it does not say that its stack is not executable; link it with -Wl,-z,noexecstack");
  return {};
}

Result<void> check_dynamic(const ElfImage& image) {
  for (const auto& [tag, why] : kRefusedEntries) {
    if (image.dynamic(tag)) return refuse(std::string(why));
  }
  if ((image.dynamic(DT_FLAGS).value_or(0) & DF_TEXTREL) != 0)
    return refuse("it needs text relocations; build it with -fPIC");
  for (const auto& name : image.needed()) {
    if (!is_allowed_library(name)) {
      return refuse("it needs " + printable(name, 80) + ", which no module may; link that library statically into it");
    }
  }
  return {};
}

Result<void> check_import(const ElfSymbol& symbol) {
  const bool optional =
      std::find(kOptionalSymbols.begin(), kOptionalSymbols.end(), symbol.name) != kOptionalSymbols.end();
  if (symbol.weak && optional) return {};
  const bool known_family = std::any_of(kVersionFamilies.begin(), kVersionFamilies.end(),
                                        [&](auto f) { return symbol.version.starts_with(f); });
  if (known_family && is_allowed_library(symbol.library)) return {};
  return refuse("it imports " + printable(symbol.name, 120) +
                ", which none of the libraries that a module may use offers");
}

Result<void> check_symbols(const ElfImage& image) {
  bool has_entry = false;
  for (const auto& symbol : image.symbols()) {
    if (symbol.local) continue;
    if (!symbol.defined) {
      RAPT_TRY(check_import(symbol));
    } else if (symbol.name != kEntrySymbol) {
      return refuse("it exports " + printable(symbol.name, 120) +
                    ", but a module exports rapt_module_entry alone; build it with -fvisibility=hidden");
    } else if (!symbol.data || has_entry) {
      return refuse("its rapt_module_entry is not one data object");
    } else {
      has_entry = true;
    }
  }
  if (!has_entry) return refuse("it does not export rapt_module_entry");
  return {};
}

Result<void> check_abi_note(const ElfImage& image, const Manifest& manifest) {
  const auto notes = image.notes("rapt", 1);
  if (!notes) return notes.error();
  for (const auto note : *notes) {
    std::array<std::uint32_t, 2> abi{};
    if (note.size() != sizeof abi) return refuse("its note of the ABI version is malformed");
    std::memcpy(abi.data(), note.data(), sizeof abi);
    if (abi[0] != manifest.abi_major || abi[1] != manifest.abi_built_minor) {
      return refuse("it was built for ABI " + std::to_string(abi[0]) + "." + std::to_string(abi[1]) +
                    ", but the manifest says " + std::to_string(manifest.abi_major) + "." +
                    std::to_string(manifest.abi_built_minor) +
                    "; give both: \"abi\": {\"min\": the oldest that it can live with, \"built\": this one}");
    }
  }
  return {};
}

}  // namespace

Result<void> check_library(std::string_view bytes, std::string_view architecture, const Manifest& manifest) {
  const auto image = ElfImage::parse(bytes);
  if (!image) return image.error();
  if (image->machine() != machine_of(architecture))
    return refuse("it was built for another machine than " + std::string(architecture));
  RAPT_TRY(check_segments(*image));
  RAPT_TRY(check_dynamic(*image));
  RAPT_TRY(check_symbols(*image));
  return check_abi_note(*image, manifest);
}

Result<void> check_libraries(const Bundle& bundle) {
  for (const auto& [architecture, path] : bundle.manifest.libraries) {
    const auto file = bundle.files.find(path);
    if (file == bundle.files.end())
      return refuse("The manifest names " + path + " as its library, but the bundle has no such file.");
    if (auto checked = check_library(file->second.bytes, architecture, bundle.manifest); !checked) {
      auto error = checked.error();
      error.message = "The library " + path + " is refused: " + error.message + ".";
      return error;
    }
  }
  return {};
}

}  // namespace rapt::bundle
