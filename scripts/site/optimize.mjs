// Makes the built WebAssembly smaller than cargo-leptos does, and shortens the names by which it and its script know each
// other: wasm-bindgen gives each import a name with a hash of 16 digits, in both files, some 4 KB that compress badly.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LOADER } from "./loader.mjs";

const FEATURES = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-reference-types", "--enable-multivalue"];

// What cargo-leptos has made small is taken apart and made small anew, which finds another 800 bytes of the compressed
// file. Why functions that are called once stay apart is said at `wasm-opt-features` in Cargo.toml. Not used, since they
// find nothing more: --gufa, --dae-optimizing, --merge-similar-functions, --reorder-functions (600 bytes worse).
// `--traps-never-happen` would find 300 bytes, but a panic is a trap, and the page tells of it in words.
const PASSES = [
  "--one-caller-inline-max-function-size=10",
  "--low-memory-unused",
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
];

/** Runs wasm-opt on a module; what it said comes along. */
function run(wasm, passes) {
  const folder = mkdtempSync(path.join(tmpdir(), "teahouse-pack-"));
  const [input, output] = ["in.wasm", "out.wasm"].map((name) => path.join(folder, name));
  try {
    writeFileSync(input, wasm);
    const said = execFileSync("wasm-opt", [input, ...FEATURES, ...passes, "-o", output]);
    return { wasm: readFileSync(output), said: said.toString() };
  } catch (error) {
    throw new Error(`wasm-opt failed; \`make setup-build\` installs it.\n${error.message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Replaces a name wherever the script has it. One that it has nowhere would leave a page that cannot start. */
function rename(script, pattern, replacement, name) {
  const renamed = script.replaceAll(pattern, () => replacement);
  if (renamed === script) throw new Error(`the script does not know ${name}, which the WebAssembly has`);
  return renamed;
}

function shorten(script, { imports, exports }) {
  // All imports get one module, so what loads the parts goes into the same object as the rest.
  script = script.replace(new RegExp(`\\},\\s*"\\./${LOADER}":\\s*(\\w+)`), ",...$1}");
  for (const module of new Set(imports.map(([module]) => module).filter((module) => !module.endsWith(LOADER)))) {
    script = rename(script, JSON.stringify(module), "a", module);
  }
  for (const [, name, short] of imports) {
    script = rename(script, new RegExp(`\\b${name}(?=:)`, "g"), short, name);
  }
  for (const [name, short] of exports) {
    // Some exports are for tools, and no script uses them.
    script = script.replaceAll(new RegExp(`\\.${name}\\b`, "g"), () => `.${short}`);
  }
  return script;
}

/**
 * The page's script and WebAssembly, smaller.
 *
 * @param {string} script
 * @param {Buffer} wasm
 */
export function optimizePage(script, wasm) {
  const optimized = run(wasm, [...PASSES, "--minify-imports-and-exports-and-modules"]);
  return { script: shorten(script, JSON.parse(optimized.said)), wasm: optimized.wasm };
}

/**
 * A part of it. Its names stay, since the script knows them.
 *
 * @param {Buffer} wasm
 */
export function optimizePart(wasm) {
  return run(wasm, PASSES).wasm;
}
