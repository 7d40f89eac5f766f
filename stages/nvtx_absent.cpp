// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/nvtx_range.hpp"

namespace athanor {

NvtxRange::NvtxRange(char const*) : open_(false) {}
NvtxRange::~NvtxRange() = default;

}  // namespace athanor
