// solc's command line over the compiler that npm brings, as far as forge and py-solc-x use it.
// Why: the official binary is not in any package registry, while this build of the same compiler is, so nobody installs anything else.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";

const root = fileURLToPath(new URL("..", import.meta.url));
const solc = createRequire(import.meta.url)("solc");
const args = process.argv.slice(2);

if (args.includes("--version")) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}`);
} else if (args.includes("--standard-json")) {
  const read = (path) => { // for imports that the input does not bring along: OpenZeppelin's
    try {
      return { contents: readFileSync(resolve(root, path), "utf8") };
    } catch (error) {
      return { error: error.message };
    }
  };
  process.stdout.write(solc.compile(readFileSync(0, "utf8"), { import: read }));
} else {
  console.error("usage: solc --version | solc --standard-json < input");
  process.exitCode = 1;
}
