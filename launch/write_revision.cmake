# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
# Writes OUT, the source of revision(), when it has changed. ROOT is the folder of the sources.
set(revision "unknown")
find_program(GIT git)
if(GIT AND EXISTS ${ROOT}/.git)  # not of another repository around it
    execute_process(COMMAND ${GIT} -C ${ROOT} describe --always --dirty --abbrev=12 --exclude=*
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed AND found MATCHES "^[0-9a-f]+(-dirty)?$")
        set(revision ${found})
    endif()
endif()
set(text "#include \"launch/version.hpp\"\n\nnamespace athanor {\n\nstd::string_view revision() { return \"${revision}\"; }\n\n}  // namespace athanor\n")
set(before "")
if(EXISTS ${OUT})
    file(READ ${OUT} before)
endif()
if(NOT before STREQUAL text)
    file(WRITE ${OUT} "${text}")
endif()
