// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"
#include "runtime/species.hpp"
#include "sinks/extxyz_value.hpp"
#include "sinks/ledger_words.hpp"

namespace athanor {
namespace {

constexpr std::string_view input_prefix = "input_";

/// The column of a frame's line and the field that fills it.
struct WrittenColumn {
    std::string name;
    FieldIndex field;
};

/// A column of reals needs no ".0": its type stands in Properties.
void append_column_real(std::string& out, double value) {
    char digits[32];
    auto const result = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, result.ptr);
}

/// Element `i` of a column, whatever its type.
void append_element(std::string& out, Sample const& sample, FieldIndex field, std::size_t i) {
    auto const append_integer = [&](auto value) { out += std::to_string(value); };
    switch (sample.schema().field(field).dtype) {
        case Dtype::float64:
            return append_real(out, sample.values<double>(field)[i]);
        case Dtype::float32:
            return append_real(out, sample.values<float>(field)[i]);
        case Dtype::int64:
            return append_integer(sample.values<std::int64_t>(field)[i]);
        case Dtype::int32:
            return append_integer(sample.values<std::int32_t>(field)[i]);
        case Dtype::int16:
            return append_integer(sample.values<std::int16_t>(field)[i]);
        case Dtype::int8:
            return append_integer(sample.values<std::int8_t>(field)[i]);
        case Dtype::uint64:
            return append_integer(sample.values<std::uint64_t>(field)[i]);
        case Dtype::uint32:
            return append_integer(sample.values<std::uint32_t>(field)[i]);
        case Dtype::uint16:
            return append_integer(sample.values<std::uint16_t>(field)[i]);
        case Dtype::uint8:
            return append_integer(sample.values<std::uint8_t>(field)[i]);
        case Dtype::boolean:
            out += sample.values<std::uint8_t>(field)[i] ? 'T' : 'F';
            return;
    }
}

char letter_of(Dtype dtype) {
    if (dtype == Dtype::boolean) return 'L';
    return dtype == Dtype::float64 || dtype == Dtype::float32 ? 'R' : 'I';
}

bool all_nan(Sample const& sample, FieldIndex field) {
    if (sample.schema().field(field).dtype != Dtype::float64) return false;
    auto const values = sample.values<double>(field);
    return std::ranges::all_of(values, [](double x) { return std::isnan(x); });
}

bool all_zero(std::span<double const> values) {
    return std::ranges::all_of(values, [](double x) { return x == 0.0; });
}

bool all_positive_zero(std::span<double const> values) {
    return std::ranges::all_of(values, [](double x) { return x == 0.0 && !std::signbit(x); });
}

class FrameFormatter {
public:
    FrameFormatter(Sample const& sample, FrameContent content)
        : sample_(sample), content_(content) {}

    std::string format(ExtraKeys const& extra) {
        choose_columns();
        out_ = std::to_string(sample_.atom_count()) + '\n';
        add_header();
        for (auto const& [key, value] : extra) out_ += ' ' + key + '=' + bare_or_quoted(value);
        if (!sample_.text().empty()) out_ += ' ' + one_line(sample_.text());
        out_ += '\n';
        for (int atom = 0; atom < sample_.atom_count(); ++atom) add_atom(atom);
        return std::move(out_);
    }

private:
    static std::string one_line(std::string text) {
        std::ranges::replace(text, '\n', ' ');
        std::ranges::replace(text, '\r', ' ');
        return text;
    }

    static std::string bare_or_quoted(std::string_view value) {
        bool const bare = !value.empty() && std::ranges::all_of(value, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '.' || c == '-' || c == '+' || c == ':' || c == '/';
        });
        return bare ? std::string(value) : quoted_text(value);
    }

    /// `input_energy` is called `energy` again in a structure to start from, where that is read as
    /// `input_energy`; a user's own `input_volume` keeps its name.
    std::string name_to_write(FieldIndex field) const {
        std::string const& name = sample_.schema().field(field).name;
        if (content_ != FrameContent::input)
            return is_reserved_extxyz_word(name) ? std::string(input_prefix) + name : name;
        if (!name.starts_with(input_prefix)) return name;
        std::string plain = name.substr(input_prefix.size());
        return extxyz_field_name(plain) == name ? plain : name;
    }

    /// The user fields of a level that this frame shows, in the order in which it does.
    std::vector<WrittenColumn> user_fields(Level level) const {
        std::vector<WrittenColumn> fields;
        for (int f = Fields::count; f < sample_.schema().field_count(); ++f)
            if (is_written(FieldIndex{f}, level))
                fields.push_back({name_to_write(FieldIndex{f}), FieldIndex{f}});
        if (content_ != FrameContent::input) std::ranges::sort(fields, {}, &WrittenColumn::name);
        return fields;
    }

