// Edits and deletions: by the author alone, seen by everybody, kept over bad connections, undone.
import { expect, test } from "../fixtures.ts";

/** Coming back may take as long as the longest back-off. */
const BACK_MS = 45_000;

test("an edit is seen by others at once, and by those who come later", { tag: "@everywhere" }, async ({ alice, bob, people, room }) => {
  await alice.say("the ketle is on");
  await expect(bob.line("the ketle is on")).toBeVisible();
  await alice.edit("the ketle is on", "the kettle is on");
  for (const person of [alice, bob]) {
    await expect(person.line("the kettle is on").locator(".message__edited .message__time")).toBeVisible();
    await expect(person.line("the ketle is on")).toHaveCount(0);
  }
  const late = await people.visitor(room, { javaScriptEnabled: false });
  await expect(late.line("the kettle is on").locator(".message__edited")).toContainText(late.words.edited);
  await bob.reload();
  await expect(bob.line("the kettle is on")).toBeVisible();
});

test("a deleted message is gone for everybody, and comes back by Undo", { tag: "@everywhere" }, async ({ alice, bob }) => {
  await alice.say("a slip");
  await expect(bob.line("a slip")).toBeVisible();
  await alice.delete("a slip");
  for (const person of [alice, bob]) {
    await expect(person.line("a slip")).toHaveCount(0);
    await expect(person.deleted).toHaveText(person.words.deleted);
  }
  await bob.reload();
  await expect(bob.deleted).toBeVisible();
  expect(await bob.page.content()).not.toContain("a slip");
  await alice.changeNotice.getByRole("button", { name: alice.words.undo }).click();
  for (const person of [alice, bob]) await expect(person.line("a slip")).toBeVisible();
  await expect(alice.changeNotice).toHaveCount(0);
});

test("only what is one's own can be changed", async ({ alice, bob }) => {
  await bob.say("of Bob");
  await alice.offerFor("of Bob");
  await expect(alice.offer.getByRole("button", { name: alice.words.edit, exact: true })).toBeHidden();
  await expect(alice.offer.getByRole("button", { name: alice.words.delete, exact: true })).toBeHidden();
});

test("up in the empty composer edits the last own message, and Escape brings the draft back", async ({ alice, bob }) => {
  await alice.say("first of mine");
  await alice.say("second of mine");
  await bob.say("of Bob");
  await expect(alice.line("of Bob")).toBeVisible();
  await alice.composer.focus();
  await alice.page.keyboard.press("ArrowUp");
  await expect(alice.composer).toHaveValue("second of mine");
  await expect(alice.changeNotice).toContainText(alice.words.editing);
  await alice.composer.fill("second of mine, mended");
  await alice.composer.press("Escape");
  await expect(alice.composer).toHaveValue("");
  await expect(alice.line("second of mine")).toBeVisible();

  await alice.composer.fill("a draft");
  await alice.page.keyboard.press("ArrowUp");
  await expect(alice.composer).toHaveValue("a draft");
  await alice.offerFor("first of mine");
  await alice.offer.getByRole("button", { name: alice.words.edit, exact: true }).click();
  await expect(alice.composer).toHaveValue("first of mine");
  await expect(alice.composer).toBeFocused();
  await alice.composer.fill("first of mine, mended");
  await alice.sendButton.click();
  await expect(bob.line("first of mine, mended")).toBeVisible();
  await expect(alice.composer).toHaveValue("a draft");
});

test("an edit survives a reload and a look into another room, beside the draft", async ({ alice, bob, room, token }) => {
  await alice.say("half a thuoght");
  await alice.composer.fill("a draft");
  await alice.startEdit("half a thuoght");
  await alice.composer.fill("half a thought, and");
  await alice.reload();
  await expect(alice.changeNotice).toContainText(alice.words.editing);
  await expect(alice.composer).toHaveValue("half a thought, and");
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.composer).toHaveValue("");
  await expect(alice.changeNotice).toHaveCount(0);
  await alice.switchTo(room.title);
  await expect(alice.composer).toHaveValue("half a thought, and");
  await alice.composer.fill("half a thought, and more");
  await alice.sendButton.click();
  await expect(bob.line("half a thought, and more")).toBeVisible();
  await expect(alice.composer).toHaveValue("a draft");
  await alice.reload();
  await expect(alice.composer).toHaveValue("a draft");
  await expect(alice.changeNotice).toHaveCount(0);
});

test("an edit says when its message was changed elsewhere, also after a reload", async ({ alice, bob, room }) => {
  await alice.say("two o'clock");
  await expect(bob.line("two o'clock")).toBeVisible();
  const tab = await alice.secondTab(room.slug);
  await alice.startEdit("two o'clock");
  await alice.composer.fill("three o'clock");
  await tab.edit("two o'clock", "four o'clock");
  await expect(alice.line("four o'clock")).toBeVisible();
  await expect(alice.changeNotice).toContainText(alice.words.editingOutdated);
  await alice.reload();
  await expect(alice.composer).toHaveValue("three o'clock");
  await expect(alice.changeNotice).toContainText(alice.words.editingOutdated);
  await alice.sendButton.click();
  await expect(bob.line("three o'clock")).toBeVisible();
  await expect(alice.changeNotice).toHaveCount(0);
});

test("an edit without a text asks whether to delete the message", async ({ alice, bob, complaints }) => {
  complaints.expect(/^dialog: /);
  await alice.say("nearly nothing");
  await expect(bob.line("nearly nothing")).toBeVisible();
  await alice.edit("nearly nothing", " ");
  await expect(alice.changeNotice).toContainText(alice.words.editing);
  await alice.page.evaluate(() => { window.confirm = () => true; });
  await alice.sendButton.click();
  await expect(bob.deleted).toBeVisible();
});

test("what was edited offline is shown at once and goes when the connection is back", async ({ people, room, bob, wire }) => {
  test.setTimeout(120_000);
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.say("on the trian");
  await expect(bob.line("on the trian")).toBeVisible();
  wire.cut();
  await alice.lost();
  await alice.edit("on the trian", "on the train");
  await expect(alice.line("on the train")).toBeVisible();
  await expect(bob.line("on the trian")).toBeVisible();
  wire.mend();
  await expect(bob.line("on the train")).toBeVisible({ timeout: BACK_MS });
});

test("every state of an edit passes axe", async ({ alice, expectAccessible }) => {
  await alice.say("to be looked at");
  await alice.edit("to be looked at", "was looked at");
  await expect(alice.line("was looked at").locator(".message__edited")).toBeVisible();
  await alice.offerFor("was looked at");
  await expectAccessible(alice);
  await alice.page.keyboard.press("Escape");
  await alice.delete("was looked at");
  await expect(alice.changeNotice).toBeVisible();
  await expectAccessible(alice);
});
