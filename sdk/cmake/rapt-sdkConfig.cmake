# SPDX-License-Identifier: Apache-2.0
include("${CMAKE_CURRENT_LIST_DIR}/rapt-sdkTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/RaptModule.cmake")