    bool is_written(FieldIndex field, Level level) const {
        FieldSpec const& spec = sample_.schema().field(field);
        return spec.level == level && extxyz_holds(spec) && !all_nan(sample_, field);
    }

    void choose_columns() {
        columns_.push_back({"pos", Fields::positions});
        auto const masses = sample_.values<double>(Fields::atomic_masses);
        auto const numbers = sample_.values<std::int64_t>(Fields::atomic_numbers);
        for (std::size_t i = 0; i < masses.size(); ++i)
            if (masses[i] != default_mass(static_cast<int>(numbers[i]))) {
                columns_.push_back({"masses", Fields::atomic_masses});
                break;
            }
        auto const velocities = sample_.values<double>(Fields::velocities);
        bool const given = sample_.values<std::uint8_t>(Fields::velocities_given)[0] != 0;
        with_velocities_ = content_ == FrameContent::input ? given || !all_zero(velocities)
                                                           : !all_positive_zero(velocities);
        if (with_velocities_) columns_.push_back({"velocities", Fields::velocities});
        if (content_ != FrameContent::input && !all_nan(sample_, Fields::forces))
            columns_.push_back({"forces", Fields::forces});
        for (WrittenColumn& column : user_fields(Level::atom))
            columns_.push_back(std::move(column));
    }

    void add_header() {
        auto const cell = sample_.values<double>(Fields::cell);
        if (!all_zero(cell)) {
            out_ += "Lattice=\"";
            for (std::size_t i = 0; i < 9; ++i) {
                if (i > 0) out_ += ' ';
                append_real(out_, cell[i]);
            }
            out_ += "\" ";
        }
        out_ += "Properties=species:S:1";
        for (WrittenColumn const& column : columns_) {
            FieldSpec const& spec = sample_.schema().field(column.field);
            out_ += fmt::format(":{}:{}:{}", column.name, letter_of(spec.dtype),
                                spec.elements_per_row());
        }
        if (with_velocities_) out_ += ":momenta:R:3";
        auto const pbc = sample_.values<std::uint8_t>(Fields::pbc);
        out_ += fmt::format(" pbc=\"{} {} {}\" name={}", pbc[0] ? 'T' : 'F', pbc[1] ? 'T' : 'F',
                            pbc[2] ? 'T' : 'F', bare_or_quoted(sample_.name()));
        if (content_ != FrameContent::input) add_results();
        for (WrittenColumn const& key : user_fields(Level::system)) add_key(key.name, key.field);
    }

    void add_results() {
        if (!all_nan(sample_, Fields::energy)) add_key("energy", Fields::energy);
        auto const stress = sample_.values<double>(Fields::stress);
        if (!all_nan(sample_, Fields::stress)) {
            out_ += " stress=\"";
            for (std::size_t i = 0; i < 9; ++i) {
                if (i > 0) out_ += ' ';
                append_real(out_, stress[i]);
            }
            out_ += '"';
        }
        if (content_ == FrameContent::labels) return;
        add_key("system_id", Fields::system_id);
        add_key("stage", Fields::stage);
        add_key("stage_step", Fields::stage_step);
        add_key("total_steps", Fields::total_steps);
    }

    void add_key(std::string_view name, FieldIndex field) {
        FieldSpec const& spec = sample_.schema().field(field);
        out_ += fmt::format(" {}=", name);
        std::size_t element = 0;
        if (spec.elements_per_row() == 1) return append_element(out_, sample_, field, 0);
        if (spec.shape.size() > 1) {
            out_ += "\"_JSON ";  // the one form of nested arrays that ASE reads
            add_nested(field, spec.shape, element);
        } else {
            out_ += '"';
            for (; element < static_cast<std::size_t>(spec.shape[0]); ++element) {
                if (element > 0) out_ += ' ';
                append_element(out_, sample_, field, element);
            }
        }
        out_ += '"';
    }

    void add_nested(FieldIndex field, std::span<int const> shape, std::size_t& element) {
        if (shape.empty()) return append_element(out_, sample_, field, element++);
        out_ += '[';
        for (int i = 0; i < shape[0]; ++i) {
            if (i > 0) out_ += ", ";
            add_nested(field, shape.subspan(1), element);
        }
        out_ += ']';
    }

    void add_atom(int atom) {
        auto const row = static_cast<std::size_t>(atom);
        out_ +=
            symbol_of(static_cast<int>(sample_.values<std::int64_t>(Fields::atomic_numbers)[row]));
        for (WrittenColumn const& column : columns_) {
            FieldSpec const& spec = sample_.schema().field(column.field);
            auto const count = static_cast<std::size_t>(spec.elements_per_row());
            for (std::size_t i = row * count; i < (row + 1) * count; ++i) {
                out_ += ' ';
                if (spec.dtype == Dtype::float64)
                    append_column_real(out_, sample_.values<double>(column.field)[i]);
                else
                    append_element(out_, sample_, column.field, i);
            }
        }
        if (with_velocities_) {
            double const mass = sample_.values<double>(Fields::atomic_masses)[row];
            for (std::size_t i = 3 * row; i < 3 * row + 3; ++i) {
                out_ += ' ';
                append_column_real(out_, mass * sample_.values<double>(Fields::velocities)[i]);
            }
        }
        out_ += '\n';
    }

