// Without a connection, and after a long time without one: the page stays, shows what it holds, and counts right.
import { devices } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("without a connection another room opens in the page, which shows what it holds", async ({ wire, people, room, token }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.say("in the first room");
  await expect(alice.lines()).toHaveText(["in the first room"]);
  await alice.makeRoom(`Other ${token}`);
  wire.cut();
  await alice.lost();

  await alice.switchTo(room.title);
  await expect(alice.lines()).toHaveText(["in the first room"]);
  await alice.rooms.getByRole("link", { name: alice.words.teahouse }).click();
  await expect(alice.page.getByText(alice.words.notHeld)).toBeVisible();
  await expect(alice.page.getByText(alice.words.emptyRoom)).toHaveCount(0);
  await alice.page.goBack();
  await expect(alice.lines()).toHaveText(["in the first room"]);

  await alice.switchLanguage();
  await expect(alice.alert.filter({ hasText: alice.words.noConnection })).toBeVisible();
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  await alice.say("here again");
  await expect(alice.lines()).toHaveText(["in the first room", "here again"]);
});

test("a room that is on its way says so", async ({ wire, people, room }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.loseAnswers();
  await alice.rooms.getByRole("link", { name: alice.words.teahouse }).click();
  await expect(alice.page.getByText(alice.words.loadingRoom)).toBeVisible();
  await expect(alice.page.getByText(alice.words.emptyRoom)).toHaveCount(0);
  await expect(alice.people.getByText(/and \d+ more/)).toHaveCount(0);
});

test("after a long time away the title counts what is unread, and the badge what came", async ({ wire, people, room, script }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  await alice.page.evaluate(() => Object.defineProperty(document, "visibilityState", { get: () => "hidden" }));
  const writer = await script();
  const said = 210;
  for (let line = 1; line <= said; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length, { timeout: 30_000 }).toBe(said);
  wire.mend();
  await expect(alice.connectionBadge).toHaveAttribute("data-state", "live", { timeout: 40_000 });
  // A page of history brings the newest fifty; how many messages there are before it, their numbers tell.
  await expect(alice.connectionBadge).toContainText("50+");
  await expect(alice.page).toHaveTitle(new RegExp(`^\\(${said}\\) `));
});

test("on a phone without a connection, the language says why it stays, where it can be read", async ({ wire, people, room }) => {
  const { viewport, userAgent, hasTouch, isMobile } = devices["Pixel 5"];
  const alice = await people.member("Alice", room, { origin: wire.origin, viewport, userAgent, hasTouch, isMobile });
  wire.cut();
  await alice.lost();
  await alice.switchLanguage();
  await expect(alice.alert.filter({ hasText: alice.words.noConnection })).toBeVisible();
  await expect(alice.rooms).toBeHidden();
});

test("a room that lets nobody in is not said to be loading", async ({ people, room }) => {
  const alice = await people.somebody();
  await alice.page.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      const { type, room } = JSON.parse(String(frame)) as { type: string; room?: string };
      if (type === "join" && room === "lobby") page.send(JSON.stringify({ type: "refused", room, refusal: { code: "room_not_found" } }));
      else server.send(frame);
    });
  });
  await alice.goto(room.slug);
  await alice.live();
  await alice.rooms.getByRole("link", { name: alice.words.teahouse }).click();
  await expect(alice.alert.filter({ hasText: "There is no such room" })).toBeVisible();
  await expect(alice.page.getByText(alice.words.loadingRoom)).toHaveCount(0);
  await expect(alice.page.getByText(alice.words.emptyRoom)).toHaveCount(0);
});
