// SPDX-License-Identifier: AGPL-3.0-or-later
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/** The secret of a mailed link. It stands after "#", which browsers send to nobody. */
export function tokenOf(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

/** Takes the secret out of the address, so that neither the history nor a glance at the screen gives it away. */
export function useLinkToken(): string | null {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const [token, setToken] = useState(() => tokenOf(hash));
  useEffect(() => {
    if (hash === "") return;
    const found = tokenOf(hash);
    if (found !== null) setToken(found); // another link was opened in this tab
    void navigate({ to: ".", hash: "", search: true, replace: true });
  }, [hash, navigate]);
  return token;
}
