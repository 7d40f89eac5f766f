// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/checkpoint_series.hpp"

#include <filesystem>
#include <system_error>

namespace athanor {

void CheckpointSeries::save(SamplesToSave const& samples) {
    ++header_.generation;
    write_checkpoint(folder_.file_of(header_), header_, samples.batch, samples.systems,
                     samples.others);
    CheckpointHeader oldest = header_;
    oldest.generation -= 2;
    std::error_code ignored;  // it may never have been, or is of no harm
    std::filesystem::remove(folder_.file_of(oldest), ignored);
}

}  // namespace athanor
