// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_frame.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/species.hpp"
#include "sinks/extxyz_value.hpp"

namespace athanor {
namespace {

using Role = ExtxyzColumn::Role;

constexpr std::size_t most_raw_bytes = 16 * 1024 * 1024;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

/// Words of a line, separated by blanks.
class Words {
public:
    explicit Words(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

    /// The next word, "" at the end.
    std::string_view next() {
        while (at_ != end_ && is_blank(*at_)) ++at_;
        char const* const begin = at_;
        while (at_ != end_ && !is_blank(*at_)) ++at_;
        return {begin, static_cast<std::size_t>(at_ - begin)};
    }
    /// The next word as a number: converted where it stands, which is what reading speed hangs on.
    bool next_real(double& value, std::string_view& word) {
        while (at_ != end_ && is_blank(*at_)) ++at_;
        auto const [stop, problem] = std::from_chars(at_, end_, value);
        if (problem == std::errc{} && (stop == end_ || is_blank(*stop))) {
            at_ = stop;
            return true;
        }
        word = next();
        auto const slow = parse_real(word);
        if (slow) value = *slow;
        return slow.has_value();
    }

private:
    char const* at_;
    char const* end_;
};

int count_words(std::string_view line) {
    Words words(line);
    int count = 0;
    while (!words.next().empty()) ++count;
    return count;
}

/// The atom count of a line that holds nothing else.
std::optional<std::int64_t> count_alone(std::string_view line) {
    Words words(line);
    auto const count = parse_integer(words.next());
    if (!words.next().empty()) return std::nullopt;
    return count;
}

std::string shown(std::string_view text) {
    std::string out;
    for (char const c : text.substr(0, 60))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    if (text.size() > 60) out += "...";
    return out;
}

/// The name of a column as a key of a comment line, where ours mean something else.
std::string key_of_column(std::string const& name) {
    std::string const key = is_reserved_extxyz_word(name) ? "input_" + name : name;
    bool const bare = !key.empty() && key.find_first_of(" \t\r\n\v\f=") == std::string::npos &&
                      key.front() != '"' && key.front() != '\'';
    return bare ? key : quoted_text(key);
}

std::optional<int> atomic_number_from(std::string_view word) {
    if (auto const z = atomic_number_of(word)) return z;
    auto const number = parse_integer(word);
    if (!number || *number < 1 || *number > largest_atomic_number) return std::nullopt;
    return static_cast<int>(*number);
}

}  // namespace

ExtxyzFrameReader::ExtxyzFrameReader(std::filesystem::path path, FrameContent content)
    : lines_(std::move(path)), content_(content), file_(lines_.path().filename().string()) {}

bool ExtxyzFrameReader::take(std::string_view& line) {
    raw_before_line_ = raw_.size();
    if (!lines_.next(line)) return false;
    if (raw_.size() < most_raw_bytes) {
        raw_ += line.substr(0, most_raw_bytes - raw_.size());
        raw_ += '\n';
    }
    return true;
}

void ExtxyzFrameReader::give_back() {
    lines_.unread();
    raw_.resize(raw_before_line_);
}

bool ExtxyzFrameReader::skip_blank_lines(std::string_view& line) {
    while (take(line))
        if (!Words(line).next().empty()) return true;
    return false;
}

void ExtxyzFrameReader::refuse(std::int64_t line, std::string message, bool malformed) {
    malformed_ = malformed_ || malformed;
    if (refused_) return;  // the first trouble is the one to mend
    refused_ = true;
    bad_.line = line;
    bad_.reason = fmt::format("{}:{}: frame {}: {}", file_, line, frame_count_, message);
}

ExtxyzFrameReader::Status ExtxyzFrameReader::next(ExtxyzFrame& frame) {
    raw_.clear();
    refused_ = malformed_ = false;
    std::string_view line;
    if (skip_blank_lines(line)) {
        read_frame(frame, line);
    } else if (!lines_.damage().empty() && !damage_told_) {
        refuse(lines_.line_number(),
               lines_.damage() + " here; what follows is lost, make the file anew", true);
        damage_told_ = true;
    } else {
        throw_unless_structure_file();
        return Status::ended;
    }
    if (!refused_) {
        ++frame_count_;
        ++good_count_;
        return Status::good;
    }
    if (!lines_.damage().empty() && !damage_told_) {
        bad_.reason += fmt::format(" ({})", lines_.damage());
        damage_told_ = true;
    }
    bad_.id = SampleId{frame_count_};
    bad_.name =
        frame.header.name.empty() ? fmt::format("{}:{}", file_, frame_count_) : frame.header.name;
    bad_.raw = raw_;
    bad_.well_formed = !malformed_ && raw_.size() < most_raw_bytes;
    ++frame_count_;
    return Status::bad;
}

void ExtxyzFrameReader::throw_unless_structure_file() const {
    if (frame_count_ == 0)
        throw InputError(
            fmt::format("{}: is empty; expected frames of extended XYZ (an atom "
                        "count, a comment line, a line for each atom)",
                        lines_.path().string()));
    if (good_count_ == 0 && !began_well_)
        throw InputError(
            fmt::format("{}: is no structure file: no frame can be read, and it "
                        "begins with no atom count; expected extended XYZ, plain or "
                        ".gz; first trouble: {}",
                        lines_.path().string(), bad_.reason));
}

void ExtxyzFrameReader::read_frame(ExtxyzFrame& frame, std::string_view count_line) {
    frame.id = SampleId{frame_count_};
    frame.header = {};
    auto const line = lines_.line_number();
    auto const count = count_alone(count_line);
    if (!count) {
        refuse(line,
               fmt::format("\"{}\" is no atom count; expected a line with one whole number before "
                           "the comment line",
                           shown(count_line)),
               true);
        return skip_to_next_count();
    }
    began_well_ = true;
    bool const usable = *count > 0 && *count <= std::numeric_limits<std::int32_t>::max() / 3;
    if (!usable)
        refuse(line,
               fmt::format("an atom count of {}; expected 1 or more{}", *count,
                           *count > 0 ? ", and no more than 715827882" : ""),
               true);
    read_comment(frame);
    if (usable) read_atoms(frame, *count);
    if (malformed_) return skip_to_next_count();
    check_what_follows(frame);
    if (malformed_) return skip_to_next_count();
    finish(frame);
}

void ExtxyzFrameReader::read_comment(ExtxyzFrame& frame) {
    std::string_view comment;
    if (!take(comment))
        return refuse(lines_.line_number(),
                      "the file ends after the atom count; expected a comment line and the atoms",
                      true);
    auto const line = lines_.line_number();
    try {
        frame.header = parse_extxyz_header(comment, content_);
    } catch (InputError const& error) {
        frame.header.name = find_extxyz_name(comment);
        return refuse(line, error.what(), true);
    }
    try {
        check_extxyz_cell(frame.header);
    } catch (InputError const& error) {
        refuse(line, error.what(), false);
    }
}

void ExtxyzFrameReader::read_atoms(ExtxyzFrame& frame, std::int64_t count) {
    for (auto* column : {&frame.positions, &frame.velocities, &frame.masses, &momenta_})
        column->clear();
    frame.atomic_numbers.clear();
    texts_.assign(static_cast<std::size_t>(frame.header.text_columns), {});
    std::string_view line;
    for (std::int64_t atom = 0; atom < count; ++atom) {
        bool const there = take(line);
        bool const next_frame = there && count_alone(line).has_value();
        if (!there || next_frame) {
            refuse(lines_.line_number(),
                   fmt::format("cut off: the count says {} atoms, but {} comes after {}; complete "
                               "the frame or correct its count",
                               count, there ? "the next frame" : "the end of the file", atom),
                   true);
            if (there) give_back();
            break;
        }
        if (!malformed_) read_atom(frame, line);
    }
    frame.atom_count = static_cast<int>(frame.atomic_numbers.size());
}

void ExtxyzFrameReader::check_column_count(ExtxyzFrame const& frame, std::string_view line) {
    if (int const words = count_words(line); words != frame.header.column_total)
        refuse(lines_.line_number(),
               fmt::format("\"{}\" has {} columns, Properties names {}; give each atom one line "
                           "with every column",
                           shown(line), words, frame.header.column_total),
               true);
}

void ExtxyzFrameReader::read_atom(ExtxyzFrame& frame, std::string_view line) {
    Words words(line);
    std::string_view word;
    std::optional<int> species;
    auto const wrong_word = [&](ExtxyzColumn const& column, std::string_view expected) {
        check_column_count(frame, line);
        refuse(lines_.line_number(),
               fmt::format("\"{}\" in column {} is no {}; correct it", shown(word), column.name,
                           expected),
               true);
    };
    auto const read_reals = [&](ExtxyzColumn const& column, std::vector<double>& into,
                                bool finite) {
        for (int i = 0; i < column.count; ++i) {
            double value = 0.0;
            if (!words.next_real(value, word)) return wrong_word(column, "number"), false;
            if (finite && !std::isfinite(value))
                refuse(lines_.line_number(),
                       fmt::format("{} of the atom has the value {}; expected finite numbers",
                                   column.name, value),
                       false);
            into.push_back(value);
        }
        return true;
    };
    // A snapshot may show velocities that end the sample in its next step.
    bool const starts = content_ != FrameContent::result;
    for (ExtxyzColumn const& column : frame.header.columns) {
        bool good = true;
        switch (column.role) {
            case Role::species: {
                word = words.next();
                auto const z = atomic_number_from(word);
                if (!z) {
                    check_column_count(frame, line);
                    auto const near = nearest_symbol(word);
                    refuse(lines_.line_number(),
                           fmt::format("\"{}\" is no element{}; give a symbol (H to Og) or an "
                                       "atomic number (1 to 118)",
                                       shown(word),
                                       near.empty() ? "" : fmt::format(", perhaps {}", near)),
                           true);
                    return;
                }
                if (species && *species != *z)
                    refuse(lines_.line_number(),
                           fmt::format("the columns name two elements, {} and {}; leave one",
                                       symbol_of(*species), symbol_of(*z)),
                           false);
                species = z;
                break;
            }
            case Role::position:
                good = read_reals(column, frame.positions, true);
                break;
            case Role::velocity:
                good = read_reals(column, frame.velocities, starts);
                break;
            case Role::momentum:
                good = read_reals(column, momenta_, starts);
                break;
            case Role::mass:
                good = read_reals(column, frame.masses, true);
                if (good && !(frame.masses.back() > 0.0))
                    refuse(
                        lines_.line_number(),
                        fmt::format("a mass of {} amu; expected more than 0", frame.masses.back()),
                        false);
                break;
            case Role::user: {
                ExtxyzField& field = frame.header.fields[column.index];
                if (field.spec.dtype == Dtype::float64) {
                    good = read_reals(column, field.reals, false);
                    break;
                }
                for (int i = 0; i < column.count && good; ++i) {
                    word = words.next();
                    std::optional<std::int64_t> value;
                    if (column.type == 'I')
                        value = parse_integer(word);
                    else if (auto const truth = parse_truth(word))
                        value = *truth;
                    good = value.has_value();
                    if (!good) wrong_word(column, column.type == 'I' ? "whole number" : "T or F");
                    field.integers.push_back(value.value_or(0));
                }
                break;
            }
            case Role::text:
                for (int i = 0; i < column.count; ++i) {
                    word = words.next();
                    if (word.empty()) return check_column_count(frame, line);
                    std::string& text = texts_[column.index];
                    if (!text.empty()) text += ' ';
                    text += word;
                }
                break;
        }
        if (!good) return;
    }
    if (!words.next().empty()) check_column_count(frame, line);
    frame.atomic_numbers.push_back(*species);
}

/// A line that looks like one more atom means that the count is wrong, and so is the structure.
void ExtxyzFrameReader::check_what_follows(ExtxyzFrame const& frame) {
    std::string_view line;
    if (!skip_blank_lines(line)) return;
    if (!count_alone(line) && count_words(line) == frame.header.column_total &&
        atomic_number_from(Words(line).next()))
        refuse(lines_.line_number(),
               fmt::format("the count says {} atoms, but \"{}\" follows them; correct the count",
                           frame.atom_count, shown(line)),
               true);
    give_back();
}

void ExtxyzFrameReader::finish(ExtxyzFrame& frame) {
    auto const atoms = static_cast<std::size_t>(frame.atom_count);
    if (frame.header.name.empty()) frame.header.name = fmt::format("{}:{}", file_, frame_count_);
    if (frame.masses.empty())
        for (auto const z : frame.atomic_numbers)
            frame.masses.push_back(default_mass(static_cast<int>(z)));
    frame.velocities_given = !frame.velocities.empty() || !momenta_.empty();
    if (frame.velocities.empty() && !momenta_.empty()) {
        frame.velocities.resize(3 * atoms);
        for (std::size_t i = 0; i < 3 * atoms; ++i)
            frame.velocities[i] = momenta_[i] / frame.masses[i / 3];
    }
    for (ExtxyzColumn const& column : frame.header.columns) {
        if (column.role != Role::text) continue;
        std::string& text = frame.header.text;
        if (!text.empty()) text += ' ';
        text += key_of_column(column.name) + "=" + quoted_text(texts_[column.index]);
    }
}

void ExtxyzFrameReader::skip_to_next_count() {
    std::string_view line;
    while (take(line)) {
        auto const count = count_alone(line);
        if (!count || *count < 0) continue;
        return give_back();
    }
}

}  // namespace athanor
