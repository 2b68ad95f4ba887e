// Reactions: set and taken back at once, seen by everybody, kept over bad connections.
import { expect, test } from "../fixtures.ts";

/** Coming back may take as long as the longest back-off. */
const BACK_MS = 45_000;

test("a reaction is seen by others at once, and by those who come later", { tag: "@everywhere" }, async ({ alice, bob, people, room }) => {
  await alice.say("Oolong?");
  await expect(bob.line("Oolong?")).toBeVisible();
  await bob.reactTo("Oolong?", "🍵");
  for (const person of [alice, bob]) await expect(person.reactions("Oolong?")).toHaveText(["🍵 1"]);
  await expect(bob.reaction("Oolong?", "🍵")).toHaveAttribute("aria-pressed", "true");
  const ofBob = alice.reaction("Oolong?", "🍵");
  await expect(ofBob).toHaveAttribute("aria-pressed", "false");
  await expect(ofBob).toHaveAccessibleName(new RegExp(`${bob.nickname}.*${alice.words.addYours}`));
  await expect(ofBob).toHaveAttribute("title", new RegExp(bob.nickname));

  await ofBob.click();
  await alice.reactTo("Oolong?", "🎉");
  for (const person of [alice, bob]) await expect(person.reactions("Oolong?")).toHaveText(["🍵 2", "🎉 1"]);
  await expect(ofBob).toHaveAccessibleName(new RegExp(alice.words.takeYoursBack));

  await bob.reload();
  await expect(bob.reactions("Oolong?")).toHaveText(["🍵 2", "🎉 1"]);
  const late = await people.visitor(room, { javaScriptEnabled: false });
  await expect(late.reactions("Oolong?")).toHaveText(["🍵 2", "🎉 1"]);
});

test("a reaction is taken back by pressing it again", async ({ alice, bob }) => {
  await alice.say("Cake?");
  await bob.reactTo("Cake?", "👍");
  await alice.reaction("Cake?", "👍").click();
  await expect(bob.reactions("Cake?")).toHaveText(["👍 2"]);
  await alice.reaction("Cake?", "👍").click();
  await expect(bob.reactions("Cake?")).toHaveText(["👍 1"]);
  await bob.reaction("Cake?", "👍").click();
  for (const person of [alice, bob]) await expect(person.reactions("Cake?")).toHaveCount(0);
});

test("a reaction moves no text but its own message's", async ({ alice, bob }) => {
  await alice.say("above");
  await alice.say("below");
  await expect(bob.line("below")).toBeVisible();
  const text = bob.line("above").locator(".message__text");
  const place = await text.boundingBox();
  const row = await bob.line("above").boundingBox();
  await bob.line("above").hover();
  await bob.addReaction("above").click();
  await expect(bob.offer).toBeVisible();
  expect(await text.boundingBox()).toEqual(place);
  expect(await bob.line("above").boundingBox()).toEqual(row);
  await bob.page.keyboard.press("Escape");
  await expect(bob.offer).toBeHidden();
  await expect(bob.addReaction("above")).toBeFocused();
});

test("what was reacted offline is shown at once and goes when the connection is back", async ({ people, room, bob, wire }) => {
  test.setTimeout(120_000);
  await bob.say("on the train");
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  await alice.reactTo("on the train", "😮");
  await alice.reactTo("on the train", "🍵");
  await alice.reaction("on the train", "😮").click();
  await expect(alice.reactions("on the train")).toHaveText(["🍵 1"]);
  await expect(bob.reactions("on the train")).toHaveCount(0);

  wire.mend();
  await expect(bob.reactions("on the train")).toHaveText(["🍵 1"], { timeout: BACK_MS });
  await expect(alice.reactions("on the train")).toHaveText(["🍵 1"]);
  await expect(alice.reaction("on the train", "🍵")).toHaveAttribute("aria-pressed", "true");
});

test("what was reacted offline outlives the page", async ({ people, room, bob, wire }) => {
  test.setTimeout(120_000);
  await bob.say("through the tunnel");
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  await alice.reactTo("through the tunnel", "🎉");
  await expect(alice.reactions("through the tunnel")).toHaveText(["🎉 1"]);
  await alice.leavePage();
  wire.mend();
  await alice.goto(room.slug);
  await expect(bob.reactions("through the tunnel")).toHaveText(["🎉 1"], { timeout: BACK_MS });
});

