// Gives the built files names after their content, and compressed copies. A browser may keep such a file for ever: what
// has the same name has the same bytes. cargo-leptos' own hashes do not hold that where a page has parts: it names the
// script before it puts the names of other files into it, so that the next release may have other bytes under the same
// name, and whoever kept the old ones has a page that cannot start.
import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** @param {string} stem @param {Buffer} content @param {string} extension */
const nameOf = (stem, content, extension) => {
  const hash = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  return { hash, file: `${stem}.${hash}.${extension}` };
};

/**
 * The smallest of some: how many short distances have codes of their own (RFC 7932 §4) is for the encoder to choose.
 *
 * @param {Buffer} content
 * @param {number} quality
 */
function brotli(content, quality) {
  const compressed = [0, 8, 15].map((direct) => {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_NDIRECT]: direct,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    return brotliCompressSync(content, { params });
  });
  return compressed.reduce((least, other) => (other.length < least.length ? other : least));
}

/**
 * Writes the files of a build under their names, and removes all others of the folder.
 *
 * @param {string} folder
 * @param {object} build
 * @param {string} build.script names the parts as they are called in `parts`
 * @param {Buffer} build.wasm
 * @param {Buffer} build.style
 * @param {Map<string, Buffer>} build.parts by the names that the script has for them, such as `emoji_picker.wasm`
 * @param {number} quality of brotli, up to 11
 * @returns {string} what belongs into the file of hashes: `js`, `wasm`, `css`, and the file of each part
 */
export function writeBuild(folder, { script, wasm, style, parts }, quality = 11) {
  // Parts first, since the script names them. Nothing names the script but the page.
  const files = new Map();
  const lines = [];
  for (const [name, content] of parts) {
    const stem = path.parse(name).name.replace(/^split_/, "");
    const { hash, file } = nameOf(stem, content, "wasm");
    files.set(file, content);
    script = script.replaceAll(JSON.stringify(name), () => JSON.stringify(file));
    lines.push(`${stem}.wasm: ${hash}\n`);
  }
  for (const [extension, content] of Object.entries({ css: style, wasm, js: Buffer.from(script) })) {
    const { hash, file } = nameOf("teahouse", content, extension);
    files.set(file, content);
    lines.unshift(`${extension}: ${hash}\n`);
  }
  // Compressing takes long. Whoever stops it finds the folder as it was.
  for (const [file, content] of [...files]) {
    files.set(`${file}.br`, brotli(content, quality));
    files.set(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
  for (const [file, content] of files) writeFileSync(path.join(folder, file), content);
  for (const old of readdirSync(folder)) if (!files.has(old)) rmSync(path.join(folder, old), { recursive: true });
  return lines.join("");
}
