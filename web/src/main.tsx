// SPDX-License-Identifier: AGPL-3.0-or-later
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onExpiredLogin } from "@/api/client";
import { ApiError } from "@/api/errors";
import { meQuery, newQueryClient } from "@/api/queries";
import { startTheme } from "@/lib/theme";
import { newRouter } from "@/routes/router";
import "./styles.css";

startTheme();
const queries = newQueryClient();
const router = newRouter(queries);

onExpiredLogin(() => {
  const { href, pathname } = router.state.location;
  if (pathname === "/login") return;
  queries.removeQueries({ queryKey: meQuery.queryKey });
  void router.navigate({ to: "/login", search: { from: href } });
});

/** A failure of the API is told to the reader; the console is for faults of the pages. */
function report(error: unknown): void {
  if (!(error instanceof ApiError)) console.error(error);
}

createRoot(document.getElementById("root")!, { onCaughtError: report }).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
