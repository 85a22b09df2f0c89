// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it } from "vitest";
import type { Module, ModuleLine } from "@/api/types";
import { installed } from "@/test/market";
import { appendLines, concerns, durationSteps, formatMicros, historyInWords, linesFrom, parseLimit, stateLabel } from "./modules";

const healthy: Module = { ...installed, name: "filter", version: "1.2.0", publisher: "somebody", installed_version: "1.2.0", permissions: [] };

describe("a module's state", () => {
  it("needs no words while all is well", () => {
    expect(stateLabel(healthy)).toEqual(["Running", "good"]);
    expect(concerns(healthy)).toEqual([]);
  });

  it("does not call a module running that is not being asked", () => {
    const open: Module = { ...healthy, circuit: { state: "open", reason: "Five calls in a row failed." } };
    expect(stateLabel(open)).toEqual(["Not being asked", "warning"]);
    expect(concerns(open)).toMatchObject([{ tone: "warning", reason: "Five calls in a row failed." }]);
    expect(stateLabel({ ...open, circuit: { state: "half_open", reason: "" } })[0]).toBe("Being tried again");
  });

  it("says why a module is in quarantine and what to do", () => {
    const sick: Module = { ...healthy, state: "quarantined", reason: "short", quarantine: { since: "2026-01-01T00:00:00Z", reason: "It ended ten times." } };
    expect(stateLabel(sick)).toEqual(["In quarantine", "danger"]);
    const [concern] = concerns(sick);
    expect(concern).toMatchObject({ tone: "danger", reason: "It ended ten times." });
    expect(concern?.title).toMatch(/quarantine since .*2026|quarantine since .*2025/);
    expect(concern?.advice).toMatch(/Let it out/);
  });

  it("puts being switched off before everything else", () => {
    const off: Module = { ...healthy, enabled: false, state: "refused", reason: "bad signature" };
    expect(stateLabel(off)[0]).toBe("Switched off");
    expect(concerns(off)).toMatchObject([{ title: "Switched off" }]);
  });

  it("tells of a version that did not take over beside the one that goes on", () => {
    const stuck: Module = { ...healthy, upgrade: { version: "1.3.0", failed: true, reason: "Its self-test failed." } };
    expect(stateLabel(stuck)[0]).toBe("Running");
    expect(concerns(stuck)).toMatchObject([{ title: "Version 1.3.0 did not take over", reason: "Its self-test failed." }]);
    expect(concerns({ ...healthy, upgrade: { version: "1.3.0", failed: false, reason: "" } })[0]?.tone).toBe("info");
  });
});

describe("figures", () => {
  it("have the unit that a reader needs", () => {
    expect(formatMicros(null)).toBe("–");
    expect([0, 850, 999].map(formatMicros)).toEqual(["0 µs", "850 µs", "999 µs"]);
    expect([1000, 12345, 234567].map(formatMicros)).toEqual(["1.00 ms", "12.3 ms", "235 ms"]);
    expect(formatMicros(2_500_000)).toBe("2.50 s");
  });

  it("become steps of a histogram, without the empty ends", () => {
    const upTo = (within_us: number, calls: number) => ({ within_us, calls });
    const steps = durationSteps([upTo(50, 0), upTo(100, 2), upTo(250, 2), upTo(1000, 7)], 9);
    expect(steps).toEqual([
      { name: "to 100 µs", calls: 2 },
      { name: "to 250 µs", calls: 0 },
      { name: "to 1.00 ms", calls: 5 },
      { name: "longer, or no answer", calls: 2 },
    ]);
    expect(durationSteps([upTo(50, 3), upTo(100, 3)], 3)).toEqual([{ name: "to 50 µs", calls: 3 }]);
    expect(durationSteps([], 0)).toEqual([]);
  });

  it("take a limit only as a whole number within the manifest's", () => {
    expect(parseLimit("150", 200)).toBe(150);
    expect(parseLimit(" 200 ", 200)).toBe(200);
    for (const wrong of ["", "0", "-5", "1.5", "1e2", "201", "abc", "0x10", "99999999"]) expect(parseLimit(wrong, 200)).toMatch(/from 1 to 200/);
  });
});

describe("log lines", () => {
  const line = (id: number, level: ModuleLine["level"] = "info"): ModuleLine => ({ id, module: "filter", host: "one", level, text: `line ${id}`, at: "2026-01-01T00:00:00Z" });

  it("are appended once, and stay the same array when nothing is new", () => {
    const known = [line(1), line(2)];
    expect(appendLines(known, [line(2)])).toBe(known);
    expect(appendLines(known, [line(2), line(3)]).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("are bounded", () => {
    const many = Array.from({ length: 600 }, (_, index) => line(index + 1));
    const kept = appendLines([], many);
    expect(kept).toHaveLength(500);
    expect(kept.at(-1)?.id).toBe(600);
  });

  it("are filtered by their least level", () => {
    const all = [line(1, "debug"), line(2, "info"), line(3, "warn"), line(4, "error")];
    expect(linesFrom(all, "warn").map(({ id }) => id)).toEqual([3, 4]);
    expect(linesFrom(all, "debug")).toHaveLength(4);
    expect(linesFrom(all, "debug", " LINE 2 ").map(({ id }) => id)).toEqual([2]);
  });
});

describe("what a hook is given of a conversation", () => {
  it.each([
    ["chat:before_ai", null, "It is given the whole conversation."],
    ["chat:before_ai", 0, "It is given nothing that was said before."],
    ["chat:after_ai", 1, "It is given the message before."],
    ["session:end", 400, "It is given the last 400 messages before."],
    ["product:before_ai", null, null],
  ])("%s, %s", (point, history, words) => expect(historyInWords({ point, history })).toBe(words));
});
