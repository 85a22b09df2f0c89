// SPDX-License-Identifier: AGPL-3.0-or-later
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const api = process.env.RAPT_API_URL ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: [
      { find: "@", replacement: fileURLToPath(new URL("./src", import.meta.url)) },
      // KaTeX's output is turned into elements through parse5, not the browser's DOMParser: the latter would
      // meet style attributes, and the Content-Security-Policy allows none.
      {
        find: /^hast-util-from-html-isomorphic$/,
        replacement: fileURLToPath(new URL("./node_modules/hast-util-from-html-isomorphic/lib/index.js", import.meta.url)),
      },
    ],
  },
  build: {
    // The Content-Security-Policy allows neither inline scripts nor data: fonts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 800, // Markdown with math, loaded only where answers are shown
  },
  server: { host: "127.0.0.1", port: 5173, proxy: { "/api": { target: api, changeOrigin: true } } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});
