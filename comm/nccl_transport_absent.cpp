// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What a build without CUDA toolkit or NCCL has in place of the transport.
#include "comm/nccl_transport.hpp"
#include "runtime/error.hpp"

namespace athanor {

struct NcclTransport::State {};

NcclTransport::NcclTransport(int) { throw NcclError(nccl_absence()); }
NcclTransport::~NcclTransport() = default;

std::unique_ptr<TransportSender> NcclTransport::sender_to(Rank, EdgeId, SlotRoom const&) const {
    throw NcclError(nccl_absence());
}

std::unique_ptr<TransportReceiver> NcclTransport::receiver_from(Rank, EdgeId,
                                                                SlotRoom const&) const {
    throw NcclError(nccl_absence());
}

std::string nccl_absence() {
    return "this build has no NCCL; configure it where the CUDA toolkit and NCCL are, or use MPI";
}

std::string describe_nccl() { return "NCCL: not built in"; }

}  // namespace athanor
