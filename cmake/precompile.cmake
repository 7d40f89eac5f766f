# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
# athanor_precompile(TARGET [LAYERS layers...] [LIBRARY_HEADERS names...])
# Sanitizer builds read what most of TARGET's files include in precompiled form: the standard library, fmt, the
# headers of LAYERS and those given; a file takes a fifth less time to compile then. No other build does so, for
# there each file has to bring what it uses, or it does not compile. Give layers that nearly every file includes
# only: headers that a file did not ask for bring overloads that it does not expect.
set(ATHANOR_COMMON_HEADERS
    <algorithm> <array> <atomic> <chrono> <cmath> <cstddef> <cstdint> <cstdio> <cstring> <filesystem> <fstream>
    <functional> <limits> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <thread> <utility>
    <vector> <fmt/format.h>)
function(athanor_precompile target)
    if(NOT ATHANOR_SANITIZE)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 A "" "" "LAYERS;LIBRARY_HEADERS")
    set(headers ${ATHANOR_COMMON_HEADERS} ${A_LIBRARY_HEADERS})
    foreach(layer IN LISTS A_LAYERS)
        get_property(of_layer GLOBAL PROPERTY ATHANOR_HEADERS_OF_${layer})
        list(APPEND headers ${of_layer})
    endforeach()
    target_precompile_headers(${target} PRIVATE ${headers})
endfunction()
