// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { AiModel, AiSettings, ResolvedSettings } from "@/api/ai";
import { type Replies, failed, me, nothing, ok, open, page, sent } from "@/test/app";

const model: AiModel = { id: "anthropic/claude-sonnet-4", name: "Claude Sonnet 4", provider: "Anthropic", active: true, input_cost_per_1k: "0.00300000", output_cost_per_1k: "0.01500000", max_context_tokens: 200000, max_output_tokens: null };
const path = "/admin/ai/models/anthropic%2Fclaude-sonnet-4";
const replies: Replies = {
  "GET /auth/me": ok(me(["system_admin"])),
  "GET /admin/ai/models": page([model]),
  [`GET ${path}`]: ok(model, { ETag: '"1"' }),
};
const dialog = () => within(screen.getByRole("dialog", { name: /model|Change/ }));

async function write(label: string, text: string): Promise<void> {
  const field = dialog().getByLabelText(label);
  await userEvent.clear(field);
  if (text !== "") await userEvent.type(field, text);
}

describe("the models", () => {
  it("says at each number what is wrong and sends nothing, then adds one with money as text", async () => {
    const asked = open("/admin/ai/models", { ...replies, "GET /admin/ai/models": page([]), "POST /admin/ai/models": ok(model, {}, 201) });
    expect(await screen.findByText("No model is listed")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Add a model" }));
    await write("Id", "bad id");
    await write("Name", "Claude");
    await write("Dollars for 1,000 tokens in", "0,003");
    await write("Tokens it can read", "many");
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    expect(dialog().getByLabelText("Id")).toHaveAccessibleDescription(/a letter or digit first/);
    expect(dialog().getByLabelText("Dollars for 1,000 tokens in")).toHaveAccessibleDescription(/Write a price in US dollars/);
    expect(dialog().getByLabelText("Dollars for 1,000 tokens out")).toHaveAccessibleDescription(/Write both prices, or none/);
    expect(dialog().getByLabelText("Tokens it can read")).toHaveAccessibleDescription(/Write a whole number/);
    expect(sent(asked, "POST", "/admin/ai/models")).toHaveLength(0);
    await write("Id", model.id);
    await write("Dollars for 1,000 tokens in", "0.003");
    await write("Dollars for 1,000 tokens out", "0.015");
    await write("Tokens it can read", "200000");
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(sent(asked, "POST", "/admin/ai/models")[0]?.body).toEqual({ id: model.id, name: "Claude", input_cost_per_1k: "0.003", output_cost_per_1k: "0.015", max_context_tokens: 200000, active: true });
  });

  it("changes a price as it was read, both prices together", async () => {
    const asked = open("/admin/ai/models", { ...replies, [`PATCH ${path}`]: ok(model) });
    expect(await screen.findByText(/\$0\.003 in and \$0\.015 out for 1,000 tokens/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Change" }));
    await screen.findByDisplayValue("0.003");
    await write("Dollars for 1,000 tokens out", "0.0165");
    await userEvent.click(dialog().getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent(asked, "PATCH", path)).toHaveLength(1));
    const [patch] = sent(asked, "PATCH", path);
    expect(patch?.body).toEqual({ input_cost_per_1k: "0.003", output_cost_per_1k: "0.0165" });
    expect(patch?.headers.get("If-Match")).toBe('"1"');
  });

  it("switches one off, and explains why one that is in use stays", async () => {
    const asked = open("/admin/ai/models", { ...replies, [`PATCH ${path}`]: ok(model), [`DELETE ${path}`]: failed(409, "CONFLICT") });
    await userEvent.click(await screen.findByRole("button", { name: "Switch off" }));
    await waitFor(() => expect(sent(asked, "PATCH", path)[0]?.body).toEqual({ active: false }));
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    await userEvent.click(within(screen.getByRole("dialog", { name: "Delete Claude Sonnet 4?" })).getByRole("button", { name: "Delete" }));
    expect(await screen.findByText("It failed: CONFLICT.")).toBeVisible();
    expect(screen.getByText("Choose another model there first, or switch this one off.")).toBeVisible();
  });

  it("deletes one after asking", async () => {
    const asked = open("/admin/ai/models", { ...replies, [`DELETE ${path}`]: nothing() });
    await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
    await userEvent.click(within(screen.getByRole("dialog", { name: "Delete Claude Sonnet 4?" })).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(sent(asked, "DELETE", path)).toHaveLength(1));
  });

  it("are hidden from group administrators", async () => {
    open("/admin/ai/models", { "GET /auth/me": ok(me(["group_admin"])) });
    expect(await screen.findByRole("heading", { name: "No tracks lead here" })).toBeVisible();
  });
});

const settings: AiSettings = {
  default_model: model.id,
  fallback_models: [],
  user_requests_per_minute: null,
  user_requests_per_hour: 60,
  user_requests_per_day: null,
  requests_per_minute: null,
  requests_per_hour: null,
  requests_per_day: null,
  tokens_per_day: null,
  daily_budget: null,
  monthly_budget: "250.0000",
  budget_alert_threshold: "0.800",
  soft_limit: null,
  max_output_tokens: null,
  time_zone: null,
};
const resolved: ResolvedSettings = {
  model: { id: model.id, source: { kind: "group", id: "g1", name: "Springfield" } },
  problem: null,
  fallback_models: ["other"],
  limits: [
    { name: "monthly_budget", value: "250", used: "200.5", reserved: "1.25", resets_at: null, source: { kind: "group", id: "g1", name: "Springfield" } },
    { name: "user_requests_per_hour", value: "60", used: null, reserved: null, resets_at: null, source: { kind: "system", id: null, name: null } },
  ],
  time_zone: "America/Chicago",
};
const groups = [{ id: "g1", parent_id: null, name: "Springfield", type: "district" }];
const place = "/admin/ai/settings/g1";
const settingsReplies: Replies = {
  "GET /auth/me": ok(me(["group_admin"])),
  "GET /groups": page(groups),
  "GET /ai/models": page([model, { id: "other", name: "Other", provider: "" }]),
  [`GET ${place}`]: ok(settings, { ETag: '"7"' }),
  [`GET ${place}/resolved`]: ok(resolved),
};

describe("limits and budgets", () => {
  it("shows what is set, what holds, from where, and how much is used", async () => {
    open("/admin/ai/settings", settingsReplies);
    expect(await screen.findByLabelText("Questions an hour")).toHaveValue("60");
    expect(screen.getByLabelText("Dollars a month")).toHaveValue("250");
    expect(screen.getByLabelText("Tell administrators at (%)")).toHaveValue("80");
    await waitFor(() => expect(screen.getByLabelText("Model")).toHaveValue(model.id));
    expect(await screen.findByText("$200.50 of $250 used, up to $1.25 more by answers on their way")).toBeVisible();
    expect(screen.getByRole("img", { name: "Dollars a month: 80% used" })).toBeInTheDocument();
    expect(screen.getByText("60 for each person")).toBeVisible();
    expect(screen.getByText(/from the whole system/)).toBeVisible();
  });

  it("checks numbers before anything is sent, then sends what was changed with the state that was read", async () => {
    const asked = open("/admin/ai/settings?group=g1", { ...settingsReplies, [`PATCH ${place}`]: ok({ ...settings, daily_budget: "12.5000" }, { ETag: '"8"' }) });
    await userEvent.type(await screen.findByLabelText("Dollars a day"), "12,5");
    await userEvent.type(screen.getByLabelText("Tell people at (%)"), "120");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(screen.getByLabelText("Dollars a day")).toHaveAccessibleDescription(/Write an amount in US dollars/);
    expect(screen.getByLabelText("Tell people at (%)")).toHaveAccessibleDescription(/100 at most/);
    expect(sent(asked, "PATCH", place)).toHaveLength(0);
    await userEvent.clear(screen.getByLabelText("Dollars a day"));
    await userEvent.type(screen.getByLabelText("Dollars a day"), "12.5");
    await userEvent.clear(screen.getByLabelText("Tell people at (%)"));
    await userEvent.clear(screen.getByLabelText("Questions an hour"));
    await userEvent.selectOptions(screen.getByLabelText("When it is not to be had"), "other");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Saved.")).toBeVisible();
    const [patch] = sent(asked, "PATCH", place);
    expect(patch?.body).toEqual({ daily_budget: "12.5", user_requests_per_hour: null, fallback_models: ["other"] });
    expect(patch?.headers.get("If-Match")).toBe('"7"');
  });

  it("offers the present state when somebody else was faster", async () => {
    let now = settings;
    open("/admin/ai/settings?group=g1", { ...settingsReplies, [`GET ${place}`]: () => ok(now, { ETag: '"7"' })(), [`PATCH ${place}`]: failed(412, "PRECONDITION_FAILED") });
    await userEvent.type(await screen.findByLabelText("Dollars a day"), "5");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    now = { ...settings, daily_budget: "9" };
    await userEvent.click(await screen.findByRole("button", { name: "Load the present state" }));
    await waitFor(() => expect(screen.getByLabelText("Dollars a day")).toHaveValue("9"));
  });

  it("of a class are fewer, for its teacher", async () => {
    const at = "/classes/c1/ai-settings";
    const asked = open("/classes/c1/ai", { ...settingsReplies, "GET /auth/me": ok(me(["teacher"])), "GET /classes/c1": ok({ id: "c1", name: "Algebra 1" }), [`GET ${at}`]: ok(settings, { ETag: '"3"' }), [`GET ${at}/resolved`]: ok(resolved), [`PATCH ${at}`]: ok(settings, { ETag: '"4"' }) });
    expect(await screen.findByRole("heading", { name: "AI in Algebra 1" })).toBeVisible();
    await userEvent.type(await screen.findByLabelText("Questions a day"), "20");
    expect(screen.queryByLabelText("Tell people at (%)")).not.toBeInTheDocument();
    expect(screen.queryByLabelText("Time zone")).not.toBeInTheDocument();
    expect(screen.queryByLabelText("When it is not to be had")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent(asked, "PATCH", at)[0]?.body).toEqual({ user_requests_per_day: 20 }));
  });
});
