# SPDX-License-Identifier: Apache-2.0
# Lays out a module's folder for `rapt pack`; called by rapt_add_module. The same input gives the same bytes.
#   cmake -DSTAGE=… -DNAME=… -DVERSION=… -DLICENSE=… -DTRIPLET=… -DLIBRARY=… -DSTRIP=… -DMANIFEST=… -DFILES=a|b \
#     [-DMIGRATIONS=folder beside the manifest -DSCRIPTS=a.sql|b.sql] -DINCLUDES=… -P RaptStage.cmake
file(REMOVE_RECURSE "${STAGE}")
set(library "lib/${TRIPLET}/${NAME}.so")
file(MAKE_DIRECTORY "${STAGE}/lib/${TRIPLET}")
string(REPLACE "|" ";" FILES "${FILES}")
if(FILES)
  file(COPY ${FILES} DESTINATION "${STAGE}")
endif()
if(MIGRATIONS)
  get_filename_component(beside "${MANIFEST}" DIRECTORY)
  string(REPLACE "|" ";" SCRIPTS "${SCRIPTS}")
  foreach(script IN LISTS SCRIPTS)
    file(COPY "${beside}/${MIGRATIONS}/${script}" DESTINATION "${STAGE}/${MIGRATIONS}")
  endforeach()
endif()
file(READ "${MANIFEST}" manifest)
string(JSON manifest SET "${manifest}" libraries "{\"${TRIPLET}\": \"${library}\"}")

# The ABI: what the headers say that the module was built with; an author who knows that an older host does, says "min".
string(REPLACE "|" ";" INCLUDES "${INCLUDES}")
find_file(header rapt/abi.h PATHS ${INCLUDES} NO_DEFAULT_PATH NO_CACHE REQUIRED)
file(READ "${header}" header)
string(REGEX MATCH "RAPT_ABI_MAJOR ([0-9]+)u" found "${header}")
set(built "${CMAKE_MATCH_1}")
string(REGEX MATCH "RAPT_ABI_MINOR ([0-9]+)u" found "${header}")
set(built "${built}.${CMAKE_MATCH_1}")
string(JSON kind ERROR_VARIABLE absent TYPE "${manifest}" abi)
if(absent)
  string(JSON manifest SET "${manifest}" abi "\"${built}\"")
elseif(kind STREQUAL "OBJECT")
  string(JSON said ERROR_VARIABLE absent GET "${manifest}" abi built)
  if(absent)
    string(JSON manifest SET "${manifest}" abi built "\"${built}\"")
  endif()
endif()
file(WRITE "${STAGE}/manifest.json" "${manifest}\n")
configure_file("${LIBRARY}" "${STAGE}/${library}" COPYONLY)
if(STRIP)
  execute_process(COMMAND "${STRIP}" --strip-unneeded "${STAGE}/${library}" COMMAND_ERROR_IS_FATAL ANY)
endif()

# The bill of materials, SPDX 2.3: the package and the digest of every file in it.
set(created "1970-01-01T00:00:00Z")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  string(TIMESTAMP created "%Y-%m-%dT%H:%M:%SZ" UTC)  # CMake takes the time from that variable
endif()
file(GLOB_RECURSE staged RELATIVE "${STAGE}" "${STAGE}/*")
list(SORT staged)
set(entries "")
set(relations "")
set(all_digests "")
set(index 0)
foreach(file IN LISTS staged)
  file(SHA256 "${STAGE}/${file}" sha256)
  file(SHA1 "${STAGE}/${file}" sha1)
  list(APPEND all_digests "${sha1}")
  list(APPEND entries "    {\"SPDXID\": \"SPDXRef-File-${index}\", \"fileName\": \"./${file}\", \"checksums\": [{\"algorithm\": \"SHA1\", \"checksumValue\": \"${sha1}\"}, {\"algorithm\": \"SHA256\", \"checksumValue\": \"${sha256}\"}]}")
  list(APPEND relations "    {\"spdxElementId\": \"SPDXRef-Package\", \"relationshipType\": \"CONTAINS\", \"relatedSpdxElement\": \"SPDXRef-File-${index}\"}")
  math(EXPR index "${index}+1")
endforeach()
list(SORT all_digests)
string(JOIN "" all_digests ${all_digests})
string(SHA1 verification "${all_digests}")
string(JOIN ",\n" entries ${entries})
string(JOIN ",\n" relations ${relations})
file(WRITE "${STAGE}/sbom.spdx.json" "{
  \"spdxVersion\": \"SPDX-2.3\",
  \"dataLicense\": \"CC0-1.0\",
  \"SPDXID\": \"SPDXRef-DOCUMENT\",
  \"name\": \"${NAME}-${VERSION}\",
  \"documentNamespace\": \"urn:rapt:module:${NAME}:${VERSION}:${verification}\",
  \"creationInfo\": {\"created\": \"${created}\", \"creators\": [\"Tool: rapt_add_module\"]},
  \"documentDescribes\": [\"SPDXRef-Package\"],
  \"packages\": [
    {\"SPDXID\": \"SPDXRef-Package\", \"name\": \"${NAME}\", \"versionInfo\": \"${VERSION}\", \"downloadLocation\": \"NOASSERTION\",
     \"filesAnalyzed\": true, \"packageVerificationCode\": {\"packageVerificationCodeValue\": \"${verification}\"},
     \"licenseDeclared\": \"${LICENSE}\", \"licenseConcluded\": \"${LICENSE}\", \"copyrightText\": \"NOASSERTION\"}
  ],
  \"files\": [
${entries}
  ],
  \"relationships\": [
    {\"spdxElementId\": \"SPDXRef-DOCUMENT\", \"relationshipType\": \"DESCRIBES\", \"relatedSpdxElement\": \"SPDXRef-Package\"},
${relations}
  ]
}
")
