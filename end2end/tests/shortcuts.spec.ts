// The list of the keyboard's shortcuts: by its key, from the help, as a page, and never while somebody writes.
import { expect, test } from "../fixtures.ts";

test("a question mark lists the shortcuts, and Escape leads back", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say("what can I press?");
  await alice.addReaction("what can I press?").focus();
  await alice.page.keyboard.press("?");
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.shortcuts);
  await expect(alice.panel.getByRole("row").filter({ hasText: alice.words.replyShortcut }).first()).toContainText("R");
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-shortcuts.png` });
  await expectAccessible(alice);
  await alice.page.keyboard.press("Escape");
  await expect(alice.panel).toBeHidden();
  await expect(alice.addReaction("what can I press?")).toBeFocused();
});

test("a question mark is a letter where one writes", async ({ alice, bob }) => {
  await alice.composer.pressSequentially("really?");
  await expect(alice.composer).toHaveValue("really?");
  await expect(alice.panel).toBeHidden();
  await alice.composer.press("Enter");
  await expect(bob.line("really?")).toBeVisible();
});

test("the help on formatting leads on to the shortcuts, and Back closes both", async ({ alice }) => {
  await alice.page.getByRole("link", { name: alice.words.formatting }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.formatting);
  await alice.panel.getByRole("link", { name: alice.words.shortcuts }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.shortcuts);
  await alice.page.goBack();
  await expect(alice.panel).toBeHidden();
  await expect.poll(() => alice.page.evaluate(() => history.state)).toBeNull();
});

test("whoever walks by Tab finds the shortcuts behind the links that skip, also without scripts", async ({ people, room }) => {
  for (const javaScriptEnabled of [true, false]) {
    const person = await people.visitor(room, { javaScriptEnabled });
    await person.page.keyboard.press("Tab");
    await person.page.keyboard.press("Tab");
    await person.page.keyboard.press("Tab");
    await expect(person.page.getByRole("link", { name: person.words.shortcuts })).toBeFocused();
    await person.page.keyboard.press("Enter");
    await expect(person.page.getByRole("heading", { name: person.words.shortcuts })).toBeVisible();
    if (javaScriptEnabled) await expect(person.panel).toBeVisible();
    else await expect(person.page).toHaveURL(/\/help\/shortcuts$/);
  }
});
