// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Included by .cu files alone: makes the entries of their kernels. The second of the two files
/// that ask which compiler runs; the first is runtime/host_device.hpp.
#pragma once

#include "kernels/device/emulation.hpp"
#include "kernels/device/kernel_entry.hpp"
#if defined(__CUDACC__)
#include "kernels/device/cuda_thread.cuh"
#endif

namespace athanor {
namespace detail {

template <class Kernel>
void emulate_thread(void const* kernel, void* scratch) {
    auto const& body = *static_cast<Kernel const*>(kernel);
    if constexpr (WithScratch<Kernel>)
        body(EmulatedThread{}, *static_cast<typename Kernel::Scratch*>(scratch));
    else
        body(EmulatedThread{});
}

template <class Kernel>
constexpr std::size_t scratch_bytes() {
    if constexpr (WithScratch<Kernel>)
        return sizeof(typename Kernel::Scratch);
    else
        return 0;
}

#if defined(__CUDACC__)
template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads) run_kernel(Kernel const kernel) {
    if constexpr (WithScratch<Kernel>) {
        __shared__ typename Kernel::Scratch scratch;
        kernel(CudaThread{}, scratch);
    } else {
        kernel(CudaThread{});
    }
}
template <class Kernel>
void const* cuda_function() {
    return reinterpret_cast<void const*>(&run_kernel<Kernel>);
}
#else
template <class Kernel>
void const* cuda_function() {
    return nullptr;
}
#endif

}  // namespace detail

template <class Kernel>
KernelEntry const& kernel_entry() {
    static KernelEntry const entry{Kernel::name,
                                   Kernel::threads,
                                   sizeof(Kernel),
                                   detail::cuda_function<Kernel>(),
                                   &detail::emulate_thread<Kernel>,
                                   detail::scratch_bytes<Kernel>()};
    return entry;
}

}  // namespace athanor