    Sample const& sample_;
    FrameContent content_;
    std::vector<WrittenColumn> columns_;
    bool with_velocities_ = false;
    std::string out_;
};

int open_for_appending(std::filesystem::path const& path, int more) {
    int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | more, 0666);
    if (file < 0)
        throw StorageError(
            fmt::format("{}: cannot be opened for writing ({}); give a place that "
                        "exists and may be written",
                        path.string(), std::strerror(errno)));
    return file;
}

void append(int file, std::filesystem::path const& path, std::string_view bytes) {
    auto const count = ::write(file, bytes.data(), bytes.size());
    if (count == static_cast<ssize_t>(bytes.size())) return;
    int const why = count < 0 ? errno : ENOSPC;
    throw StorageError(
        fmt::format("{}: a frame of {} bytes could not be written ({}); free some "
                    "space or give another place, the frames before it are kept",
                    path.string(), bytes.size(), std::strerror(why)));
}

}  // namespace

std::string format_extxyz(Sample const& sample, FrameContent content, ExtraKeys const& extra) {
    return FrameFormatter(sample, content).format(extra);
}

ExtraKeys ledger_keys(Sample const& sample, RowKind kind) {
    auto const outcome = sample.values<std::uint8_t>(Fields::outcome)[0];
    ExtraKeys keys{{"kind", ledger_word(kind_words, static_cast<std::uint8_t>(kind))},
                   {"outcome", ledger_word(outcome_words, outcome)}};
    if (auto const status = sample.values<std::int64_t>(Fields::status)[0]; status != 0)
        keys.push_back({"status", std::to_string(status)});
    if (auto const rows = sample.values<std::int64_t>(Fields::stored_rows)[0]; rows != 0)
        keys.push_back({"stored_rows", std::to_string(rows)});
    return keys;
}

bool extxyz_holds(FieldSpec const& field) {
    return field.role == FieldRole::user && field.level != Level::edge &&
           field.elements_per_row() > 0 && can_name_extxyz_field(field.name);
}

ExtxyzWriter::ExtxyzWriter(std::filesystem::path path, Existing existing)
    : path_(std::move(path)),
      file_(open_for_appending(path_, existing == Existing::replace ? O_TRUNC : 0)) {
    std::error_code ignored;
    if (existing == Existing::replace) std::filesystem::remove(rejects_path(), ignored);
}

ExtxyzWriter::ExtxyzWriter(ExtxyzWriter&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

ExtxyzWriter::~ExtxyzWriter() {
    if (file_ >= 0) ::close(file_);
}

std::filesystem::path ExtxyzWriter::rejects_path() const { return path_.string() + ".rejects.txt"; }

void ExtxyzWriter::write(Sample const& sample, FrameContent content, ExtraKeys const& extra) {
    ATHANOR_EXPECTS(file_ >= 0);
    append(file_, path_, format_extxyz(sample, content, extra));
}

void ExtxyzWriter::write(BadFrame const& frame) {
    ATHANOR_EXPECTS(file_ >= 0);
    if (frame.well_formed) {
        std::string text = frame.raw;
        text.erase(0, text.find_first_not_of(" \t\n"));
        std::size_t const comment_end = text.find('\n', text.find('\n') + 1);
        ATHANOR_EXPECTS(comment_end != std::string::npos);
        text.insert(comment_end, fmt::format(" system_id={} reason={}", frame.id.value(),
                                             quoted_text(frame.reason)));
        return append(file_, path_, text);
    }
    int const rejects = open_for_appending(rejects_path(), 0);
    std::string const text = fmt::format("# sample {} \"{}\"\n# {}\n{}\n", frame.id.value(),
                                         frame.name, frame.reason, frame.raw);
    try {
        append(rejects, rejects_path(), text);
    } catch (...) {
        ::close(rejects);
        throw;
    }
    ::close(rejects);
}

void ExtxyzWriter::flush() {
    ATHANOR_EXPECTS(file_ >= 0);
    if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS)
        throw StorageError(
            fmt::format("{}: cannot be made durable ({})", path_.string(), std::strerror(errno)));
}

void ExtxyzWriter::close() {
    if (file_ < 0) return;
    flush();
    int const file = std::exchange(file_, -1);
    if (::close(file) != 0)
        throw StorageError(
            fmt::format("{}: closing failed ({})", path_.string(), std::strerror(errno)));
}

}  // namespace athanor
