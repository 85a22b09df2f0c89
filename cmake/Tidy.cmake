# SPDX-License-Identifier: AGPL-3.0-or-later
# The target `tidy`: clang-tidy over the rooms without coroutines, tests apart. Of coroutines clang-tidy 14 knows nothing, and it reports
# Boost's own headers for them; their rooms are left to the compiler, the sanitizers and the tests.
find_program(RAPT_RUN_CLANG_TIDY run-clang-tidy)
if(RAPT_RUN_CLANG_TIDY)
  set(_files)
  foreach(room core/base core/security core/schema core/bundle host/sandbox)
    list(APPEND _files "${CMAKE_SOURCE_DIR}/${room}/(src|runner)/[a-z_]*(?<!_test)\\.cpp$")
  endforeach()
  # g++ knows two warnings that clang does not.
  add_custom_target(tidy
    COMMAND ${RAPT_RUN_CLANG_TIDY} -p ${CMAKE_BINARY_DIR} -quiet -j 2 -extra-arg=-Wno-unknown-warning-option ${_files}
    USES_TERMINAL VERBATIM)
endif()
