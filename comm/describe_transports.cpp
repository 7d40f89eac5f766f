// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/describe_transports.hpp"

#include <fmt/format.h>

#include "comm/mpi_cuda_support.hpp"
#include "comm/mpi_error.hpp"
#include "comm/nccl_transport.hpp"

namespace athanor {

std::string describe_mpi() { return detail::mpi_library(); }

std::string describe_transports() {
    std::string const absence = nccl_absence();
    std::string const mpi_way =
        detail::mpi_is_cuda_aware()
            ? "CUDA-aware, so it may be given device memory; slots are in host memory"
            : "not CUDA-aware: device memory would go through pinned host memory";
    return fmt::format(
        "  in process: threads share slots\n"
        "  within a node: ranks share slots\n"
        "  between nodes: {} ({})\n"
        "  between devices: {} ({}), with /buffers/transport \"nccl\"",
        detail::mpi_library(), mpi_way, describe_nccl(), absence.empty() ? "usable" : absence);
}

}  // namespace athanor
