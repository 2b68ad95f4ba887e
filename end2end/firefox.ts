// People in Firefox, by the browser's own WebDriver BiDi: Playwright drives a Firefox of its own making only, and asks that
// of Debian for commands that it does not know. Just what the specs in tests/*.firefox.spec.ts need.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

const ENTER = "\uE007";

/** The Firefox of this machine, or nothing. */
export function findFirefox(): string | undefined {
  const candidates = [process.env.FIREFOX, "firefox-esr", "firefox"];
  return candidates.find((program) => program && spawnSync(program, ["--version"]).status === 0);
}

interface Answer {
  id?: number;
  method?: string;
  params?: { level?: string; text?: string };
  result?: Record<string, string>;
  error?: string;
  message?: string;
}

export class Firefox {
  /** What the pages complained about. */
  readonly complaints: string[] = [];
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #sent = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {
    socket.on("message", (data) => this.#hear(JSON.parse(String(data)) as Answer));
  }

  static async start(program: string): Promise<Firefox> {
    const profile = mkdtempSync(path.join(tmpdir(), "teahouse-firefox-"));
    const flags = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile];
    const child = spawn(program, flags, { stdio: ["ignore", "ignore", "pipe"] });
    for await (const line of createInterface(child.stderr)) {
      const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (!url) continue;
      const socket = new WebSocket(`${url}/session`);
      await once(socket, "open");
      const firefox = new Firefox(child, socket, profile);
      await firefox.send("session.new", { capabilities: {} });
      await firefox.send("session.subscribe", { events: ["log.entryAdded"] });
      return firefox;
    }
    throw new Error(`${program} ended before it could be driven`);
  }

  /** Somebody with cookies of their own, on a page that can be used. */
  async visitor(url: string): Promise<FirefoxPerson> {
    const { userContext } = await this.send("browser.createUserContext", {});
    const { context } = await this.send("browsingContext.create", { type: "tab", userContext });
    await this.send("browsingContext.navigate", { context, url, wait: "complete" });
    const person = new FirefoxPerson(this, context ?? "");
    await person.sees(`document.querySelector("html[data-hydrated]")`);
    return person;
  }

  async send(method: string, params: object): Promise<Record<string, string>> {
    const id = ++this.#sent;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error, message } = await answer;
    if (!result) throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #hear({ id, method, params, ...answer }: Answer): void {
    if (id !== undefined) {
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    } else if (method === "log.entryAdded" && ["error", "warn"].includes(params?.level ?? "")) {
      this.complaints.push(params?.text ?? "");
    }
  }
}

export class FirefoxPerson {
  constructor(
    private readonly firefox: Firefox,
    private readonly context: string,
  ) {}

  /** Waits until an expression holds in the page. */
  async sees(expression: string): Promise<void> {
    await this.#run(`() => new Promise((resolve) => {
      const look = () => {
        if (!(${expression})) return;
        observer.disconnect();
        resolve();
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      look();
    })`);
  }

  async hears(text: string): Promise<void> {
    const says = `(line) => line.textContent.includes(${JSON.stringify(text)})`;
    await this.sees(`[...document.querySelectorAll(".message__text")].some(${says})`);
  }

  async isInState(...states: string[]): Promise<void> {
    await this.sees(`${JSON.stringify(states)}.includes(document.querySelector(".connection").dataset.state)`);
  }

  async joinAs(nickname: string): Promise<void> {
    await this.#type("input[name=nickname]", nickname);
    await this.sees(`document.querySelector("textarea")`);
    await this.isInState("live");
  }

  async say(text: string): Promise<void> {
    await this.#type("textarea", text);
  }

  /** As by a keyboard, with Enter at the end. */
  async #type(selector: string, text: string): Promise<void> {
    await this.#run(`() => document.querySelector(${JSON.stringify(selector)}).focus()`);
    const keys = [...text, ENTER].flatMap((value) => ["keyDown", "keyUp"].map((type) => ({ type, value })));
    await this.firefox.send("input.performActions", {
      context: this.context,
      actions: [{ type: "key", id: "keyboard", actions: keys }],
    });
  }

  async #run(functionDeclaration: string): Promise<void> {
    const target = { context: this.context };
    const outcome = await this.firefox.send("script.callFunction", { functionDeclaration, target, awaitPromise: true });
    if (outcome["type"] === "exception") throw new Error(`${functionDeclaration}: ${JSON.stringify(outcome)}`);
  }
}
