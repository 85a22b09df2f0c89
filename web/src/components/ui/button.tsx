// SPDX-License-Identifier: AGPL-3.0-or-later
import { type VariantProps, cva } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export const buttonStyles = cva(
  "inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-lg text-sm font-semibold transition-colors " +
    "disabled:pointer-events-none disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary: "bg-primary text-primary-foreground shadow-xs hover:bg-primary/90",
        secondary: "bg-primary-soft text-primary-soft-foreground hover:bg-primary-soft/75",
        outline: "border border-input/60 bg-card hover:bg-accent",
        ghost: "hover:bg-accent",
        danger: "border border-danger/60 text-danger-foreground bg-card hover:bg-danger-soft",
      },
      size: { sm: "h-9 px-3", md: "h-10 px-4", lg: "h-11 px-6 text-base", icon: "size-10" },
    },
    defaultVariants: { variant: "primary", size: "md" },
  },
);

interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof buttonStyles> {
  /** Gives the look to the only child, such as a link, instead of making a button. */
  asChild?: boolean;
}

export function Button({ className, variant, size, asChild = false, type = "button", ...rest }: ButtonProps) {
  const classes = cn(buttonStyles({ variant, size }), className);
  return asChild ? <Slot.Root className={classes} {...rest} /> : <button type={type} className={classes} {...rest} />;
}
