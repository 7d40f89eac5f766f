// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace athanor {

/// A range of the calling thread in NVIDIA's tools, from construction to destruction, in the NVTX
/// domain "athanor". nvtx_range.cpp shows it in a build with the CUDA toolkit, nvtx_absent.cpp does
/// nothing in one without. Costs next to nothing when no tool is attached.
class NvtxRange {
public:
    /// nullptr: no range.
    explicit NvtxRange(char const* label);
    ~NvtxRange();
    NvtxRange(NvtxRange const&) = delete;
    NvtxRange& operator=(NvtxRange const&) = delete;

private:
    bool open_;
};

}  // namespace athanor
