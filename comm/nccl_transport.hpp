// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "comm/transport.hpp"
#include "runtime/ids.hpp"

namespace athanor {

/// Makes the halves of edges between ranks that have a device each. Payloads travel from device
/// slot to device slot by ncclSend and ncclRecv; header and credits travel over MPI, as
/// MpiTransport moves them. Samples are packed and unpacked by the host, therefore slots are pinned
/// host memory and each payload is copied to its device slot and back, in the same stream.
/// Communicators: one per edge, of its two ranks, and a stream per half. NCCL runs the work of one
///            communicator in the order it was given, so that a common one would let an edge
///            without a reader hold up all others of its rank.
/// Deadlock:  none. A header tells how much comes, and only then is the receive put into its
///            stream: right away, since a sender with credit has a free slot here. So what waits
///            on a device is a send for its receiver's next look, and nothing else.
/// Ownership: the halves keep what they need of this object alive; all go before MPI ends.
/// Progress:  a payload is in its stream when the sender has looked again after post(), at once or
///            some looks later; nothing moves it in the meantime.
/// Bound:     no call waits; communicators come up in the background from the first moment, and
///            payloads wait for them. A destructor waits a few seconds at most for what is under
///            way, then aborts it.
/// Threads:   one thread per half; MPI_THREAD_MULTIPLE where several threads have halves.
/// Throws:    NcclError, CudaError, MpiError, each with the rank and the edge. A peer that died
///            shows only while something is under way; who never says anything again is found by
///            other means (heartbeats).
class NcclTransport {
public:
    /// Collective over all ranks; this rank uses `device`, which no other rank of its node may use.
    /// Expects: MPI runs. Throws: NcclError when nccl_absence() has a reason.
    explicit NcclTransport(int device);
    ~NcclTransport();

    /// This rank's half of `edge`; the peer makes the other one before or after. Expects: both have
    /// the same room. A rank may be its own peer.
    [[nodiscard]] std::unique_ptr<TransportSender> sender_to(Rank peer, EdgeId edge,
                                                             SlotRoom const& room) const;
    [[nodiscard]] std::unique_ptr<TransportReceiver> receiver_from(Rank peer, EdgeId edge,
                                                                   SlotRoom const& room) const;

private:
    struct State;
    class Sender;
    class Receiver;
    std::shared_ptr<State> state_;
};

/// Why NCCL cannot be used in this process: built without it, no driver, no device. Empty when it
/// can.
[[nodiscard]] std::string nccl_absence();

/// NCCL's versions, for people: "NCCL 2.28.9" or what is missing.
[[nodiscard]] std::string describe_nccl();

}  // namespace athanor
