// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl_error.hpp"

#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {

void detail::check_nccl(ncclResult_t result, std::string_view doing, ncclComm_t communicator) {
    if (result == ncclSuccess || result == ncclInProgress) return;
    char const* const last_words = ncclGetLastError(communicator);
    throw NcclError(fmt::format("NCCL could not {}: {}{}{}", doing, ncclGetErrorString(result),
                                last_words != nullptr && *last_words != '\0' ? "; " : "",
                                last_words != nullptr ? last_words : ""));
}

}  // namespace athanor
