// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// What the stand-in for CUDA's runtime has beyond CUDA. A test looks for it at run time (dlsym):
/// the real library has no such name.
#pragma once

#include <cstddef>

extern "C" {

/// Does what a kernel would, on the thread of its stream, with the bytes of its first argument as
/// they were at the launch. False is a failure of the device: the stream is unusable after it.
using AthanorDoubleRun = bool (*)(void const* context, void const* arguments, int blocks,
                                  int threads);

/// From now on launches of the kernel `function` of this program are `run`.
void athanor_cuda_double_learn(void const* function, std::size_t argument_bytes,
                               AthanorDoubleRun run, void const* context);

/// From now on its devices have that much memory, all together. What was handed out stays.
void athanor_cuda_double_memory(std::size_t bytes);
}
