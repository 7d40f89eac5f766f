// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/outcome.hpp"
#include "sinks/journal_replay.hpp"
#include "sinks/storage.hpp"

namespace athanor {

/// One array of a store, as it lies there.
struct ArrayFigures {
    std::string key;
    std::string data_type;
    std::vector<std::int64_t> shape, chunk_shape;
    std::string codecs;              ///< "blosc lz4:5 shuffle", in the order of encoding
    std::int64_t chunks = 0;         ///< of its grid
    std::int64_t chunks_stored = 0;  ///< objects; the others hold the fill value, or are lost
    std::int64_t raw_bytes = 0;      ///< of the elements in its shape
    std::optional<std::int64_t> stored_bytes;  ///< of the objects; nothing where not looked at
};

/// The rows that a stage wrote for one reason, with one outcome.
struct RowGroup {
    std::int32_t stage = 0;
    RowKind kind = RowKind::frame;
    Outcome outcome = Outcome::running;
    std::int64_t rows = 0;
    std::int64_t samples = 0;  ///< distinct system_ids
    std::int64_t first_step = 0, last_step = 0;
};

/// What a look at a store found.
struct StoreCheck {
    bool ours = false;   ///< has the format of STORE_FORMAT.md
    bool opens = false;  ///< ZarrReader takes it; what follows `arrays` is known then only
    std::vector<ArrayFigures> arrays;  ///< in the order of their keys
    std::int64_t rows = 0, active_rows = 0, atoms = 0, edges = 0;
    std::int64_t masked_failures = 0;     ///< rows of kind `quarantined` that are not active
    std::optional<std::int64_t> samples;  ///< distinct system_ids of live rows, where there are ids
    int smallest = 0, largest = 0;        ///< atoms of a live row
    std::optional<double> lowest_energy, highest_energy;  ///< [eV]
    std::int64_t energies_not_finite = 0;
    bool has_ledger = false;
    std::vector<RowGroup> groups;  ///< by stage, kind, outcome; live rows and masked_failures
    std::string provenance = "{}";
    std::optional<JournalReplay> journal;  ///< beside the store, where there is one
    std::vector<std::string> problems;     ///< damage, a line each; empty in a good store
    std::vector<std::string> leftovers;  ///< of an append that was cut off; readers do not see them

    [[nodiscard]] bool good() const { return problems.empty(); }
};

enum class CheckDepth {
    quick,  ///< documents, pointers, ledger and energies; that objects are there, without reading
    full    ///< and every chunk decoded, every edge in its sample
};

/// Looks at a store, ours or the reference's, and goes on after damage as far as it can.
/// Checked: every document; every chunk there (in our stores), whole and decodable; pointers from 0
///          and rising; fields long enough; edges inside their samples; kinds and outcomes that
///          exist; no two rows with one key; num_samples; that a journal is that of the store.
/// Bound:   one chunk of an array, what ZarrReader takes, and 40 bytes a row with a ledger. At most
///          100 problems and 100 leftovers are listed.
/// Throws:  InputError when there is no Zarr store at all.
[[nodiscard]] StoreCheck check_store(Storage& storage, CheckDepth depth);

}  // namespace athanor
