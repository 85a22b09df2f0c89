// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it } from "vitest";
import { draftKey, forgetDrafts, readDraft, writeDraft } from "./drafts";
import { formatGrades, formatRelative, humanize, humanizeValue, joinNames, plural } from "./format";
import { prepareMath } from "./math-text";
import { toMarkdown } from "./output";
import { safePath } from "./safe-path";

describe("drafts", () => {
  it("are kept by user and subject, and forgotten on logging out", () => {
    const mine = draftKey("user-1", "chat", "s");
    writeDraft(mine, "half a thought");
    sessionStorage.setItem("other", "stays");
    expect(readDraft(mine)).toBe("half a thought");
    expect(readDraft(draftKey("user-2", "chat", "s"))).toBe("");
    forgetDrafts();
    expect(readDraft(mine)).toBe("");
    expect(sessionStorage.getItem("other")).toBe("stays");
  });
});

describe("safePath", () => {
  it("keeps paths of these pages and nothing else", () => {
    expect(safePath("/sessions/1?x=2")).toBe("/sessions/1?x=2");
    for (const path of [undefined, "", "https://evil.test/", "//evil.test/x", "/\\evil.test", "javascript:alert(1)", "/login?from=/x"]) {
      expect(safePath(path)).toBe("/");
    }
  });
});

describe("prepareMath", () => {
  it("leaves money alone and keeps formulas", () => {
    expect(prepareMath("A shirt is $5 or $6.")).toBe("A shirt is \\$5 or \\$6.");
    expect(prepareMath("Pay $5 when $x=2$ holds")).toBe("Pay \\$5 when $x=2$ holds");
    expect(prepareMath("already \\$5 and $a\\$b$")).toBe("already \\$5 and $a\\$b$");
  });

  it("turns TeX's delimiters into dollars", () => {
    expect(prepareMath("so \\( x^2 \\) is")).toBe("so $x^2$ is");
    expect(prepareMath("\\[ a = b \\]")).toBe("\n$$\na = b\n$$\n");
  });

  it("gives display math lines of its own, and waits for the end of one that is still arriving", () => {
    expect(prepareMath("  $$x = 5$$")).toBe("  $$\n  x = 5\n  $$");
    expect(prepareMath("$$\nx = $5")).toBe("$$\nx = $5");
  });

  it("does not touch code", () => {
    const code = "`echo $HOME` and\n```sh\ncost=$5 \\( x \\)\n```\n";
    expect(prepareMath(code)).toBe(code);
  });
});

describe("words", () => {
  it("makes machine names readable", () => {
    expect(humanize("repeated_error")).toBe("Repeated error");
    expect(humanize("learningGoals")).toBe("Learning goals");
    expect(joinNames(["a", "b", "c"])).toBe("a, b and c");
    expect(plural(1, "entry", "entries")).toBe("1 entry");
    expect(formatGrades([8, 9, 10])).toBe("Grades 8–10");
    expect(formatGrades([0, 2])).toBe("Grades K, 2");
    expect(formatGrades([0, 1, 2, 3])).toBe("Grades K–3");
    expect(humanizeValue("to_ai")).toBe("To AI");
    expect(humanizeValue("3x_1")).toBe("3x_1");
  });

  it("tells times from now", () => {
    const now = Date.parse("2026-01-10T12:00:00Z");
    expect(formatRelative("2026-01-10T11:55:00Z", now)).toBe("5 minutes ago");
    expect(formatRelative("2026-01-12T12:00:00Z", now)).toBe("in 2 days");
    expect(formatRelative("rubbish", now)).toBe("");
  });
});

describe("toMarkdown", () => {
  it("writes a result in the schema's order, lists and groups included", () => {
    const schema = {
      type: "object",
      required: ["title", "goals"],
      properties: { minutes: { type: "integer" }, goals: { type: "array", title: "Learning goals" }, title: { type: "string" }, steps: { type: "array" } },
    };
    const output = { minutes: 45, steps: [{ name: "Start" }], goals: ["Read a slope"], title: "Lines" };
    expect(toMarkdown(schema, output)).toBe("# Lines\n\n## Learning goals\n\n- Read a slope\n\n**Minutes:** 45\n\n## Steps\n\n**Name:** Start\n");
  });
});
