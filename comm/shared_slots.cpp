// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "comm/shared_slots.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor::detail {
namespace {

constexpr std::size_t alignment = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

std::size_t bytes_of_sizes(SlotRoom const& room) {
    return static_cast<std::size_t>(room.slots) * sizeof(std::uint64_t);
}

/// Of all that the halves of an edge share.
std::size_t shared_bytes(SlotRoom const& room) {
    ATHANOR_EXPECTS(room.slots > 0);
    return aligned(sizeof(SlotCounters)) + aligned(bytes_of_sizes(room)) +
           static_cast<std::size_t>(room.slots) *
               aligned(message_header_bytes + room.payload_bytes);
}

/// Stands at the beginning of the memory; new shared memory is all zeros.
struct Front {
    std::atomic<std::uint64_t> bytes;
    std::atomic<std::uint32_t> users;
};

[[noreturn]] void refuse(std::size_t bytes, int reason) {
    throw MpiError(fmt::format(
        "no shared memory for the slots of a channel ({} bytes): {}; enlarge /dev/shm or lower "
        "/buffers",
        bytes, std::strerror(reason)));
}

/// A file of shared memory, gone when it closes.
int open_memory(std::string const& name, std::size_t bytes) {
    int const file = shm_open(name.c_str(), O_RDWR | O_CREAT, 0600);
    if (file < 0) refuse(bytes, errno);
    // Takes the pages now: a full /dev/shm is an error here, and a SIGBUS in the middle of a run.
    if (int const reason = posix_fallocate(file, 0, static_cast<off_t>(bytes)); reason != 0) {
        close(file);
        shm_unlink(name.c_str());
        refuse(bytes, reason);
    }
    return file;
}

}  // namespace

/// Hands out its memory piece by piece and takes it back as a whole. It is all zeros at first.
class SharedSlots::Segment final : public MemorySpace {
public:
    /// Of this process.
    explicit Segment(std::size_t bytes) : bytes_(bytes) { map(MAP_PRIVATE | MAP_ANONYMOUS, -1); }
    /// Of this one and another.
    Segment(std::string name, std::size_t bytes)
        : name_(std::move(name)), bytes_(alignment + bytes), used_(alignment) {
        int const file = open_memory(name_, bytes_);
        map(MAP_SHARED | MAP_POPULATE, file);
        join();
    }
    ~Segment() override {
        // The other end never came, so that nobody has taken the name away.
        if (!name_.empty() && front().users.load() == 1) shm_unlink(name_.c_str());
        munmap(begin_, bytes_);
    }
    Segment(Segment const&) = delete;
    Segment& operator=(Segment const&) = delete;

    void* allocate(std::size_t bytes) override {
        std::byte* const piece = begin_ + used_;
        used_ += aligned(bytes);
        ATHANOR_ENSURES(used_ <= bytes_);
        return piece;
    }
    void deallocate(void*, std::size_t) noexcept override {}
    void move(std::span<RowMove const> moves) override { host_memory().move(moves); }

private:
    [[nodiscard]] Front& front() { return *reinterpret_cast<Front*>(begin_); }

    /// Takes over `file`.
    void map(int flags, int file) {
        void* const begin = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, flags, file, 0);
        int const reason = errno;
        if (file >= 0) close(file);
        if (begin == MAP_FAILED) refuse(bytes_, reason);
        begin_ = static_cast<std::byte*>(begin);
    }
    void join() {
        std::uint64_t said = 0;
        bool const first = front().bytes.compare_exchange_strong(said, bytes_);
        if (front().users.fetch_add(1) > 0) shm_unlink(name_.c_str());
        if (first || said == bytes_) return;
        munmap(begin_, bytes_);
        throw MpiError(
            fmt::format("the slots of a channel take {} bytes here and {} at its other "
                        "end; give both the same /buffers",
                        bytes_, said));
    }

    std::string name_;
    std::size_t bytes_;
    std::size_t used_ = 0;
    std::byte* begin_ = nullptr;
};

SharedSlots::SharedSlots(SlotRoom const& room)
    : SharedSlots(std::make_unique<Segment>(shared_bytes(room)), room) {}

SharedSlots::SharedSlots(std::string const& name, SlotRoom const& room)
    : SharedSlots(std::make_unique<Segment>(name, shared_bytes(room)), room) {}

SharedSlots::SharedSlots(std::unique_ptr<Segment> segment, SlotRoom const& room)
    : segment_(std::move(segment)) {
    auto const count = static_cast<std::size_t>(room.slots);
    counters_ = static_cast<SlotCounters*>(segment_->allocate(sizeof(SlotCounters)));
    message_bytes_ = {static_cast<std::uint64_t*>(segment_->allocate(bytes_of_sizes(room))), count};
    slots_.reserve(count);
    for (std::size_t k = 0; k < count; ++k) slots_.emplace_back(room.payload_bytes, *segment_);
}

SharedSlots::~SharedSlots() = default;

std::uint64_t free_shared_bytes() {
    struct statvfs room {};
    if (statvfs("/dev/shm", &room) != 0) return 0;
    return std::uint64_t{room.f_bavail} * room.f_frsize;
}

}  // namespace athanor::detail
