// The truth about the connection: what is lost is noticed, said, and mended.
import { test as base, expect } from "../fixtures.ts";
import { Wire } from "../proxy.ts";

/** The people of these specs reach the server over a wire that can be cut. */
const test = base.extend<{ wire: Wire }>({
  wire: async ({ server, complaints }, use) => {
    complaints.expect(/WebSocket connection/, /Failed to load resource/);
    const wire = await Wire.to(server);
    await use(wire);
    await wire.close();
  },
});

test("a reconnect brings what was said meanwhile, once and in order", async ({ wire, people, room, bob }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await bob.say("before");
  await expect(alice.line("before")).toBeVisible();

  wire.cut();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", /offline|reconnecting/);
  for (const text of ["missed one", "missed two", "missed three"]) await bob.say(text);
  await expect(bob.line("missed three")).not.toHaveClass(/message--pending/);
  wire.mend();

  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(alice.lines()).toHaveText(["before", "missed one", "missed two", "missed three"]);
});

test("what is written offline is kept and sent later, once", async ({ wire, people, room, bob }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", /offline|reconnecting/);
  await expect(alice.composer).toBeEnabled();
  await alice.say("written offline");
  await expect(alice.line("written offline")).toBeVisible();
  wire.mend();
  await expect(bob.line("written offline")).toBeVisible({ timeout: 40_000 });
  await expect(alice.line("written offline")).toHaveCount(1);
  await expect(bob.line("written offline")).toHaveCount(1);
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
  await expect(alice.connectionBadge).toHaveAttribute("data-state", /offline|reconnecting/);
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  const renewed = (await context.cookies()).find(({ name }) => name === session.name);
  expect(renewed?.value).toBe(session.value);
});
