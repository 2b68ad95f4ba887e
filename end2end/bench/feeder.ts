// Programs on the plain socket that keep a room talking, as fast as the page that is measured reads.
import type { Page } from "@playwright/test";
import WebSocket from "ws";
import type { PlainEvent } from "../plain.ts";

const MESSAGE = 1;
const REFUSAL = -1;

/** Whether every message opens a group, with seal and name, or continues the one before. */
export type Grouping = (typeof GROUPINGS)[number];
export const GROUPINGS = ["a group each", "in a group"] as const;
/** So many programs talk in turn where every message opens a group. */
const PROGRAMS = 5;
/** So many messages are on their way to the page at most: more, and the server would count it as a slow reader. */
const IN_FLIGHT = 500;
const WORDS = "The kettle sings before the water boils and somebody always asks whose turn it is to pour".split(" ");

export class Feeder {
  #sent = 0;
  #heard = 0;
  #last = "";
  #onHeard = () => {};

  private constructor(private readonly sockets: WebSocket[]) {
    // Everybody hears everything: one pair of ears is enough.
    sockets[0]?.on("message", (data) => {
      const { message, status, error } = JSON.parse(data.toString()) as PlainEvent;
      if (status === REFUSAL) throw new Error(`the server refused a message: ${error}`);
      if (status !== MESSAGE) return;
      this.#heard += 1;
      this.#last = message;
      this.#onHeard();
    });
  }

  static async connect(url: string): Promise<Feeder> {
    const open = Array.from({ length: PROGRAMS }, async () => {
      const socket = new WebSocket(url);
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      return socket;
    });
    return new Feeder(await Promise.all(open));
  }

  /** Posts one message; it may take a while until the page has it. */
  post(grouping: Grouping): void {
    const number = this.#sent++;
    const words = Array.from({ length: 6 + (number % 20) }, (_, index) => WORDS[(number * 7 + index) % WORDS.length]);
    const link = number % 10 === 0 ? " https://example.org/tea" : "";
    const message = `${number}: ${words.join(" ")}${link}`;
    const program = grouping === "a group each" ? number % PROGRAMS : 0;
    this.sockets[program]?.send(JSON.stringify({ nickname: `Program ${"abdef"[program]}`, message, time: "now" }));
  }

  /** Posts so many messages, and waits until the page shows the last of them. */
  async feed(page: Page, count: number, grouping: Grouping): Promise<void> {
    for (let left = count; left > 0; left -= IN_FLIGHT) {
      const goal = this.#heard + Math.min(left, IN_FLIGHT);
      const heard = new Promise<void>((resolve) => (this.#onHeard = () => this.#heard >= goal && resolve()));
      for (let message = Math.min(left, IN_FLIGHT); message > 0; message--) this.post(grouping);
      await heard;
      await page.waitForFunction(
        (last) => [...document.querySelectorAll(".message__text")].at(-1)?.textContent?.trim() === last,
        this.#last,
        { polling: 50, timeout: 120_000 },
      );
    }
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}
