// SPDX-License-Identifier: AGPL-3.0-or-later
// Ceremonies: what holders of offline keys do, on machines without a network.
#include "root_commands.hpp"
#include "words.hpp"

namespace rapt::marketplace {
namespace {

using cli::Command;
using cli::Option;

const Option kDays{"days", "N", "how long it holds, 1 to 3650; else 365"};
const Option kSignBy{"key", "FILE.key", "sign it at once by a private key that is here; may be repeated", true};
const Option kAddOption{"add", "ROLE=FILE", "give the role a key, from its .pub or .key; may be repeated", true};
const Option kRemove{"remove", "ROLE=ID", "take a key from the role, by the beginning of its id; may be repeated",
                     true};
const Option kThreshold{"threshold", "ROLE=N", "how many keys of the role have to sign; may be repeated", true};

Command keygen() {
  return {"root keygen",
          "FILE.key",
          1,
          1,
          "Makes a key: FILE.key, which only its owner can read, and FILE.pub to give away.",
          "rapt-marketplace root keygen anna.key --for root\nrapt-marketplace root keygen online/timestamp.key --for "
          "timestamp",
          {{"for", "ROLE", "root, targets, releases, snapshot, timestamp, community or registry: a note in the files"}},
          run_root_keygen};
}

Command init() {
  return {"root init",
          "DIR",
          1,
          1,
          "Makes DIR/1.root.json, the beginning of all trust, from the public keys of everybody who holds one.",
          "rapt-marketplace root init ceremony --add root=anna.pub --add root=ben.pub --add root=cleo.pub --threshold "
          "root=2 "
          "--add targets=dora.pub --add snapshot=snapshot.pub --add timestamp=timestamp.pub",
          {kAddOption, kThreshold, kDays, kSignBy},
          run_root_init};
}

Command rotate() {
  return {"root rotate",
          "DIR",
          1,
          1,
          "Makes the root after the newest one in DIR: other keys, other thresholds, or the same for another year.",
          "rapt-marketplace root rotate ceremony\n"
          "rapt-marketplace root rotate ceremony --remove root=0123456789abcdef --add root=emil.pub\n"
          "rapt-marketplace root rotate ceremony --remove timestamp=0123456789abcdef --add timestamp=timestamp-2.pub",
          {kAddOption, kRemove, kThreshold, kDays, kSignBy},
          run_root_rotate};
}

Command targets() {
  return {
      "root targets",
      "DIR",
      1,
      1,
      "Makes the targets after the newest ones in DIR: whom the offline keys vouch for. The first ones need a key of "
      "community and registry.",
      "rapt-marketplace root targets ceremony --add releases=fay.pub --add community=community.pub --add "
      "registry=registry.pub\n"
      "rapt-marketplace root targets ceremony --publishers publishers.json --admit lake --admit hill\n"
      "rapt-marketplace root targets ceremony --expel lake",
      {kAddOption,
       kRemove,
       kThreshold,
       {"publishers", "FILE", "the registry's list of them with their keys: root publishers"},
       {"admit", "NAME", "vouch for this publisher of the list, or for its present keys; may be repeated", true},
       {"expel", "NAME", "vouch for it no longer; may be repeated", true},
       kDays,
       kSignBy},
      run_root_targets};
}

Command publishers() {
  return {"root publishers",
          "",
          0,
          0,
          "Writes the list of publishers and their keys, for `root targets --publishers`. On the registry's machine.",
          "rapt-marketplace root publishers --database-url postgresql:///marketplace > publishers.json",
          {kDatabaseOption},
          run_root_publishers};
}

Command sign() {
  return {"root sign",
          "FILE",
          1,
          1,
          "Adds a signature to a document. Read `root show FILE` first: you vouch for what it says.",
          "rapt-marketplace root sign ceremony/2.root.json --key anna.key",
          {{"key", "FILE.key", "the private key; may be repeated", true}},
          run_root_sign};
}

Command show() {
  return {"root show",
          "FILE",
          1,
          1,
          "Tells a document in plain words: what it says, what differs from the one before, who has signed and who is "
          "missing.",
          "rapt-marketplace root show ceremony/2.root.json",
          {},
          run_root_show};
}

Command take() {
  return {
      "root take",
      "FILE…",
      1,
      64,
      "Hands signed documents to the registry: all or none of them. On the registry's machine, also while it serves.",
      "rapt-marketplace root take ceremony/1.root.json ceremony/1.targets.json --keys /srv/keys --database-url "
      "postgresql:///marketplace",
      {kDatabaseOption, {"keys", "DIR", "the online keys, which sign what follows from it"}},
      run_root_take};
}

Command develop() {
  return {
      "root develop",
      "DIR",
      1,
      1,
      "For development and demonstration: all keys and documents at once, in one place, thresholds of 1. This is no "
      "ceremony: whoever has DIR has everything.",
      "rapt-marketplace root develop var/registry",
      {},
      run_root_develop};
}

}  // namespace

std::vector<Command> root_words() {
  return {keygen(), init(), rotate(), targets(), publishers(), sign(), show(), take(), develop()};
}

}  // namespace rapt::marketplace
