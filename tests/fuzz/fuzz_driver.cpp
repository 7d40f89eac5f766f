// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Runs a fuzz target without libFuzzer: its seeds, then seeded random mutations of them.
///   NAME_fuzz [MUTATIONS [SEED]]      the same inputs on every machine
///   NAME_fuzz --write-corpus FOLDER   the seeds as files, for libFuzzer
///   NAME_fuzz --input FILE            one input
#include <array>
#include <filesystem>
#include <random>
#include <string_view>

#include "tests/fuzz/fuzz_target.hpp"

namespace {

using Engine = std::mt19937_64;

std::size_t below(Engine& engine, std::size_t end) { return end == 0 ? 0 : engine() % end; }

/// Numbers at which parsers err.
constexpr std::array<std::uint64_t, 12> sharp_numbers{
    0,          1,          0x7f,       0xff,        0x7fff,     0xffff,
    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1ULL << 63, ~0ULL};
constexpr std::array<std::string_view, 22> sharp_words{"0",
                                                       "-1",
                                                       "1e999",
                                                       "nan",
                                                       "-inf",
                                                       "9223372036854775807",
                                                       "-9223372036854775808",
                                                       "1e18",
                                                       "65536",
                                                       "\"",
                                                       "\\",
                                                       "{",
                                                       "}",
                                                       "[[[[",
                                                       "]",
                                                       "\n",
                                                       "\0",
                                                       "null",
                                                       "true",
                                                       "4294967296",
                                                       "2147483648",
                                                       "\xff"};

void put_number(std::string& text, Engine& engine) {
    std::size_t const width = std::size_t{1} << below(engine, 4);
    if (text.size() < width) return;
    std::uint64_t const number = sharp_numbers[below(engine, sharp_numbers.size())];
    std::size_t const at = below(engine, text.size() - width + 1);
    for (std::size_t k = 0; k < width; ++k) text[at + k] = static_cast<char>(number >> (8 * k));
}

/// In place of a run of digits, which text formats have where lengths and counts stand.
void put_word(std::string& text, Engine& engine) {
    std::size_t begin = text.find_first_of("0123456789", below(engine, text.size()));
    if (begin == std::string::npos) begin = below(engine, text.size());
    std::size_t end = text.find_first_not_of("0123456789", begin);
    if (end == std::string::npos) end = text.size();
    text.replace(begin, end - begin, sharp_words[below(engine, sharp_words.size())]);
}

void mutate(std::string& text, std::vector<std::string> const& seeds, Engine& engine) {
    std::size_t const size = text.size();
    std::size_t const at = below(engine, size), length = 1 + below(engine, 16);
    switch (below(engine, 9)) {
        case 0:
            if (size > 0) text[at] = static_cast<char>(text[at] ^ (1 << below(engine, 8)));
            break;
        case 1:
            if (size > 0) text[at] = static_cast<char>(engine());
            break;
        case 2:
            text.insert(at, 1, static_cast<char>(engine()));
            break;
        case 3:
            text.erase(at, length);
            break;
        case 4:
            text.insert(below(engine, size), text.substr(at, length));
            break;
        case 5:
            text.resize(at);
            break;
        case 6:
            put_number(text, engine);
            break;
        case 7:
            if (size > 0) put_word(text, engine);
            break;
        default: {
            std::string const& other = seeds[below(engine, seeds.size())];
            std::size_t const from = below(engine, other.size());
            text.replace(at, length, other.substr(from, 1 + below(engine, 200)));
        }
    }
}

void run(std::string const& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(input.data()), input.size());
}

int write_corpus(std::vector<std::string> const& seeds, std::filesystem::path const& folder) {
    std::filesystem::create_directories(folder);
    for (std::size_t k = 0; k < seeds.size(); ++k)
        std::ofstream(folder / std::to_string(k), std::ios::binary) << seeds[k];
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    auto const seeds = athanor::test::fuzz_seeds();
    if (argc == 3 && std::string_view(argv[1]) == "--write-corpus")
        return write_corpus(seeds, argv[2]);
    if (argc == 3 && std::string_view(argv[1]) == "--input") {
        std::ifstream file(argv[2], std::ios::binary);
        run({std::istreambuf_iterator<char>(file), {}});
        return 0;
    }
    std::uint64_t const mutations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
    std::uint64_t const seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    if (seeds.empty()) return std::puts("no seeds: is ATHANOR_TEST_DATA set?"), 1;
    for (std::string const& input : seeds) run(input);
    for (std::uint64_t k = 0; k < mutations; ++k) {
        Engine engine(seed * 1'000'003 + k);  // of its own, so that one input can be made again
        std::string input = seeds[below(engine, seeds.size())];
        for (std::size_t n = 1 + below(engine, 4); n > 0; --n) mutate(input, seeds, engine);
        // What a crash leaves to look at.
        if (char const* const last = std::getenv("ATHANOR_FUZZ_LAST"))
            std::ofstream(last, std::ios::binary) << input;
        run(input);
    }
    std::printf("%zu seeds and %llu mutations\n", seeds.size(),
                static_cast<unsigned long long>(mutations));
    return 0;
}
