// What every spec starts from: a room of its own, people in browsers of their own, and an ear for complaints.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Browser, type BrowserContext, type BrowserContextOptions } from "@playwright/test";
import { PlainScript } from "./plain.ts";
import { Wire } from "./proxy.ts";
import { RoomPage } from "./pages/room.page.ts";
import { type Words, wordsOf } from "./words.ts";

export { expect, type RoomPage };

export interface Room {
  slug: string;
  title: string;
}

/** Everything that a browser complains about; a test fails unless it said beforehand that it expects it. */
export class Complaints {
  readonly #heard: string[] = [];
  readonly #expected: RegExp[] = [];

  /** Says that complaints like this belong to the test. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns);
  }

  async listenTo(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#heard.push(`console: ${message.text()}`);
    });
    context.on("weberror", (error) => this.#heard.push(`page: ${error.error().message}`));
    context.on("dialog", (dialog) => {
      this.#heard.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (violation) => {
        console.error(`content security policy: ${violation.violatedDirective} ${violation.blockedURI}`);
      });
    });
  }

  unexpected(): string[] {
    return this.#heard.filter((complaint) => !this.#expected.some((pattern) => pattern.test(complaint)));
  }
}

/** Lets people in, each in a browser of their own. */
export class People {
  readonly #contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly complaints: Complaints,
    private readonly words: Words,
    private readonly scripts: boolean,
    private readonly origin: string,
    private readonly token: string,
  ) {}

  /** A nickname that nobody else in the whole run has. */
  nickname(name: string): string {
    return `${name} ${this.token}`;
  }

  /** Somebody with a browser, who has not opened a page yet. */
  async somebody(options: BrowserContextOptions & { origin?: string } = {}): Promise<RoomPage> {
    const { origin = this.origin, ...contextOptions } = options;
    const scripts = contextOptions.javaScriptEnabled ?? this.scripts;
    const context = await this.browser.newContext({ ...contextOptions, javaScriptEnabled: scripts });
    this.#contexts.push(context);
    await this.complaints.listenTo(context);
    // A browser that runs no scripts has no use for the WebAssembly that the document names, and says so after three seconds.
    if (!scripts) this.complaints.expect(/preloaded using link preload but not used/);
    return new RoomPage(await context.newPage(), this.words, scripts, origin);
  }

  /** Somebody who has opened a room and not said who they are. */
  async visitor(room: Room, options: BrowserContextOptions & { origin?: string } = {}): Promise<RoomPage> {
    const person = await this.somebody(options);
    await person.goto(room.slug);
    return person;
  }

  /** Somebody who has joined a room. */
  async member(name: string, room: Room, options: BrowserContextOptions & { origin?: string } = {}): Promise<RoomPage> {
    const person = await this.visitor(room, options);
    await person.joinAs(this.nickname(name));
    return person;
  }

  async leave(): Promise<void> {
    for (const context of this.#contexts) await context.close();
  }
}

interface Fixtures {
  /** Where the server is. */
  server: string;
  words: Words;
  /** Different in every test. */
  token: string;
  complaints: Complaints;
  people: People;
  /** A room that only this test knows. */
  room: Room;
  alice: RoomPage;
  bob: RoomPage;
  /** Scripts on the plain socket of this test's room. */
  script: () => Promise<PlainScript>;
  /** Between the server and whoever is let in by its origin: it can be cut. What a browser says about that is expected. */
  wire: Wire;
  /** Fails on anything that keeps somebody out. */
  expectAccessible: (person: RoomPage) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const url = process.env.TEAHOUSE_URL;
    if (!url) throw new Error("global-setup.ts has not told where the server is");
    await use(url);
  },

  words: async ({ locale }, use) => use(wordsOf(locale)),

  token: async ({}, use) => {
    // Letters that look like no other, since a nickname may not look like that of somebody else.
    const letters = "abdefghkmnpqrstwxyz";
    const draw = () => letters[Math.floor(Math.random() * letters.length)];
    await use(Array.from({ length: 8 }, draw).join(""));
  },

  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.unexpected(), "the browser complained").toEqual([]);
  },

  people: async ({ browser, complaints, words, javaScriptEnabled, server, token }, use) => {
    const people = new People(browser, complaints, words, javaScriptEnabled ?? true, server, token);
    await use(people);
    await people.leave();
  },

  room: async ({ people, token }, use) => {
    const host = await people.somebody({ javaScriptEnabled: false });
    await host.goto("lobby");
    await host.joinAs(people.nickname("Host"));
    const title = `Room ${token}`;
    await host.makeRoom(title);
    const slug = decodeURIComponent(new URL(host.page.url()).pathname.replace(/^\/r\//, ""));
    await host.page.context().close();
    await use({ slug, title });
  },

  alice: async ({ people, room }, use) => use(await people.member("Alice", room)),
  bob: async ({ people, room }, use) => use(await people.member("Bob", room)),

  script: async ({ server, room }, use) => {
    const scripts: PlainScript[] = [];
    await use(async () => {
      const script = await PlainScript.connect(`${server.replace(/^http/, "ws")}/plain/${encodeURIComponent(room.slug)}`);
      scripts.push(script);
      return script;
    });
    for (const script of scripts) await script.close();
  },

  wire: async ({ server, complaints }, use) => {
    complaints.expect(/WebSocket connection/, /Failed to load resource/);
    const wire = await Wire.to(server);
    await use(wire);
    await wire.close();
  },

  expectAccessible: async ({}, use) => {
    await use(async (person) => {
      const { violations } = await new AxeBuilder({ page: person.page }).analyze();
      const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.target.join(" ")) }));
      expect(found, "accessibility").toEqual([]);
    });
  },
});
