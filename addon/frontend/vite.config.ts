import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative, so that the page works under any base path (ingress puts it below a random one).
  base: "./",
  build: {
    outDir: "../matinee/page",
    emptyOutDir: true,
    target: "es2022",
    // Inline data: addresses would need a wider Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The script that plays playlists is that large, and loaded only where a film needs it.
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
  },
});
