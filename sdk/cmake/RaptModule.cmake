# SPDX-License-Identifier: Apache-2.0
# rapt_add_module(NAME SOURCES a.cpp… [MANIFEST f] [LICENSE f] [CHANGELOG f] [CONFIG_SCHEMA f] [FILES f…] [INCLUDES dir…])
#
# Builds a module as a host wants it: a shared library that exports `rapt_module_entry` and nothing else, binds now, and needs
# nothing beyond libc, libm, libgcc_s and libstdc++ (the host has these loaded already; everything else link statically).
#   target NAME            the library
#   target NAME-settings   definitions RAPT_MODULE_NAME and RAPT_MODULE_VERSION from the manifest and the include path; link
#                          it to a test that compiles the module's sources
#   target NAME-stage      <build>/stage/NAME: manifest.json (with "libraries" added, and the ABI of these headers as "abi" or, where
#                          the author says {"min": "1.0"}, as its "built"), lib/<triplet>/NAME.so, LICENSE, CHANGELOG.md,
#                          config schema, FILES (schemas of findings, say), the folder that the manifest names as its
#                          "migrations" (beside the manifest), sbom.spdx.json; what `rapt pack` wants
#   target NAME-bundle     <build>/bundles/NAME-VERSION.rapt, where RAPT_PROGRAM (default: `rapt` in PATH) and RAPT_SIGNING_KEY
#                          (a file of `rapt keygen`) are set
# A module in Rust has one source, the root of its crate (src/lib.rs). rustc builds it, without cargo, with the crate `rapt` of this
# SDK; the project's language is C then, for the linker. rapt_add_rust_test(NAME src/lib.rs) runs the tests that stand in it.
#
# The manifest, licence, changelog and schema default to manifest.json, LICENSE, CHANGELOG.md and config.schema.json beside
# the CMakeLists.txt.

