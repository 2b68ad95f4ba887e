// All about a message: a dialog that its time opens, and a page of its own.
import { expect, test } from "../fixtures.ts";

test("the time of a message opens its details", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say("**tea** at four");
  await alice.reactTo("tea at four", "🍵");
  await bob.edit("tea at four", "**tea** at five");
  await expect(alice.line("tea at five")).toBeVisible();
  const time = alice.line("tea at five").getByRole("link", { description: alice.words.details });
  await time.click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.details);
  await expect(alice.panel.locator("pre")).toHaveText("**tea** at five");
  await expect(alice.panel.getByRole("row").filter({ hasText: "🍵" })).toContainText(alice.nickname);
  // In the reader's zone, which is that of Shanghai, and in UTC.
  await expect(alice.panel.locator("time")).toHaveCount(2);
  for (const shown of await alice.panel.locator("time").all()) await expect(shown).toHaveText(/GMT\+8.* · .* UTC$/);
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-details.png` });
  await expectAccessible(alice);
  // A panel leads to another one.
  await alice.panel.getByRole("link", { name: bob.nickname }).click();
  await expect(alice.panel.getByRole("heading")).toHaveText(bob.nickname);
  await alice.page.keyboard.press("Escape");
  await expect(alice.panel).toBeHidden();
  await expect(time).toBeFocused();
});

test("the details lead to the message, and without scripts they are a page", async ({ alice, people, room }) => {
  await alice.say("a place to come back to");
  await expect(alice.pendingLines()).toHaveCount(0);
  const reader = await people.visitor(room, { javaScriptEnabled: false });
  await reader.line("a place to come back to").getByRole("link", { description: reader.words.details }).click();
  await expect(reader.page.getByRole("heading")).toHaveText(reader.words.details);
  await reader.page.getByRole("link", { name: reader.words.detailsLink }).click();
  await expect(reader.line("a place to come back to")).toBeInViewport();
});

test("the details of a deleted message do not say what it said", async ({ alice, bob }) => {
  await bob.say("swordfish");
  await expect(alice.line("swordfish")).toBeVisible();
  const address = await alice.line("swordfish").getByRole("link", { description: alice.words.details }).getAttribute("href");
  await bob.delete("swordfish");
  await expect(alice.deleted).toBeVisible();
  await alice.timeline.getByRole("link", { description: alice.words.details }).last().click();
  await expect(alice.panel).toContainText(alice.words.deleted);
  await expect(alice.panel).not.toContainText("swordfish");
  await alice.page.goto(`${alice.origin}${address}`);
  await expect(alice.page.locator("main")).not.toContainText("swordfish");
});
