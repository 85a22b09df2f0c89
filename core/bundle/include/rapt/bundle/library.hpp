// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <string_view>

#include "rapt/base/result.hpp"
#include "rapt/bundle/bundle.hpp"

namespace rapt::bundle {

/// Reads a shared library's headers, every offset checked, as the dynamic loader would (by program headers, not by
/// sections). kInvalid with a sentence that names the symbol or library, unless
///  - it is an ELF shared object for `architecture` ("x86_64-linux-gnu") whose segments are never writable and
///    executable, that asks for no executable stack, no text relocations and no search path of its own;
///  - it exports exactly one symbol, rapt_module_entry, a data object;
///  - it needs no library but libc, libm, libgcc_s, libstdc++ and the loader, and every symbol that it imports is one
///  of
///    these libraries' versioned ones, or a weak one of the compiler's start-up code: nothing of the host;
///  - the ABI version of its note .note.rapt, when it carries one, is the one that the manifest says it was built for.
Result<void> check_library(std::string_view bytes, std::string_view architecture, const Manifest& manifest);

/// check_library for each library that the manifest names; the error's sentence begins with its path.
Result<void> check_libraries(const Bundle& bundle);

}  // namespace rapt::bundle
