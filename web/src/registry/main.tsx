// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's own pages: what is offered, to read without an account.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setApiRoot } from "@/api/client";
import { ApiError } from "@/api/errors";
import { newQueryClient } from "@/api/queries";
import { startTheme } from "@/lib/theme";
import { registryRoot } from "./queries";
import { newRouter } from "./router";
import "./styles.css";

startTheme();
setApiRoot(registryRoot);
const queries = newQueryClient();

/** A failure of the API is told to the reader; the console is for faults of the pages. */
function report(error: unknown): void {
  if (!(error instanceof ApiError)) console.error(error);
}

createRoot(document.getElementById("root")!, { onCaughtError: report }).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={newRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
