// SPDX-FileCopyrightText: 2026 The Athanor developers
// SPDX-License-Identifier: Apache-2.0
#include "launch/resumption.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launch/campaign_ledger.hpp"
#include "launch/checkpoint_folder.hpp"
#include "launch/config_words.hpp"
#include "launch/quarantine.hpp"
#include "launch/sink_set.hpp"
#include "launch/version.hpp"
#include "runtime/error.hpp"
#include "sinks/extxyz_sink.hpp"
#include "sinks/zarr_reader.hpp"

namespace athanor {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// One line for each value that differs.
std::string differences(json const& before, json const& now) {
    std::string text;
    for (json const& change : json::diff(before, now)) {
        json::json_pointer const at(change["path"].get<std::string>());
        auto const value = [&at](json const& document) {
            return document.contains(at) ? document[at].dump() : std::string("nothing");
        };
        text += fmt::format("\n  {}: it was {}, and is {} now", at.to_string(), value(before),
                            value(now));
    }
    return text;
}

/// What must be as it was, each with its reason.
struct Constancy {
    std::string (*now)(Config const&);
    char const* what;
};
constexpr Constancy same_physics{physics_json, "with other physics than it began with"};
constexpr Constancy same_snapshots{
    snapshots_json,
    "with other snapshots than it began with, for then nobody can tell "
    "which rows are missing"};

/// With what physics_json() leaves out, so that people see both values of it.
json spelled_out(std::string const& text) {
    json document = json::parse(text);
    if (document.is_object() && !document.contains("precision"))
        document["precision"] = detail::word_of(Precision::float64);
    return document;
}

void refuse_change(Constancy const& constancy, std::string const& before, CampaignPlan const& plan,
                   std::string const& where) {
    std::string const now = constancy.now(plan.config);
    if (before == now) return;
    throw ConfigError(fmt::format(
        "the campaign cannot go on {} (says {}):{}\nset that back, or begin anew with `athanor run "
        "--overwrite`",
        constancy.what, where, differences(spelled_out(before), spelled_out(now))));
}

void refuse_other_input(json const& before, CampaignPlan const& plan, std::string const& where) {
    auto const refuse = [&](char const* what, std::int64_t was, std::int64_t is) {
        if (was != is)
            throw ConfigError(fmt::format(
                "{}: has {} {}, and had {} when the campaign began (says {}); bring the file back, "
                "or begin anew with `athanor run --overwrite`",
                plan.config.input.path.string(), is, what, was, where));
    };
    refuse("frames", before.at("frames"), plan.frame_count);
    if (before.at("select") == plan.config.input.select)
        refuse("atoms", before.at("atoms"), plan.atom_total);
}

void refuse_other_campaign(CampaignPlan const& plan, CheckpointFolder const* folder) {
    if (folder == nullptr) return;
    auto const text = folder->campaign();
    if (!text) return;
    std::string const where = (folder->path() / "campaign.json").string();
    try {
        json const campaign = json::parse(*text);
        refuse_change(same_physics, campaign.at("physics").dump(), plan, where);
        if (campaign.contains("snapshots"))
            refuse_change(same_snapshots, campaign["snapshots"].dump(), plan, where);
        refuse_other_input(campaign.at("input"), plan, where);
    } catch (json::exception const& error) {
        throw StorageError(fmt::format("{}: is damaged ({}); remove it to go on without its check",
                                       where, error.what()));
    }
}

/// The campaign that wrote a store is in its provenance.
void refuse_store_of_another(fs::path const& store, CampaignPlan const& plan) {
    json const provenance = json::parse(ZarrReader(store.string()).provenance(), nullptr, false);
    if (!provenance.is_object() || !provenance.contains("config")) return;
    Config before;
    try {
        before = parse_config(provenance["config"].dump(), store.string(), "/");
    } catch (ConfigError const&) {
        return;  // of a version with other keys; campaign.json has a say as well
    }
    for (Constancy const& constancy : {same_physics, same_snapshots})
        refuse_change(constancy, constancy.now(before), plan, store.string());
}

/// The furthest state of each sample in each chain.
class FurthestStates {
public:
    FurthestStates(CampaignLedger const& ledger, std::vector<std::set<std::int64_t>> const& settled)
        : ledger_(ledger), settled_(settled) {}

