// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace athanor {

/// Everything that is wrong with one configuration, so that a person sees it all at once.
class ConfigErrors {
public:
    /// `label` is what messages call the file.
    explicit ConfigErrors(std::string label) : label_(std::move(label)) {}

    /// From now on, what is wrong at or below `pointer` is blamed on the command line's `option`.
    void blame(std::string const& pointer, std::string const& option);
    void add(std::string const& pointer, std::string const& message);
    /// How messages name `pointer`: the file and it, or the option that it is blamed on.
    [[nodiscard]] std::string place_of(std::string const& pointer) const;
    /// Throws ConfigError with one line per error, when there is one.
    void throw_if_any() const;

private:
    struct Origin {
        std::string pointer, option;
    };
    std::string label_;
    std::vector<Origin> origins_;
    std::vector<std::string> lines_;
};

/// `pointer`/`key`, with the key escaped as RFC 6901 asks.
[[nodiscard]] std::string child_pointer(std::string const& pointer, std::string const& key);
[[nodiscard]] std::string child_pointer(std::string const& pointer, std::size_t index);

}  // namespace athanor
