# SPDX-License-Identifier: AGPL-3.0-or-later
# cmake -DOUT=x.cpp -DHEADER=y.hpp -DFUNCTION=ns::name [-DTYPE=ns::Type] -DFILES="a|b" -P embed_text.cmake
# Writes a source that holds the files' texts and names; a raw literal has no escapes that a text could break.
if(NOT DEFINED TYPE)
  set(TYPE rapt::api::DescriptionFile)
endif()
string(REPLACE "|" ";" files "${FILES}")
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(FIND "${text}" ")rapt_text\"" breaks)
  if(NOT breaks EQUAL -1)
    message(FATAL_ERROR "${file} holds the end of a raw literal")
  endif()
  string(APPEND rows "    {\"${name}\", R\"rapt_text(${text})rapt_text\"},\n")
endforeach()
file(WRITE "${OUT}.new" "// Made from files by cmake/embed_text.cmake.
#include \"${HEADER}\"

#include <array>

namespace {
constexpr ${TYPE} kFiles[] = {
${rows}};
}

std::span<const ${TYPE}> ${FUNCTION}() {
  return kFiles;
}
")
file(COPY_FILE "${OUT}.new" "${OUT}" ONLY_IF_DIFFERENT)
