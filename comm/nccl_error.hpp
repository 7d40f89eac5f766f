// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <nccl.h>

namespace athanor::detail {

/// Throws NcclError unless `result` is success or "in progress", which is how a communicator that
/// does not block says that it will: "NCCL could not `doing`: text; NCCL's last words".
/// `communicator` is the one whose last words count, null for calls that have none.
void check_nccl(ncclResult_t result, std::string_view doing, ncclComm_t communicator);

}  // namespace athanor::detail
