// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it } from "vitest";
import type { Chart } from "@/api/panels";
import { formatNumber, formatShort, readout, shownLabels, stretches, ticksOf } from "./chart";

describe("ticks", () => {
  it("are round, begin at zero, and hold every value", () => {
    expect(ticksOf([3, 17])).toEqual([0, 5, 10, 15, 20]);
    expect(ticksOf([0.2, 0.31])).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    expect(ticksOf([-4, 9])).toEqual([-5, 0, 5, 10]);
  });

  it("are there for nothing, for one value, and for the largest ones", () => {
    expect(ticksOf([])).toEqual([0, 1]);
    expect(ticksOf([0, 0])).toEqual([0, 1]);
    for (const values of [[1e308, -1e308], [5e-324], [1.7976931348623157e308]]) {
      const ticks = ticksOf(values);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(20);
      expect(ticks.every(Number.isFinite)).toBe(true);
    }
  });
});

it("labels are spread over the room that there is", () => {
  expect(shownLabels(5, 10)).toEqual([0, 1, 2, 3, 4]);
  expect(shownLabels(10, 4)).toEqual([0, 3, 6, 9]);
  expect(shownLabels(400, 0.5)).toEqual([0]);
});

it("a line has a gap where a value is missing", () => {
  expect(stretches([1, 2, null, 4, null, null, 7, 8])).toEqual([[0, 1], [3], [6, 7]]);
  expect(stretches([null])).toEqual([]);
});

it("numbers keep what they mean", () => {
  expect(formatNumber(1234.5678)).toBe("1,234.568");
  expect(formatNumber(0.0000123)).toBe("1.23E-5");
  expect(formatNumber(0)).toBe("0");
  expect(formatShort(25_000)).toBe("25K");
});

it("a point is read with all its series", () => {
  const chart: Chart = { kind: "chart", title: null, form: "bar", x: ["Mon", ""], series: [{ label: "Pages", values: [12, null] }, { label: "Books", values: [3, 4] }], unit: "read" };
  expect(readout(chart, 0)).toBe("Mon: Pages 12 read, Books 3 read");
  expect(readout(chart, 1)).toBe("Point 2: Pages none, Books 4 read");
});
