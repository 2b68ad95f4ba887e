// Rooms: made by anybody, opened by address, switched without a new page.
import { devices } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("a new room opens at once and is listed for everybody", async ({ alice, bob, token }) => {
  const title = `Tea ${token}`;
  await alice.makeRoom(title);
  await alice.say("first");
  await expect(alice.lines()).toHaveText(["first"]);
  await bob.openRooms();
  await expect(bob.rooms.getByRole("link", { name: title })).toBeVisible();
});

test("switching rooms keeps the page, and the back button goes back", async ({ alice, room, token }) => {
  await alice.say("in the first room");
  await alice.makeRoom(`Other ${token}`);
  await alice.say("in the other room");
  await expect(alice.lines()).toHaveText(["in the other room"]);
  await alice.page.evaluate(() => document.documentElement.setAttribute("data-same-page", ""));
  await alice.switchTo(room.title);
  await expect(alice.lines()).toHaveText(["in the first room"]);
  await expect(alice.page).toHaveURL(new RegExp(`/r/${room.slug}$`));
  await alice.page.goBack();
  await expect(alice.lines()).toHaveText(["in the other room"]);
  await expect(alice.page.locator("html[data-same-page]")).toHaveCount(1);
});

test("lines stay in their room", async ({ alice, bob, token }) => {
  await alice.makeRoom(`Quiet ${token}`);
  await alice.say("only here");
  await expect(alice.line("only here")).not.toHaveClass(/message--pending/);
  await bob.say("only there");
  await expect(bob.line("only there")).not.toHaveClass(/message--pending/);
  await expect(alice.lines()).toHaveText(["only here"]);
  await expect(bob.lines()).toHaveText(["only there"]);
});

test("an address without a room says so", async ({ people, complaints }) => {
  complaints.expect(/status of 404/);
  const person = await people.somebody();
  const answer = await person.page.goto(`${person.origin}/r/no-such-room`);
  expect(answer?.status()).toBe(404);
  await expect(person.page.getByRole("heading").first()).toBeVisible();
});

test("a new room leaves its form empty and folded, and its drawer closed", { tag: "@everywhere" }, async ({ alice, token }) => {
  await alice.makeRoom(`Garden ${token}`);
  await expect(alice.roomNameField).toBeHidden();
  if (test.info().project.name === "phone") await expect(alice.rooms).toBeHidden();
  await alice.openRooms();
  await alice.rooms.getByText(alice.words.newRoom, { exact: true }).click();
  await expect(alice.roomNameField).toHaveValue("");
});

test("there is room to type the name of a new room", { tag: "@everywhere" }, async ({ alice }) => {
  await alice.openRooms();
  await alice.rooms.getByText(alice.words.newRoom, { exact: true }).click();
  const box = await alice.roomNameField.boundingBox();
  expect(box?.width ?? 0, "about twenty letters").toBeGreaterThan(200);
});

test("whoever opens another room can type there at once", async ({ alice, room, token }) => {
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.composer).toBeFocused();
  await alice.switchTo(room.title);
  await expect(alice.page.getByRole("heading", { level: 1, name: room.title })).toBeVisible();
  await expect(alice.composer).toBeFocused();
});

test("on a phone another room opens without the keyboard", async ({ people, room }) => {
  const { viewport, userAgent, hasTouch, isMobile } = devices["Pixel 5"];
  const alice = await people.member("Alice", room, { viewport, userAgent, hasTouch, isMobile });
  await alice.timeline.focus();
  await alice.openRooms();
  await alice.rooms.getByRole("link", { name: alice.words.lobby, exact: false }).last().tap();
  await expect(alice.page.getByRole("heading", { level: 1, name: alice.words.lobby })).toBeVisible();
  await expect(alice.rooms).toBeHidden();
  await expect(alice.composer).not.toBeFocused();
});

test("the lobby is called by its name in the reader's language", { tag: "@everywhere" }, async ({ people, words }) => {
  const visitor = await people.somebody();
  await visitor.goto("lobby");
  await expect(visitor.page.getByRole("heading", { level: 1, name: words.lobby, exact: true })).toBeVisible();
  await expect(visitor.page).toHaveTitle(new RegExp(`^${words.lobby} – `));
  await visitor.openRooms();
  await expect(visitor.rooms.locator(".rooms__title", { hasText: words.lobby }).first()).toBeVisible();
});

test("Back closes an open drawer and stays in the room", async ({ people, room }) => {
  const alice = await people.member("Alice", room, { viewport: { width: 360, height: 740 } });
  await alice.openRooms();
  await alice.page.goBack();
  await expect(alice.rooms).toBeHidden();
  await expect(alice.page).toHaveURL(new RegExp(`/r/${room.slug}$`));
  // One opened from the other stays open, and Back closes that one.
  await alice.openRooms();
  await alice.page.getByRole("button", { name: alice.words.people }).first().click();
  await expect(alice.people).toBeVisible();
  await expect(alice.rooms).toBeHidden();
  await expect.poll(() => alice.page.evaluate(() => history.state)).toBe("drawer");
  await expect(alice.people, "whatever came of the first one's entry").toBeVisible();
  await alice.page.goBack();
  await expect(alice.people).toBeHidden();
  await expect(alice.page).toHaveURL(new RegExp(`/r/${room.slug}$`));
  // Closed by hand, it leaves nothing behind that Back would have to pass.
  await alice.openRooms();
  await alice.page.keyboard.press("Escape");
  await expect(alice.rooms).toBeHidden();
  await expect.poll(() => alice.page.evaluate(() => history.state)).toBeNull();
  // Another room from the drawer: Back goes to the room before it.
  await alice.openRooms();
  await alice.rooms.getByRole("link", { name: alice.words.lobby }).last().click();
  await expect(alice.page.getByRole("heading", { level: 1, name: alice.words.lobby })).toBeVisible();
  await alice.page.goBack();
  await expect(alice.page.getByRole("heading", { level: 1, name: room.title })).toBeVisible();
  await expect(alice.rooms).toBeHidden();
});
