// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Small samples for tests: made by hand or from a seed, never read from a file.
#pragma once

#include <memory>
#include <random>
#include <string>

#include "runtime/sample.hpp"

namespace athanor::test {

inline SchemaPtr plain_schema() { return std::make_shared<Schema const>(); }

/// Built-in fields and one user field of every kind that travels.
inline SchemaPtr rich_schema() {
    return std::make_shared<Schema const>(
        std::vector<FieldSpec>{{"charges", Level::atom, Dtype::float32, {}, "e", FieldRole::user},
                               {"tags", Level::atom, Dtype::int32, {}, "", FieldRole::user},
                               {"dipole", Level::system, Dtype::float64, {3}, "", FieldRole::user},
                               {"flag", Level::system, Dtype::boolean, {1}, "", FieldRole::user},
                               {"bond", Level::edge, Dtype::int64, {2}, "", FieldRole::user}});
}

/// Every byte of every field drawn from `seed`, but for the id.
inline Sample random_sample(SchemaPtr const& schema, std::int64_t id, int atoms, int edges,
                            unsigned seed) {
    Sample sample(schema, SampleId{id}, "sample-" + std::to_string(id), atoms, edges);
    sample.set_text("origin=\"test " + std::to_string(seed) + "\"");
    std::mt19937 random(seed);
    for (int f = 0; f < schema->field_count(); ++f)
        for (std::byte& byte : sample.bytes(FieldIndex{f}))
            byte = schema->field(FieldIndex{f}).dtype == Dtype::boolean
                       ? static_cast<std::byte>(random() & 1U)
                       : static_cast<std::byte>(random() & 0xffU);
    sample.values<std::int64_t>(Fields::system_id)[0] = id;
    return sample;
}

/// Atoms of one kind at given places, in an open system. Positions: x y z of each atom [Å].
inline Sample cluster(SchemaPtr const& schema, std::int64_t id,
                      std::vector<double> const& positions, std::int64_t atomic_number = 18,
                      double mass = 39.948) {
    int const atoms = static_cast<int>(positions.size() / 3);
    Sample sample(schema, SampleId{id}, "cluster-" + std::to_string(id), atoms);
    std::copy(positions.begin(), positions.end(), sample.values<double>(Fields::positions).begin());
    std::fill_n(sample.values<std::int64_t>(Fields::atomic_numbers).begin(), atoms, atomic_number);
    std::fill_n(sample.values<double>(Fields::atomic_masses).begin(), atoms, mass);
    return sample;
}

/// One atom of argon near the origin.
inline Sample lone_atom(std::int64_t id, double x) {
    return cluster(plain_schema(), id, {x, 0.1, -0.1});
}

/// `atoms` atoms of argon on a line, `spacing` apart [Å].
inline Sample line_of_atoms(SchemaPtr const& schema, std::int64_t id, int atoms, double spacing,
                            double mass = 39.948) {
    std::vector<double> positions(3 * static_cast<std::size_t>(atoms), 0.05);
    for (int a = 0; a < atoms; ++a) positions[3 * a] = spacing * a;
    return cluster(schema, id, positions, 18, mass);
}

/// An argon crystal of cells³ · 4 atoms, each moved by up to `rattle` [Å] along every axis.
inline Sample argon_crystal(SchemaPtr const& schema, std::int64_t id, int cells, double rattle,
                            unsigned seed, double lattice_constant = 5.26) {
    double const basis[4][3] = {{0, 0, 0}, {0, .5, .5}, {.5, 0, .5}, {.5, .5, 0}};
    std::vector<double> positions;
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> shift(-rattle, rattle);
    for (int x = 0; x < cells; ++x)
        for (int y = 0; y < cells; ++y)
            for (int z = 0; z < cells; ++z)
                for (auto const& b : basis) {
                    double const place[3] = {x + b[0], y + b[1], z + b[2]};
                    for (double p : place)
                        positions.push_back(lattice_constant * p + shift(random));
                }
    Sample sample = cluster(schema, id, positions);
    for (int a = 0; a < 3; ++a) {
        sample.values<double>(Fields::cell)[4 * a] = cells * lattice_constant;
        sample.values<std::uint8_t>(Fields::pbc)[a] = 1;
    }
    return sample;
}

/// True when both samples have the same fields with the same bits.
inline bool same_bits(Sample const& a, Sample const& b) {
    if (a.atom_count() != b.atom_count() || a.edge_count() != b.edge_count()) return false;
    if (a.schema().fingerprint() != b.schema().fingerprint()) return false;
    for (int f = 0; f < a.schema().field_count(); ++f) {
        auto const x = a.bytes(FieldIndex{f});
        auto const y = b.bytes(FieldIndex{f});
        if (!std::equal(x.begin(), x.end(), y.begin(), y.end())) return false;
    }
    return a.name() == b.name() && a.text() == b.text();
}

}  // namespace athanor::test
