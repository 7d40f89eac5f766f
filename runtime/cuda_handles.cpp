// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cuda_handles.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "runtime/cuda_error.hpp"

namespace athanor::detail {
namespace {

class PinnedMemory final : public MemorySpace {
public:
    void* allocate(std::size_t bytes) override {
        void* memory = nullptr;
        cudaError_t const code =
            cudaHostAlloc(&memory, std::max<std::size_t>(bytes, 1), cudaHostAllocPortable);
        if (code != cudaSuccess)
            check_cuda(code, fmt::format("pin {} bytes of host memory (lower /buffers, or raise "
                                         "the limit of locked memory)",
                                         bytes));
        std::memset(memory, 0, bytes);
        return memory;
    }
    void deallocate(void* memory, std::size_t) noexcept override {
        static_cast<void>(cudaFreeHost(memory));
    }
    void move(std::span<RowMove const> moves) override { host_memory().move(moves); }
};

}  // namespace

void use_device(int device) { check_cuda(cudaSetDevice(device), "turn to its device"); }

CudaStream::CudaStream() {
    check_cuda(cudaStreamCreateWithFlags(handle_.put(), cudaStreamNonBlocking), "make a stream");
}
void CudaStream::wait() const { check_cuda(cudaStreamSynchronize(get()), "wait for a stream"); }

CudaEvent::CudaEvent() {
    check_cuda(cudaEventCreateWithFlags(handle_.put(), cudaEventDisableTiming), "make an event");
}
void CudaEvent::record(CudaStream const& stream) {
    check_cuda(cudaEventRecord(handle_.get(), stream.get()), "record an event");
}
void CudaEvent::hold_back(CudaStream const& stream) const {
    check_cuda(cudaStreamWaitEvent(stream.get(), handle_.get(), 0),
               "let a stream wait for an event");
}
bool CudaEvent::reached() const {
    cudaError_t const code = cudaEventQuery(handle_.get());
    if (code == cudaErrorNotReady) return false;
    check_cuda(code, "look at an event");
    return true;
}
void CudaEvent::wait() const { check_cuda(cudaEventSynchronize(handle_.get()), "wait for work"); }

DeviceMemory::DeviceMemory(std::size_t bytes) {
    cudaError_t const code = cudaMalloc(handle_.put(), std::max<std::size_t>(bytes, 1));
    if (code != cudaSuccess)  // words are put together only then
        check_cuda(code, fmt::format("allocate {} bytes on the device (lower /buffers)", bytes));
}

CudaMemoryPool::CudaMemoryPool(int device) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location = {cudaMemLocationTypeDevice, device};
    check_cuda(cudaMemPoolCreate(handle_.put(), &properties), "make a pool of device memory");
    // Otherwise whoever waits gives the free part back to the driver, which takes long.
    std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
    check_cuda(cudaMemPoolSetAttribute(handle_.get(), cudaMemPoolAttrReleaseThreshold, &keep),
               "let a pool keep what is free");
}
void* CudaMemoryPool::allocate(std::size_t bytes, CudaStream const& stream) const {
    void* memory = nullptr;
    cudaError_t const code = cudaMallocFromPoolAsync(&memory, std::max<std::size_t>(bytes, 1),
                                                     handle_.get(), stream.get());
    if (code != cudaSuccess)
        check_cuda(code, fmt::format("allocate {} bytes on the device, of which {} are free", bytes,
                                     free_bytes()));
    return memory;
}
void CudaMemoryPool::deallocate(void* memory, CudaStream const& stream) const noexcept {
    if (memory != nullptr) static_cast<void>(cudaFreeAsync(memory, stream.get()));
}
std::size_t CudaMemoryPool::free_bytes() const {
    std::size_t free = 0, total = 0;
    std::uint64_t reserved = 0, used = 0;
    check_cuda(cudaMemGetInfo(&free, &total), "ask how much memory is free");
    check_cuda(cudaMemPoolGetAttribute(handle_.get(), cudaMemPoolAttrReservedMemCurrent, &reserved),
               "ask what a pool has");
    check_cuda(cudaMemPoolGetAttribute(handle_.get(), cudaMemPoolAttrUsedMemCurrent, &used),
               "ask what a pool has handed out");
    return free + static_cast<std::size_t>(reserved - used);
}

MemorySpace& pinned_memory() {
    static PinnedMemory space;
    return space;
}

}  // namespace athanor::detail