function(rapt_add_module name)
  cmake_parse_arguments(ARG "" "MANIFEST;LICENSE;CHANGELOG;CONFIG_SCHEMA" "SOURCES;FILES;INCLUDES" ${ARGN})
  foreach(pair MANIFEST=manifest.json LICENSE=LICENSE CHANGELOG=CHANGELOG.md CONFIG_SCHEMA=config.schema.json)
    string(REPLACE "=" ";" pair "${pair}")
    list(GET pair 0 key)
    list(GET pair 1 file)
    if(NOT ARG_${key})
      set(ARG_${key} "${file}")
    endif()
    get_filename_component(ARG_${key} "${ARG_${key}}" ABSOLUTE)
  endforeach()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "rapt_add_module(${name}): say SOURCES and which.")
  endif()
  _rapt_read_manifest(${name} "${ARG_MANIFEST}" version license triplet)

  add_library(${name}-settings INTERFACE)
  target_link_libraries(${name}-settings INTERFACE rapt-sdk::headers)
  target_include_directories(${name}-settings INTERFACE ${ARG_INCLUDES})
  target_compile_definitions(${name}-settings INTERFACE "RAPT_MODULE_NAME=\"${name}\"" "RAPT_MODULE_VERSION=\"${version}\"")

  if(ARG_SOURCES MATCHES "\\.rs$")
    _rapt_rust_archive(${name} "${version}" "${ARG_SOURCES}" archive)
    set(ARG_SOURCES "${CMAKE_CURRENT_BINARY_DIR}/${name}-rust/empty.c")
  endif()
  add_library(${name} MODULE ${ARG_SOURCES})
  if(archive)
    # Nothing refers to the entry: it is asked for by name, and it comes from an archive.
    target_link_options(${name} PRIVATE LINKER:--undefined=rapt_module_entry LINKER:--as-needed)
    target_link_libraries(${name} PRIVATE "${archive}" gcc_s m)
    add_dependencies(${name} ${name}-rust)
    set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS "${archive}")
  endif()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("C" IN_LIST languages)
    target_compile_features(${name} PRIVATE c_std_11)
  endif()
  if("CXX" IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  target_link_libraries(${name} PRIVATE ${name}-settings)
  set_target_properties(${name} PROPERTIES
    PREFIX "" OUTPUT_NAME "${name}" LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/rapt-module.map")
  target_compile_options(${name} PRIVATE -fstack-protector-strong -ffunction-sections -fdata-sections)
  if(NOT archive)
    target_link_options(${name} PRIVATE LINKER:--exclude-libs,ALL)
  endif()
  target_link_options(${name} PRIVATE
    "LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/rapt-module.map" LINKER:--gc-sections
    LINKER:-z,now LINKER:-z,relro LINKER:-z,defs LINKER:-z,noexecstack)

  _rapt_stage(${name} "${version}" "${license}" "${triplet}")
  _rapt_bundle(${name} "${version}")
endfunction()

# The crate `rapt` of the SDK and the module's own, as an archive for the C linker. Sources beside the root are found by its
# folder; whatever changes in there builds it anew.
function(_rapt_rust_archive name version root out)
  find_program(RAPT_RUSTC rustc DOC "The Rust compiler, for modules in Rust")
  if(NOT RAPT_RUSTC)
    message(FATAL_ERROR "rapt_add_module(${name}): a module in Rust needs rustc (Debian: apt-get install rustc).")
  endif()
  find_file(RAPT_RUST_CRATE rapt.rs HINTS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../rust"
    "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../share/rapt-sdk/rust" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../../share/rapt-sdk/rust"
    NO_DEFAULT_PATH REQUIRED)
  get_filename_component(root "${root}" ABSOLUTE)
  get_filename_component(folder "${root}" DIRECTORY)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.rs")
  get_filename_component(parts "${RAPT_RUST_CRATE}" DIRECTORY)
  file(GLOB parts CONFIGURE_DEPENDS "${parts}/*.rs")
  set(work "${CMAKE_CURRENT_BINARY_DIR}/${name}-rust")
  file(MAKE_DIRECTORY "${work}")
  file(CONFIGURE OUTPUT "${work}/empty.c" CONTENT "typedef int rapt_nothing;\n")
  string(MAKE_C_IDENTIFIER "${name}" crate)
  set(flags --edition 2021 -C opt-level=2 -C codegen-units=1 -C relocation-model=pic)
  add_custom_command(OUTPUT "${work}/librapt.rlib"
    COMMAND "${RAPT_RUSTC}" --crate-name rapt --crate-type rlib ${flags} -o "${work}/librapt.rlib" "${RAPT_RUST_CRATE}"
    DEPENDS ${parts} COMMENT "Building the crate rapt" VERBATIM)
  set(names "RAPT_MODULE_NAME=${name}" "RAPT_MODULE_VERSION=${version}")
  add_custom_command(OUTPUT "${work}/lib${crate}.a"
    COMMAND ${CMAKE_COMMAND} -E env ${names} "${RAPT_RUSTC}" --crate-name ${crate} --crate-type staticlib ${flags}
      --extern "rapt=${work}/librapt.rlib" -o "${work}/lib${crate}.a" "${root}"
    DEPENDS "${work}/librapt.rlib" ${sources} "${ARG_MANIFEST}" COMMENT "Building ${name} with rustc" VERBATIM)
  add_custom_target(${name}-rust DEPENDS "${work}/lib${crate}.a")
  set(${out} "${work}/lib${crate}.a" PARENT_SCOPE)
  set_target_properties(${name}-rust PROPERTIES RAPT_RUST_WORK "${work}" RAPT_RUST_NAMES "${names}")
endfunction()

function(rapt_add_rust_test name root)
  get_target_property(work ${name}-rust RAPT_RUST_WORK)
  get_target_property(names ${name}-rust RAPT_RUST_NAMES)
  get_filename_component(root "${root}" ABSOLUTE)
  string(MAKE_C_IDENTIFIER "${name}" crate)
  add_custom_command(OUTPUT "${work}/test"
    COMMAND ${CMAKE_COMMAND} -E env ${names} "${RAPT_RUSTC}" --test --crate-name ${crate} --edition 2021
      --extern "rapt=${work}/librapt.rlib" -o "${work}/test" "${root}"
    DEPENDS "${work}/lib${crate}.a" COMMENT "Building the tests of ${name} with rustc" VERBATIM)
  add_custom_target(${name}-test DEPENDS "${work}/test")
  add_test(NAME ${name} COMMAND "${work}/test")
endfunction()

# Reads what the build needs to know, and refuses what the host would refuse later.
function(_rapt_read_manifest name file out_version out_license out_triplet)
  if(NOT EXISTS "${file}")
    message(FATAL_ERROR "rapt_add_module(${name}): there is no manifest at ${file}.")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  file(READ "${file}" manifest)
  string(JSON found ERROR_VARIABLE fault GET "${manifest}" name)
  if(fault OR NOT found STREQUAL name)
    message(FATAL_ERROR "rapt_add_module(${name}): ${file} must hold \"name\": \"${name}\" (found: ${found}).")
  endif()
  foreach(field version license)
    string(JSON ${field} ERROR_VARIABLE fault GET "${manifest}" ${field})
    if(fault)
      message(FATAL_ERROR "rapt_add_module(${name}): ${file} lacks \"${field}\".")
    endif()
    set(${out_${field}} "${${field}}" PARENT_SCOPE)
  endforeach()
  set(triplet "${CMAKE_SYSTEM_PROCESSOR}-linux-gnu")
  set(${out_triplet} "${triplet}" PARENT_SCOPE)
endfunction()

function(_rapt_stage name version license triplet)
  set(stage "${CMAKE_BINARY_DIR}/stage/${name}")
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/${name}.staged")
  set(files "")
  foreach(optional IN ITEMS "${ARG_LICENSE}" "${ARG_CHANGELOG}" "${ARG_CONFIG_SCHEMA}")
    if(EXISTS "${optional}")
      list(APPEND files "${optional}")
    endif()
  endforeach()
  foreach(file IN LISTS ARG_FILES)
    get_filename_component(file "${file}" ABSOLUTE)
    list(APPEND files "${file}")
  endforeach()
  string(REPLACE ";" "|" joined "${files}")
  file(READ "${ARG_MANIFEST}" manifest)
  get_filename_component(folder "${ARG_MANIFEST}" DIRECTORY)
  string(JSON migrations ERROR_VARIABLE absent GET "${manifest}" migrations)
  set(scripts "")
  if(absent)
    set(migrations "")
  else()
    file(GLOB scripts CONFIGURE_DEPENDS "${folder}/${migrations}/*.sql")
    if(NOT scripts)
      message(FATAL_ERROR "rapt_add_module(${name}): the manifest names \"${migrations}\" as its migrations, but there is no .sql in "
                          "${folder}/${migrations}.")
    endif()
    list(APPEND files ${scripts})
    # Named in the command, so that one that is gone is staged anew, too.
    list(TRANSFORM scripts REPLACE "^.*/" "")
    string(REPLACE ";" "|" scripts "${scripts}")
  endif()
  add_custom_command(OUTPUT "${stamp}"
    COMMAND ${CMAKE_COMMAND} "-DSTAGE=${stage}" "-DNAME=${name}" "-DVERSION=${version}" "-DLICENSE=${license}" "-DTRIPLET=${triplet}"
      "-DINCLUDES=$<JOIN:$<TARGET_PROPERTY:rapt-sdk::headers,INTERFACE_INCLUDE_DIRECTORIES>,|>"
      "-DLIBRARY=$<TARGET_FILE:${name}>" "-DSTRIP=${CMAKE_STRIP}" "-DMANIFEST=${ARG_MANIFEST}"
      "-DFILES=${joined}" "-DMIGRATIONS=${migrations}" "-DSCRIPTS=${scripts}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/RaptStage.cmake"
    COMMAND ${CMAKE_COMMAND} -E touch "${stamp}"
    DEPENDS ${name} "${ARG_MANIFEST}" ${files} "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/RaptStage.cmake"
    COMMENT "Staging module ${name}" VERBATIM)
  add_custom_target(${name}-stage DEPENDS "${stamp}")
endfunction()

function(_rapt_bundle name version)
  if(NOT RAPT_PROGRAM)
    find_program(RAPT_PROGRAM rapt DOC "The program `rapt`, which packs and signs modules")
  endif()
  if(NOT RAPT_PROGRAM OR NOT RAPT_SIGNING_KEY)
    return()
  endif()
  set(bundle "${CMAKE_BINARY_DIR}/bundles/${name}-${version}.rapt")
  add_custom_command(OUTPUT "${bundle}"
    COMMAND ${CMAKE_COMMAND} -E make_directory "${CMAKE_BINARY_DIR}/bundles"
    COMMAND ${RAPT_PROGRAM} pack "${CMAKE_BINARY_DIR}/stage/${name}" --key "${RAPT_SIGNING_KEY}" --out "${bundle}"
    DEPENDS "${CMAKE_CURRENT_BINARY_DIR}/${name}.staged" ${RAPT_SIGNING_KEY_TARGET}
    COMMENT "Packing and signing ${name}-${version}.rapt" VERBATIM)
  add_custom_target(${name}-bundle DEPENDS "${bundle}")
  if(TARGET bundles)
    add_dependencies(bundles ${name}-bundle)
  endif()
endfunction()
