// A page of another site may use the plain socket and not the member socket, whose cookies would speak for the reader.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test as base } from "../fixtures.ts";

/** A page on `localhost`, which is another site than the server's 127.0.0.1. */
const test = base.extend<{ elsewhere: string }>({
  elsewhere: async ({}, use) => {
    const site = http.createServer((_, answer) => {
      answer.setHeader("Content-Type", "text/html; charset=utf-8");
      answer.end('<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Elsewhere</title></html>');
    });
    await new Promise<void>((resolve) => site.listen(0, "localhost", resolve));
    await use(`http://localhost:${(site.address() as AddressInfo).port}/`);
    await new Promise((resolve) => site.close(resolve));
  },
});

/** What becomes of a WebSocket that a page opens. */
function outcome([address, protocol]: [string, string?]): Promise<string> {
  return new Promise((resolve) => {
    const socket = protocol ? new WebSocket(address, protocol) : new WebSocket(address);
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
  });
}

test("the member socket refuses a page of another site", async ({ alice, elsewhere, server, complaints }) => {
  complaints.expect(/WebSocket connection/);
  const socket = server.replace(/^http/, "ws");
  expect(await alice.page.evaluate(outcome, [`${socket}/ws`, "teahouse.v1"] as [string, string])).toBe("open");
  const page = await alice.page.context().newPage();
  await page.goto(elsewhere);
  expect(await page.evaluate(outcome, [`${socket}/ws`, "teahouse.v1"] as [string, string])).toBe("refused");
});

test("the plain socket serves a page of any site", async ({ people, elsewhere, server, room, alice }) => {
  const { page } = await people.somebody();
  await page.goto(elsewhere);
  const address = `${server.replace(/^http/, "ws")}/plain/${encodeURIComponent(room.slug)}`;
  await page.evaluate(
    ([address, nickname]) => {
      const socket = new WebSocket(address);
      socket.onopen = () => socket.send(JSON.stringify({ nickname, message: "from elsewhere", time: "" }));
    },
    [address, people.nickname("Guest")] as const,
  );
  await expect(alice.line("from elsewhere")).toBeVisible();
});

test("a page of another site cannot read the history with scripts", async ({ people, elsewhere, server, complaints }) => {
  complaints.expect(/CORS|Failed to load resource|status of 403/);
  const { page } = await people.somebody();
  await page.goto(elsewhere);
  const read = (address: string) => fetch(address).then(() => "read").catch(() => "refused");
  expect(await page.evaluate(read, `${server}/api/v1/rooms`)).toBe("refused");
});
