// Starts the built server on a free port with a data folder of its own, and stops it.
// Used by the end-to-end tests and by scripts/budget; nothing but Node's own modules.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * @typedef {object} Options
 * @property {Record<string, string>} [environment] settings, such as TEAHOUSE_LIMITS_SENDS_PER_MINUTE
 * @property {string[]} [flags] command line after `serve`
 * @property {string} [scheme] `http`, or `https` when the flags name a certificate
 *
 * @typedef {object} Teahouse
 * @property {string} url where it serves, without a slash at the end
 * @property {number} port
 * @property {string} data the folder of its database
 * @property {(...words: string[]) => Promise<string>} run runs a command of the program on its data; what it said
 * @property {() => Promise<void>} pause asks it to drain and waits for it; its data stays
 * @property {() => Promise<void>} kill ends it at once, as a crash does; its data stays
 * @property {() => Promise<void>} restart starts it again, on the same port and data
 * @property {() => Promise<void>} stop asks it to drain, waits for it, and removes its data
 */

/**
 * The build to test: TEAHOUSE_BIN, or whichever of release and debug the page was built for last, since both share one
 * folder. Until a page is packed, its script tells: that of a release is minified.
 *
 * @returns {string}
 */
export function binary() {
  if (process.env.TEAHOUSE_BIN) return path.resolve(process.env.TEAHOUSE_BIN);
  const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
  const script = path.join(root, "target/site/pkg/teahouse.js");
  const isDebug = existsSync(script) && readFileSync(script, "utf8").includes("\n    ");
  return path.join(target, isDebug ? "debug" : "release", "teahouse");
}

/** @returns {boolean} whether the page was packed (scripts/pack), so that its parts are files with names of their own */
export function isPacked() {
  return !existsSync(path.join(root, "target/site/pkg/teahouse.js"));
}

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listens on */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** @param {string} url @returns {Promise<boolean>} whether it answers that it is well */
function isHealthy(url) {
  const client = url.startsWith("https:") ? https : http;
  return new Promise((resolve) => {
    client
      .get(`${url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      })
      .on("error", () => resolve(false));
  });
}

/** @param {Options} [options] @returns {Promise<Teahouse>} */
export async function startTeahouse({ environment = {}, flags = [], scheme = "http" } = {}) {
  const port = await freePort();
  const url = `${scheme}://127.0.0.1:${port}`;
  const data = mkdtempSync(path.join(tmpdir(), "teahouse-"));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LEPTOS|TEAHOUSE)_/.test(name));
  let log = "";

  const launch = async () => {
    const child = spawn(binary(), ["serve", "--addr", `127.0.0.1:${port}`, "--data", data, ...flags], {
      cwd: root,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (log = (log + chunk).slice(-20_000)));
    }
    let running = true;
    /** @type {Promise<void>} */
    const ended = new Promise((resolve) => {
      child.on("error", (error) => {
        log += `cannot start ${binary()}: ${error.message}; build it with: make build\n`;
        resolve();
      });
      child.on("exit", () => resolve());
    });
    void ended.then(() => (running = false));
    /** @param {NodeJS.Signals} signal */
    const end = async (signal) => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    };
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await isHealthy(url))) {
      if (!running || Date.now() > deadline) {
        await end("SIGTERM");
        throw new Error(`the server did not come up at ${url}:\n${log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return end;
  };

  const removeData = () => rmSync(data, { recursive: true, force: true });
  let end = await launch().catch((error) => {
    removeData();
    throw error;
  });
  const kill = () => end("SIGKILL");
  const pause = () => end("SIGTERM");
  /** @param {string[]} words */
  const run = async (...words) => {
    const env = { ...Object.fromEntries(inherited), ...environment };
    const { stdout } = await promisify(execFile)(binary(), [...words, "--data", data], { cwd: root, env });
    return stdout;
  };
  const restart = async () => {
    end = await launch();
  };
  const stop = async () => {
    await end("SIGTERM");
    removeData();
  };
  return { url, port, data, run, pause, kill, restart, stop };
}