test("a reaction that is refused is gone, and the reason is told", async ({ people, room, bob, wire }) => {
  test.setTimeout(120_000);
  await bob.say("enough of them");
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.makeRoom(`Other ${alice.nickname}`);
  await alice.switchTo(room.title);
  await alice.live();
  wire.cut();
  await alice.lost();
  await alice.reactTo("enough of them", "🍵");
  // Only what is sent without the socket can be answered by a test: from another room.
  await alice.switchTo(`Other ${alice.nickname}`);
  const refusal = { Err: { code: "too_many_reactions" } };
  await alice.page.context().route(/post_message/, (route) => route.fulfill({ json: refusal }));
  wire.mend();
  await expect(alice.alert.filter({ hasText: alice.words.notReacted })).toBeVisible({ timeout: BACK_MS });
  await alice.switchTo(room.title);
  await expect(alice.line("enough of them")).toBeVisible();
  await expect(alice.reactions("enough of them")).toHaveCount(0);
  await alice.reload();
  await expect(alice.reactions("enough of them")).toHaveCount(0);
});

test("a visitor who reacts is asked for a nickname", async ({ people, room, bob }) => {
  await bob.say("for visitors");
  const visitor = await people.visitor(room);
  await visitor.line("for visitors").hover();
  await visitor.addReaction("for visitors").click();
  await expect(visitor.alert.filter({ hasText: visitor.words.nicknameFirst })).toBeVisible();
  await expect(visitor.nicknameField).toBeFocused();
});

test("the whole way of a reaction can be walked by keyboard", async ({ alice, bob }) => {
  await bob.say("by keys");
  await alice.composer.focus();
  await alice.page.keyboard.press("Shift+Tab");
  await expect(alice.addReaction("by keys")).toHaveCSS("opacity", "1");
  await alice.page.keyboard.press("Enter");
  await expect(alice.offer.getByRole("button").first()).toBeFocused();
  await alice.page.keyboard.press("Tab");
  await alice.page.keyboard.press("Enter");
  await expect(bob.reactions("by keys")).toHaveText(["❤️ 1"]);
  await expect(alice.offer).toBeHidden();
  await expect(alice.addReaction("by keys")).toBeFocused();

  await alice.reaction("by keys", "❤️").focus();
  await alice.page.keyboard.press("Space");
  await expect(bob.reactions("by keys")).toHaveCount(0);
  await expect(alice.addReaction("by keys")).toBeFocused();
  await bob.reactTo("by keys", "👍");
  await alice.reaction("by keys", "👍").focus();
  await alice.page.keyboard.press("Space");
  await expect(bob.reactions("by keys")).toHaveText(["👍 2"]);
  await expect(alice.reaction("by keys", "👍")).toBeFocused();
});

test("of a reaction, the emoji is drawn in colour and the number is text", { tag: "@everywhere" }, async ({ alice, bob }) => {
  await alice.say("in colour?");
  await expect(bob.line("in colour?")).toBeVisible();
  // Some fonts of text have outlines for these. Not all of them are among the emojis that are offered first.
  for (const emoji of ["❤️", "☺️", "✌️"]) {
    await bob.page.evaluate((emoji) => {
      const react = document.querySelector<HTMLButtonElement>(".reactions__add")?.cloneNode() as HTMLButtonElement;
      react.value += `+${emoji}`;
      document.body.append(react);
      react.click();
      react.remove();
    }, emoji);
    await expect(alice.reaction("in colour?", emoji)).toHaveCount(1);
  }
  await expect(alice.reactions("in colour?")).toHaveText(["❤️ 1", "☺️ 1", "✌️ 1"]);
  await expect(alice.reaction("in colour?", "❤️").locator("span")).toHaveText("❤️");
  await expect(alice.reaction("in colour?", "❤️").locator("span")).toHaveCSS("font-variant-emoji", "emoji");
  await expect(alice.reaction("in colour?", "❤️")).toHaveCSS("font-variant-emoji", "normal");
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-chips.png` });
});

test("nobody is kept out of reactions", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  test.setTimeout(90_000);
  await alice.say("Is there any of the oolong left?");
  await alice.say("A little.");
  for (const emoji of ["🍵", "❤️"]) await bob.reactTo("Is there any of the oolong left?", emoji);
  await alice.reaction("Is there any of the oolong left?", "🍵").click();
  await bob.reactTo("A little.", "🎉");
  await expect(alice.reactions("A little.")).toHaveText(["🎉 1"]);
  await alice.line("A little.").hover();
  await alice.addReaction("A little.").click();
  await expect(alice.offer).toBeVisible();
  await alice.page.screenshot({ path: `test-results/screens/${test.info().project.name}-reactions.png` });
  await expectAccessible(alice);
});
