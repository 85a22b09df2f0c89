// SPDX-License-Identifier: AGPL-3.0-or-later
// The registry's own pages: a second entry over the same components, built beside the host's.
import { fileURLToPath } from "node:url";
import { mergeConfig } from "vite";
import host from "./vite.config.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default mergeConfig(host, {
  root: here("./src/registry"),
  publicDir: here("./public"),
  build: { outDir: here("./dist-registry"), emptyOutDir: true },
  server: { port: 5174, proxy: { "/api": { target: process.env.RAPT_REGISTRY_URL ?? "http://127.0.0.1:3001", changeOrigin: true } } },
});
