// SPDX-License-Identifier: AGPL-3.0-or-later
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import type { FieldError } from "@/api/errors";
import type { Json, JsonObject } from "@/api/types";
import { SchemaForm } from "./schema-form";
import { type FormValue, initialValue } from "./values";

const schema: JsonObject = {
  type: "object",
  required: ["topic", "grade", "level"],
  properties: {
    topic: { type: "string", minLength: 3, description: "What it is about." },
    grade: { type: "integer", minimum: 1, maximum: 12 },
    level: { enum: ["easy", 2, null] },
    weight: { type: "number" },
    homework: { type: "boolean", default: true },
    goals: { type: "array", items: { type: "string" } },
    tags: { type: "array", items: { enum: ["a", "b"] } },
    room: { $ref: "#/$defs/room" },
  },
  $defs: { room: { type: "object", required: ["name"], properties: { name: { type: "string" }, seats: { type: "integer" } } } },
};

function Form({ onSubmit, fieldErrors, input }: { onSubmit: (input: JsonObject) => void; fieldErrors?: FieldError[]; input?: Json }) {
  const [value, setValue] = useState<FormValue>(() => initialValue(schema, schema, input));
  return <SchemaForm schema={schema} value={value} onChange={setValue} onSubmit={onSubmit} submitLabel="Go" busy={false} fieldErrors={fieldErrors ?? []} />;
}

const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));

describe("SchemaForm", () => {
  it("sends each value in its own type and leaves out what is empty", async () => {
    const sent = vi.fn();
    render(<Form onSubmit={sent} />);
    await userEvent.type(screen.getByLabelText("Topic"), "Lines");
    await userEvent.type(screen.getByLabelText("Grade"), "9");
    await userEvent.selectOptions(screen.getByLabelText("Level"), "2");
    await userEvent.type(screen.getByLabelText(/Weight/), "1.5");
    await press(/Add one to Goals/);
    await userEvent.type(screen.getByLabelText("Goals 1"), "Read a slope");
    expect(screen.getByRole("group", { name: /Tags/ })).toContainElement(screen.getByLabelText("b"));
    await userEvent.click(screen.getByLabelText("b"));
    await press("Go");
    expect(sent).toHaveBeenCalledExactlyOnceWith({ topic: "Lines", grade: 9, level: 2, weight: 1.5, homework: true, goals: ["Read a slope"], tags: ["b"] });
  });

  it("starts from an earlier input and follows references", async () => {
    const sent = vi.fn();
    const input = { topic: "Lines", grade: 8, level: "easy", homework: false, goals: ["x", "y"], room: { name: "B12", seats: 30 } };
    render(<Form onSubmit={sent} input={input} />);
    expect(screen.getByLabelText(/Seats/)).toHaveValue("30");
    await press("Remove Goals 1");
    await press("Go");
    expect(sent).toHaveBeenCalledExactlyOnceWith({ ...input, goals: ["y"] });
  });

  it("says at each field what is wrong, and sends nothing", async () => {
    const sent = vi.fn();
    render(<Form onSubmit={sent} />);
    await userEvent.type(screen.getByLabelText("Grade"), "nine");
    await press("Go");
    expect(screen.getByLabelText("Topic")).toHaveAccessibleDescription("What it is about. Please fill this in.");
    expect(screen.getByLabelText("Topic")).toHaveFocus();
    expect(screen.getByLabelText("Grade")).toHaveAccessibleDescription("Please enter a whole number.");
    await userEvent.type(screen.getByLabelText("Topic"), "ab");
    await userEvent.clear(screen.getByLabelText("Grade"));
    await userEvent.type(screen.getByLabelText("Grade"), "13");
    await userEvent.selectOptions(screen.getByLabelText("Level"), "easy");
    await press("Go");
    expect(screen.getByLabelText("Topic")).toHaveAccessibleDescription(/at least 3 characters/);
    expect(screen.getByLabelText("Grade")).toHaveAccessibleDescription("Must be 12 or less.");
    expect(sent).not.toHaveBeenCalled();
  });

  it.each(["input.topic", "/input/topic", "/topic", "$.input.topic"])("shows the server's complaint about %s at its field", (path) => {
    render(<Form onSubmit={vi.fn()} fieldErrors={[{ path, message: "is not taught here" }]} />);
    expect(screen.getByLabelText("Topic")).toHaveAccessibleDescription(/is not taught here/);
    expect(screen.getByRole("alert")).toHaveTextContent("1 entry needs your attention");
  });

  it("finds the place of a complaint about a row", () => {
    render(<Form onSubmit={vi.fn()} input={{ goals: ["x", "y"] }} fieldErrors={[{ path: "input.goals[1]", message: "is a duplicate." }]} />);
    expect(screen.getByLabelText("Goals 2")).toHaveAccessibleDescription(/is a duplicate/);
  });
});
