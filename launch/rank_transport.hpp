// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "comm/mpi_environment.hpp"
#include "comm/transport.hpp"
#include "launch/campaign_plan.hpp"
#include "launch/config.hpp"
#include "launch/placement.hpp"

namespace athanor {

/// What moves slots between the ranks of a campaign, as /buffers/transport says: shared memory
/// within a node and MPI between nodes, or NCCL between the devices of the ranks.
/// Ownership: the halves keep what they need of it alive; all of them go before MPI ends.
/// Threads, throws: as the transport behind it.
class RankTransport {
public:
    virtual ~RankTransport() = default;

    /// This rank's half of `edge`; the peer, another rank, makes the other one.
    [[nodiscard]] virtual std::unique_ptr<TransportSender> sender_to(
        Rank peer, EdgeId edge, SlotRoom const& room) const = 0;
    [[nodiscard]] virtual std::unique_ptr<TransportReceiver> receiver_from(
        Rank peer, EdgeId edge, SlotRoom const& room) const = 0;
};

/// Collective over all ranks, before any of them counts on the transport.
/// Throws: on all ranks where it cannot be used: NcclError with all reasons on rank 0, an Error
///         without words on the others.
void expect_rank_transport(MpiEnvironment const& mpi, BufferSpec const& buffers);

/// Collective over all ranks, with the same plan and placement. Expects: more than one rank, and
/// expect_rank_transport() was content.
[[nodiscard]] std::unique_ptr<RankTransport> make_rank_transport(MpiEnvironment const& mpi,
                                                                 Placement const& placement,
                                                                 CampaignPlan const& plan);

}  // namespace athanor
