// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one file that asks which compiler runs. Functors that host loops and device kernels share
/// mark their members ATHANOR_HD.
#if defined(__CUDACC__)
#define ATHANOR_HD __host__ __device__
#else
#define ATHANOR_HD
#endif