    void offer(Sample sample) {
        SamplePosition const position = position_of(sample);
        if (!ledger_.knows_stage(position.stage)) return;
        int const chain = ledger_.chain_of(position.stage);
        if (settled_[static_cast<std::size_t>(chain)].contains(sample.id().value())) return;
        auto const stored = sample.values<std::int64_t>(Fields::stored_rows)[0];
        if (!ledger_.has_rows(sample.id(), position, stored)) return;
        std::pair const key(chain, sample.id().value());
        auto const found = states_.find(key);
        if (found == states_.end())
            states_.emplace(key, std::move(sample));
        else if (position_of(found->second) < position)
            found->second = std::move(sample);
    }
    [[nodiscard]] std::map<std::pair<int, std::int64_t>, Sample>& states() { return states_; }

private:
    CampaignLedger const& ledger_;
    std::vector<std::set<std::int64_t>> const& settled_;
    std::map<std::pair<int, std::int64_t>, Sample> states_;  ///< by chain and id
};

/// A stage may stand in another element than it did, alone or among others: the position in it is
/// worked out anew, and whoever was done with a stage goes on with the next one of its element.
void fit_into(PipelineSpec const& pipeline, int element, Sample& sample) {
    std::int32_t const first = first_stage_of(pipeline, element).value();
    auto const stages = static_cast<std::int32_t>(
        pipeline.elements[static_cast<std::size_t>(element)].stages.size());
    std::int32_t& stage = sample.values<std::int32_t>(Fields::stage)[0];
    if (position_of(sample).done && stage + 1 < first + stages) {
        ++stage;
        sample.values<std::int64_t>(Fields::stage_step)[0] = 0;
        sample.values<std::uint8_t>(Fields::outcome)[0] =
            static_cast<std::uint8_t>(Outcome::running);
    }
    sample.values<std::int64_t>(Fields::status)[0] = stage - first;
}

/// The samples that each instance of the placement goes on with, evenly over replicas.
std::vector<std::vector<Sample>> deal_out(std::map<std::pair<int, std::int64_t>, Sample>& states,
                                          CampaignLedger const& ledger,
                                          PipelineSpec const& pipeline,
                                          Placement const& placement) {
    auto const& instances = placement.instances();
    std::vector<std::vector<Sample>> dealt(instances.size());
    std::vector<std::int64_t> atoms(instances.size(), 0);
    for (auto& [key, sample] : states) {
        int const element = ledger.element_of(position_of(sample).stage);
        std::size_t best = instances.size();
        for (std::size_t i = 0; i < instances.size(); ++i)
            if (instances[i].element == element &&
                (best == instances.size() || atoms[i] < atoms[best]))
                best = i;
        fit_into(pipeline, element, sample);
        atoms[best] += sample.atom_count();
        dealt[best].push_back(std::move(sample));
    }
    return dealt;
}

class Preparation {
public:
    Preparation(CampaignPlan const& plan, Placement const& placement, ResumeOptions const& options)
        : plan_(plan), placement_(placement), options_(options), ledger_(plan.config.pipeline) {
        if (plan.config.checkpoint) folder_.emplace(plan.config.checkpoint->path);
    }

    Resumption run() {
        refuse_other_campaign(plan_, folder_ ? &*folder_ : nullptr);
        remove_unfinished_stores(plan_.config);
        for (fs::path const& store : stores_of(plan_.config)) refuse_store_of_another(store, plan_);
        for (fs::path const& part : parts_of(plan_.config)) refuse_store_of_another(part, plan_);
        result_.notes = replay_journals(plan_.config);
        merge_leftover_parts(plan_.config);
        for (fs::path const& store : stores_of(plan_.config)) ledger_.add_store(store);
        for (fs::path const& file : extxyz_files_of(plan_.config)) {
            auto const sink = ExtxyzSink::reopen(file);  // cuts off what is there in part
            sink->close();
            if (!sink->damage().empty())
                result_.notes.push_back(fmt::format(
                    "{}; a killed process left half a frame there. What comes after it, {} bytes, "
                    "is in {}.torn and will be written again",
                    sink->damage(), sink->cut_bytes(), file.string()));
            ledger_.add_extxyz(file);
        }
        ledger_.seal();
        settle();
        if (folder_) restore();
        for (auto const& settled : settled_)
            result_.settled.emplace_back(std::vector<std::int64_t>(settled.begin(), settled.end()));
        return std::move(result_);
    }

private:
    /// Whatever has left its chain, for an output or for quarantine.
    void settle() {
        settled_.resize(static_cast<std::size_t>(plan_.config.pipeline.chain_count()));
        for (std::size_t chain = 0; chain < settled_.size(); ++chain)
            for (std::int64_t const id : ledger_.finished(static_cast<int>(chain)))
                settled_[chain].insert(id);
        for (auto const& settled : settled_)
            result_.finished += static_cast<std::int64_t>(settled.size());
        if (options_.retry_quarantine) {
            set_quarantine_aside(plan_.config.quarantine);
            return;
        }
        for (QuarantinedSample const& one :
             read_quarantine(plan_.config.quarantine, TornFrame::cut)) {
            if (one.stage && !ledger_.knows_stage(*one.stage)) continue;
            if (one.stage &&
                !ledger_.has_rows(one.id, {*one.stage, one.step, true}, one.stored_rows))
                continue;
            for (std::size_t chain = 0; chain < settled_.size(); ++chain)
                if ((!one.stage || ledger_.chain_of(*one.stage) == static_cast<int>(chain)) &&
                    settled_[chain].insert(one.id.value()).second) {
                    ++result_.quarantined;
                    if (!one.stage) ++result_.bad_frames;
                }
        }
    }

