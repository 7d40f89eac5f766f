// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Whole stores with one object changed: two bytes choose store and object, the rest replaces it.
#include <span>

#include "runtime/error.hpp"
#include "sinks/memory_storage.hpp"
#include "sinks/store_check.hpp"
#include "sinks/zarr_reader.hpp"
#include "tests/fuzz/fuzz_target.hpp"
#include "tests/fuzz/golden_objects.hpp"

namespace athanor::test {

std::vector<std::string> fuzz_seeds() {
    std::vector<std::string> seeds;
    for (std::size_t s = 0; s < golden_stores().size(); ++s) {
        unsigned char object = 0;
        for (auto const& [key, content] : golden_stores()[s].objects) {
            std::string seed{static_cast<char>(s), static_cast<char>(object++)};
            seeds.push_back(seed + content);
        }
    }
    return seeds;
}

namespace {

void read_all(Storage& storage) {
    ZarrReader reader(storage);
    for (std::int64_t row = 0; row < reader.sample_count() && row < 50; ++row) {
        Sample const sample = reader.read(row);
        check(sample.atom_count() == reader.atom_count(row), "a sample has other atoms");
        for (StoredField const& field : reader.fields())
            if (field.key == "core/neighbor_list" && reader.is_active(row))
                static_cast<void>(reader.read_rows(field, row));
    }
}

}  // namespace
}  // namespace athanor::test

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    using namespace athanor;
    if (size < 2) return 0;
    auto const& store = test::golden_stores()[data[0] % test::golden_stores().size()];
    std::size_t const chosen = data[1] % store.objects.size();
    MemoryStorage storage("store");
    std::size_t k = 0;
    for (auto const& [key, content] : store.objects)
        storage.put(key, k++ == chosen ? std::as_bytes(std::span(data + 2, size - 2))
                                       : std::as_bytes(std::span(content)));
    try {
        test::read_all(storage);
    } catch (Error const&) {
    }
    try {
        static_cast<void>(check_store(storage, CheckDepth::full));
    } catch (Error const&) {
    }
    return 0;
}
