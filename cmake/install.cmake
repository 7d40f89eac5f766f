# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, and what `cpack -G DEB` makes of it. Two components, as Debian
# splits them: `runtime` is the program and what a user reads, `development` what find_package wants.
include(CMakePackageConfigHelpers)

set(layers athanor_runtime athanor_kernels athanor_comm athanor_sinks athanor_stages athanor_launch)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Athanor)

# --- the program ---------------------------------------------------------------------------------
# Libraries outside the system's folders, such as the CUDA toolkit's, are found where they are now.
set_target_properties(athanor PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS athanor RUNTIME COMPONENT runtime)
install(FILES docs/reference/athanor.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES docs/reference/athanor.bash RENAME athanor
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
install(FILES docs/reference/athanor.schema.json launch/mpi_environment.sh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/athanor COMPONENT runtime)
install(FILES launch/examples/relax_then_md.json launch/examples/noble_gases.extxyz
        DESTINATION ${CMAKE_INSTALL_DATADIR}/athanor/examples COMPONENT runtime)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT runtime
        FILES_MATCHING PATTERN "*.md" PATTERN "*.cpp" PATTERN "*.png")

# --- the libraries -------------------------------------------------------------------------------
install(TARGETS athanor_options ${layers} EXPORT AthanorTargets
        ARCHIVE COMPONENT development
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/athanor COMPONENT development
        FILE_SET own_source DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/athanor COMPONENT development)
if(ATHANOR_HAVE_NCCL)
    install(TARGETS athanor_nccl EXPORT AthanorTargets COMPONENT development)
endif()
install(EXPORT AthanorTargets NAMESPACE Athanor:: DESTINATION ${package_folder}
        COMPONENT development)
configure_package_config_file(cmake/AthanorConfig.cmake.in AthanorConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(AthanorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/AthanorConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/AthanorConfigVersion.cmake
        DESTINATION ${package_folder} COMPONENT development)

# --- packages ------------------------------------------------------------------------------------
set(CPACK_PACKAGE_NAME athanor)
set(CPACK_PACKAGE_VENDOR "The Athanor developers")
set(CPACK_PACKAGE_CONTACT "The Athanor developers <athanor@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# Read when cpack runs, for the commit is that of the program, which may be newer than this build folder.
configure_file(cmake/package_version.cmake.in package_version.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_BINARY_DIR}/package_version.cmake)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME athanor)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS "openmpi-bin")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libathanor-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)  # archives name no libraries
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libopenmpi-dev, nlohmann-json3-dev, libcli11-dev, libfmt-dev, libblosc-dev, \
libzstd-dev, zlib1g-dev, librandom123-dev, libcurl4-openssl-dev, pkg-config")
include(CPack)
