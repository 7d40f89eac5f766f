// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sinks/codecs.hpp"

namespace athanor {

/// Codecs for words: "none", "blosc_lz4" (or blosclz, lz4hc, zlib, zstd), "zstd", "gzip", each
/// perhaps with ":LEVEL", those of blosc also with ":LEVEL:SHUFFLE", and all with "+crc32c", as in
/// "blosc_zstd:3:bitshuffle+crc32c". Throws ConfigError that lists them.
[[nodiscard]] CodecChain codecs_from_name(std::string_view name);

}  // namespace athanor
