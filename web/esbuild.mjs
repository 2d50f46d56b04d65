// Builds every top-level file of src/ (one per page or piece of the shell) into the site's static folder.
import { build } from "esbuild";
import { readdirSync } from "node:fs";

const entryPoints = readdirSync("src")
  .filter((name) => /\.(ts|css)$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => `src/${name}`);

await build({
  entryPoints,
  outdir: process.argv[2] ?? "../src/kinora/site/static/build",
  bundle: true,
  format: "esm",
  splitting: true,
  chunkNames: "chunk-[hash]",
  minify: true,
  legalComments: "linked",
  target: ["chrome123", "firefox121", "safari17.5"],
  logLevel: "warning",
});
