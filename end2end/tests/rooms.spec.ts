// Rooms: made by anybody, opened by address, switched without a new page.
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
