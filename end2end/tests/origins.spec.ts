// A page of another site may use neither socket; one of this machine may use the plain socket, and never the member socket,
// whose cookies would speak for the reader.
import { writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { expect, test as base } from "../fixtures.ts";

/** A page on `localhost`, which is another origin than the server's 127.0.0.1. */
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
  expect(await alice.page.evaluate(outcome, [`${socket}/ws`, "teahouse.v2"] as [string, string])).toBe("open");
  const page = await alice.page.context().newPage();
  await page.goto(elsewhere);
  expect(await page.evaluate(outcome, [`${socket}/ws`, "teahouse.v2"] as [string, string])).toBe("refused");
});

test("the plain socket serves a page of this machine as it is", async ({ people, elsewhere, server, room, alice }) => {
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

test("the plain socket serves a page that is opened from a file", async ({ people, server, room, alice }, testInfo) => {
  const nickname = people.nickname("Filer");
  const address = `${server.replace(/^http/, "ws")}/plain/${encodeURIComponent(room.slug)}`;
  const file = testInfo.outputPath("tutorial.html");
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Tutorial</title><script>
      const socket = new WebSocket(${JSON.stringify(address)});
      socket.onopen = () => socket.send(${JSON.stringify(JSON.stringify({ nickname, message: "from a file", time: "" }))});
    </script></html>`,
  );
  const { page } = await people.somebody();
  await page.goto(pathToFileURL(file).href);
  await expect(alice.line("from a file")).toBeVisible();
});

test("the plain socket refuses a page of another site", async ({ people, server, complaints }) => {
  complaints.expect(/WebSocket connection/);
  const { page } = await people.somebody();
  await page.route("http://elsewhere.example/", (route) =>
    route.fulfill({ contentType: "text/html", body: '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>x</title></html>' }),
  );
  await page.goto("http://elsewhere.example/");
  expect(await page.evaluate(outcome, [`${server.replace(/^http/, "ws")}/`] as [string])).toBe("refused");
});

test("a page of another site cannot read the history with scripts", async ({ people, elsewhere, server, complaints }) => {
  complaints.expect(/CORS|Failed to load resource|status of 403/);
  const { page } = await people.somebody();
  await page.goto(elsewhere);
  const read = (address: string) => fetch(address).then(() => "read").catch(() => "refused");
  expect(await page.evaluate(read, `${server}/api/v1/rooms`)).toBe("refused");
});
