// The truth about the connection: what is lost is noticed, said, and mended.
import { expect, test } from "../fixtures.ts";

test("a reconnect brings what was said meanwhile, once and in order", async ({ wire, people, room, bob }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await bob.say("before");
  await expect(alice.line("before")).toBeVisible();

  wire.cut();
  await alice.lost();
  for (const text of ["missed one", "missed two", "missed three"]) await bob.say(text);
  await expect(bob.line("missed three")).not.toHaveClass(/message--pending/);
  wire.mend();

  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(alice.lines()).toHaveText(["before", "missed one", "missed two", "missed three"]);
});

test("what is written offline is kept and sent later, once", async ({ wire, people, room, bob }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  await expect(alice.composer).toBeEnabled();
  await alice.say("written offline");
  await expect(alice.line("written offline")).toBeVisible();
  wire.mend();
  await expect(bob.line("written offline")).toBeVisible({ timeout: 40_000 });
  await expect(alice.line("written offline")).toHaveCount(1);
  await expect(bob.line("written offline")).toHaveCount(1);
});

test("whoever presses send during a long back-off is connected at once", async ({ wire, people, room, bob }) => {
  const alice = await people.somebody({ origin: wire.origin });
  await alice.page.clock.install();
  await alice.page.addInitScript(() => (Math.random = () => 0.999));
  await alice.goto(room.slug);
  await alice.joinAs(people.nickname("Alice"));
  await alice.page.clock.pauseAt(Date.now() + 5_000);
  let failed = 0;
  alice.page.on("websocket", (socket) => socket.on("close", () => failed++));
  wire.cut();
  await alice.lost();
  for (const [attempt, waitMs] of [500, 1_000, 2_000, 4_000, 8_000].entries()) {
    await alice.page.clock.runFor(waitMs);
    await expect.poll(() => failed).toBe(attempt + 1);
  }
  wire.mend();
  // The next attempt by itself is sixteen seconds away, by a clock that stands still.
  await alice.say("now, please");
  await alice.page.clock.runFor(1_000);
  await expect(bob.line("now, please")).toBeVisible();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live");
});

test("a blocked WebSocket is told in words, and posting works all the same", async ({ wire, people, room, bob }) => {
  wire.blockWebSockets();
  const alice = await people.visitor(room, { origin: wire.origin });
  await alice.tryToJoinAs(people.nickname("Alice"));
  await expect(alice.page.getByText(alice.words.blocked)).toBeVisible({ timeout: 30_000 });
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "blocked");
  await alice.say("by form");
  await expect(bob.line("by form")).toBeVisible();
  await expect(alice.line("by form")).toBeVisible();
});

for (const missing of ["WebAssembly", "WebSocket"]) {
  test(`a browser without ${missing} is told so and can still talk`, async ({ people, room, bob, complaints }) => {
    complaints.expect(/WebAssembly|WebSocket/);
    const alice = await people.somebody();
    await alice.page.context().addInitScript((name) => Reflect.deleteProperty(window, name), missing);
    await alice.page.goto(`${alice.origin}/r/${encodeURIComponent(room.slug)}`);
    await expect(alice.page.getByText(alice.words.unsupported)).toBeVisible();
    await alice.tryToJoinAs(people.nickname("Alice"));
    await alice.composer.waitFor();
    await alice.say("the old way");
    await expect(bob.line("the old way")).toBeVisible();
  });
}

test("a browser keeps the cookie that the handshake of a socket renews", async ({ wire, people, room }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  const context = alice.page.context();
  const session = (await context.cookies()).find(({ name }) => /^teahouse_[0-9a-f]{8}$/.test(name));
  expect(session).toBeDefined();
  if (!session) return;
  // As a browser has it that signed in before cookies had the instance in their name: any answer renews it.
  await context.clearCookies({ name: session.name });
  await context.addCookies([{ ...session, name: "teahouse" }]);
  wire.cut();
  await alice.lost();
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  const renewed = (await context.cookies()).find(({ name }) => name === session.name);
  expect(renewed?.value).toBe(session.value);
});

test("what the server makes wait says why and until when, since the connection is there", async ({ people, room, bob }) => {
  const alice = await people.somebody();
  let refusals = 1;
  await alice.page.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      const { type, ...post } = JSON.parse(String(frame)) as { type: string };
      const refusal = { code: "too_fast", retry_after_ms: 4_000 };
      if (type === "post" && refusals-- > 0) page.send(JSON.stringify({ type: "nack", ...post, refusal }));
      else server.send(frame);
    });
  });
  await alice.goto(room.slug);
  await alice.joinAs(people.nickname("Alice"));
  await alice.say("one");
  await alice.say("two");
  for (const text of ["one", "two"]) {
    await expect(alice.line(text)).toContainText(/That was too fast\. Will be sent at \d\d?:\d\d:\d\d\./);
  }
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live");
  await expect(bob.lines()).toHaveText(["one", "two"]);
  await expect(alice.pendingLines()).toHaveCount(0);
});
