// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/tensorboard_log.hpp"

#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <span>

#include <fmt/format.h>
#include <unistd.h>

#include "runtime/crc32c.hpp"
#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

// Protocol buffers: a key is the field's number times 8 plus how its value is encoded.
enum class Encoding : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
    out += static_cast<char>(value);
}
void put_key(std::string& out, std::uint32_t field, Encoding encoding) {
    put_varint(out, field << 3 | static_cast<std::uint32_t>(encoding));
}
template <class T>
void put_raw(std::string& out, T value) {
    static_assert(std::endian::native == std::endian::little, "the format is little-endian");
    out.append(reinterpret_cast<char const*>(&value), sizeof value);
}
void put_bytes(std::string& out, std::uint32_t field, std::string const& bytes) {
    put_key(out, field, Encoding::bytes);
    put_varint(out, bytes.size());
    out += bytes;
}

std::uint32_t masked_crc(std::string const& bytes) {
    std::uint32_t const crc = crc32c(std::as_bytes(std::span(bytes)));
    return std::rotr(crc, 15) + 0xa282ead8U;
}

double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// Event.wall_time = 1, a double.
void start_event(std::string& event) {
    event.clear();
    put_key(event, 1, Encoding::fixed64);
    put_raw(event, now());
}

}  // namespace

void TensorboardLog::open(std::span<std::string const> scalar_names) {
    ATHANOR_EXPECTS(!file_);
    names_.assign(scalar_names.begin(), scalar_names.end());
    char host[256] = "localhost";
    gethostname(host, sizeof host - 1);
    auto const path = folder_ / fmt::format("events.out.tfevents.{:010}.{}.{}",
                                            static_cast<std::int64_t>(now()), host, getpid());
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (!error) file_.reset(std::fopen(path.c_str(), "wb"));
    if (!file_)
        throw StorageError(fmt::format("{}: cannot be made: {}", path.string(),
                                       error ? error.message() : std::strerror(errno)));
    start_event(event_);
    put_bytes(event_, 3, "brain.Event:2");  // Event.file_version
    put_record(event_);
}

void TensorboardLog::write(LogBlock& block) {
    for (std::size_t k = 0; k < block.size(); ++k) {
        LogRow const& row = block.row(k);
        auto const scalars = block.scalars(k);
        summary_.clear();
        for (std::size_t c = 0; c < names_.size(); ++c) {
            value_.clear();
            put_bytes(value_, 1, fmt::format("{}/{}", names_[c], row.system_id));  // Value.tag
            put_key(value_, 2, Encoding::fixed32);  // Value.simple_value
            put_raw(value_, static_cast<float>(scalars[c]));
            put_bytes(summary_, 1, value_);  // Summary.value
        }
        start_event(event_);
        put_key(event_, 2, Encoding::varint);  // Event.step
        put_varint(event_, static_cast<std::uint64_t>(row.step));
        put_bytes(event_, 5, summary_);  // Event.summary
        put_record(event_);
    }
    if (std::fflush(file_.get()) != 0)
        throw StorageError(
            fmt::format("{}: cannot be written: {}", folder_.string(), std::strerror(errno)));
}

void TensorboardLog::close() {
    if (!file_) return;
    if (std::fclose(file_.release()) != 0)
        throw StorageError(
            fmt::format("{}: cannot be written: {}", folder_.string(), std::strerror(errno)));
}

void TensorboardLog::put_record(std::string const& data) {
    ATHANOR_EXPECTS(file_ != nullptr);
    std::string record;
    put_raw(record, static_cast<std::uint64_t>(data.size()));
    put_raw(record, masked_crc(record));
    record += data;
    put_raw(record, masked_crc(data));
    if (std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size())
        throw StorageError(
            fmt::format("{}: cannot be written: {}", folder_.string(), std::strerror(errno)));
}

}  // namespace athanor
