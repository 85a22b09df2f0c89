// SPDX-License-Identifier: AGPL-3.0-or-later
#include "start_pages.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace rapt::api {

namespace {

/// Of what the kernel maps by itself (the vdso) there is no file.
bool is_of_a_file(const dl_phdr_info& info) {
  const std::string_view name = info.dlpi_name;
  return name.empty() || name.front() == '/';
}

/// Where it cannot be done (memory that is locked), nothing is lost.
void give_back(const dl_phdr_info& info, const ElfW(Phdr) & segment) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const std::uintptr_t begin = (info.dlpi_addr + segment.p_vaddr) & ~(page - 1);
  const std::uintptr_t end = (info.dlpi_addr + segment.p_vaddr + segment.p_filesz) & ~(page - 1);
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace

void give_back_start_pages() {
  const auto look = [](dl_phdr_info* info, std::size_t, void*) {
    for (int i = 0; i < info->dlpi_phnum && is_of_a_file(*info); ++i) {
      const auto& segment = info->dlpi_phdr[i];
      if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) give_back(*info, segment);
    }
    return 0;
  };
  ::dl_iterate_phdr(look, nullptr);
}

}  // namespace rapt::api
