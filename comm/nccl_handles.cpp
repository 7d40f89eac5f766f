// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/nccl_handles.hpp"

#include <utility>

#include "comm/nccl_error.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor::detail {

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
