// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace athanor {

/// One page of a listing (ListObjectsV2).
struct ObjectListing {
    std::vector<std::string> keys;
    std::vector<std::string> folders;  ///< common prefixes, with their slash
    std::string next_page;             ///< token; "": this was the last page
};

/// The text of the first element of this name, anywhere; "" when there is none. Enough XML for the
/// flat answers of object stores: no attributes are needed, no element holds one of its own name.
[[nodiscard]] std::string xml_text(std::string_view xml, std::string_view element);

/// Throws StorageError for what is no listing.
[[nodiscard]] ObjectListing parse_listing(std::string_view xml);

/// The body that completes a multipart upload; part k+1 has etags[k].
[[nodiscard]] std::string completion_document(std::vector<std::string> const& etags);

}  // namespace athanor
