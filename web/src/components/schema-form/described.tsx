// SPDX-License-Identifier: AGPL-3.0-or-later
import { Fragment, type ReactNode } from "react";
import { Label } from "@/components/ui/form-controls";
import { textOf } from "@/lib/schema";
import { type FieldProps, titleOf } from "./schema-field";

/** Ids that tie a control to its description and error. */
export function idsOf({ pointer, schema, errors }: FieldProps) {
  const id = `field${pointer.replace(/[^\w-]/g, "-")}`;
  const described = [textOf(schema, "description") && `${id}-about`, errors[pointer] && `${id}-error`].filter(Boolean);
  return { id, describedBy: described.join(" ") || undefined, invalid: errors[pointer] !== undefined };
}

interface DescribedProps {
  field: FieldProps;
  /** A group of controls is named by a legend, a single one by a label. */
  as: "label" | "legend";
  children?: ReactNode;
}

/** A field's name, explanation and error around its control. */
export function Described({ field, as, children }: DescribedProps) {
  const { id } = idsOf(field);
  const about = textOf(field.schema, "description");
  const error = field.errors[field.pointer];
  const name = (
    <>
      {titleOf(field)} {!field.required && <span className="font-normal text-muted-foreground">(optional)</span>}
    </>
  );
  // A legend names its fieldset only as its first child, hence no box around it.
  const Frame = as === "label" ? "div" : Fragment;
  return (
    <Frame {...(as === "label" && { className: "space-y-1.5" })}>
      {as === "label" ? <Label htmlFor={id}>{name}</Label> : <legend className="text-sm font-semibold">{name}</legend>}
      {about && (
        <p id={`${id}-about`} className="text-sm text-muted-foreground">
          {about}
        </p>
      )}
      {children}
      {error && (
        <p id={`${id}-error`} className="text-sm font-medium text-danger-foreground">
          {error}
        </p>
      )}
    </Frame>
  );
}
