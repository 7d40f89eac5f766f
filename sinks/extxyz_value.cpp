// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/extxyz_value.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/expects.hpp"

namespace athanor {
namespace {

constexpr std::size_t longest_array = 4096;
constexpr std::size_t deepest_nesting = 8;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
bool is_separator(char c) { return is_space(c) || c == ',' || c == '\n'; }

/// Types `tokens` in common: all truth, all integers, all numbers; false when they are text.
bool type_numbers(std::vector<std::string_view> const& tokens, ExtxyzValue& value) {
    using Kind = ExtxyzValue::Kind;
    if (tokens.empty() || tokens.size() > longest_array) return false;
    Kind kind = Kind::integer;
    for (std::string_view const token : tokens) {
        if (kind == Kind::integer) {
            if (auto const integer = parse_integer(token)) {
                value.integers.push_back(*integer);
                continue;
            }
            kind = Kind::real;
        }
        if (!parse_real(token)) {
            kind = Kind::text;
            break;
        }
    }
    if (kind == Kind::real)
        for (std::string_view const token : tokens) value.reals.push_back(*parse_real(token));
    if (kind != Kind::integer) value.integers.clear();
    if (kind == Kind::text) {
        for (std::string_view const token : tokens) {
            auto const truth = parse_truth(token);
            if (!truth) {
                value.integers.clear();
                return false;
            }
            value.integers.push_back(*truth);
        }
        kind = Kind::boolean;
    }
    value.kind = kind;
    return true;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> tokens;
    std::size_t at = 0;
    while (at < text.size() && tokens.size() <= longest_array) {
        while (at < text.size() && is_separator(text[at])) ++at;
        std::size_t const begin = at;
        while (at < text.size() && !is_separator(text[at])) ++at;
        if (at > begin) tokens.push_back(text.substr(begin, at - begin));
    }
    return tokens;
}

/// "[[1,2],[3,4]]" gives the tokens and shape {2,2}; false when ragged, too deep or not closed.
bool split_nested(std::string_view text, std::vector<std::string_view>& tokens,
                  std::vector<int>& shape) {
    std::vector<int> counts;     // elements so far at each open level
    std::vector<int> extents;    // of each level, once its first list has closed; -1 before
    std::size_t leaf_depth = 0;  // level at which numbers stand
    bool closed = false;
    for (std::size_t at = 0; at < text.size();) {
        if (is_separator(text[at])) {
            ++at;
        } else if (closed) {
            return false;
        } else if (text[at] == '[') {
            if (counts.size() == deepest_nesting) return false;
            if (!counts.empty()) ++counts.back();
            counts.push_back(0);
            if (extents.size() < counts.size()) extents.push_back(-1);
            ++at;
        } else if (text[at] == ']') {
            if (counts.empty()) return false;
            int& extent = extents[counts.size() - 1];
            if (extent >= 0 && extent != counts.back()) return false;
            extent = counts.back();
            counts.pop_back();
            closed = counts.empty();
            ++at;
        } else {
            std::size_t const begin = at;
            while (at < text.size() && !is_separator(text[at]) && text[at] != '[' &&
                   text[at] != ']')
                ++at;
            if (counts.empty() || (leaf_depth != 0 && leaf_depth != counts.size())) return false;
            leaf_depth = counts.size();
            ++counts.back();
            tokens.push_back(text.substr(begin, at - begin));
            if (tokens.size() > longest_array) return false;
        }
    }
    if (!closed || leaf_depth != extents.size()) return false;
    shape = std::move(extents);
    return true;
}

/// Cursor over a comment line.
class CommentParser {
public:
    explicit CommentParser(std::string_view line) : line_(line) {}

    std::vector<ExtxyzValue> parse() {
        std::vector<ExtxyzValue> values;
        for (skip_spaces(); at_ < line_.size(); skip_spaces()) values.push_back(parse_one());
        return values;
    }

private:
    void skip_spaces() {
        while (at_ < line_.size() && is_space(line_[at_])) ++at_;
    }

    ExtxyzValue parse_one() {
        ExtxyzValue value;
        std::size_t const begin = at_;
        value.key = line_[at_] == '"' || line_[at_] == '\'' ? parse_quoted() : parse_key();
        std::size_t end = at_;
        skip_spaces();
        if (at_ == line_.size() || line_[at_] != '=') {  // a bare key
            value.kind = ExtxyzValue::Kind::boolean;
            value.shape = {1};
            value.integers = {1};
        } else {
            ++at_;
            skip_spaces();
            parse_value(value);
            end = at_;
        }
        value.verbatim = line_.substr(begin, end - begin);
        return value;
    }

