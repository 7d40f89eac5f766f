// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_ledger.hpp"

#include <cstring>
#include <fstream>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "sinks/extxyz_header.hpp"
#include "sinks/extxyz_value.hpp"

namespace athanor {
namespace {

class NoFrame : public StorageError {
public:
    using StorageError::StorageError;
};

/// The lines of a file that have an end. Not LineReader: that cannot tell whether the last has.
class WholeLines {
public:
    explicit WholeLines(std::filesystem::path const& path)
        : path_(path), file_(path, std::ios::binary) {
        if (!file_) fail("opened");
    }

    bool next(std::string& line) {
        if (!std::getline(file_, line)) {
            if (file_.bad()) fail("read");
            return false;
        }
        if (file_.eof()) return false;  // the end of the file came before that of the line
        ++number_;
        bytes_ += static_cast<std::int64_t>(line.size()) + 1;
        return true;
    }
    std::int64_t bytes() const { return bytes_; }

    [[noreturn]] void refuse(std::string_view what) const {
        throw NoFrame(fmt::format("{}:{}: {}", path_.string(), number_, what));
    }

private:
    [[noreturn]] void fail(char const* deed) const {
        throw StorageError(
            fmt::format("{}: cannot be {}; give a file that a run wrote", path_.string(), deed));
    }

    std::filesystem::path path_;
    std::ifstream file_;
    std::int64_t number_ = 0;
    std::int64_t bytes_ = 0;
};

ExtxyzLedgerRow row_of(ExtxyzHeader const& header, WholeLines const& lines) {
    if (!header.has_ledger) lines.refuse("the frame has no system_id, stage and stage_step");
    ExtxyzLedgerRow row;
    RowKey& key = row.key;
    key.kind = header.kind;
    for (ExtxyzField const& field : header.fields) {
        if (field.spec.name == "system_id") key.system_id = field.integers[0];
        if (field.spec.name == "stage") key.stage = static_cast<std::int32_t>(field.integers[0]);
        if (field.spec.name == "stage_step") key.step = field.integers[0];
        if (field.spec.name == "stored_rows") row.stored_rows = field.integers[0];
    }
    return row;
}

ExtxyzHeader header_of(std::string const& comment, WholeLines const& lines) {
    try {
        return parse_extxyz_header(comment, FrameContent::result);
    } catch (InputError const& error) {
        lines.refuse(error.what());
    }
}

int count_words(std::string const& line) {
    int words = 0;
    bool inside = false;
    for (char const c : line) {
        bool const blank = c == ' ' || c == '\t';
        words += !blank && !inside;
        inside = !blank;
    }
    return words;
}

/// The entry of the next frame; nothing at the end, or where the frame is there in part. `is_ours`:
/// becomes true once a header has a ledger.
std::optional<ExtxyzLedgerRow> next_frame(WholeLines& lines, bool& is_ours) {
    std::string line;
    if (!lines.next(line)) return std::nullopt;
    auto const atoms = parse_integer(line);
    if (!atoms || *atoms < 0) lines.refuse("this line is no atom count");
    if (!lines.next(line)) return std::nullopt;
    ExtxyzHeader const header = header_of(line, lines);
    ExtxyzLedgerRow const row = row_of(header, lines);
    is_ours = true;
    for (std::int64_t atom = 0; atom < *atoms; ++atom) {
        if (!lines.next(line)) return std::nullopt;
        if (count_words(line) != header.column_total)
            lines.refuse("this line is no atom of its frame");
    }
    return row;
}

}  // namespace

ExtxyzLedger read_extxyz_ledger(std::filesystem::path const& path,
                                ExtxyzLedgerListener const& on_row) {
    ExtxyzLedger ledger;
    WholeLines lines(path);
    struct Frame {
        ExtxyzLedgerRow row;
        std::int64_t end;
    };
    std::optional<Frame> last;  // counts when what follows it is sound
    auto const count_last = [&] {
        if (!last) return;
        ledger.keys.insert(last->row.key);
        if (on_row) on_row(last->row);
        ++ledger.frame_count;
        ledger.whole_bytes = last->end;
    };
    bool is_ours = false;
    try {
        while (auto const row = next_frame(lines, is_ours)) {
            count_last();
            last = Frame{*row, lines.bytes()};
        }
        count_last();
    } catch (NoFrame const& error) {
        if (!is_ours)
            throw StorageError(fmt::format(
                "{}; this is no file that a run can go on with, move it away", error.what()));
        ledger.damage = error.what();
    }
    return ledger;
}

}  // namespace athanor
