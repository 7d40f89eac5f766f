# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
# Sets ATHANOR_REVISION to what git says of SOURCE_DIR ("1a2b3c4d", "1a2b3c4d-dirty"), or to "" where
# there is no repository. As a script (cmake -D SOURCE_DIR=... -D IN=... -D OUT=... -P) it also writes
# OUT from IN; a file that would stay as it is is left alone.
if(NOT SOURCE_DIR)
    set(SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
endif()
set(ATHANOR_REVISION "")
if(EXISTS ${SOURCE_DIR}/.git)  # a source tree inside a repository of others is none of ours
    execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=8 --exclude=*
                    OUTPUT_VARIABLE ATHANOR_REVISION OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(IN)
    configure_file(${IN} ${OUT} @ONLY)
endif()
