// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
/// Pipelines drawn at random: stages, replicas, slots, capacities, sizes, step counts, delays.
/// Every sample must come out once, with the bits that it has without any of that.
/// ATHANOR_CASES and ATHANOR_SEED in the environment choose how many, and which.
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "comm/credit_channel.hpp"
#include "comm/in_process_transport.hpp"
#include "launch/placement.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "sinks/host_memory_sink.hpp"
#include "stages/stage_loop.hpp"
#include "tests/launch/program.hpp"
#include "tests/support/harmonic_model.hpp"
#include "tests/support/memory_sink.hpp"
#include "tests/support/stage_runner.hpp"

namespace athanor::test {
namespace {

int from_environment(char const* name, int otherwise) {
    char const* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
}

class Draw {
public:
    explicit Draw(int seed) : random_(static_cast<unsigned>(seed)) {}
    int operator()(int low, int high) {
        return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
    }

private:
    std::mt19937 random_;
};

/// Some steps take longer than others, for no reason that a sample could know.
class DelayHook final : public Hook {
public:
    DelayHook(int seed, int most_microseconds) : draw_(seed), most_(most_microseconds) {}
    [[nodiscard]] std::string name() const override { return "delay"; }
    [[nodiscard]] bool runs_at(HookPoint point) const override {
        return point == HookPoint::before_step;
    }
    void fire(HookContext&) override {
        if (most_ > 0 && draw_(0, 3) == 0)
            std::this_thread::sleep_for(std::chrono::microseconds(draw_(0, most_)));
    }

private:
    Draw draw_;
    int most_;
};

/// What is drawn for one run whose ranks are threads.
struct ThreadedCase {
    explicit ThreadedCase(int seed) {
        Draw draw(seed);
        for (int e = draw(1, 5); e > 0; --e) {
            ElementSpec element;
            for (int s = draw(1, 8) == 1 ? 2 : 1; s > 0; --s) element.stages.emplace_back();
            element.replicas = draw(1, 3);
            pipeline.elements.push_back(element);
            steps.push_back(draw(1, 6));
            overflow.push_back(draw(0, 3) == 0 ? draw(1, 3) : 0);
        }
        for (int k = draw(0, 40); k > 0; --k)
            samples.push_back(line_of_atoms(plain_schema(), k, draw(1, 9), 0.3));
        buffers = {.systems = draw(1, 4), .atoms = draw(9, 40), .slots = draw(1, 4)};
        capacity = {draw(1, 6), draw(9, 40), 0};
        delay = draw(0, 1) * draw(0, 300);
        mode = static_cast<ChannelMode>(draw(0, 2));
    }
    /// The same samples and steps with nothing to share or to wait for.
    [[nodiscard]] ThreadedCase alone() const {
        ThreadedCase plain = *this;
        for (ElementSpec& element : plain.pipeline.elements) element.replicas = 1;
        plain.overflow.assign(plain.overflow.size(), 0);
        plain.buffers = {.systems = 16, .atoms = 1000, .slots = 3};
        plain.capacity = {64, 1000, 0};
        plain.delay = 0;
        plain.mode = ChannelMode::fully_async;
        return plain;
    }

    PipelineSpec pipeline;
    std::vector<int> steps, overflow;
    std::vector<Sample> samples;
    BufferConfig buffers;
    BatchCapacity capacity;
    int delay = 0;
    ChannelMode mode = ChannelMode::fully_async;
};

/// One instance with everything around it.
struct Instanced {
    HarmonicModel model;
    std::unique_ptr<ListSource> source;
    std::unique_ptr<SizeAwareSampler> sampler;
    std::vector<std::unique_ptr<HostMemorySink>> overflow;
    MemorySink sink;
    StageMetrics metrics;
    std::unique_ptr<FusedStage> stage;
    StagePorts ports;
};

class ThreadedRun {
public:
    ThreadedRun(ThreadedCase const& drawn, int seed) : case_(drawn), placement_(drawn.pipeline, 1) {
        auto const schema = plain_schema();
        for (std::size_t e = 0; e < placement_.edges().size(); ++e) {
            auto link = in_process_link(slot_room(*schema, checked(drawn.buffers)));
            ChannelOptions const options{EdgeId{static_cast<int>(e)}, schema, drawn.buffers};
            senders_.push_back(
                std::make_unique<CreditChannelSender>(options, std::move(link.sender)));
            receivers_.push_back(
                std::make_unique<CreditChannelReceiver>(options, std::move(link.receiver)));
        }
        for (int i = 0; i < static_cast<int>(placement_.instances().size()); ++i)
            instances_.push_back(make(i, seed));
    }

