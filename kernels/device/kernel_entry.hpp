// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "runtime/device_queue.hpp"
#include "runtime/host_device.hpp"

/// A device kernel is a struct of plain data:
///     struct KickAndDrift {
///         static constexpr char const* name = "kick_and_drift";
///         static constexpr int threads = 128;                // of a block, a multiple of 32
///         DeviceSystems systems;                             // whatever it works on, by value
///         template <class Thread>
///         ATHANOR_HD void operator()(Thread) const;          // what one thread does
///     };
/// `Thread` says where the thread stands and what its neighbours say, by static members:
///     index()              among all threads of the launch
///     lane(), group()      eight threads are a group: place in it 0 .. 7, number in the launch
///     ballot(bool)         bit k is what lane k of the group says; all eight must call
///     shuffle(value, k)    what lane k of the group gives as `value`; all eight must call
///     sync()               a barrier of the block; all its threads must call
///     add(int*, value)     what stood there, when many threads add to it; in no order
///     exchange(int*, value) the same for writing
///     thread(), block()    place in the block, number of the block
/// A kernel with `struct Scratch` shares one of it among the threads of a block, of any content at
/// first: operator()(Thread, Scratch&). Two models of Thread: CudaThread (cuda_thread.cuh) and
/// EmulatedThread (emulation.hpp), with the same bits, as no operation is contracted on either.
/// A kernel belongs to a .cu file, which says
///     template KernelEntry const& athanor::kernel_entry<KickAndDrift>();
/// and is compiled by nvcc where there is one and by the host's compiler where there is none.
namespace athanor {

template <class Kernel>
concept WithScratch = requires {
    typename Kernel::Scratch;
};

struct KernelEntry {
    char const* name;
    int threads;                ///< of a block
    std::size_t bytes;          ///< of the kernel object
    void const* cuda_function;  ///< for cudaLaunchKernel; null in a build without CUDA
    /// What one thread does, with a block's scratch, at EmulatedThread's present place.
    void (*emulate)(void const* kernel, void* scratch);
    std::size_t scratch_bytes;
};

/// The entry of a kind of kernel. Defined in kernel_definition.cuh for the .cu files.
template <class Kernel>
[[nodiscard]] KernelEntry const& kernel_entry();

/// Enqueues `kernel` for at least `thread_count` threads; whole blocks run, so a kernel looks at
/// index() itself. Nothing happens for none.
template <class Kernel>
void launch(DeviceQueue& queue, Kernel const& kernel, std::size_t thread_count) {
    static_assert(std::is_trivially_copyable_v<Kernel> && Kernel::threads % 32 == 0);
    if (thread_count == 0) return;
    auto const per_block = static_cast<std::size_t>(Kernel::threads);
    queue.launch({&kernel_entry<Kernel>(), &kernel,
                  static_cast<int>((thread_count + per_block - 1) / per_block)});
}

}  // namespace athanor
