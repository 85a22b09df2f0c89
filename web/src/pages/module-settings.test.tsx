// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { ModuleSettings, PropertyInForce } from "@/api/module-settings";
import { type Replies, failed, me, ok, open, page, sent } from "@/test/app";

const settings: ModuleSettings = {
  module: "safety-filter",
  group_id: null,
  settings: { max_words: 80 },
  secrets: { api_key: { set: true } },
  schema: {
    type: "object",
    required: ["mask"],
    properties: {
      mask: { type: "array", title: "Mask", items: { enum: ["email", "phone"] } },
      max_words: { type: "integer", title: "Most words", minimum: 1, default: 100, "x-rapt-narrow": "max" },
      strict: { type: "boolean", title: "Strict", default: true },
      api_key: { type: "string", title: "API key", "x-rapt-secret": true },
    },
  },
  updated_at: "2026-03-01T08:00:00Z",
  updated_by: { id: "1", name: "Ada" },
};
const inForce: PropertyInForce[] = [
  { name: "api_key", secret: true, narrow: null, set: true, value: null, source: { kind: "system", id: null, name: null } },
  { name: "max_words", secret: false, narrow: "max", set: true, value: 80, source: { kind: "system", id: null, name: null } },
];
const path = "/admin/modules/safety-filter/settings";
const replies: Replies = {
  "GET /auth/me": ok(me(["system_admin"])),
  "GET /groups": page([]),
  "GET /admin/modules": page([{ name: "safety-filter" }]),
  [`GET ${path}`]: ok(settings, { ETag: '"1"' }),
  [`GET ${path}/resolved`]: ok({ module: "safety-filter", properties: inForce }),
};
const address = "/admin/module-settings?module=safety-filter";
const secret = () => within(document.querySelector("[data-secret=api_key]") as HTMLElement);

describe("a module's settings", () => {
  it("sends what was filled in and leaves the rest to the places above", async () => {
    const asked = open(address, { ...replies, [`PUT ${path}`]: ok(settings) });
    const words = await screen.findByLabelText(/Most words/);
    expect(words).toHaveValue("80");
    expect(screen.getByText(/by Ada/)).toBeVisible();
    await userEvent.clear(words);
    await userEvent.selectOptions(screen.getByLabelText(/Strict/), "false");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent(asked, "PUT", path)).toHaveLength(1));
    const [put] = sent(asked, "PUT", path);
    expect(put?.body).toEqual({ settings: { strict: false }, secrets: {} });
    expect(put?.headers.get("If-Match")).toBe('"1"');
  });

  it("shows the server's complaint at its field", async () => {
    open(address, { ...replies, [`PUT ${path}`]: failed(400, "VALIDATION_ERROR", { fields: [{ path: "settings.max_words", message: "must be even" }] }) });
    await userEvent.click(await screen.findByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.getByLabelText(/Most words/)).toHaveAccessibleDescription(/must be even/i));
  });

  it("replaces a secret, or removes it when asked twice, and keeps the settings", async () => {
    const asked = open(address, { ...replies, [`PUT ${path}`]: ok(settings, { ETag: '"2"' }) });
    await userEvent.type(await screen.findByLabelText("Replace API key by"), "s3cret-text");
    await userEvent.click(secret().getByRole("button", { name: "Replace" }));
    await waitFor(() => expect(sent(asked, "PUT", path)).toHaveLength(1));
    expect(sent(asked, "PUT", path)[0]?.body).toEqual({ settings: { max_words: 80 }, secrets: { api_key: "s3cret-text" } });
    expect(screen.getByLabelText("Replace API key by")).toHaveValue("");
    await userEvent.click(secret().getByRole("button", { name: "Remove" }));
    expect(sent(asked, "PUT", path)).toHaveLength(1);
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(sent(asked, "PUT", path)[1]?.body).toEqual({ settings: { max_words: 80 }, secrets: { api_key: null } }));
  });

  it("says what holds and from where", async () => {
    open(address, replies);
    expect(await screen.findByText(/A tool may only make it smaller/)).toBeVisible();
    expect(document.querySelector("[data-property=max_words] dt")).toHaveTextContent("Most words");
    expect(document.querySelector("[data-property=max_words] dd")).toHaveTextContent("80, from the whole system");
    expect(document.querySelector("[data-property=api_key]")).toHaveTextContent("Set, from the whole system");
  });
});
