// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <nccl.h>

#include "runtime/cuda_handles.hpp"

namespace athanor::detail {

/// A communicator that never blocks the host.
/// States:  joining -> ready <-> launching; any -> broken. Only ready() goes from one to the other.
/// Broken:  on the first error the communicator is aborted, so that its kernels leave the device,
///          and that error is thrown then and at every later call.
/// The end: by ncclCommAbort as well: it is local and waits for nobody, and an owner lets go only
///          when nothing is under way or nothing can be saved.
/// Threads: one at a time.
class NcclCommunicator {
public:
    /// For one group of ranks; made by one of them and told to the others.
    [[nodiscard]] static ncclUniqueId make_id();

    /// Begins to join as `rank` of `size`, with the current device; `doing` is for messages.
    NcclCommunicator(ncclUniqueId const& id, int rank, int size, std::string doing);
    ~NcclCommunicator();
    NcclCommunicator(NcclCommunicator const&) = delete;
    NcclCommunicator& operator=(NcclCommunicator const&) = delete;

    /// True when the calls below may be made, and what the last of them started is in its stream.
    /// Throws: NcclError when the communicator is broken.
    [[nodiscard]] bool ready();

    // Expects: ready(). What they put into the stream may follow later; ready() tells.
    void send(std::span<std::byte const> bytes, int peer, CudaStream const& stream);
    void receive(std::span<std::byte> bytes, int peer, CudaStream const& stream);
    /// Both in one, which is the only way that NCCL lets a rank send to itself.
    void send_to_self(std::span<std::byte const> from, std::byte* to, CudaStream const& stream);

private:
    void check(ncclResult_t result);
    void abort() noexcept;

    std::string doing_;
    std::string broken_;  // why; empty while it is not
    ncclComm_t handle_ = nullptr;
    int rank_;
};

}  // namespace athanor::detail
