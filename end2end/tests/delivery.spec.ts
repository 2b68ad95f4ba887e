// Never lose a line: whatever breaks, in the end the screen shows what the database holds, and every line once.
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base, expect } from "../fixtures.ts";
import { RoomPage } from "../pages/room.page.ts";
import { type PlainScript } from "../plain.ts";
import type { Wire } from "../proxy.ts";
import { startTeahouse } from "../server.mjs";
import { limitsOff } from "../settings.ts";

/** Coming back may take as long as the longest back-off, and a line without an answer is repeated after ten seconds. */
const BACK_MS = 45_000;

interface Fixtures {
  /** A server of the test's own, since it is going to be killed. */
  house: Awaited<ReturnType<typeof startTeahouse>>;
  /** Opens a browser of its own, on a profile that a crash leaves behind. */
  browserOnDisk: () => Promise<RoomPage>;
  /** What the database holds of the test's room, in its order. */
  database: () => Promise<string[]>;
}

const test = base.extend<Fixtures>({
  house: async ({}, use) => {
    const house = await startTeahouse({ environment: limitsOff });
    await use(house);
    await house.stop();
  },
  server: async ({ house }, use) => use(house.url),
  browserOnDisk: async ({ playwright, server, words, launchOptions, locale }, use) => {
    const profile = await mkdtemp(path.join(tmpdir(), "teahouse-profile-"));
    const opened: RoomPage[] = [];
    await use(async () => {
      const context = await playwright.chromium.launchPersistentContext(profile, { ...launchOptions, locale });
      const person = new RoomPage(await context.newPage(), words, true, server);
      opened.push(person);
      return person;
    });
    for (const person of opened) await person.page.context().close();
    await rm(profile, { recursive: true, force: true });
  },
  database: async ({ server, room }, use) => {
    await use(async () => {
      const answer = await fetch(`${server}/api/v1/rooms/${encodeURIComponent(room.slug)}/events?after=0&limit=200`);
      const page = (await answer.json()) as { events: { body: { kind: string; text?: string } }[] };
      const messages = page.events.filter(({ body }) => body.kind === "message");
      return messages.map(({ body }) => body.text ?? "");
    });
  },
});

test.describe.configure({ timeout: 120_000 });

test("lines on their way to a server that is killed arrive once, in order", async ({ house, wire, people, room, database }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  const bob = await people.member("Bob", room, { origin: wire.origin });
  await alice.say("before");
  await expect(bob.line("before")).toBeVisible();

  for (const text of ["one", "two", "three"]) await alice.say(text);
  await house.kill();
  for (const text of ["four", "five"]) await alice.say(text);
  await expect(alice.line("five")).toBeVisible();
  await house.restart();

  const all = ["before", "one", "two", "three", "four", "five"];
  await expect.poll(database, { timeout: BACK_MS }).toEqual(all);
  for (const person of [alice, bob]) {
    await expect(person.lines()).toHaveText(all, { timeout: BACK_MS });
    await expect(person.pendingLines()).toHaveCount(0);
  }
});

test("a line whose answer was lost is not said twice", async ({ wire, people, room, database }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.loseAnswers();
  await alice.say("heard, not answered");
  await expect.poll(database).toEqual(["heard, not answered"]);
  await expect(alice.pendingLines()).toHaveCount(1);
  wire.cut();
  await alice.lost();
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: BACK_MS });
  await expect(alice.pendingLines()).toHaveCount(0);
  await alice.say("and on");
  await expect.poll(database).toEqual(["heard, not answered", "and on"]);
  await expect(alice.lines()).toHaveText(["heard, not answered", "and on"]);
});

test("lines that wait survive leaving the page", async ({ wire, people, room, database }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  const all = ["waiting one", "waiting two", "waiting three"];
  for (const text of all) await alice.say(text);
  await alice.composer.fill("half a thou");
  await alice.leavePage();
  wire.mend();
  await alice.goto(room.slug);
  await expect.poll(database, { timeout: BACK_MS }).toEqual(all);
  await expect(alice.lines()).toHaveText(all);
  await expect(alice.pendingLines()).toHaveCount(0);
  await expect(alice.composer).toHaveValue("half a thou");
});

