// SPDX-License-Identifier: AGPL-3.0-or-later
import { type ComponentProps, type ReactNode, useId } from "react";
import { Checkbox, Input, Label, Select, Textarea } from "./form-controls";

interface About {
  label: string;
  name: string;
  /** Said below the field, always. */
  hint?: ReactNode;
  /** What is wrong with it. */
  error?: string | null;
}

/** The label, hint and fault of a field, tied to it for screen readers. */
function Frame({ id, label, hint, error, children }: Omit<About, "name"> & { id: string; children: ReactNode }) {
  return (
    <div className="space-y-1.5">
      <Label htmlFor={id}>{label}</Label>
      {children}
      {hint && (
        <div id={`${id}-hint`} className="text-sm text-muted-foreground">
          {hint}
        </div>
      )}
      <p id={`${id}-error`} role="alert" className="text-sm font-medium text-danger-foreground empty:hidden">
        {error}
      </p>
    </div>
  );
}

function described(id: string, hint: ReactNode, error: string | null | undefined) {
  return { id, "aria-invalid": Boolean(error), "aria-describedby": hint ? `${id}-hint ${id}-error` : `${id}-error` };
}

export function TextField({ label, hint, error, ...rest }: About & Omit<ComponentProps<"input">, "name">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null}>
      <Input {...described(id, hint, error)} {...rest} />
    </Frame>
  );
}

export function AreaField({ label, hint, error, ...rest }: About & Omit<ComponentProps<"textarea">, "name">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null}>
      <Textarea {...described(id, hint, error)} {...rest} />
    </Frame>
  );
}

export function SelectField({ label, hint, error, ...rest }: About & Omit<ComponentProps<"select">, "name">) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error ?? null}>
      <Select {...described(id, hint, error)} {...rest} />
    </Frame>
  );
}

export function CheckField({ label, name, hint, ...rest }: Omit<About, "error"> & Omit<ComponentProps<"input">, "type" | "name">) {
  const id = useId();
  return (
    <div className="flex gap-2.5">
      <Checkbox id={id} name={name} aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
      <div>
        <label htmlFor={id} className="block text-sm leading-5 font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-muted-foreground">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
