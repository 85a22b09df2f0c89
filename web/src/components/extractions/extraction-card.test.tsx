// SPDX-License-Identifier: AGPL-3.0-or-later
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Json } from "@/api/types";
import { ExtractionCard } from "./extraction-card";

function show(type: string, data: Json) {
  const extraction = { id: "1", session_id: "s", run_id: null, module: "some-module", type, data, created_at: "2026-01-01T00:00:00Z", message_seq: 1 };
  return render(<ExtractionCard extraction={extraction} />).container;
}

describe("ExtractionCard", () => {
  it("shows indicators with their evidence and counts", () => {
    const card = show("struggle", { level: "high", indicators: [{ kind: "repeated_error", evidence: ["x = 8"], count: 2, message_seqs: [1, 3] }, { kind: "frustration", evidence: "so stupid" }] });
    expect(card).toHaveTextContent("High");
    expect(card).toHaveTextContent("Repeated error, 2 times, in messages 1, 3");
    expect(screen.getByRole("link", { name: "3" })).toHaveAttribute("href", "#message-3");
    expect(screen.getByText("so stupid")).toBeInTheDocument();
  });

  it("shows how certain a concern is, and what it is about, in words", () => {
    const card = show("safety.concern", { category: "self_harm_or_danger", certainty: "explicit", matched: "hurt myself" });
    expect(card).toHaveTextContent(/Safety concern.*Explicit.*Category.*Self harm or danger.*Matched.*hurt myself/);
  });

  it("shows what it does not know by name, whatever its shape", () => {
    expect(show("anything", { found_kinds: { phone: 2 }, list: [1, "a"], flag: false, nested: [{ a: null, b: "c" }] })).toHaveTextContent(/Found kinds.*Phone.*2.*List.*1, a.*Flag.*No.*B.*c/);
    expect(show("odd", ["x"])).toHaveTextContent("x");
    expect(show("odd", { indicators: "many", level: { a: 1 } })).toHaveTextContent("odd".replace("o", "O"));
  });
});
