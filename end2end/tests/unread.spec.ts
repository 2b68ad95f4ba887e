// What is unread: the same in every tab and on every device of a person, after a reload and after a time away.
import { RoomPage } from "../pages/room.page.ts";
import { expect, test } from "../fixtures.ts";

test("a room that somebody left says how much was said since, and is read by going back", async ({ alice, bob, room, token }) => {
  await alice.makeRoom(`Elsewhere ${token}`);
  await bob.say("one");
  await bob.say("two");
  await alice.openRooms();
  await expect(alice.unreadIn(room.title)).toContainText("2");
  await expect(alice.page).toHaveTitle(/^\(2\) /);
  await expect(alice.page.locator("link[rel=icon]")).toHaveAttribute("href", "/favicon-unread.svg");
  await alice.switchTo(room.title);
  await expect(alice.line("two")).toBeVisible();
  await expect(alice.newLine).toBeVisible();
  await expect(alice.unreadIn(room.title)).toHaveCount(0);
  await expect(alice.page).not.toHaveTitle(/^\(/);
  await expect(alice.page.locator("link[rel=icon]")).toHaveAttribute("href", "/favicon.svg");
});

test("the line above what is new stays put while one reads, and Escape ends it", async ({ alice, bob, expectAccessible }) => {
  await bob.say("read");
  await expect(alice.line("read")).toBeVisible();
  await alice.lookAway();
  await bob.say("first of the new");
  await bob.say("second of the new");
  await expect(alice.page).toHaveTitle(/^\(2\) /);
  await alice.lookBack();
  await expect(alice.page).not.toHaveTitle(/^\(/);
  await bob.say("while she reads");
  await expect(alice.line("while she reads")).toBeVisible();
  const rows = alice.timeline.locator("li:is(.new-line, .message)");
  const texts = (await rows.allInnerTexts()).join("\n");
  expect(texts.indexOf("read")).toBeLessThan(texts.indexOf(alice.words.newSince));
  expect(texts.indexOf(alice.words.newSince)).toBeLessThan(texts.indexOf("first of the new"));
  await expectAccessible(alice);
  await alice.composer.press("Escape");
  await expect(alice.newLine).toHaveCount(0);
});

test("the line stays at the edge while its place is further up, and leads there", async ({ alice, people, room, script }) => {
  const reader = await people.member("Reader", room);
  await reader.lookAway();
  const writer = await script();
  for (let line = 1; line <= 40; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect(reader.line("line 40")).toHaveCount(1);
  await reader.lookBack();
  await expect(reader.line("line 1")).not.toBeInViewport();
  await reader.newLine.click();
  await expect(reader.line("line 1")).toBeInViewport();
  await expect(alice.line("line 40")).toBeVisible();
});

test("what is read in one tab and on one device is read on all", async ({ alice, bob, people, room }) => {
  const tab = await alice.secondTab(room.slug);
  // Another device of the same person has the same cookie.
  const device = await people.somebody();
  await device.page.context().addCookies(await alice.page.context().cookies());
  await device.goto(room.slug);
  await device.live();
  const all: RoomPage[] = [alice, tab, device];
  for (const page of all) await page.lookAway();
  await bob.say("for all of them");
  for (const page of all) await expect(page.page).toHaveTitle(/^\(1\) /);
  await device.lookBack();
  for (const page of all) await expect(page.page).not.toHaveTitle(/^\(/);
});

test("what was not read is still unread after a reload and after a time without a connection", async ({ wire, people, bob, room }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.lookAway();
  await bob.say("before the cut");
  await expect(alice.page).toHaveTitle(/^\(1\) /);
  wire.cut();
  await alice.lost();
  await bob.say("during the cut");
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await expect(alice.page).toHaveTitle(/^\(2\) /);
  await alice.page.context().addInitScript(() =>
    Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true }),
  );
  await alice.reload();
  await alice.live();
  await expect(alice.page).toHaveTitle(/^\(2\) /);
  await alice.lookBack();
  await expect(alice.page).not.toHaveTitle(/^\(/);
  await expect(alice.newLine).toBeVisible();
});

test("what one says oneself is unread nowhere", async ({ alice, bob, room }) => {
  const tab = await alice.secondTab(room.slug);
  // What she looks at in either tab is read in both.
  await alice.lookAway();
  await tab.lookAway();
  await bob.say("a question");
  await expect(tab.page).toHaveTitle(/^\(1\) /);
  await alice.say("an answer");
  await expect(tab.line("an answer")).toHaveCount(1);
  await expect(tab.page).not.toHaveTitle(/^\(/);
});
