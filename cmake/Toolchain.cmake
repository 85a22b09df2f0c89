# SPDX-License-Identifier: AGPL-3.0-or-later
# Flags that every target links through `rapt_flags`; sanitizers come from the preset (RAPT_SANITIZE).
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(RAPT_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

find_program(RAPT_CCACHE ccache)
if(RAPT_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${RAPT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${RAPT_CCACHE}")
endif()

# Most of a file's time goes into what it includes and instantiates; files of one target that are compiled together share that.
# So two files of a target cannot have one name in their anonymous namespaces. `dev` compiles each alone: for clangd, clang-tidy and
# includes that are missing.
option(RAPT_UNITY "Compile the files of a target several at a time" ON)
set(CMAKE_UNITY_BUILD ${RAPT_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

add_library(rapt_flags INTERFACE)
target_compile_options(rapt_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wno-sign-conversion -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual> $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  # g++ 12 reports these two inside its own library and Boost when it inlines (GCC bugs 105329 and 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>
  # Where a file is compiled with its neighbors, what they have in anonymous namespaces may be shadowed, and counts as included.
  $<IF:$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${RAPT_UNITY}>>,-Wshadow=local$<SEMICOLON>$<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>,-Wshadow>
  -fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_compile_definitions(rapt_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_REGEX _GNU_SOURCE)
target_link_options(rapt_flags INTERFACE -Wl,-z,relro,-z,now)
find_program(RAPT_MOLD mold)
if(RAPT_MOLD)
  target_link_options(rapt_flags INTERFACE -fuse-ld=mold)
endif()
if(RAPT_SANITIZE)
  target_compile_options(rapt_flags INTERFACE -fsanitize=${RAPT_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(rapt_flags INTERFACE -fsanitize=${RAPT_SANITIZE})
  if(RAPT_SANITIZE MATCHES "thread")
    target_compile_options(rapt_flags INTERFACE -Wno-tsan)  # Asio's fences, which the sanitizer does not model
  endif()
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options url)
