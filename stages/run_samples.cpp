// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "stages/run_samples.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "runtime/error.hpp"
#include "runtime/size_aware_sampler.hpp"
#include "stages/stage_loop.hpp"

namespace athanor {

void run_samples(SampleSource& source, std::vector<SubStage> stages, Model& model, Sink& sink,
                 RunSamplesOptions const& options) {
    for (std::size_t k = 0; k < stages.size(); ++k) {
        stages[k].id = StageId{static_cast<int>(k)};
        if (stages[k].name.empty()) stages[k].name = fmt::format("stage-{}", k);
    }
    auto const failed = [&options](std::string const& name, std::string const& reason) {
        if (!options.on_failed) throw CampaignError(fmt::format("sample \"{}\": {}", name, reason));
        options.on_failed(name, reason);
    };
    StageMetrics metrics;
    FusedStage stage(options.schema ? options.schema : std::make_shared<Schema const>(),
                     std::move(stages), model, {options.capacity, options.seed}, metrics, {});
    SizeAwareSampler sampler(source, {.bounds = {options.capacity.systems, options.capacity.atoms,
                                                 /*edges=*/0}});
    StagePorts ports;
    ports.sampler = &sampler;
    ports.sinks = {&sink};
    ports.quarantine = [&failed](Batch const& batch, SystemIndex system,
                                 std::string const& reason) { failed(batch.name(system), reason); };
    ports.refuse = [&](Sample const& sample) {
        failed(sample.name(),
               fmt::format("{} atoms are more than the {} that the batch holds; raise its capacity",
                           sample.atom_count(), options.capacity.atoms));
    };
    StageLoop(stage, std::move(ports), metrics).run();
    sink.flush();
}

void run_samples(SampleSource& source, SubStage stage, Model& model, Sink& sink,
                 RunSamplesOptions const& options) {
    std::vector<SubStage> stages;
    stages.push_back(std::move(stage));
    run_samples(source, std::move(stages), model, sink, options);
}

}  // namespace athanor
