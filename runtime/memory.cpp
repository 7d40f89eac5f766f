// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "runtime/copy_bytes.hpp"

namespace athanor {
namespace {

constexpr std::align_val_t alignment{64};

class HostMemory final : public MemorySpace {
public:
    void* allocate(std::size_t bytes) override {
        void* const memory = ::operator new(bytes == 0 ? 1 : bytes, alignment);
        std::memset(memory, 0, bytes);
        return memory;
    }
    void deallocate(void* memory, std::size_t) noexcept override {
        ::operator delete(memory, alignment);
    }
    void move(std::span<RowMove const> moves) override {
        for (RowMove const& m : moves)
            copy_bytes(static_cast<std::byte*>(m.to), static_cast<std::byte const*>(m.from),
                       m.bytes);
    }
};

}  // namespace

void MemorySpace::zero(std::span<std::byte> bytes) {
    std::fill(bytes.begin(), bytes.end(), std::byte{0});
}

MemorySpace& host_memory() {
    static HostMemory space;
    return space;
}

}  // namespace athanor
