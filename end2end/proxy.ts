// A wire between a browser and the server that a test can cut. Playwright's offline mode leaves open sockets alone.
import { createServer, connect, type Server, type Socket } from "node:net";

export class Wire {
  readonly #sockets = new Set<Socket>();
  #cut = false;
  #webSockets = true;
  #answers = true;
  #comments = true;

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
  ) {}

  static async to(server: string): Promise<Wire> {
    const listener = createServer();
    const wire = new Wire(listener, new URL(server));
    listener.on("connection", (socket) => wire.#join(socket));
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  /** Where a browser goes to use this wire. */
  get origin(): string {
    const address = this.listener.address();
    if (address === null || typeof address === "string") throw new Error("the wire is not up");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Breaks every connection and lets no new one through. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
    this.#answers = true;
  }

  /** Lets everything through to the server and nothing back: what is said arrives, the answer is lost. */
  loseAnswers(): void {
    this.#answers = false;
  }

  /** Lets HTTP through and drops every WebSocket handshake, as some middle boxes do. */
  blockWebSockets(): void {
    this.#webSockets = false;
  }

  /** Writes over the comments of pages, as proxies do that shorten them; what is not a page passes as it is. */
  dropComments(): void {
    this.#comments = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  #join(browser: Socket): void {
    if (this.#cut) {
      browser.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    for (const [one, other] of [
      [browser, server],
      [server, browser],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    browser.on("data", (bytes) => {
      const isHandshake = /^upgrade:\s*websocket/im.test(bytes.toString("latin1"));
      if (isHandshake && !this.#webSockets) browser.destroy();
      else if (this.#comments) server.write(bytes);
      else server.write(bytes.toString("latin1").replace(/^accept-encoding:.*\r\n/gim, ""), "latin1");
    });
    let isPage = false;
    server.on("data", (bytes) => {
      if (!this.#answers) return;
      const text = bytes.toString("latin1");
      isPage = /^content-type: *([^;\r]*)/im.exec(text)?.[1] === "text/html" || (isPage && !text.startsWith("HTTP/"));
      if (isPage && !this.#comments) browser.write(text.replaceAll("<!>", "   "), "latin1");
      else browser.write(bytes);
    });
  }
}