test("two tabs share what waits, and every line is said once", async ({ wire, people, room, database }) => {
  const first = await people.member("Alice", room, { origin: wire.origin });
  const second = await first.secondTab(room.slug);
  wire.cut();
  for (const tab of [first, second]) {
    await tab.lost();
  }
  await first.say("first one");
  await second.say("second one");
  await first.say("first two");
  await second.say("second two");
  wire.mend();
  await expect.poll(async () => (await database()).length, { timeout: BACK_MS }).toBe(4);
  for (const tab of [first, second]) {
    await expect(tab.connectionBadge).toHaveAttribute("data-state", "live", { timeout: BACK_MS });
    await expect(tab.pendingLines()).toHaveCount(0, { timeout: BACK_MS });
    await expect(tab.lines()).toHaveText(await database());
  }
  const said = await database();
  expect([...said].sort()).toEqual(["first one", "first two", "second one", "second two"]);
  for (const tab of ["first", "second"]) expect(said.indexOf(`${tab} one`)).toBeLessThan(said.indexOf(`${tab} two`));
});

test("what a closed tab left behind is sent by the other", async ({ wire, people, room, database }) => {
  const closing = await people.member("Alice", room, { origin: wire.origin });
  const staying = await closing.secondTab(room.slug);
  wire.cut();
  await closing.lost();
  await closing.sayLast("left behind");
  wire.mend();
  await expect(staying.line("left behind")).toBeVisible({ timeout: BACK_MS });
  await expect(staying.pendingLines()).toHaveCount(0, { timeout: BACK_MS });
  expect(await database()).toEqual(["left behind"]);
});

test("each tab keeps its own half-written line", async ({ people, room }) => {
  const first = await people.member("Alice", room);
  const second = await first.secondTab(room.slug);
  await first.composer.fill("a long thought");
  await second.composer.fill("another");
  await first.reload();
  await second.reload();
  await expect(first.composer).toHaveValue("a long thought");
  await expect(second.composer).toHaveValue("another");
});

