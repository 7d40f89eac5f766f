# SPDX-FileCopyrightText: 2026 The Athanor developers
# SPDX-License-Identifier: Apache-2.0
"""Ways to run a campaign, none of which may change a row: placement, batches, buffers, stores,
threads, devices, faults. `reference()` is the plainest of them."""
import json

from stages import some


class Variant:
    """A configuration, and how the program is started with it."""

    def __init__(self):
        self.config, self.ranks, self.threads = {}, 1, 1
        self.device, self.nccl, self.shards = "cpu", False, 0

    def describe(self):
        elements = [e for chain in self.chains for e in chain]
        shape = "+".join("(%d)x%d" % (len(e["fuse"]), e.get("replicas", 1)) if "fuse" in e
                         else "1x%d" % e.get("replicas", 1) for e in elements)
        return "%s on %d rank(s), %d thread(s), device %s, %s%s%s" % (
            shape, self.ranks, self.threads, self.device, self.config["buffers"]["mode"],
            ", nccl" if self.nccl else "", ", %d shards" % self.shards if self.shards else "")


def store_form(random, out, name, dtype):
    chunk = random.choice((7, 40, 300, 1024))
    form = {"type": "zarr", "url": "%s/%s.zarr" % (out, name), "dtype": dtype, "chunk_rows": chunk,
            "system_chunk_rows": random.choice((3, 10, 40, 256)),
            "durability": random.choice(("none", "none", "commit", "strict")),
            "codec": random.choice(("none", "blosclz", "lz4", "lz4hc", "zlib", "zstd", "plain_zstd",
                                    "gzip")),
            **some(random, 0.4, level=random.randint(0, 9), threads=random.choice((0, 2, 3)),
                   shuffle=random.choice(("none", "shuffle", "bitshuffle")), checksum=True)}
    if random.random() < 0.3:
        form["shard_rows"] = chunk * random.choice((1, 2, 5))
    if form["durability"] != "none" and random.random() < 0.5:
        form["journal"] = True
    return form


def plain_form(out, name, dtype):
    return {"type": "zarr", "url": "%s/%s.zarr" % (out, name), "dtype": dtype, "durability": "none"}


def sinks_of(campaign, out, random=None):
    sinks = {}
    for name in campaign.sinks_used():
        if name.startswith("text"):
            sinks[name] = {"type": "extxyz", "path": "%s/%s.extxyz" % (out, name)}
        elif random is None:
            sinks[name] = plain_form(out, name, campaign.dtypes[name])
        else:
            sinks[name] = store_form(random, out, name, campaign.dtypes[name])
    return sinks


def grouped(campaign, random, fused, share=False):
    """Elements of each chain; `fused` is the chance that a stage joins the one before it. `share`:
    elements may have hooks, which a resume would take for others than those of the stages."""
    chains, number = [], 0
    for chain in campaign.copy_of_chains():
        elements = []
        for stage in chain:
            must = campaign.documented
            if must is not None and number in must:
                if number == must[0]:
                    elements.append({"fuse": [], "order": "documented"})
                elements[-1]["fuse"].append(stage)
            elif (elements and random is not None and random.random() < fused and
                  "order" not in elements[-1]):
                if "fuse" not in elements[-1]:
                    elements[-1] = {"fuse": [elements[-1]]}
                elements[-1]["fuse"].append(stage)
            else:
                alone = random is not None and random.random() < 0.1
                elements.append({"fuse": [stage]} if alone else stage)
            number += 1
        chains.append(elements)
        if campaign.common and share:
            for element in elements:
                if ("fuse" in element and random.random() < 0.7 and takes_steps(element) and
                        not stores_edges(element)):
                    share_hook(element, campaign.common)
    return chains


def stores_edges(element):
    """Then rows of hooks of the element have edges, whichever stage their sample is in."""
    return any(hook.get("store_edges") for stage in element["fuse"]
               for hook in stage.get("hooks", []))


def takes_steps(element):
    return any(stage["dynamics"]["type"] != "single_point" for stage in element["fuse"])


def share_hook(element, hook):
    """The hook that all stages have at their end becomes one of the element, which at the end of
    a step fires after theirs."""
    for stage in element["fuse"]:
        stage["hooks"] = [own for own in stage.get("hooks", []) if own != hook]
    element["hooks"] = [dict(hook)]


