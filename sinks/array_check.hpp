// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sinks/store_check.hpp"
#include "sinks/zarr_metadata.hpp"

namespace athanor {

/// Looks at one array of a store: its document, and the objects in its folder.
/// Bound: one chunk, and the names of the objects.
class ArrayCheck {
public:
    /// `every_chunk`: an absent chunk is a loss and not the fill value.
    ArrayCheck(Storage& storage, std::string key, bool every_chunk);

    /// `decode`: reads and decodes every chunk. Throws StorageError when the document is unusable.
    [[nodiscard]] ArrayFigures run(bool decode);
    [[nodiscard]] std::vector<std::string>& problems() { return problems_; }
    [[nodiscard]] std::vector<std::string>& leftovers() { return leftovers_; }

private:
    void list_objects(std::string const& folder);
    void check_chunks(ArrayFigures& figures, bool decode);
    void check_chunk(std::string const& object, ArrayFigures& figures, Bytes& chunk);

    Storage& storage_;
    std::string key_;
    bool every_chunk_;
    ArrayMetadata metadata_;
    std::set<std::string> objects_;  ///< in the folder, without the document
    std::vector<std::string> problems_, leftovers_;
};

/// The codecs of an array for people: "blosc lz4:5 shuffle".
[[nodiscard]] std::string describe_codecs(CodecChain const& codecs);

}  // namespace athanor
