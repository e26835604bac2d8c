// Runs programs in one release of MicroPython: node run.mjs RELEASE, with a JSON list of programs as its input.
// Its output is a JSON list of what each printed, with the type of the exception that ended it.
import { readFileSync } from "node:fs";

const { loadMicroPython } = await import(`./node_modules/${process.argv[2]}/micropython.mjs`);
const outcomes = [];
for (const program of JSON.parse(readFileSync(0, "utf8"))) {
  const lines = [];
  const micropython = await loadMicroPython({ heapsize: 1 << 20, stdout: (line) => lines.push(line) });
  try {
    micropython.runPython(program);
  } catch (error) {
    lines.push(error.type ?? String(error));
  }
  outcomes.push(lines.join("\n"));
}
process.stdout.write(JSON.stringify(outcomes));
