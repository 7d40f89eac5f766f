// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace athanor {

/// `athanor inspect`, and what may follow it.
struct InspectCommand {
    std::string store;
    bool json = false;   ///< for programs
    bool quick = false;  ///< looks whether chunks are there, without decoding them
};

/// Prints what is in a store; returns the exit code: 0 for a good store, 6 for a damaged one.
/// Throws: InputError when there is no store.
/// JSON:   one object with the members below; members may be added, none changes or goes.
///         store (text), samples active atoms edges (whole numbers: rows, live rows, their atoms
///         and edges), systems (distinct ids of live rows, or null), atoms_smallest atoms_largest,
///         energy_lowest energy_highest (eV or null), non_finite_energies, ledger (bool), kinds
///         outcomes stages (objects from word or number to rows), rows [{stage kind outcome rows
///         systems first_step last_step}], arrays [{key data_type shape chunk_shape codecs chunks
///         chunks_stored raw_bytes stored_bytes (null when quick)}], provenance, journal
///         (null, or {rows known_rows torn_bytes}: of the journal beside the store, rows that the
///         arrays lack, rows that they have, bytes of unfinished records), check {depth
///         ("quick", "full"), good (bool), problems [text], leftovers [text]}.
[[nodiscard]] int inspect(InspectCommand const& command);

}  // namespace athanor
