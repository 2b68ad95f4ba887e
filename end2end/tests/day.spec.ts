// Jumping to a day: from the heading of a day, to its first message, with scripts and without.
import { expect, test } from "../fixtures.ts";

/** A day as a field takes it, in the time zone of the test's browsers. */
const dayAfterToday = (days: number) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(Date.now() + days * 86_400_000);

test("the heading of a day asks for another one and leads there", { tag: "@everywhere" }, async ({ alice, bob, people, script, expectAccessible }) => {
  const program = await script();
  await bob.say("the first word of today");
  await expect(alice.line("the first word of today")).toBeVisible();
  for (let line = 1; line <= 60; line++) program.say(people.nickname("Scribe"), `line ${line}`);
  await expect(alice.line("line 60")).toBeVisible();
  await alice.timeline.getByRole("link", { description: alice.words.day }).last().click();
  await expect(alice.panel.getByRole("heading")).toHaveText(alice.words.day);
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-day.png` });
  await expectAccessible(alice);
  await alice.dayField.fill(dayAfterToday(0));
  await alice.panel.getByRole("button", { name: alice.words.dayGo }).click();
  await expect(alice.panel).toBeHidden();
  await alice.ready();
  await expect(alice.line("the first word of today")).toBeInViewport();
});

test("a day on which nobody posted is said to have no messages, without scripts too", async ({ people, room, complaints }) => {
  complaints.expect(/status of 404/);
  for (const javaScriptEnabled of [true, false]) {
    const reader = await people.member(javaScriptEnabled ? "Alice" : "Bob", room, { javaScriptEnabled });
    await reader.say("today");
    await expect(reader.pendingLines()).toHaveCount(0);
    await reader.timeline.getByRole("link", { description: reader.words.day }).first().click();
    await reader.dayField.fill(dayAfterToday(2));
    await reader.page.getByRole("button", { name: reader.words.dayGo }).click();
    await expect(reader.page.getByRole("alert")).toContainText(reader.words.dayNothing);
    await expect(reader.dayField).toHaveValue(dayAfterToday(2));
  }
});