    std::map<std::int64_t, Sample> run() {
        {
            std::vector<std::jthread> threads;
            for (auto& instance : instances_)
                threads.emplace_back([&instance] {
                    try {
                        StageLoop(*instance->stage, instance->ports, instance->metrics).run();
                    } catch (std::exception const& error) {
                        ADD_FAILURE() << error.what();
                    }
                });
        }
        std::map<std::int64_t, Sample> out;
        for (auto& instance : instances_)
            for (auto& row : instance->sink.rows)
                EXPECT_TRUE(out.emplace(row.sample.id().value(), row.sample).second)
                    << "sample " << row.sample.id().value() << " came out twice";
        return out;
    }

private:
    std::unique_ptr<Instanced> make(int i, int seed) {
        Instance const& instance = placement_.instances()[i];
        ElementSpec const& element = case_.pipeline.elements[instance.element];
        auto made = std::make_unique<Instanced>();
        int id = first_stage_of(case_.pipeline, instance.element).value();
        std::vector<SubStage> stages;
        for (std::size_t s = 0; s < element.stages.size(); ++s)
            stages.push_back(sub_stage(id++, NvtLangevinOptions{1.0, 40.0, 0.01},
                                       case_.steps[instance.element]));
        stages[0].hooks.push_back(std::make_shared<DelayHook>(seed + i, case_.delay));
        made->stage = std::make_unique<FusedStage>(plain_schema(), std::move(stages), made->model,
                                                   FusedStage::Options{case_.capacity, 7},
                                                   made->metrics, FusedStage::OutcomeListener{});
        for (int e : placement_.edges_to(i)) made->ports.inputs.push_back(receivers_[e].get());
        for (int e : placement_.edges_from(i)) made->ports.outputs.push_back(senders_[e].get());
        made->ports.mode = case_.mode;
        if (made->ports.inputs.empty()) give_input(*made, instance.replica, element.replicas);
        if (made->ports.outputs.empty()) made->ports.sinks = {&made->sink};
        if (!made->ports.inputs.empty() && case_.overflow[instance.element] > 0) {
            made->overflow.push_back(
                std::make_unique<HostMemorySink>(case_.overflow[instance.element]));
            made->ports.overflow = {made->overflow.back().get()};
        }
        made->ports.quarantine = [](Batch const&, SystemIndex, std::string const& reason) {
            ADD_FAILURE() << reason;
        };
        return made;
    }

    void give_input(Instanced& to, int replica, int replicas) {
        std::vector<Sample> share;
        for (std::size_t k = 0; k < case_.samples.size(); ++k)
            if (static_cast<int>(k) % replicas == replica) share.push_back(case_.samples[k]);
        to.source = std::make_unique<ListSource>(std::move(share));
        to.sampler = std::make_unique<SizeAwareSampler>(*to.source,
                                                        SamplerOptions{.bounds = case_.capacity});
        to.ports.sampler = to.sampler.get();
    }

