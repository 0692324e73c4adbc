import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const api = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/app/",
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // A font inlined as a data: address would need a wider content security policy.
  build: { assetsInlineLimit: 0 },
  server: {
    proxy: Object.fromEntries(
      [
        "/auth",
        "/dm",
        "/bot",
        "/dashboard",
        "/nurturing",
        "/creator",
        "/settings",
        "/simulator",
        "/stream",
      ].map((path) => [path, api]),
    ),
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost/app/" } },
    setupFiles: ["src/test/setup.ts"],
    css: false,
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
