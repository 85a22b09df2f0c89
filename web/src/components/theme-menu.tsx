// SPDX-License-Identifier: AGPL-3.0-or-later
import { Monitor, Moon, Sun } from "lucide-react";
import { type ThemeChoice, setTheme, useTheme } from "@/lib/theme";
import { Button } from "./ui/button";
import { Menu, MenuRadioGroup, MenuRadioItem } from "./ui/menu";

/** Light, dark, or as the system has it: the choices inside a menu. */
export function ThemeChoices() {
  const theme = useTheme();
  return (
    <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as ThemeChoice)} aria-label="Theme">
      <MenuRadioItem value="system">
        <Monitor aria-hidden /> Same as the system
      </MenuRadioItem>
      <MenuRadioItem value="light">
        <Sun aria-hidden /> Light
      </MenuRadioItem>
      <MenuRadioItem value="dark">
        <Moon aria-hidden /> Dark
      </MenuRadioItem>
    </MenuRadioGroup>
  );
}

/** The choice on pages without an account. */
export function ThemeMenu() {
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label="Theme">
          <Sun aria-hidden />
        </Button>
      }
    >
      <ThemeChoices />
    </Menu>
  );
}