    std::string parse_key() {
        std::size_t const begin = at_;
        while (at_ < line_.size() && !is_space(line_[at_]) && line_[at_] != '=') ++at_;
        return std::string(line_.substr(begin, at_ - begin));
    }

    std::string parse_quoted() {
        char const quote = line_[at_];
        std::size_t const begin = at_++;
        std::string text;
        for (; at_ < line_.size() && line_[at_] != quote; ++at_) {
            if (line_[at_] == '\\' && at_ + 1 < line_.size()) {
                ++at_;
                text += line_[at_] == 'n' ? '\n' : line_[at_];
            } else {
                text += line_[at_];
            }
        }
        if (at_ == line_.size()) not_closed(quote, begin);
        ++at_;
        return text;
    }

    /// From the bracket at the cursor to the one that closes it, both included; quotes hide brackets.
    std::string_view parse_bracketed(char open, char close) {
        std::size_t const begin = at_;
        std::size_t depth = 0;
        for (; at_ < line_.size(); ++at_) {
            char const c = line_[at_];
            if (c == '"' || c == '\'') {
                parse_quoted();
                --at_;
            } else if (c == open) {
                ++depth;
            } else if (c == close && --depth == 0) {
                ++at_;
                return line_.substr(begin, at_ - begin);
            }
        }
        not_closed(open, begin);
    }

    void parse_value(ExtxyzValue& value) {
        if (at_ == line_.size()) {
            value.text.clear();
        } else if (line_[at_] == '"' || line_[at_] == '\'') {
            value.text = parse_quoted();
            constexpr std::string_view json = "_JSON ";
            if (value.text.starts_with(json))
                type_nested(std::string_view(value.text).substr(json.size()), value);
            else
                type_flat(value.text, value);
        } else if (line_[at_] == '{') {
            std::string_view const text = parse_bracketed('{', '}');
            value.text = text.substr(1, text.size() - 2);
            type_flat(value.text, value);
        } else if (line_[at_] == '[') {
            value.text = parse_bracketed('[', ']');
            type_nested(value.text, value);
        } else {
            std::size_t const begin = at_;
            while (at_ < line_.size() && !is_space(line_[at_])) ++at_;
            value.text = line_.substr(begin, at_ - begin);
            type_flat(value.text, value);
        }
    }

    static void type_flat(std::string_view text, ExtxyzValue& value) {
        auto const tokens = split(text);
        if (type_numbers(tokens, value)) value.shape = {static_cast<int>(tokens.size())};
    }

    static void type_nested(std::string_view text, ExtxyzValue& value) {
        std::vector<std::string_view> tokens;
        std::vector<int> shape;
        if (split_nested(text, tokens, shape) && type_numbers(tokens, value))
            value.shape = std::move(shape);
    }

    [[noreturn]] void not_closed(char open, std::size_t column) const {
        throw InputError(
            fmt::format("comment line: the {} in column {} is never closed; close it, or escape it "
                        "with a backslash inside quotes",
                        open, column + 1));
    }

    std::string_view line_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<double> ExtxyzValue::as_reals() const {
    ATHANOR_EXPECTS(is_number());
    if (kind == Kind::real) return reals;
    return {integers.begin(), integers.end()};
}

std::vector<ExtxyzValue> parse_extxyz_comment(std::string_view line) {
    return CommentParser(line).parse();
}

std::optional<double> parse_real(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    double value = 0.0;
    auto const [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    char const* const stop = digits.data() + digits.size();
    if (problem == std::errc{} && end == stop) return value;
    if (problem == std::errc::result_out_of_range && end == stop)
        return std::strtod(std::string(digits).c_str(), nullptr);
    if (problem == std::errc{} && (*end == 'd' || *end == 'D')) {  // Fortran: 1.0d-3
        std::string with_e(digits);
        with_e[static_cast<std::size_t>(end - digits.data())] = 'e';
        if (with_e.find_first_of("dDnN") == std::string::npos) return parse_real(with_e);
    }
    return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    std::int64_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<bool> parse_truth(std::string_view text) {
    for (std::string_view const word : {"T", "True", "true", "TRUE"})
        if (text == word) return true;
    for (std::string_view const word : {"F", "False", "false", "FALSE"})
        if (text == word) return false;
    return std::nullopt;
}

void append_real(std::string& out, double value) {
    char digits[32];
    auto const result = std::to_chars(digits, digits + sizeof digits, value);
    std::string_view const text(digits, static_cast<std::size_t>(result.ptr - digits));
    out += text;
    if (text.find_first_not_of("-0123456789") == std::string_view::npos) out += ".0";
}

std::string quoted_text(std::string_view text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '\r') continue;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

}  // namespace athanor
