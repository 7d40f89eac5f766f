// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/quarantine.hpp"

#include <fmt/format.h>

namespace athanor {

ExtxyzWriter& Quarantine::writer() {
    if (!writer_) {
        if (path_.has_parent_path()) {
            std::error_code ignored;  // the writer says what is wrong with the folder
            std::filesystem::create_directories(path_.parent_path(), ignored);
        }
        writer_.emplace(path_, ExtxyzWriter::Existing::append);
    }
    return *writer_;
}

void Quarantine::take(Batch const& batch, SystemIndex system, std::string const& reason) {
    std::lock_guard const lock(mutex_);
    writer().write(batch.extract(system), FrameContent::result, {{"reason", reason}});
    ++count_;
}

void Quarantine::take(Sample const& sample, std::string const& reason) {
    std::lock_guard const lock(mutex_);
    writer().write(sample, FrameContent::input, {{"reason", reason}});
    ++count_;
}

void Quarantine::take(BadFrame const& frame) {
    std::lock_guard const lock(mutex_);
    writer().write(frame);
    ++count_;
}

std::int64_t Quarantine::count() const {
    std::lock_guard const lock(mutex_);
    return count_;
}

void Quarantine::close() {
    std::lock_guard const lock(mutex_);
    if (writer_) writer_->close();
}

}  // namespace athanor
