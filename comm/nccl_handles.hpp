// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Owners of what CUDA and NCCL hand out. Each frees its own handle and nothing else, moves and
/// never copies. Destructors throw nothing: an error there has nobody left to tell.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <cuda_runtime_api.h>
#include <nccl.h>

#include "runtime/memory.hpp"

namespace athanor::detail {

/// Turns the calling thread to `device`; cheap where it is turned there already.
void use_device(int device);

/// A stream of the current device that does not wait for the default stream.
class CudaStream {
public:
    CudaStream();
    /// Work that is under way goes on; CUDA frees the stream after it.
    ~CudaStream();
    CudaStream(CudaStream const&) = delete;
    CudaStream& operator=(CudaStream const&) = delete;

    [[nodiscard]] cudaStream_t get() const { return handle_; }

private:
    cudaStream_t handle_ = nullptr;
};

/// A mark in a stream, without a clock.
class CudaEvent {
public:
    CudaEvent();
    CudaEvent(CudaEvent&& other) noexcept;
    CudaEvent& operator=(CudaEvent&&) = delete;
    ~CudaEvent();

    void record(CudaStream const& stream);
    /// Lets `stream` wait for the last record(); the caller does not wait.
    void hold_back(CudaStream const& stream) const;
    /// True when everything before the last record() is done, or there was none.
    [[nodiscard]] bool reached() const;

private:
    cudaEvent_t handle_ = nullptr;
};

/// Room on the current device, not zeroed. Freeing it waits for the work of the device.
class DeviceMemory {
public:
    explicit DeviceMemory(std::size_t bytes);
    ~DeviceMemory();
    DeviceMemory(DeviceMemory const&) = delete;
    DeviceMemory& operator=(DeviceMemory const&) = delete;

    [[nodiscard]] std::byte* at(std::size_t offset) const { return begin_ + offset; }

private:
    std::byte* begin_ = nullptr;
};

/// Host memory that the device reads and writes by itself. There is no way out to plain memory: an
/// "asynchronous" copy of that waits for the stream, and so for the peer.
/// Throws: CudaError from allocate().
[[nodiscard]] MemorySpace& pinned_memory();

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
