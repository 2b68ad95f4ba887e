// What is typed and not sent: it belongs to the room that it was typed in.
import { expect, test } from "../fixtures.ts";

// Everybody here has joined in the page and not reloaded it, as most people do.

test("a draft stays in its room, and Enter says it nowhere else", async ({ alice, bob, room, token }) => {
  await alice.composer.fill("only for the first room");
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.composer).toHaveValue("");
  await alice.composer.press("Enter");
  await alice.composer.fill("only for the other room");

  await alice.switchTo(room.title);
  await expect(alice.composer).toHaveValue("only for the first room");
  await alice.page.goBack();
  await expect(alice.composer).toHaveValue("only for the other room");
  await alice.page.goForward();
  await expect(alice.composer).toHaveValue("only for the first room");

  await alice.composer.press("Enter");
  await expect(bob.lines()).toHaveText(["only for the first room"]);
  await expect(alice.composer).toHaveValue("");
  await alice.page.goBack();
  await expect(alice.composer).toHaveValue("only for the other room");
  await expect(alice.lines()).toHaveCount(0);
});

test("a draft survives the change of the language, in its room", async ({ alice, room, token }) => {
  const field = alice.page.locator("#composer");
  await field.fill("half a thought");
  await alice.makeRoom(`Other ${token}`);
  await field.fill("another thought");
  await alice.switchLanguage();
  await alice.ready();
  await expect(field).toHaveValue("another thought");
  await alice.rooms.getByRole("link", { name: room.title }).click();
  await expect(field).toHaveValue("half a thought");
});

test("the name of a room that was made is not left in the form", async ({ alice, token }) => {
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.page.locator(".rooms__new")).not.toHaveAttribute("open");
  await expect(alice.page.locator("#room-title")).toHaveValue("");
});
