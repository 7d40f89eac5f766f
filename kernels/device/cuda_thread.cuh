// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// A thread of a CUDA kernel; kernel_entry.hpp says what the members mean.
/// Expects: blocks of one dimension, of a multiple of 32 threads. Groups of eight lie within warps.
struct CudaThread {
    static constexpr int group_size = 8;

    __device__ static int thread() { return static_cast<int>(threadIdx.x); }
    __device__ static int block() { return static_cast<int>(blockIdx.x); }
    __device__ static int index() {
        return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    }
    __device__ static int lane() { return static_cast<int>(threadIdx.x % group_size); }
    __device__ static int group() { return index() / group_size; }

    __device__ static unsigned ballot(bool value) {
        return (__ballot_sync(mask(), value) >> shift()) & 0xffU;
    }
    template <class T>
    __device__ static T shuffle(T value, int lane) {
        return __shfl_sync(mask(), value, lane, group_size);
    }
    __device__ static void sync() { __syncthreads(); }
    __device__ static int add(int* to, int value) { return atomicAdd(to, value); }
    __device__ static int exchange(int* to, int value) { return atomicExch(to, value); }

private:
    /// Place of the group's lane 0 in its warp.
    __device__ static unsigned shift() { return (threadIdx.x % 32) & ~7U; }
    __device__ static unsigned mask() { return 0xffU << shift(); }
};

}  // namespace athanor
