# SPDX-License-Identifier: AGPL-3.0-or-later
# What a release of the platform holds (marketplace/release):
#   cmake --install BUILD --prefix STAGE --component release --strip
# The pages are those that were built last; `./rapt release pack` builds them first, and adds the SDK (sdk/) and sbom.json.
install(TARGETS rapt rapt-runner rapt-marketplace RUNTIME DESTINATION bin COMPONENT release)
install(DIRECTORY migrations/ DESTINATION migrations COMPONENT release FILES_MATCHING PATTERN "*.sql")
install(DIRECTORY web/dist/ DESTINATION web COMPONENT release)
install(DIRECTORY web/dist-registry/ DESTINATION web-registry COMPONENT release)
install(FILES LICENSE CHANGELOG.md DESTINATION . COMPONENT release)
# How it is run on each kind of machine.
install(FILES deploy/packages.txt DESTINATION deploy COMPONENT release)
foreach(folder bare systemd docker kubernetes heroku)
  install(DIRECTORY deploy/${folder} DESTINATION deploy COMPONENT release OPTIONAL)
endforeach()