def finish(variant, campaign, out, sinks, random):
    """The parts together; what is written goes into the folder `out`."""
    config = dict(campaign.base, sinks=sinks, quarantine=out + "/quarantine.extxyz")
    if len(variant.chains) == 1:
        config.update(pipeline=variant.chains[0], output=campaign.outputs())
    else:
        config["pipelines"] = [{"pipeline": chain, "output": [output]}
                               for chain, output in zip(variant.chains, campaign.outputs())]
    config.update(variant.config)
    variant.config = json.loads(json.dumps(config).replace("OUT/", out + "/"))
    return variant


def reference(campaign, out):
    """One rank, one thread, one batch that holds all, no fusion."""
    variant = Variant()
    variant.chains = grouped(campaign, None, 0)
    most = campaign.most_atoms or 100000
    variant.config = {"sampler": {"max_systems": 1000, "max_atoms": most},
                      "buffers": {"systems": 64, "atoms": max(most, 4000), "mode": "fully_async"}}
    return finish(variant, campaign, out, sinks_of(campaign, out), None)


def small_capacities(campaign, random):
    """A batch and slots that hold the largest sample and little more."""
    least = campaign.most_atoms or campaign.largest
    atoms = campaign.most_atoms or least + random.choice((0, 0, 3, 20, 200, 4000))
    sampler = {"max_systems": random.choice((1, 2, 3, 5, 16, 64)), "max_atoms": atoms,
               **some(random, 0.4, order=random.choice(("input", "largest_first")),
                      window=random.choice((1, 2, 7)), refill_frequency=random.choice((2, 5)))}
    if campaign.most_atoms is None and random.random() < 0.1:
        sampler = {"batch": "auto"}
    buffers = {"systems": random.choice((1, 2, 3, 16)),
               "atoms": least + random.choice((0, 1, 10, 500)),
               "slots": random.choice((1, 1, 2, 4)),
               "mode": random.choice(("sync", "async_recv", "fully_async"))}
    return {"sampler": sampler, "buffers": buffers}


def add_replicas(variant, random, most_ranks):
    room = most_ranks - sum(len(chain) for chain in variant.chains)
    for chain in variant.chains:
        for element in chain:
            more = min(random.choice((0, 0, 1, 2)), max(room, 0))
            if more:
                element["replicas"] = 1 + more
                room -= more


def add_overflow(variant, sinks, random):
    if random.random() < 0.7:
        return
    sinks["wait"] = {"type": "host_memory", "capacity": random.choice((1, 3, 0))}
    sinks["wait2"] = {"type": "device_buffer", "capacity": random.choice((1, 4)),
                      "atoms": 300, "edges": 0}
    for chain in variant.chains:
        for element in chain[1:]:
            if random.random() < 0.6:
                element["overflow"] = random.choice((["wait"], ["wait2"], ["wait", "wait2"]))


def name_ranks(variant, random):
    """Sometimes says which rank has which instance."""
    elements = [element for chain in variant.chains for element in chain]
    ranks = list(range(variant.ranks))
    random.shuffle(ranks)
    for element in elements:
        count = element.pop("replicas", 1)
        element["ranks"], ranks = ranks[:count], ranks[count:]


def random_variant(campaign, out, random, most_ranks=5, nccl=False, sinks=None, share=False):
    variant = Variant()
    variant.chains = grouped(campaign, random, random.choice((0, 0.4, 1)), share)
    add_replicas(variant, random, most_ranks)
    instances = sum(e.get("replicas", 1) for chain in variant.chains for e in chain)
    sinks = dict(sinks or sinks_of(campaign, out, random))
    add_overflow(variant, sinks, random)
    if instances <= most_ranks and random.random() < 0.25:
        variant.ranks = instances
        if instances > 1 and random.random() < 0.2:
            name_ranks(variant, random)
    variant.threads = random.choice((1, 1, 2, 3))
    if random.random() < 0.08 and campaign.documented is None:
        variant.device = "emulated"
    variant.config = small_capacities(campaign, random)
    if nccl and variant.ranks > 1 and random.random() < 0.3:
        variant.nccl = True
        variant.config["buffers"]["transport"] = "nccl"
    return finish(variant, campaign, out, sinks, random)
