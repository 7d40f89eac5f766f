// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/golden.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace athanor::test {
namespace {

struct Element {
    std::int64_t number;
    double mass;
};

Element const& element_of(std::string const& symbol) {
    static std::map<std::string, Element> const elements{
        {"Ar", {18, 39.948}},  {"Kr", {36, 83.798}},    {"Xe", {54, 131.293}},
        {"Si", {14, 28.085}},  {"C", {6, 12.011}},      {"Cu", {29, 63.546}},
        {"Ni", {28, 58.6934}}, {"Al", {13, 26.9815385}}};
    auto const found = elements.find(symbol);
    if (found == elements.end()) throw std::runtime_error("no golden element " + symbol);
    return found->second;
}

/// The text behind key= in a comment line, without quotes; empty when the key is not there.
std::string value_of(std::string const& line, std::string const& key) {
    auto const at = line.find(key + "=");
    if (at == std::string::npos) return {};
    auto begin = at + key.size() + 1;
    char const stop = line[begin] == '"' ? '"' : ' ';
    if (stop == '"') ++begin;
    return line.substr(begin, line.find(stop, begin) - begin);
}

std::vector<std::string> columns_of(std::string const& properties) {
    std::vector<std::string> names;
    std::istringstream parts(properties);
    std::string name, type, width;
    while (std::getline(parts, name, ':') && std::getline(parts, type, ':') &&
           std::getline(parts, width, ':'))
        names.push_back(name);
    return names;
}

}  // namespace

std::string golden_path(std::string const& name) {
    char const* const root = std::getenv("ATHANOR_TEST_DATA");
    if (root == nullptr)
        throw std::runtime_error("ATHANOR_TEST_DATA is not set; run through ctest");
    return std::string(root) + "/golden/physics/" + name;
}

std::int64_t atomic_number_of(std::string const& symbol) { return element_of(symbol).number; }
double atomic_mass_of(std::string const& symbol) { return element_of(symbol).mass; }

Sample make_sample(Structure const& structure, std::int64_t id) {
    static auto const schema = std::make_shared<Schema const>();
    int const atoms = static_cast<int>(structure.symbols.size());
    Sample sample(schema, SampleId{id}, "sample-" + std::to_string(id), atoms);
    std::copy(structure.positions.begin(), structure.positions.end(),
              sample.values<double>(Fields::positions).begin());
    for (std::size_t i = 0; i < structure.symbols.size(); ++i) {
        sample.values<std::int64_t>(Fields::atomic_numbers)[i] =
            atomic_number_of(structure.symbols[i]);
        sample.values<double>(Fields::atomic_masses)[i] = atomic_mass_of(structure.symbols[i]);
    }
    std::copy(structure.cell.begin(), structure.cell.end(),
              sample.values<double>(Fields::cell).begin());
    for (std::size_t k = 0; k < 3; ++k)
        sample.values<std::uint8_t>(Fields::pbc)[k] = structure.pbc[k] ? 1 : 0;
    return sample;
}

Sample read_golden_sample(std::string const& name, std::int64_t id) {
    std::ifstream file(golden_path("inputs/" + name + ".xyz"));
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("no golden structure " + name);
    int const atoms = std::stoi(line);
    std::getline(file, line);
    Structure structure;
    std::istringstream lattice(value_of(line, "Lattice"));
    for (double value = 0.0; lattice >> value;) structure.cell.push_back(value);
    std::istringstream pbc(value_of(line, "pbc"));
    std::string flag;
    for (std::size_t k = 0; k < 3 && pbc >> flag; ++k) structure.pbc[k] = flag == "T";
    std::vector<std::string> const columns = columns_of(value_of(line, "Properties"));
    std::vector<double> momenta;
    for (int i = 0; i < atoms; ++i) {
        std::getline(file, line);
        std::istringstream row(line);
        for (std::string const& column : columns) {
            std::string word;
            if (column == "species") {
                row >> word;
                structure.symbols.push_back(word);
                continue;
            }
            if (column != "pos" && column != "momenta")
                throw std::runtime_error("golden column " + column + " is not known");
            auto& values = column == "pos" ? structure.positions : momenta;
            for (int x = 0; x < 3; ++x) {
                row >> word;
                values.push_back(std::strtod(word.c_str(), nullptr));
            }
        }
    }
    Sample sample = make_sample(structure, id);
    auto const masses = sample.values<double>(Fields::atomic_masses);
    auto const velocities = sample.values<double>(Fields::velocities);
    // ASE's unit of velocity is sqrt(eV/amu), ours.
    for (std::size_t k = 0; k < momenta.size(); ++k) velocities[k] = momenta[k] / masses[k / 3];
    return sample;
}

Batch make_batch(std::vector<Sample> const& samples) {
    BatchCapacity capacity{static_cast<int>(samples.size()), 0, 0};
    for (Sample const& sample : samples) capacity.atoms += sample.atom_count();
    Batch batch(samples.front().schema_ptr(), capacity);
    for (Sample const& sample : samples) batch.append(sample);
    return batch;
}

}  // namespace athanor::test
