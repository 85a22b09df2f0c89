# SPDX-License-Identifier: AGPL-3.0-or-later
# A folder is a target is a layer: rapt_room() declares one, and refuses an edge that cmake/rooms.txt does not allow.

file(STRINGS "${CMAKE_SOURCE_DIR}/cmake/rooms.txt" _rapt_rooms REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/cmake/rooms.txt")
foreach(line IN LISTS _rapt_rooms)
  string(REGEX MATCH "^([a-z_/]+):(.*)$" _ "${line}")
  string(STRIP "${CMAKE_MATCH_2}" _edges)
  string(REPLACE " " ";" _edges "${_edges}")
  set("RAPT_ALLOWED_${CMAKE_MATCH_1}" "${_edges}")
endforeach()

# The CMake target of a room: core/base -> rapt_core_base.
function(rapt_target room out)
  string(REPLACE "/" "_" name "rapt_${room}")
  set(${out} "${name}" PARENT_SCOPE)
endfunction()

# rapt_room(core/store
#   USES core/base core/runtime     rooms, all of them in rooms.txt
#   LIBS pqxx                       third-party libraries; private: they do not reach the room's users
#   PUBLIC_LIBS Boost::url          only where a public header needs one
#   TEST_USES core/config           further rooms of the room's unit tests
#   TEST_LIBS ...)
# Sources are src/*.cpp, unit tests src/*_test.cpp, public headers include/.
function(rapt_room room)
  cmake_parse_arguments(ARG "" "" "USES;LIBS;PUBLIC_LIBS;TEST_USES;TEST_LIBS" ${ARGN})
  rapt_target(${room} target)
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp src/*.c)
  file(GLOB tests CONFIGURE_DEPENDS src/*_test.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(NOT DEFINED RAPT_ALLOWED_${room} AND NOT "${room}" IN_LIST _rapt_known)
    string(REGEX MATCH "(^|;)${room}:" known "${_rapt_rooms}")
    if(NOT known)
      message(FATAL_ERROR "${room} is not in cmake/rooms.txt: add it with the rooms that it may know.")
    endif()
  endif()
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE ${ARG_LIBS})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} include)
  target_link_libraries(${target} ${scope} rapt_flags ${ARG_PUBLIC_LIBS})
  foreach(used IN LISTS ARG_USES)
    if(NOT used IN_LIST RAPT_ALLOWED_${room})
      message(FATAL_ERROR "${room} may not know ${used}: cmake/rooms.txt does not list that edge.")
    endif()
    rapt_target(${used} used_target)
    target_link_libraries(${target} ${scope} ${used_target})
  endforeach()
  if(tests AND RAPT_BUILD_TESTS)
    rapt_tests(${target}_tests SOURCES ${tests} LIBS ${target} ${ARG_LIBS} ${ARG_TEST_LIBS} USES ${ARG_TEST_USES})
    if(sources)
      target_include_directories(${target}_tests PRIVATE src)
    endif()
  endif()
endfunction()

# rapt_tests(name SOURCES a_test.cpp LIBS ... USES core/base ... [LABELS x]): a GoogleTest program, a ctest entry for each test.
function(rapt_tests name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;USES;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)  # the test, not what it tests: a third less to compile
  target_link_libraries(${name} PRIVATE rapt_flags ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  foreach(used IN LISTS ARG_USES)
    rapt_target(${used} used_target)
    target_link_libraries(${name} PRIVATE ${used_target})
  endforeach()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
