// SPDX-License-Identifier: AGPL-3.0-or-later
#include "elf_image.hpp"

#include <algorithm>

#include "names.hpp"

namespace rapt::bundle {
namespace {

constexpr std::size_t kMaxSegments = 64;
constexpr std::size_t kMaxDynamic = 512;
constexpr std::size_t kMaxName = 1024;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMaxImage = std::uint64_t{1} << 32;

Error damaged_image(const char* what) {
  return refuse(std::string("it is no sound shared library: ") + what);
}

std::uint64_t aligned(std::uint64_t size) {
  return (size + 3) & ~std::uint64_t{3};
}

}  // namespace

Result<ElfImage> ElfImage::parse(std::string_view bytes) {
  ElfImage out;
  out.bytes_ = bytes;
  RAPT_TRY(out.read_header());
  RAPT_TRY(out.read_dynamic());
  RAPT_TRY(out.read_needed());
  RAPT_TRY(out.read_symbols());
  return out;
}

Result<void> ElfImage::read_header() {
  const auto header = at_offset<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return damaged_image("it is no ELF file");
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
    return damaged_image("it is not 64-bit little-endian");
  if (header->e_type != ET_DYN) return damaged_image("it is no shared object");
  if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > kMaxSegments)
    return damaged_image("its program headers are odd");
  machine_ = header->e_machine;
  for (std::uint64_t i = 0; i < header->e_phnum; ++i) {
    if (header->e_phoff > bytes_.size()) return damaged_image("its program headers lie outside of it");
    const auto segment = at_offset<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return damaged_image("its program headers lie outside of it");
    if (segment->p_offset > bytes_.size() || segment->p_filesz > bytes_.size() - segment->p_offset)
      return damaged_image("a segment lies outside of it");
    if (segment->p_vaddr + segment->p_memsz < segment->p_vaddr || segment->p_filesz > segment->p_memsz)
      return damaged_image("a segment has an odd size");
    segments_.push_back(*segment);
  }
  return check_layout();
}

/// Segments that overlap would let the loader see other tables than the ones that are checked here.
Result<void> ElfImage::check_layout() const {
  std::uint64_t free_from = 0;
  for (const auto& segment : segments_) {
    if (segment.p_type != PT_LOAD) continue;
    const auto page_begin = segment.p_vaddr & ~(kPage - 1);
    if (page_begin < free_from) return damaged_image("its segments overlap or are out of order");
    if (segment.p_vaddr + segment.p_memsz > kMaxImage) return damaged_image("it is too large in memory");
    if (segment.p_vaddr % kPage != segment.p_offset % kPage) return damaged_image("a segment is not aligned");
    free_from = (segment.p_vaddr + segment.p_memsz + kPage - 1) & ~(kPage - 1);
  }
  return {};
}

std::optional<std::uint64_t> ElfImage::offset_of(std::uint64_t address, std::uint64_t size) const {
  for (const auto& segment : segments_) {
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr) continue;
    const auto into = address - segment.p_vaddr;
    if (into <= segment.p_filesz && size <= segment.p_filesz - into) return segment.p_offset + into;
  }
  return std::nullopt;
}

Result<void> ElfImage::read_dynamic() {
  const auto is_dynamic = [](const Elf64_Phdr& segment) { return segment.p_type == PT_DYNAMIC; };
  if (std::count_if(segments_.begin(), segments_.end(), is_dynamic) != 1)
    return damaged_image("it has no dynamic section, or several");
  // By address, as the loader finds it: the header's file offset could point to another, harmless table.
  const auto address = std::find_if(segments_.begin(), segments_.end(), is_dynamic)->p_vaddr;
  for (std::uint64_t i = 0; i < kMaxDynamic; ++i) {
    const auto entry = at_address<Elf64_Dyn>(address + i * sizeof(Elf64_Dyn));
    if (!entry) return damaged_image("its dynamic section lies outside of it");
    if (entry->d_tag == DT_NULL) return {};
    if (entry->d_tag != DT_NEEDED && dynamic_.contains(entry->d_tag))
      return damaged_image("its dynamic section says a thing twice");
    dynamic_.emplace(entry->d_tag, entry->d_un.d_val);
  }
  return damaged_image("its dynamic section does not end");
}

std::optional<std::uint64_t> ElfImage::dynamic(std::int64_t tag) const {
  const auto found = dynamic_.find(tag);
  return found == dynamic_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::string> ElfImage::string_at(std::uint64_t offset) const {
  const auto table = dynamic(DT_STRTAB);
  const auto size = dynamic(DT_STRSZ);
  if (!table || !size || offset >= *size) return damaged_image("a name lies outside of its string table");
  const auto begin = offset_of(*table, *size);
  if (!begin) return damaged_image("its string table lies outside of it");
  const auto rest = bytes_.substr(*begin + offset, std::min<std::uint64_t>(*size - offset, kMaxName));
  const auto end = rest.find('\0');
  if (end == std::string_view::npos) return damaged_image("a name does not end");
  return std::string(rest.substr(0, end));
}

Result<void> ElfImage::read_needed() {
  const auto [first, last] = dynamic_.equal_range(DT_NEEDED);
  for (auto entry = first; entry != last; ++entry) {
    auto name = string_at(entry->second);
    if (!name) return std::move(name).error();
    needed_.push_back(std::move(*name));
  }
  return {};
}

Result<std::vector<std::string_view>> ElfImage::notes(std::string_view name, std::uint32_t type) const {
  std::vector<std::string_view> out;
  for (const auto& segment : segments_) {
    if (segment.p_type != PT_NOTE) continue;
    std::uint64_t at = segment.p_offset;
    const std::uint64_t end = segment.p_offset + segment.p_filesz;
    while (end - at >= sizeof(Elf64_Nhdr)) {
      const auto note = at_offset<Elf64_Nhdr>(at);
      const auto name_size = note ? aligned(note->n_namesz) : 0;
      at += sizeof(Elf64_Nhdr);
      if (!note || name_size > end - at || note->n_descsz > end - at - name_size)
        return damaged_image("a note lies outside of its segment");
      const auto owner = bytes_.substr(at, note->n_namesz);
      if (owner == std::string(name) + '\0' && note->n_type == type)
        out.push_back(bytes_.substr(at + name_size, note->n_descsz));
      at += name_size + std::min(aligned(note->n_descsz), end - at - name_size);
    }
  }
  return out;
}

}  // namespace rapt::bundle
