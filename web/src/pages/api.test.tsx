// SPDX-License-Identifier: AGPL-3.0-or-later
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { type ApiDocument, chapters, example, typeWords } from "@/lib/openapi";
import { failed, open } from "@/test/app";

const api: ApiDocument = {
  info: { title: "T", version: "1.2.3", description: "How it is." },
  servers: [{ url: "/api/v1" }],
  tags: [
    { name: "Groups", description: "Trees." },
    { name: "Classes", description: "Below groups." },
  ],
  paths: {
    "/groups": {
      post: {
        operationId: "createGroup",
        tags: ["Groups"],
        summary: "Creates a group",
        description: "Begins a tree. Needs a login.",
        requestBody: { required: true, content: { "application/json": { schema: { $ref: "#/components/schemas/NewGroup" } } } },
        responses: { "201": { description: "Created." }, "404": { $ref: "#/components/responses/404", description: "" } },
      },
    },
    "/classes/{id}": {
      get: {
        operationId: "getClass",
        tags: ["Classes"],
        summary: "One class",
        description: "One class, by `id`: *yours* or [one](https://example.org). <b>Needs</b> a login.",
        parameters: [{ name: "id", in: "path", description: "Its id.", schema: { type: "string", format: "uuid" } }],
        responses: { "200": { description: "OK." } },
      },
    },
  },
  components: {
    responses: { "404": { description: "There is no such thing." } },
    schemas: {
      NewGroup: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", description: "What it is called.", minLength: 1, maxLength: 100, examples: ["Lincoln"] },
          parent: { $ref: "#/components/schemas/NewGroup" },
        },
      },
    },
  },
};

const replies = { "GET /openapi.json": () => Response.json(api) };

describe("the page about the API", () => {
  it("shows an operation with its fields, its example and its failures", async () => {
    open("/developers/api", replies);
    await userEvent.click(await screen.findByText("Creates a group"));
    const shown = within(document.getElementById("createGroup")!);
    expect(shown.getByText("Begins a tree. Needs a login.", { exact: false })).toBeVisible();
    expect(shown.getByText("What it is called. 1 to 100 characters")).toBeVisible();
    expect(shown.getByLabelText("Example")).toHaveTextContent('"name": "Lincoln"');
    expect(shown.getByText("There is no such thing.")).toBeInTheDocument();
    expect(shown.getByRole("link", { name: "Link to createGroup" })).toHaveAttribute("href", "#createGroup");
  });

  it("narrows by every word of the search", async () => {
    open("/developers/api", replies);
    await userEvent.type(await screen.findByRole("searchbox", { name: "Search" }), "class GET");
    expect(screen.getByText("One class")).toBeVisible();
    expect(screen.queryByText("Creates a group")).toBeNull();
    expect(screen.getByRole("status")).toHaveTextContent("1 operation");
    await userEvent.type(screen.getByRole("searchbox"), " nowhere");
    expect(screen.getByText("No operation has all these words")).toBeVisible();
  });

  it("opens what its address names", async () => {
    Element.prototype.scrollIntoView = vi.fn();
    open("/developers/api#getClass", replies);
    expect(await screen.findByText("Its id.", { exact: false })).toBeVisible();
    expect(Element.prototype.scrollIntoView).toHaveBeenCalled();
  });

  it("reads descriptions as the Markdown that they are, without raw HTML", async () => {
    open("/developers/api#getClass", replies);
    const shown = within(await screen.findByText("One class, by", { exact: false }));
    expect(shown.getByText("id").tagName).toBe("CODE");
    expect(shown.getByText("yours").tagName).toBe("EM");
    expect(shown.getByRole("link", { name: "one" })).toHaveAttribute("href", "https://example.org");
    expect(shown.queryByText("Needs")).toBeNull();
  });

  it("says when it cannot be read", async () => {
    open("/developers/api", { "GET /openapi.json": failed(403, "FORBIDDEN") });
    expect(await screen.findByText("It failed: FORBIDDEN.", { exact: false })).toBeVisible();
  });
});

describe("reading a description", () => {
  it("ends at a schema that holds itself", () => {
    expect(JSON.stringify(example(api, { $ref: "#/components/schemas/NewGroup" }))).toContain("Lincoln");
  });
  it("says types in words", () => {
    expect(typeWords({ type: ["string", "null"], format: "uuid" })).toBe("string (uuid) or null");
    expect(typeWords({ type: "array", items: { $ref: "#/components/schemas/NewGroup" } })).toBe("list of NewGroup");
    expect(typeWords({ anyOf: [{ $ref: "#/a/Usage" }, { type: "null" }] })).toBe("Usage or null");
  });
  it("leaves out chapters without a hit", () => {
    expect(chapters(api, "tree").map((chapter) => chapter.name)).toEqual(["Groups"]);
  });
});
