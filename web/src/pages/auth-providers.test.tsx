// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Provider } from "@/api/providers";
import { joinDomains, readDomains, readSecrets, readSettings } from "@/lib/provider-form";
import { type Replies, failed, me, nothing, ok, open, page, sent } from "@/test/app";

const school: Provider = {
  name: "school-id",
  module: "oidc",
  title: "Springfield ID",
  settings: { issuer: "https://id.springfield.example" },
  secrets: ["client_secret"],
  enabled: true,
  create_users: false,
  default_group_id: null,
  default_role: "student",
  domains: [{ domain: "springfield.example", forced: true }],
};
const replies: Replies = {
  "GET /auth/me": ok(me(["system_admin"])),
  "GET /groups": page([]),
  "GET /admin/auth-providers": page([school]),
  "GET /admin/auth-providers/modules": page([{ name: "oidc" }]),
  "GET /admin/auth-providers/school-id": ok(school, { ETag: '"1"' }),
};

async function write(label: string | RegExp, text: string): Promise<void> {
  const field = within(screen.getByRole("dialog")).getByLabelText(label);
  await userEvent.clear(field);
  if (text !== "") await userEvent.type(field, text.replace(/[{[]/g, "$&$&"));
}
const save = () => userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Save" }));

describe("login providers", () => {
  it("says at each field what cannot be read, sends nothing, then sets one up", async () => {
    const asked = open("/admin/auth-providers", { ...replies, "GET /admin/auth-providers": page([]), "POST /admin/auth-providers": ok(school, {}, 201) });
    expect(await screen.findByText("No provider is set up")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Set one up" }));
    const dialog = within(screen.getByRole("dialog", { name: "Set up a login provider" }));
    await write("Name", "School ID");
    await write("Title", "Springfield ID");
    await userEvent.selectOptions(dialog.getByLabelText("Module"), await dialog.findByRole("option", { name: "oidc" }));
    await write("Settings (JSON)", "{issuer}");
    await write("Secrets", "client_secret");
    await write("Domains", "springfield");
    await save();
    expect(dialog.getByLabelText("Name")).toHaveAccessibleDescription(/small letters/);
    expect(dialog.getByLabelText("Settings (JSON)")).toHaveAccessibleDescription(/That is not JSON/);
    expect(dialog.getByLabelText("Secrets")).toHaveAccessibleDescription(/Line 1: write name=value/);
    expect(dialog.getByLabelText("Domains")).toHaveAccessibleDescription(/“springfield” is not a domain/);
    expect(sent(asked, "POST", "/admin/auth-providers")).toHaveLength(0);
    await write("Name", "school-id");
    await write("Settings (JSON)", '{"issuer": "https://id.springfield.example"}');
    await write("Secrets", "client_secret=a=b");
    await write("Domains", "Springfield.example, shelbyville.example");
    await save();
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(sent(asked, "POST", "/admin/auth-providers")[0]?.body).toEqual({
      name: "school-id",
      title: "Springfield ID",
      module: "oidc",
      settings: { issuer: "https://id.springfield.example" },
      secrets: { client_secret: "a=b" },
      domains: [
        { domain: "springfield.example", forced: false },
        { domain: "shelbyville.example", forced: false },
      ],
      create_users: false,
      default_group_id: null,
      default_role: "student",
      enabled: false,
    });
  });

  it("changes one without its secrets and shows the server's complaint at the field", async () => {
    const fields = [{ path: "settings", message: "issuer: must be an address with https" }];
    const asked = open("/admin/auth-providers", { ...replies, "PATCH /admin/auth-providers/school-id": failed(400, "VALIDATION_ERROR", { fields }) });
    await userEvent.click(await screen.findByRole("button", { name: "Change" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Change school-id" }));
    expect(await dialog.findByLabelText("Domains that must log in here")).toHaveValue("springfield.example");
    expect(dialog.getByLabelText("Secrets")).toHaveAccessibleDescription(/Set: client_secret/);
    expect(dialog.getByLabelText("Secrets")).toHaveValue("");
    await save();
    await waitFor(() => expect(dialog.getByLabelText("Settings (JSON)")).toHaveAccessibleDescription(/must be an address with https/));
    const [patch] = sent(asked, "PATCH", "/admin/auth-providers/school-id");
    expect(patch?.body).not.toHaveProperty("secrets");
    expect(patch?.headers.get("If-Match")).toBe('"1"');
  });

  it("switches one off, and removes it after asking", async () => {
    const asked = open("/admin/auth-providers", { ...replies, "PATCH /admin/auth-providers/school-id": ok(school), "DELETE /admin/auth-providers/school-id": nothing() });
    await userEvent.click(await screen.findByRole("button", { name: "Switch off" }));
    await waitFor(() => expect(sent(asked, "PATCH", "/admin/auth-providers/school-id")[0]?.body).toEqual({ enabled: false }));
    await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
    await userEvent.click(within(screen.getByRole("dialog", { name: "Remove Springfield ID?" })).getByRole("button", { name: "Remove" }));
    await waitFor(() => expect(sent(asked, "DELETE", "/admin/auth-providers/school-id")).toHaveLength(1));
  });
});

describe("what is written about a provider", () => {
  it.each(["[1]", "null", '"text"'])("takes no settings like %s", (text) => {
    expect(readSettings(text)).toHaveProperty("fault");
  });

  it("never repeats a secret that it cannot read", () => {
    expect(JSON.stringify(readSecrets("hunter2hunter2"))).not.toContain("hunter2");
  });

  it("forgets a secret whose value is left empty", () => {
    expect(readSecrets("client_secret=\nkey = a b ")).toEqual({ value: { client_secret: null, key: "a b" } });
  });

  it("takes each domain once, and none in both lists", () => {
    expect(readDomains("a.example A.example", true)).toEqual({ value: [{ domain: "a.example", forced: true }] });
    expect(joinDomains([{ domain: "a.example", forced: false }], [{ domain: "a.example", forced: true }])).toHaveProperty("fault");
  });
});
