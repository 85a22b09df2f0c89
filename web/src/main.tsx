// SPDX-License-Identifier: AGPL-3.0-or-later
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onExpiredLogin } from "@/api/client";
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

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
