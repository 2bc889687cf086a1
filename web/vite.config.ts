import { defineConfig } from "vite";

export default defineConfig({
  esbuild: { jsx: "automatic" },
  build: {
    outDir: "dist",
    target: "es2022",
    // The page's CSP lets images and the icon come from files; nothing of ours needs to hide in a data address.
    assetsInlineLimit: 0,
    // Monaco is one large chunk by nature.
    chunkSizeWarningLimit: 5000,
    reportCompressedSize: false,
  },
  // The GraphQL worker loads the formatter when asked to.
  worker: { format: "es" },
  experimental: {
    // The page is /graphql and its files are /graphql/assets/…, both perhaps behind a proxy that adds a prefix:
    // the page names its files relative to itself, and they name each other relative to themselves.
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `./graphql/${file}` : { relative: true }),
  },
});
