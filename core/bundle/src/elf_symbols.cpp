// SPDX-License-Identifier: AGPL-3.0-or-later
// The dynamic symbols of an ElfImage and the versions that they ask for.
#include <algorithm>

#include "elf_image.hpp"
#include "names.hpp"

namespace rapt::bundle {
namespace {

constexpr std::uint32_t kMaxSymbols = 200000;
constexpr std::uint64_t kMaxBuckets = 1u << 20;
constexpr std::size_t kMaxVersions = 1024;
constexpr std::uint16_t kVersionMask = 0x7fff;

Error damaged_symbols(const char* what) {
  return refuse(std::string("it is no sound shared library: ") + what);
}

}  // namespace

/// GNU hash tables hold no count: the highest chain's end is the last symbol.
Result<std::uint32_t> ElfImage::count_by_gnu_hash(std::uint64_t address) const {
  struct Header {
    std::uint32_t buckets, first, bloom, shift;
  };
  const auto header = at_address<Header>(address);
  if (!header || header->buckets == 0 || header->buckets > kMaxBuckets || header->bloom > kMaxBuckets)
    return damaged_symbols("its hash table is odd");
  const auto buckets = address + sizeof(Header) + std::uint64_t{header->bloom} * 8;
  const auto chains = buckets + std::uint64_t{header->buckets} * 4;
  std::uint32_t last = 0;
  for (std::uint64_t i = 0; i < header->buckets; ++i) {
    const auto bucket = at_address<std::uint32_t>(buckets + i * 4);
    if (!bucket) return damaged_symbols("its hash table lies outside of it");
    last = std::max(last, *bucket);
  }
  if (last == 0) return header->first;
  if (last < header->first) return damaged_symbols("its hash table is odd");
  for (; last < kMaxSymbols; ++last) {
    const auto chain = at_address<std::uint32_t>(chains + std::uint64_t{last - header->first} * 4);
    if (!chain) return damaged_symbols("its hash table lies outside of it");
    if ((*chain & 1U) != 0) return last + 1;
  }
  return damaged_symbols("it has too many symbols");
}

Result<std::uint32_t> ElfImage::count_symbols() const {
  if (const auto address = dynamic(DT_GNU_HASH)) return count_by_gnu_hash(*address);
  const auto address = dynamic(DT_HASH);
  if (!address) return damaged_symbols("it has no hash table of its symbols");
  const auto chains = at_address<std::uint32_t>(*address + 4);
  if (!chains) return damaged_symbols("its hash table lies outside of it");
  return *chains;
}

Result<void> ElfImage::read_symbols() {
  Versions versions;
  RAPT_TRY(read_versions(versions));
  const auto table = dynamic(DT_SYMTAB);
  const auto count = count_symbols();
  if (!count) return count.error();
  if (!table || *count > kMaxSymbols) return damaged_symbols("it has too many symbols, or no table of them");
  const auto version_table = dynamic(DT_VERSYM);
  for (std::uint64_t i = 1; i < *count; ++i) {
    const auto entry = at_address<Elf64_Sym>(*table + i * sizeof(Elf64_Sym));
    if (!entry) return damaged_symbols("its symbols lie outside of it");
    auto name = string_at(entry->st_name);
    if (!name) return std::move(name).error();
    ElfSymbol symbol;
    symbol.name = std::move(*name);
    symbol.defined = entry->st_shndx != SHN_UNDEF;
    symbol.weak = ELF64_ST_BIND(entry->st_info) == STB_WEAK;
    symbol.local = ELF64_ST_BIND(entry->st_info) == STB_LOCAL;
    symbol.data = ELF64_ST_TYPE(entry->st_info) == STT_OBJECT;
    if (version_table) {
      const auto index = at_address<std::uint16_t>(*version_table + i * 2);
      if (!index) return damaged_symbols("its symbol versions lie outside of it");
      if (const auto version = versions.find(*index & kVersionMask); version != versions.end())
        std::tie(symbol.library, symbol.version) = version->second;
    }
    symbols_.push_back(std::move(symbol));
  }
  return {};
}

Result<void> ElfImage::read_versions(Versions& out) const {
  const auto first = dynamic(DT_VERNEED);
  if (!first) return {};
  std::uint64_t at = *first;
  for (std::size_t files = 0; files < kMaxVersions; ++files) {
    const auto file = at_address<Elf64_Verneed>(at);
    if (!file) return damaged_symbols("its needed versions lie outside of it");
    RAPT_TRY(read_needed_file(at, *file, out));
    if (file->vn_next == 0) return {};
    at += file->vn_next;
  }
  return damaged_symbols("its needed versions do not end");
}

Result<void> ElfImage::read_needed_file(std::uint64_t at, const Elf64_Verneed& file, Versions& out) const {
  auto library = string_at(file.vn_file);
  if (!library) return std::move(library).error();
  std::uint64_t next = at + file.vn_aux;
  for (std::size_t i = 0; i < file.vn_cnt; ++i) {
    const auto version = at_address<Elf64_Vernaux>(next);
    if (!version) return damaged_symbols("its needed versions lie outside of it");
    auto name = string_at(version->vna_name);
    if (!name) return std::move(name).error();
    if (!out.try_emplace(version->vna_other & kVersionMask, *library, std::move(*name)).second)
      return damaged_symbols("two of its needed versions have one number");
    if (version->vna_next == 0) break;
    next += version->vna_next;
  }
  return {};
}

}  // namespace rapt::bundle
