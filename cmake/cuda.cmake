# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
# The CUDA toolkit and compiler: sets ATHANOR_HAVE_CUDA, and how .cu files are compiled.
if(ATHANOR_CUDA STREQUAL "ON")
    find_package(CUDAToolkit 13.0 REQUIRED)
else()
    find_package(CUDAToolkit 13.0 QUIET)
endif()
include(CheckLanguage)
check_language(CUDA)
if(NOT CUDAToolkit_FOUND OR NOT CMAKE_CUDA_COMPILER)
    if(ATHANOR_CUDA STREQUAL "ON")
        message(FATAL_ERROR "ATHANOR_CUDA=ON, and there is no CUDA compiler: put nvcc on the PATH, or name it with CUDACXX")
    endif()
    return()
endif()

# Machine code of these, and PTX of the last for what comes after it.
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real 100 CACHE STRING "CUDA architectures to compile for")
endif()
set(CMAKE_CUDA_RUNTIME_LIBRARY Shared)  # one runtime in a process, and tests may replace it
enable_language(CUDA)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26 does not know that nvcc has C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_CUDA_EXTENSIONS OFF)
if(ATHANOR_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${ATHANOR_CCACHE})
endif()

# Bits as on the host: no contraction. A kernel is instantiated for a thread of the device and for an
# emulated one, and nvcc would warn of each from the other's side (20011, 20014); calls that are
# really wrong stay errors.
add_library(athanor_device_options INTERFACE)
set_target_properties(athanor_device_options PROPERTIES EXPORT_NAME device_options)
target_compile_options(athanor_device_options INTERFACE
    $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:--fmad=false>>
    $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr>>
    $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:--diag-suppress=20011$<COMMA>20012$<COMMA>20014>>
    $<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-ffp-contract=off$<COMMA>-Wall$<COMMA>-Wextra$<COMMA>-Wshadow$<COMMA>-Wno-missing-field-initializers$<COMMA>-Wno-psabi>>)
if(ATHANOR_WERROR)
    target_compile_options(athanor_device_options INTERFACE
        "$<BUILD_INTERFACE:$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Werror all-warnings>>")
endif()
set(ATHANOR_HAVE_CUDA TRUE)