test("a tab that slept through a cut catches up by itself and says so", async ({ wire, people, room, database, house }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  const bob = await people.member("Bob", room, { origin: house.url });
  await bob.say("before");
  await expect(alice.line("before")).toBeVisible();

  const devtools = await alice.page.context().newCDPSession(alice.page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  wire.cut();
  for (const text of ["while asleep", "still asleep"]) await bob.say(text);
  await expect.poll(database).toEqual(["before", "while asleep", "still asleep"]);
  wire.mend();
  await devtools.send("Page.setWebLifecycleState", { state: "active" });

  await expect(alice.connectionBadge).toHaveText(alice.words.caughtUp, { timeout: BACK_MS });
  await expect(alice.lines()).toHaveText(["before", "while asleep", "still asleep"]);
});

/** Of a server that was stopped in order: everything is in this one file. */
const DATABASE = "teahouse.sqlite3";

/** While two pages are cut off, their history is replaced by an older one, which others go on with beyond what the pages hold. */
async function replaceHistory(
  { house, wire, script }: { house: Fixtures["house"]; wire: Wire; script: () => Promise<PlainScript> },
  replace: () => Promise<unknown>,
): Promise<string[]> {
  await house.pause();
  wire.cut();
  await replace();
  await house.restart();
  const others = ["another one", "another two", "another three"];
  const other = await script();
  for (const text of others) other.say("Somebody else", text);
  await expect.poll(() => other.heard.filter(({ status }) => status === 1).length).toBe(others.length);
  return others;
}

for (const { way, prepare, replace } of [
  {
    way: "an old copy that is put back by hand",
    prepare: async (house: Fixtures["house"]) => {
      await house.pause();
      await copyFile(path.join(house.data, DATABASE), path.join(house.data, "old"));
      await house.restart();
    },
    replace: (house: Fixtures["house"]) => copyFile(path.join(house.data, "old"), path.join(house.data, DATABASE)),
  },
  {
    way: "a restored backup",
    prepare: (house: Fixtures["house"]) => house.run("backup", `${house.data}.backup`),
    replace: async (house: Fixtures["house"]) => {
      await rm(house.data, { recursive: true });
      await house.run("restore", "--keep-sessions", `${house.data}.backup`);
      await rm(`${house.data}.backup`);
    },
  },
]) {
  test(`after ${way}, open pages end with exactly its log`, async ({ house, wire, people, room, database, script }) => {
    const alice = await people.member("Alice", room, { origin: wire.origin });
    const bob = await people.member("Bob", room, { origin: wire.origin });
    await alice.say("kept");
    await expect(bob.line("kept")).toBeVisible();
    await prepare(house);
    await Promise.all([alice.live(), bob.live()]);
    for (const text of ["gone one", "gone two"]) await bob.say(text);
    await expect(alice.line("gone two")).toBeVisible();
    await expect(bob.pendingLines()).toHaveCount(0);

    const others = await replaceHistory({ house, wire, script }, () => replace(house));
    await alice.lost();
    await alice.say("typed meanwhile");
    wire.mend();

    const all = ["kept", ...others, "typed meanwhile"];
    await expect.poll(database, { timeout: BACK_MS }).toEqual(all);
    for (const person of [alice, bob]) {
      await expect(person.lines()).toHaveText(all, { timeout: BACK_MS });
      await expect(person.pendingLines()).toHaveCount(0);
    }
    await alice.reload();
    await expect(alice.lines()).toHaveText(all);
  });
}

test("a room that a restored backup lacks shows nothing of the other history, and lives again once it is made again", async ({ house, people, room, complaints }) => {
  complaints.expect(/WebSocket connection/, /Failed to load resource/);
  const alice = await people.member("Alice", room);
  const bob = await people.member("Bob", room);
  await house.run("backup", `${house.data}.backup`);
  const title = `Later ${room.slug}`;
  await alice.makeRoom(title);
  await alice.say("of the history that is gone");
  await expect(bob.page.getByRole("link", { name: title })).toBeVisible();
  await bob.switchTo(title);
  await expect(bob.line("of the history that is gone")).toBeVisible();

  await house.pause();
  await rm(house.data, { recursive: true });
  await house.run("restore", "--keep-sessions", `${house.data}.backup`);
  await rm(`${house.data}.backup`);
  await house.restart();
  for (const person of [alice, bob]) await expect(person.lines()).toHaveCount(0, { timeout: BACK_MS });

  await alice.makeRoom(title);
  await alice.live();
  await alice.say("said anew");
  await expect(alice.lines()).toHaveText(["said anew"]);
  await expect(alice.pendingLines()).toHaveCount(0);
});

test("what waits for a room that a restored backup lacks is found by its mark, and can be given up", async ({ house, people, room, complaints }) => {
  complaints.expect(/WebSocket connection/, /Failed to load resource/);
  const alice = await people.member("Alice", room);
  await house.run("backup", `${house.data}.backup`);
  await alice.makeRoom(`Later ${room.slug}`);
  await house.pause();
  await alice.say("for a room that will not be");
  await rm(house.data, { recursive: true });
  await house.run("restore", "--keep-sessions", `${house.data}.backup`);
  await rm(`${house.data}.backup`);
  await house.restart();

  const line = alice.line("for a room that will not be");
  await expect(line).toContainText(alice.words.noSuchRoom, { timeout: BACK_MS });
  await alice.switchTo(room.title);
  await alice.live();
  const gone = alice.rooms.getByRole("link", { name: `later-${room.slug}` });
  for (const mark of [alice.words.noSuchRoom, alice.words.unsentStuck]) await expect(gone).toContainText(mark);
  await alice.reload();
  await alice.live();
  for (const mark of [alice.words.noSuchRoom, alice.words.unsentStuck]) await expect(gone).toContainText(mark);
  await gone.click();
  await expect(alice.lines()).toHaveText(["for a room that will not be"]);
  await expect(line.getByRole("button", { name: alice.words.copy })).toBeVisible();
  await line.getByRole("button", { name: alice.words.discard }).click();
  await expect(gone).toHaveCount(0);
});

test("a crash of the browser takes no line with it, even if it takes the session", async ({ house, browserOnDisk, people, room, database }) => {
  const before = await browserOnDisk();
  await before.goto(room.slug);
  await before.joinAs(people.nickname("Alice"));
  await house.kill();
  await before.say("typed before the crash");
  await before.composer.fill("half a thou");
  await expect(before.line("typed before the crash")).toBeVisible();
  const gone = new Promise((resolve) => before.page.context().once("close", resolve));
  const devtools = await before.page.context().newCDPSession(before.page);
  // The browser does not live to answer this.
  await devtools.send("Browser.crash").catch(() => {});
  await gone;
  await house.restart();

  const after = await browserOnDisk();
  await after.page.context().clearCookies();
  await after.goto(room.slug);
  await after.joinAs(people.nickname("Alicia"));
  await expect(after.line("typed before the crash")).toBeVisible();
  await expect(after.composer).toHaveValue("half a thou");
  await after.retry("typed before the crash");
  await expect.poll(database, { timeout: BACK_MS }).toEqual(["typed before the crash"]);
  await expect(after.pendingLines()).toHaveCount(0);
});
