# SPDX-License-Identifier: Apache-2.0
# What programs that bring models of their own build against (docs/bridge.md): one static library with everything in it,
# the few headers they see, and a package for find_package(siovsim). `cmake --install BUILD --prefix WHERE`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# siov_libraries_of(target out): our own static libraries behind a target, itself included.
function(siov_libraries_of target out)
  set(found ${${out}})
  if(TARGET ${target} AND NOT target IN_LIST found)
    get_target_property(imported ${target} IMPORTED)
    get_target_property(type ${target} TYPE)
    if(NOT imported)
      list(APPEND found ${target})
      get_target_property(behind ${target} INTERFACE_LINK_LIBRARIES)
      foreach(library IN LISTS behind)
        string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" library "${library}")
        siov_libraries_of(${library} found)
      endforeach()
    endif()
  endif()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

set(libraries)
siov_libraries_of(siov_platform libraries)
set(objects)
foreach(library IN LISTS libraries)
  get_target_property(type ${library} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
  endif()
endforeach()

add_library(siovsim STATIC ${objects})
set_target_properties(siovsim PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME siovsim)
target_compile_features(siovsim PUBLIC cxx_std_17)
target_include_directories(siovsim INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/siovsim>)
target_link_libraries(siovsim PUBLIC PkgConfig::SYSTEMC
  PRIVATE protobuf::libprotobuf PkgConfig::XXHASH PkgConfig::ZSTD PkgConfig::HDF5 LibLZMA::LibLZMA ZLIB::ZLIB
          BZip2::BZip2)

install(TARGETS siovsim EXPORT siovsimTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT siovsimTargets NAMESPACE siovsim:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/siovsim)
# Headers keep their paths, by which they include each other; the one that programs include lies in front.
install(FILES platforms/outside/siovsim.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/siovsim)
install(FILES models/bridge/access_source.h models/bridge/device_info.h models/bridge/outside_entry.h models/bridge/outside_port.h
  models/bridge/request_info.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/siovsim/models/bridge)
install(DIRECTORY configs/schema configs/presets configs/platforms DESTINATION ${CMAKE_INSTALL_DATADIR}/siovsim
  FILES_MATCHING PATTERN "*.proto" PATTERN "*.txtpb")
configure_package_config_file(cmake/siovsimConfig.cmake.in siovsimConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/siovsim)
write_basic_package_version_file(siovsimConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/SiovsimSystemC.cmake "${CMAKE_CURRENT_BINARY_DIR}/siovsimConfig.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/siovsimConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/siovsim)
