// SPDX-License-Identifier: AGPL-3.0-or-later

/** A path of these pages to return to after logging in; anything that could lead elsewhere becomes the home page. */
export function safePath(path: string | undefined): string {
  if (path === undefined || !path.startsWith("/")) return "/";
  try {
    const url = new URL(path, "http://same.invalid");
    const inside = url.origin === "http://same.invalid" && !url.pathname.startsWith("//") && !url.pathname.startsWith("/login");
    return inside ? url.pathname + url.search : "/";
  } catch {
    return "/";
  }
}
