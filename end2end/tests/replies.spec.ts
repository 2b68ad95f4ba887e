// Replies: by the pointer, by keys, by a swipe and without scripts; what is quoted stays true; the quote leads there and back.
import { expect, test } from "../fixtures.ts";

const BACK_MS = 45_000;

test("a reply quotes its message for everybody, now and later", { tag: "@everywhere" }, async ({ alice, bob, people, room }) => {
  await bob.say("Is there any of the oolong left?");
  await alice.composer.fill("A little, I kept");
  await alice.startReply("Is there any of the oolong left?");
  await expect(alice.replyNotice).toContainText("Is there any of the oolong left?");
  await expect(alice.composer).toBeFocused();
  await expect(alice.composer).toHaveValue("A little, I kept");
  await alice.composer.fill("A little, I kept you a cup.");
  await alice.sendButton.click();
  await expect(alice.replyNotice).toHaveCount(0);
  const late = await people.visitor(room, { javaScriptEnabled: false });
  for (const person of [alice, bob, late]) {
    await expect(person.quote("A little, I kept you a cup.")).toContainText(`${bob.nickname} Is there any of the oolong left?`);
  }
  await bob.reload();
  await expect(bob.quote("A little, I kept you a cup.")).toContainText("Is there any");
  await alice.say("And this replies to nothing.");
  await expect(bob.line("And this replies to nothing.")).toBeVisible();
  await expect(bob.quote("And this replies to nothing.")).toHaveCount(0);
});

test("what is quoted follows its message, also when that is deleted and brought back", async ({ alice, bob }) => {
  await alice.say("tea at forur");
  await bob.replyTo("tea at forur", "I am coming");
  await alice.edit("tea at forur", "tea at four");
  for (const person of [alice, bob]) await expect(person.quote("I am coming")).toContainText("tea at four");
  await alice.startReply("I am coming");
  await alice.delete("tea at four");
  for (const person of [alice, bob]) await expect(person.quote("I am coming")).toContainText(person.words.deleted);
  await bob.reload();
  await expect(bob.quote("I am coming")).toContainText(bob.words.deleted);
  await alice.changeNotice.getByRole("button", { name: alice.words.undo }).click();
  for (const person of [alice, bob]) await expect(person.quote("I am coming")).toContainText("tea at four");
});

test("a reply waits with its draft, over a reload and in its room, until it is given up", async ({ alice, bob, room, token }) => {
  await bob.say("what do you think?");
  await alice.startReply("what do you think?");
  await alice.composer.fill("I think that");
  await alice.reload();
  await expect(alice.composer).toHaveValue("I think that");
  await expect(alice.replyNotice).toContainText("what do you think?");
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.replyNotice).toHaveCount(0);
  await alice.switchTo(room.title);
  await expect(alice.replyNotice).toContainText("what do you think?");
  await alice.composer.press("Escape");
  await expect(alice.replyNotice).toHaveCount(0);
  await expect(alice.composer).toHaveValue("I think that");
  await alice.reload();
  await expect(alice.replyNotice).toHaveCount(0);
  await alice.startReply("what do you think?");
  await alice.page.getByRole("link", { name: alice.words.cancelReply }).click();
  await expect(alice.replyNotice).toHaveCount(0);
  await expect(alice.composer).toHaveValue("I think that");
});

test("R replies to the message that has the focus", async ({ alice, bob }) => {
  await bob.say("by keys alone");
  await alice.addReaction("by keys alone").focus();
  await alice.page.keyboard.press("r");
  await expect(alice.replyNotice).toContainText("by keys alone");
  await expect(alice.composer).toBeFocused();
  await alice.page.keyboard.type("r is a letter here");
  await expect(alice.composer).toHaveValue("r is a letter here");
});

test("the quote leads to its message, and Back leads to the quote", async ({ alice, bob, people, script }) => {
  const program = await script();
  await bob.say("far above");
  await expect(alice.line("far above")).toBeVisible();
  for (let line = 1; line <= 60; line++) program.say(people.nickname("Scribe"), `line ${line}`);
  await expect(alice.line("line 60")).toBeVisible();
  await alice.line("far above").scrollIntoViewIfNeeded();
  await alice.replyTo("far above", "far below");
  await expect(alice.quote("far below")).toBeInViewport();
  await expect(alice.line("far above")).not.toBeInViewport();
  await alice.quote("far below").click();
  await expect(alice.line("far above")).toBeInViewport();
  await expect(alice.line("far above")).toBeFocused();
  await alice.page.goBack();
  await expect(alice.quote("far below")).toBeInViewport();
  await expect(alice.quote("far below")).toBeFocused();
});

test("the quote leads to a message that is not on the page", async ({ alice, bob, people, script }) => {
  test.setTimeout(90_000);
  const program = await script();
  await bob.say("long ago");
  await expect(alice.line("long ago")).toBeVisible();
  await alice.replyTo("long ago", "a late answer");
  await expect(bob.quote("a late answer")).toBeVisible();
  for (let line = 1; line <= 120; line++) program.say(people.nickname("Scribe"), `line ${line}`);
  await expect(alice.line("line 120")).toBeVisible();
  await alice.startReply("a late answer");
  await alice.say("later still");
  await alice.reload();
  await expect(alice.line("a late answer")).toHaveCount(0);
  await alice.quote("later still").click();
  await alice.ready();
  await alice.live();
  await expect(alice.line("a late answer")).toBeInViewport();
  await alice.jumpToNewest.click();
  await expect(alice.line("later still")).toBeInViewport();
});

test("a reply that was written offline goes when the connection is back", async ({ people, room, bob, wire }) => {
  test.setTimeout(120_000);
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await bob.say("are you on the train?");
  await expect(alice.line("are you on the train?")).toBeVisible();
  wire.cut();
  await alice.lost();
  await alice.replyTo("are you on the train?", "yes, in a tunnel");
  await expect(alice.quote("yes, in a tunnel")).toContainText("are you on the train?");
  wire.mend();
  await expect(bob.quote("yes, in a tunnel")).toContainText("are you on the train?", { timeout: BACK_MS });
});

test("a swipe replies, and one that is too short does not", async ({ people, room, bob }) => {
  const alice = await people.member("Alice", room, { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } });
  await bob.say("swipe me");
  await expect(alice.line("swipe me")).toBeVisible();
  const box = await alice.line("swipe me").boundingBox();
  if (!box) throw new Error("the line has no box");
  const session = await alice.page.context().newCDPSession(alice.page);
  const swipe = async (distance: number) => {
    const at = (x: number) => [{ x: box.x + 60 + x, y: box.y + box.height - 8 }];
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
    for (let x = 10; x <= distance; x += 10) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(x) });
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  await swipe(40);
  await expect(alice.replyNotice).toHaveCount(0);
  await swipe(120);
  await expect(alice.replyNotice).toContainText("swipe me");
});

test("every state of a reply passes axe", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await bob.say("to be answered, at a length that no line of a quote holds: ".repeat(4));
  await alice.startReply("to be answered, at a length that no line of a quote holds: ".repeat(4).trim());
  await expect(alice.replyNotice).toBeVisible();
  await expectAccessible(alice);
  await alice.say("answered");
  await expect(alice.quote("answered")).toBeVisible();
  await expectAccessible(alice);
});
