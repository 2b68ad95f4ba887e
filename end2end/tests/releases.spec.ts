// Two releases after one another: what a browser has kept of the first one meets the second.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeBuild } from "../../scripts/site/names.mjs";
import { expect, test } from "../fixtures.ts";
import { binary, isPacked, startTeahouse } from "../server.mjs";
import { limitsOff } from "../settings.ts";

const SITE = path.resolve(import.meta.dirname, "../../target/site");

/** A release as it is deployed: the files of the page, and the list of their names. */
class Release {
  readonly folder = mkdtempSync(path.join(tmpdir(), "teahouse-release-"));
  readonly #list = path.join(this.folder, "hash.txt");
  readonly #package = path.join(this.folder, "site/pkg");

  constructor() {
    cpSync(SITE, path.join(this.folder, "site"), { recursive: true });
    cpSync(path.join(path.dirname(binary()), "hash.txt"), this.#list);
  }

  get environment(): Record<string, string> {
    return { LEPTOS_SITE_ROOT: path.join(this.folder, "site"), LEPTOS_HASH_FILE_NAME: this.#list };
  }

  files(): string[] {
    return readdirSync(this.#package).filter((name) => /\.(js|wasm|css)$/.test(name));
  }

  /** Puts the next one in its place, in which other files have other bytes: a section that does nothing, or a comment. */
  replaceByNext(changed: RegExp): void {
    const hashes = new Map(readFileSync(this.#list, "utf8").split("\n").filter(Boolean).map((line) => line.split(": ") as [string, string]));
    const read = (name: string): Buffer => {
      const extension = path.extname(name);
      const bytes = readFileSync(path.join(this.#package, `${path.basename(name, extension)}.${hashes.get(name === `teahouse${extension}` ? extension.slice(1) : name)}${extension}`));
      if (!changed.test(name)) return bytes;
      const nothing = extension === ".wasm" ? Buffer.from([0, 2, 1, 0x78]) : Buffer.from("/* next */");
      return Buffer.concat([bytes, nothing]);
    };
    const names = [...hashes.keys()].filter((name) => name.endsWith(".wasm"));
    const parts = new Map(names.map((name) => [name, read(name)]));
    const script = names.reduce(
      (text, name) => text.replaceAll(`${path.basename(name, ".wasm")}.${hashes.get(name)}.wasm`, name),
      read("teahouse.js").toString(),
    );
    writeFileSync(this.#list, writeBuild(this.#package, { script, wasm: read("teahouse.wasm"), style: read("teahouse.css"), parts }, 1));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

for (const [what, changed] of [
  ["everything", /./],
  ["only a part", /emoji_picker/],
  ["only the WebAssembly", /teahouse\.wasm/],
] as const) {
  test(`a browser that kept one release meets the next, in which ${what} is new`, async ({ people, token, complaints }) => {
    test.skip(!isPacked(), "the page is in one piece: `make build` makes parts of it");
    // The old tab asks for a file that is gone; the server goes away in between.
    complaints.expect(/Failed to load resource/, /WebSocket connection/);
    const release = new Release();
    const server = await startTeahouse({ environment: { ...limitsOff, ...release.environment } });
    try {
      const alice = await people.somebody({ origin: server.url });
      await alice.goto("lobby");
      await alice.joinAs(people.nickname("Alice"));
      await alice.say(`before ${token}`);
      await alice.composer.fill("half a thought");
      const old = release.files();

      await server.pause();
      release.replaceByNext(changed);
      await server.restart();
      await alice.live();
      expect(release.files()).not.toEqual(old);

      // The part that the old tab asks for is gone: it says so, works on, and keeps what was typed.
      await alice.offerFor(`before ${token}`);
      await alice.allEmojis.click();
      if (changed.test("emoji_picker.wasm")) {
        await expect(alice.offer.getByRole("alert")).toContainText(alice.words.partNotLoaded);
        await alice.offer.getByRole("button", { name: "🍵" }).click();
        await expect(alice.reactions(`before ${token}`)).toHaveText(["🍵 1"]);
        await alice.offerFor(`before ${token}`);
        await alice.allEmojis.click();
        await alice.offer.getByRole("link", { name: alice.words.reload }).click();
      } else {
        await expect(alice.emojiPicker).toBeVisible();
        await alice.page.goto(server.url);
      }

      // What the browser kept of the old release does not keep the new one from starting.
      await alice.ready();
      await alice.live();
      const fetched = await alice.page.evaluate(() => {
        const files = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
        return files.filter((file) => file.name.includes("/pkg/") && file.transferSize > 0).map((file) => file.name.split("/").pop() ?? "");
      });
      const names = release.files().filter((name) => !name.startsWith("emoji_picker"));
      expect(fetched.toSorted(), "what did not change comes from the browser").toEqual(names.filter((name) => !old.includes(name)).toSorted());
      await expect(alice.composer).toHaveValue("half a thought");
      await alice.offerFor(`before ${token}`);
      await alice.allEmojis.click();
      await alice.emojiGrid.getByRole("button", { name: "😀" }).click();
      await expect(alice.reactions(`before ${token}`).filter({ hasText: "😀" })).toHaveText(["😀 1"]);
      await expect(alice.composer).toHaveValue("half a thought");
    } finally {
      await server.stop();
      release.remove();
    }
  });
}
