// SPDX-License-Identifier: AGPL-3.0-or-later
import { describe, expect, it } from "vitest";
import type { AiSettings } from "@/api/ai";
import { changesOf, faultsOf } from "./ai-fields";
import { dollars, faultOfNumber, fromApi, toApi } from "./ai-numbers";

const none: AiSettings = {
  default_model: null,
  fallback_models: [],
  user_requests_per_minute: null,
  user_requests_per_hour: null,
  user_requests_per_day: null,
  requests_per_minute: null,
  requests_per_hour: null,
  requests_per_day: null,
  tokens_per_day: null,
  daily_budget: null,
  monthly_budget: null,
  budget_alert_threshold: null,
  soft_limit: null,
  max_output_tokens: null,
  time_zone: null,
};

describe("a number that is written", () => {
  it.each([
    ["count", "30"],
    ["count", "0"],
    ["money", "1250.5"],
    ["money", "0.0001"],
    ["price", "0.00000001"],
    ["percent", "82.5"],
    ["percent", "100"],
    ["money", ""],
  ] as const)("may be a %s like “%s”", (kind, text) => expect(faultOfNumber(kind, text)).toBeNull());

  it.each([
    ["count", "3.5"],
    ["count", "-1"],
    ["count", "1e3"],
    ["money", "12,50"],
    ["money", "1.00001"],
    ["money", "$5"],
    ["price", "0.000000001"],
    ["price", "-0.1"],
    ["percent", "0"],
    ["percent", "100.1"],
    ["percent", "80%"],
  ] as const)("may be no %s like “%s”", (kind, text) => expect(faultOfNumber(kind, text)).toMatch(/[a-z]/));

  it("loses no digit on the way there and back", () => {
    for (const amount of ["123456789.3456", "0.1", "5"]) expect(fromApi("money", toApi("money", amount))).toBe(amount);
    expect(fromApi("money", "10.0000")).toBe("10");
    expect([toApi("percent", "82.5"), fromApi("percent", "0.825"), fromApi("percent", "0.800"), toApi("percent", "100")]).toEqual(["0.825", "82.5", "80", "1"]);
    expect([toApi("count", "30"), toApi("count", "")]).toEqual([30, null]);
  });

  it("is read as dollars", () => {
    expect(["0.5", "1234567.25000", "3", "0.00310000"].map(dollars)).toEqual(["$0.50", "$1,234,567.25", "$3", "$0.0031"]);
  });
});

describe("settings that are written", () => {
  it("are sent where they differ; what is emptied is taken away", () => {
    const before: AiSettings = { ...none, requests_per_day: 5, monthly_budget: "10.0000", default_model: "a/b", fallback_models: ["c"], time_zone: "UTC" };
    const values = { requests_per_day: "5", monthly_budget: "12.50", soft_limit: "80", default_model: "", fallback_0: "c", fallback_1: "a/b", fallback_2: "c", time_zone: "UTC" };
    expect(changesOf(values, before)).toEqual({ monthly_budget: "12.50", soft_limit: "0.8", default_model: null, fallback_models: ["c", "a/b"] });
    expect(changesOf({ requests_per_day: "" }, before)).toEqual({ requests_per_day: null });
    expect(changesOf({ monthly_budget: "10" }, before)).toEqual({});
  });

  it("are checked one by one, as far as the form has them", () => {
    expect(Object.keys(faultsOf({ requests_per_day: "many", daily_budget: "1,5", soft_limit: "80", max_output_tokens: "0" }))).toEqual(["requests_per_day", "daily_budget", "max_output_tokens"]);
  });
});
