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

test("a very long draft keeps its last words when the page goes, and when another room comes", async ({ alice, room, token }) => {
  const long = "All the tea in China. ".repeat(3_000);
  await alice.composer.fill(`${long}first`);
  await alice.composer.fill(`${long}last words`);
  await alice.reload();
  await expect(alice.composer).toHaveValue(`${long}last words`);
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.composer).toHaveValue("");
  await alice.composer.fill(`${long}elsewhere`);
  await alice.switchTo(room.title);
  await expect(alice.composer).toHaveValue(`${long}last words`);
  await alice.page.goBack();
  await expect(alice.composer).toHaveValue(`${long}elsewhere`);
});

test("where a draft does not fit, no older one comes back in its place", async ({ alice }) => {
  await alice.composer.fill("an old thought");
  await alice.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await alice.composer.fill("a new thought");
  await alice.reload();
  await expect(alice.composer).not.toHaveValue(/old/);
});