    ThreadedCase const& case_;
    Placement placement_;
    std::vector<std::unique_ptr<ChannelSender>> senders_;
    std::vector<std::unique_ptr<ChannelReceiver>> receivers_;
    std::vector<std::unique_ptr<Instanced>> instances_;
};

TEST(RandomTopology, ThreadsDeliverEverySampleOnceWithItsBits) {
    int const first = from_environment("ATHANOR_SEED", 1);
    for (int seed = first; seed < first + from_environment("ATHANOR_CASES", 500); ++seed) {
        SCOPED_TRACE("ATHANOR_SEED=" + std::to_string(seed));
        ThreadedCase const drawn(seed);
        ThreadedCase const plain = drawn.alone();

        auto const out = ThreadedRun(drawn, seed).run();

        auto const expected = ThreadedRun(plain, seed).run();
        ASSERT_EQ(out.size(), drawn.samples.size());
        for (auto const& [id, sample] : expected) ASSERT_TRUE(same_bits(out.at(id), sample)) << id;
    }
}

/// A campaign of at most eight ranks as a file, with its number of ranks.
std::pair<nlohmann::json, int> ranked_case(int seed, std::string& input) {
    Draw draw(seed);
    int const samples = draw(0, 60);
    input = "1\n\nAr 0 0 0\n";  // never selected: a file must have a frame
    for (int k = 0; k < samples; ++k) {
        int const atoms = draw(1, 9);
        input += std::to_string(atoms) + "\n\n";
        for (int a = 0; a < atoms; ++a) input += "Ar " + std::to_string(3.7 * a) + " 0 0\n";
    }
    auto config = small_campaign("in.extxyz");
    config["input"]["select"] = "1:";
    auto md = config["pipeline"][1];
    md.erase("hooks");
    config["pipeline"] = nlohmann::json::array();
    config["sinks"]["wait"] = {{"type", "host_memory"}, {"capacity", draw(1, 3)}};
    int ranks = 0;
    for (int s = draw(1, 5); s > 0 && ranks < 8; --s) {
        md["name"] = "md" + std::to_string(s);
        md["steps"] = draw(1, 4);
        md["replicas"] = std::min(draw(1, 3), 8 - ranks);
        if (ranks > 0 && draw(0, 3) == 0) md["overflow"] = {"wait"};
        ranks += md["replicas"].get<int>();
        config["pipeline"].push_back(md);
        md.erase("overflow");
    }
    config["sampler"] = {{"max_systems", draw(1, 9)}, {"max_atoms", draw(9, 60)}};
    char const* const modes[] = {"sync", "async_recv", "fully_async"};
    config["buffers"] = {{"systems", draw(1, 4)},
                         {"atoms", draw(9, 40)},
                         {"slots", draw(1, 4)},
                         {"mode", modes[draw(0, 2)]}};
    config["sinks"].erase("trajectory");
    return {config, ranks};
}

TEST(RandomTopology, RanksDeliverEverySampleOnceWithItsBits) {
    int const first = from_environment("ATHANOR_SEED", 1);
    for (int seed = first; seed < first + from_environment("ATHANOR_CASES", 20); ++seed) {
        SCOPED_TRACE("ATHANOR_SEED=" + std::to_string(seed));
        ProgramFolder folder;
        std::string input;
        auto [config, ranks] = ranked_case(seed, input);
        folder.write("in.extxyz", input);
        folder.write("ranks.json", config.dump());
        for (auto& stage : config["pipeline"]) stage["replicas"] = 1;
        config["sampler"] = config["buffers"] = nlohmann::json::object();
        config["sinks"]["done"]["url"] = "plain.zarr";
        config["quarantine"] = "plain.extxyz";
        folder.write("plain.json", config.dump());

        auto const result = folder.shell("timeout 120 mpirun -n " + std::to_string(ranks) +
                                         " '" ATHANOR_EXECUTABLE "' run ranks.json --progress off");
        ASSERT_EQ(result.code, 0) << result.text;
        ASSERT_EQ(folder.athanor("run plain.json --progress off").code, 0);

        expect_same_rows(rows_of_store(folder.path() / "plain.zarr"),
                         rows_of_store(folder.path() / "out/done.zarr"));
    }
}

}  // namespace
}  // namespace athanor::test
