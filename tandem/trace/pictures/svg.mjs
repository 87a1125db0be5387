// DOT on standard input, SVG on standard output. Graphviz runs as WebAssembly in this process:
// no other program is started, and nothing is fetched.
import { readFileSync } from "node:fs";

let viz;
try {
  viz = await import("@viz-js/viz");
} catch {
  process.exitCode = 3; // not installed
}
if (viz) {
  const graphviz = await viz.instance();
  const result = graphviz.render(readFileSync(0, "utf8"), { format: "svg" });
  if (result.status === "success") {
    process.stdout.write(result.output);
  } else {
    process.stderr.write(result.errors.map((error) => error.message).join(" "));
    process.exitCode = 1;
  }
}
