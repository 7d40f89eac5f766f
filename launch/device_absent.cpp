// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/device_info.hpp"

namespace athanor {

std::string describe_cuda() { return "CUDA: not built in"; }
int cuda_device_count() { return 0; }

}  // namespace athanor
