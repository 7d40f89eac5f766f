// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/log_writer.hpp"

namespace athanor {

/// A log as an event file that TensorBoard shows: one curve per scalar and sample, "energy/12"
/// for the sample with system_id 12. Curves are single precision, as the format has it.
/// Format: TFRecord framing (length, its masked CRC-32C, data, its masked CRC-32C) around Event
///         messages in protocol-buffer encoding (tensorflow/core/util/event.proto, summary.proto);
///         the mask is rotate-right by 15 plus 0xa282ead8 (tensorflow/core/lib/hash/crc32c.h).
/// Throws: StorageError.
class TensorboardLog final : public LogWriter {
public:
    /// The file is made in `folder` in open(), under a name that TensorBoard looks for.
    explicit TensorboardLog(std::filesystem::path folder) : folder_(std::move(folder)) {}

    void open(std::span<std::string const> scalar_names) override;
    void write(LogBlock& block) override;
    void close() override;
    [[nodiscard]] std::string describe() const override { return folder_.string(); }

private:
    struct CloseFile {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    void put_record(std::string const& data);

    std::filesystem::path folder_;
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::vector<std::string> names_;
    std::string value_, summary_, event_;
};

}  // namespace athanor
