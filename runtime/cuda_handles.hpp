// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Owners of what CUDA hands out. Each frees its own handle and nothing else, moves and never
/// copies. Destructors throw nothing: an error there has nobody left to tell.
#pragma once

#include <cstddef>
#include <utility>

#include <cuda_runtime_api.h>

#include "runtime/memory.hpp"

namespace athanor::detail {

/// Turns the calling thread to `device`; cheap where it is turned there already.
void use_device(int device);

/// Owner of a handle that `destroy` frees; of none at first.
template <class Handle, cudaError_t (*destroy)(Handle)>
class CudaHandle {
public:
    CudaHandle() = default;
    CudaHandle(CudaHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    CudaHandle& operator=(CudaHandle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~CudaHandle() {
        if (handle_ != nullptr) static_cast<void>(destroy(handle_));
    }

    [[nodiscard]] Handle get() const { return handle_; }
    /// For the call that makes one. Expects: there is none yet.
    [[nodiscard]] Handle* put() { return &handle_; }

private:
    Handle handle_ = nullptr;
};

/// Work as it was captured from a stream, and the same ready to be launched.
using CudaGraph = CudaHandle<cudaGraph_t, cudaGraphDestroy>;
using CudaGraphExec = CudaHandle<cudaGraphExec_t, cudaGraphExecDestroy>;

/// A stream of the current device that does not wait for the default stream. When it goes, work
/// that is under way goes on; CUDA frees the stream after it.
class CudaStream {
public:
    CudaStream();

    [[nodiscard]] cudaStream_t get() const { return handle_.get(); }
    /// Returns when everything in it is done.
    void wait() const;

private:
    CudaHandle<cudaStream_t, cudaStreamDestroy> handle_;
};

/// A mark in a stream, without a clock.
class CudaEvent {
public:
    CudaEvent();

    void record(CudaStream const& stream);
    /// Lets `stream` wait for the last record(); the caller does not wait.
    void hold_back(CudaStream const& stream) const;
    /// True when everything before the last record() is done, or there was none.
    [[nodiscard]] bool reached() const;
    /// Returns when it is.
    void wait() const;

private:
    CudaHandle<cudaEvent_t, cudaEventDestroy> handle_;
};

/// Room on the current device, not zeroed. Freeing it waits for the work of the device.
class DeviceMemory {
public:
    explicit DeviceMemory(std::size_t bytes);

    [[nodiscard]] std::byte* at(std::size_t offset) const {
        return static_cast<std::byte*>(handle_.get()) + offset;
    }

private:
    CudaHandle<void*, cudaFree> handle_;
};

/// Device memory that is handed out and taken back in the order of a stream. What is given back
/// stays in the pool for the next, until the pool goes.
class CudaMemoryPool {
public:
    explicit CudaMemoryPool(int device);

    /// Room for work that is enqueued in `stream` from now on; its content is anything. Throws
    /// DeviceMemoryError where there is none; nothing says what the room is for.
    [[nodiscard]] void* allocate(std::size_t bytes, CudaStream const& stream) const;
    /// Once everything that was enqueued in `stream` before is done.
    void deallocate(void* memory, CudaStream const& stream) const noexcept;
    /// What it could hand out: its own free part, and what nobody has of the current device.
    [[nodiscard]] std::size_t free_bytes() const;

private:
    CudaHandle<cudaMemPool_t, cudaMemPoolDestroy> handle_;
};

/// Host memory that the device reads and writes by itself, zeroed. There is no way out to plain
/// memory: an "asynchronous" copy of that waits for the stream, and so for whatever is in it.
/// Throws: CudaError from allocate(), DeviceMemoryError where there is none.
[[nodiscard]] MemorySpace& pinned_memory();

}  // namespace athanor::detail
