// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/sorted_indices.hpp"
#include "runtime/device_array.hpp"

namespace athanor {

/// A list of atoms on a device. Expects: ascending, each once. Waits for the queue.
class DeviceIndices {
public:
    DeviceIndices(DeviceQueue& queue, std::vector<int> const& indices)
        : indices_(queue, indices.size()) {
        if (indices.empty()) return;
        PinnedArray<int> staging(queue, indices.size());
        std::copy(indices.begin(), indices.end(), staging.data());
        queue.copy(indices_.data(), staging.data(), staging.bytes());
        queue.wait();
    }
    [[nodiscard]] SortedIndices view() const {
        return {indices_.data(), static_cast<int>(indices_.size())};
    }

private:
    DeviceArray<int> indices_;
};

}  // namespace athanor
