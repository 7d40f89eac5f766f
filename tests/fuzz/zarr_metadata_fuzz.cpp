// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// zarr.json: arrays, groups, attributes.
#include <filesystem>
#include <string_view>

#include "runtime/error.hpp"
#include "sinks/zarr_metadata.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/golden_objects.hpp"

namespace athanor::test {

std::vector<std::string> fuzz_seeds() {
    std::vector<std::string> seeds;
    for (GoldenStore const& store : golden_stores())
        for (auto const& [key, content] : store.objects)
            if (key.ends_with("zarr.json")) seeds.push_back(content);
    return seeds;
}

namespace {

void try_array(std::string_view text) {
    ArrayMetadata const first = parse_array_metadata(text);
    check(first.shape.size() == first.chunk_shape.size(), "shape and chunks have other ranks");
    for (std::int64_t extent : first.shape) check(extent >= 0, "an extent is negative");
    for (std::int64_t extent : first.chunk_shape) check(extent >= 1, "a chunk is empty");
    check(first.element_size() == zarr_element_size(first.data_type), "the fill value is too long");
    check_codecs(first.codecs, first.chunk_form());
    std::string const document = to_document(first);
    check(to_document(parse_array_metadata(document)) == document,
          "it reads back to something else");
}

void try_group(std::string_view text) {
    GroupMetadata const first = parse_group_metadata(text);
    RootAttributes const root = parse_root_attributes(first.attributes);
    static_cast<void>(to_attributes(root));
    std::string const document = to_document(first);
    check(to_document(parse_group_metadata(document)) == document,
          "it reads back to something else");
}

}  // namespace
}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    try {
        athanor::test::try_array(text);
    } catch (athanor::Error const&) {
    }
    try {
        athanor::test::try_group(text);
    } catch (athanor::Error const&) {
    }
    return 0;
}
