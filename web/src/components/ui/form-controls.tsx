// SPDX-License-Identifier: AGPL-3.0-or-later
import { ChevronDown } from "lucide-react";
import { Label as RadixLabel } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const box =
  "w-full rounded-lg border border-input/70 bg-card px-3 text-base shadow-xs placeholder:text-muted-foreground " +
  "aria-invalid:border-danger disabled:opacity-60 sm:text-sm";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(box, "h-10", className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={cn(box, "min-h-24 py-2 leading-normal", className)} {...rest} />;
}

/** The browser's own list: it works with every keyboard, screen reader and phone, and injects no styles. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <div className={cn("relative", className)}>
      <select className={cn(box, "h-10 appearance-none pr-9")} {...rest}>
        {children}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-3 right-3 size-4 text-muted-foreground" />
    </div>
  );
}

export function Checkbox({ className, ...rest }: Omit<ComponentProps<"input">, "type">) {
  return <input type="checkbox" className={cn("size-5 shrink-0 accent-primary", className)} {...rest} />;
}

export function Label({ className, ...rest }: ComponentProps<typeof RadixLabel.Root>) {
  return <RadixLabel.Root className={cn("block text-sm font-semibold", className)} {...rest} />;
}
