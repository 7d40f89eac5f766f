// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The file that asks which compiler runs; the other one is kernels/device/kernel_definition.cuh,
/// which only .cu files include. Functors that host loops and device kernels share mark their
/// members ATHANOR_HD; ATHANOR_INLINE is for what hot loops call.
#if defined(__CUDACC__)
#define ATHANOR_HD __host__ __device__
#define ATHANOR_INLINE inline
#else
#define ATHANOR_HD
#define ATHANOR_INLINE [[gnu::always_inline]] inline
#endif
