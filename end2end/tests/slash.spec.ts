// Words behind a slash: what is posted is the text that they stand for, with scripts and without.
import { expect, test } from "../fixtures.ts";

test("a word behind a slash is posted as the text that it stands for", { tag: "@everywhere" }, async ({ alice, bob, people, room }) => {
  await alice.say("/shrug no idea");
  await alice.say("/me pours the tea");
  await alice.say("//me is a word");
  await alice.say("/unknown words stay");
  for (const person of [alice, bob]) {
    await expect(person.lines()).toHaveText(["no idea ¯\\_(ツ)_/¯", "pours the tea", "/me is a word", "/unknown words stay"]);
    await expect(person.line("pours the tea").locator("em")).toHaveText("pours the tea");
  }
  const carol = await people.member("Carol", room, { javaScriptEnabled: false });
  await carol.say("/tableflip");
  await expect(bob.line("(╯°□°)╯︵ ┻━┻")).toBeVisible();
});

test("a word that is refused stays in the field as it was typed", async ({ alice }) => {
  const typed = `/shrug ${"x".repeat(3_999)}`;
  await alice.say(typed);
  await expect(alice.page.getByText(alice.words.tooLong)).toBeVisible();
  await expect(alice.composer).toHaveValue(typed);
});
