// Hardhat: the compiler's second witness (tests compare its bytecode with the committed artifacts) and the JavaScript test of how others call us.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import nodeTestRunner from "@nomicfoundation/hardhat-node-test-runner";

const compiler = JSON.parse(readFileSync(new URL("contracts/compiler.json", import.meta.url), "utf8"));

const forgeTests = fileURLToPath(new URL("contracts/test/", import.meta.url));

/** Hardhat knows forge's *.t.sol for tests, but would take what they share for contracts. */
const withoutForgeTests = {
  id: "without-forge-tests",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        build: (context, files, options, next) =>
          next(context, files.filter((file) => !file.startsWith(forgeTests)), options),
      }),
    }),
  },
};

export default {
  plugins: [nodeTestRunner, withoutForgeTests],
  solidity: {
    version: compiler.version,
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")), // the compiler npm brought: nothing is downloaded
    settings: compiler.settings,
  },
  paths: {
    sources: "contracts",
    tests: { nodejs: "tests/hardhat" },
    artifacts: ".build/hardhat",
    cache: ".build/hardhat-cache",
  },
};
