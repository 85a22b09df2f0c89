// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rapt/base/result.hpp"

namespace rapt::bundle {

/// One entry of a library's dynamic symbol table.
struct ElfSymbol {
  std::string name;
  bool defined = false;
  bool weak = false;
  bool data = false;  ///< STT_OBJECT
  bool local = false;
  std::string version;  ///< "GLIBC_2.34"; "" when it has none
  std::string library;  ///< "libc.so.6", from which the version is needed; "" when it has none
};

/// A 64-bit little-endian shared object as the dynamic loader sees it. Every offset of the hostile file is checked.
class ElfImage {
 public:
  static Result<ElfImage> parse(std::string_view bytes);

  [[nodiscard]] std::uint16_t machine() const { return machine_; }
  [[nodiscard]] const std::vector<Elf64_Phdr>& segments() const { return segments_; }
  [[nodiscard]] std::optional<std::uint64_t> dynamic(std::int64_t tag) const;
  [[nodiscard]] const std::vector<std::string>& needed() const { return needed_; }
  [[nodiscard]] const std::vector<ElfSymbol>& symbols() const { return symbols_; }
  /// Payloads of the notes called `name` of type `type`.
  [[nodiscard]] Result<std::vector<std::string_view>> notes(std::string_view name, std::uint32_t type) const;

 private:
  using Versions = std::map<std::uint16_t, std::pair<std::string, std::string>>;  ///< index -> library, version

  Result<void> read_header();
  Result<void> check_layout() const;
  Result<void> read_dynamic();
  Result<void> read_needed();
  Result<void> read_symbols();
  Result<std::uint32_t> count_symbols() const;
  Result<std::uint32_t> count_by_gnu_hash(std::uint64_t address) const;
  Result<void> read_versions(Versions& out) const;
  Result<void> read_needed_file(std::uint64_t at, const Elf64_Verneed& file, Versions& out) const;
  Result<std::string> string_at(std::uint64_t offset) const;

  /// A copy of the T at a file offset.
  template <class T>
  [[nodiscard]] std::optional<T> at_offset(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return out;
  }
  /// A copy of the T at an address of the loaded image.
  template <class T>
  [[nodiscard]] std::optional<T> at_address(std::uint64_t address) const {
    const auto offset = offset_of(address, sizeof(T));
    return offset ? at_offset<T>(*offset) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address, std::uint64_t size) const;

  std::string_view bytes_;
  std::uint16_t machine_ = 0;
  std::vector<Elf64_Phdr> segments_;
  std::multimap<std::int64_t, std::uint64_t> dynamic_;
  std::vector<std::string> needed_;
  std::vector<ElfSymbol> symbols_;
};

}  // namespace rapt::bundle
