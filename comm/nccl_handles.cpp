// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl_handles.hpp"

#include <cstring>
#include <utility>

#include "comm/nccl_error.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor::detail {
namespace {

class PinnedMemory final : public MemorySpace {
public:
    void* allocate(std::size_t bytes) override {
        void* memory = nullptr;
        check_cuda(cudaHostAlloc(&memory, bytes == 0 ? 1 : bytes, cudaHostAllocPortable),
                   "pin host memory for a channel's slots (lower /buffers, or raise the limit of "
                   "locked memory)");
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
    check_cuda(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "make a stream");
}
CudaStream::~CudaStream() { static_cast<void>(cudaStreamDestroy(handle_)); }

CudaEvent::CudaEvent() {
    check_cuda(cudaEventCreateWithFlags(&handle_, cudaEventDisableTiming), "make an event");
}
CudaEvent::CudaEvent(CudaEvent&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
CudaEvent::~CudaEvent() {
    if (handle_ != nullptr) static_cast<void>(cudaEventDestroy(handle_));
}
void CudaEvent::record(CudaStream const& stream) {
    check_cuda(cudaEventRecord(handle_, stream.get()), "record an event");
}
void CudaEvent::hold_back(CudaStream const& stream) const {
    check_cuda(cudaStreamWaitEvent(stream.get(), handle_, 0), "let a stream wait for an event");
}
bool CudaEvent::reached() const {
    cudaError_t const code = cudaEventQuery(handle_);
    if (code == cudaErrorNotReady) return false;
    check_cuda(code, "look at an event");
    return true;
}

DeviceMemory::DeviceMemory(std::size_t bytes) {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, bytes == 0 ? 1 : bytes),
               "allocate a channel's slots on the device (lower /buffers)");
    begin_ = static_cast<std::byte*>(memory);
}
DeviceMemory::~DeviceMemory() { static_cast<void>(cudaFree(begin_)); }

MemorySpace& pinned_memory() {
    static PinnedMemory space;
    return space;
}

ncclUniqueId NcclCommunicator::make_id() {
    ncclUniqueId id;
    check_nccl(ncclGetUniqueId(&id), "make the id of a communicator", nullptr);
    return id;
}

NcclCommunicator::NcclCommunicator(ncclUniqueId const& id, int rank, int size, std::string doing)
    : doing_(std::move(doing)), rank_(rank) {
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    check(ncclCommInitRankConfig(&handle_, size, id, rank, &config));
}

NcclCommunicator::~NcclCommunicator() { abort(); }

bool NcclCommunicator::ready() {
    if (!broken_.empty()) throw NcclError(broken_);
    ncclResult_t state = ncclSuccess;
    check(ncclCommGetAsyncError(handle_, &state));
    check(state);
    return state == ncclSuccess;
}

void NcclCommunicator::send(std::span<std::byte const> bytes, int peer, CudaStream const& stream) {
    ATHANOR_EXPECTS(broken_.empty());
    check(ncclSend(bytes.data(), bytes.size(), ncclUint8, peer, handle_, stream.get()));
}

void NcclCommunicator::receive(std::span<std::byte> bytes, int peer, CudaStream const& stream) {
    ATHANOR_EXPECTS(broken_.empty());
    check(ncclRecv(bytes.data(), bytes.size(), ncclUint8, peer, handle_, stream.get()));
}

void NcclCommunicator::send_to_self(std::span<std::byte const> from, std::byte* to,
                                    CudaStream const& stream) {
    ATHANOR_EXPECTS(broken_.empty());
    check(ncclGroupStart());
    ncclResult_t const sent =
        ncclSend(from.data(), from.size(), ncclUint8, rank_, handle_, stream.get());
    ncclResult_t const received =
        ncclRecv(to, from.size(), ncclUint8, rank_, handle_, stream.get());
    ncclResult_t const ended = ncclGroupEnd();  // always, or this thread stays in the group
    check(sent);
    check(received);
    check(ended);
}

void NcclCommunicator::check(ncclResult_t result) {
    try {
        check_nccl(result, doing_, handle_);
    } catch (NcclError const& error) {
        broken_ = error.what();
        abort();
        throw;
    }
}

void NcclCommunicator::abort() noexcept {
    if (handle_ != nullptr) static_cast<void>(ncclCommAbort(std::exchange(handle_, nullptr)));
}

}  // namespace athanor::detail