    void restore() {
        FurthestStates furthest(ledger_, settled_);
        auto const files = folder_->files();
        std::uint64_t const physics = physics_hash(plan_.config);
        for (fs::path const& file : files) {
            Checkpoint checkpoint;
            try {
                checkpoint = read_checkpoint(file);
            } catch (StorageError const& error) {
                // Its samples are in the other generation, or begin again: time is lost.
                result_.notes.push_back(error.what());
                continue;
            }
            result_.generation = std::max(result_.generation, checkpoint.header.generation);
            if (checkpoint.header.physics != physics) continue;
            for (Sample& sample : checkpoint.samples) furthest.offer(std::move(sample));
        }
        ++result_.generation;
        auto& states = furthest.states();
        result_.restored = static_cast<std::int64_t>(states.size());
        for (auto const& [key, sample] : states)
            settled_[static_cast<std::size_t>(key.first)].insert(key.second);
        auto const written =
            write(deal_out(states, ledger_, plan_.config.pipeline, placement_), physics);
        std::vector<fs::path> old;
        for (fs::path const& file : files)
            if (!written.contains(file)) old.push_back(file);
        folder_->remove(old);
        folder_->remove(folder_->leftovers());
    }

    std::set<fs::path> write(std::vector<std::vector<Sample>> const& dealt, std::uint64_t physics) {
        std::set<fs::path> written;
        folder_->begin(campaign_text(plan_));
        result_.restored_by_element.resize(plan_.config.pipeline.elements.size());
        for (std::size_t i = 0; i < dealt.size(); ++i) {
            Instance const& instance = placement_.instances()[i];
            result_.restored_by_element[static_cast<std::size_t>(instance.element)].push_back(
                static_cast<std::int64_t>(dealt[i].size()));
            if (dealt[i].empty()) continue;
            CheckpointHeader const header{physics, result_.generation, instance.element,
                                          instance.replica};
            write_checkpoint(folder_->file_of(header), header, dealt[i]);
            written.insert(folder_->file_of(header));
        }
        return written;
    }

    CampaignPlan const& plan_;
    Placement const& placement_;
    ResumeOptions options_;
    CampaignLedger ledger_;
    std::optional<CheckpointFolder> folder_;
    std::vector<std::set<std::int64_t>> settled_;  ///< by chain
    Resumption result_;
};

class UnsettledSource final : public SampleSource {
public:
    UnsettledSource(std::unique_ptr<SampleSource> source, IdRanges settled)
        : source_(std::move(source)), settled_(std::move(settled)) {}

    [[nodiscard]] std::optional<Sample> next() override {
        for (;;) {
            auto sample = source_->next();
            if (!sample || !settled_.contains(sample->id())) return sample;
        }
    }

private:
    std::unique_ptr<SampleSource> source_;
    IdRanges settled_;
};

}  // namespace

Resumption prepare_resumption(CampaignPlan const& plan, Placement const& placement,
                              ResumeOptions const& options) {
    return Preparation(plan, placement, options).run();
}

std::string campaign_text(CampaignPlan const& plan) {
    return json{{"athanor", version()},
                {"physics", json::parse(physics_json(plan.config))},
                {"snapshots", json::parse(snapshots_json(plan.config))},
                {"input",
                 {{"path", plan.config.input.path.string()},
                  {"select", plan.config.input.select},
                  {"frames", plan.frame_count},
                  {"atoms", plan.atom_total}}}}
               .dump(2) +
           "\n";
}

std::unique_ptr<SampleSource> without_settled(std::unique_ptr<SampleSource> source,
                                              IdRanges settled) {
    return std::make_unique<UnsettledSource>(std::move(source), std::move(settled));
}

}  // namespace athanor
