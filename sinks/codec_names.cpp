// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "sinks/codec_names.hpp"

#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "runtime/error.hpp"

namespace athanor {
namespace {

/// What stands before the next colon; `rest` is what follows it.
std::string_view cut(std::string_view& rest) {
    auto const colon = rest.find(':');
    std::string_view const part = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    return part;
}

/// The codecs that a name means, whose settings may be impossible; nothing for no name at all.
std::optional<CodecChain> parse(std::string_view name) {
    bool const checksum = name.ends_with("+crc32c");
    if (checksum) name.remove_suffix(7);
    bool const with_level = name.find(':') != std::string_view::npos;
    std::string_view const word = cut(name), digits = cut(name), shuffle = name;
    int level = -1;
    auto const end = digits.data() + digits.size();
    if (with_level) {
        auto const parsed = std::from_chars(digits.data(), end, level);
        if (parsed.ec != std::errc() || parsed.ptr != end || level < 0) return std::nullopt;
    }
    auto const level_or = [level](int standard) { return level < 0 ? standard : level; };
    bool const blosc = word.starts_with("blosc_");
    if (!shuffle.empty() && !blosc) return std::nullopt;
    CodecChain chain{{BytesCodec{}}};
    if (blosc) {
        BloscCodec codec{std::string(word.substr(6)), level_or(5)};
        if (!shuffle.empty()) codec.shuffle = shuffle;
        chain.push_back({codec});
    } else if (word == "zstd") {
        chain.push_back({ZstdCodec{level_or(3)}});
    } else if (word == "gzip") {
        chain.push_back({GzipCodec{level_or(5)}});
    } else if (word != "none" || with_level) {
        return std::nullopt;
    }
    if (checksum) chain.push_back({Crc32cCodec{}});
    return chain;
}

}  // namespace

CodecChain codecs_from_name(std::string_view name) {
    try {
        if (auto chain = parse(name)) {
            check_codecs(*chain, {{1}, 8, Bytes(8)});
            chain->erase(chain->begin());
            return *chain;
        }
    } catch (StorageError const&) {  // a setting that is impossible: no codec either
    }
    throw ConfigError(fmt::format(
        "\"{}\" is no codec; give none, blosc_ and one of blosclz, lz4, lz4hc, zlib, zstd, or zstd "
        "or gzip, each perhaps with :LEVEL, blosc also with :LEVEL:SHUFFLE, and all perhaps with "
        "+crc32c",
        name));
}

}  // namespace athanor
