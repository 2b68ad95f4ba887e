// Two people open a page in two browsers, type nicknames, and talk.
import { expect, test } from "../fixtures.ts";

test("two people talk and read the same lines in the same order", { tag: "@everywhere" }, async ({ alice, bob }) => {
  for (let round = 1; round <= 5; round++) {
    await Promise.all([alice.say(`from Alice, ${round}`), bob.say(`from Bob, ${round}`)]);
  }
  await expect(alice.lines()).toHaveCount(10);
  await expect(bob.lines()).toHaveCount(10);
  expect(await alice.lines().allInnerTexts()).toEqual(await bob.lines().allInnerTexts());
});

test("a line is there at once, and its way is shown until it is sent", async ({ alice, bob, people, room, wire }) => {
  await alice.say("steady");
  await expect(alice.line("steady")).toBeVisible();
  await expect(alice.line("steady")).not.toHaveClass(/message--pending/);
  await expect(bob.line("steady")).toBeVisible();

  // On a wire that is cut, the line can be seen on its way.
  const carol = await people.member("Carol", room, { origin: wire.origin });
  wire.cut();
  await carol.say("on my way");
  await expect(carol.line("on my way")).toHaveClass(/message--pending/);
  await expect(bob.line("on my way")).toHaveCount(0);
  wire.mend();
  await expect(bob.line("on my way")).toBeVisible({ timeout: 30_000 });
  await expect(carol.line("on my way")).toHaveCount(1);
  await expect(carol.line("on my way")).not.toHaveClass(/message--pending/);
});

test("lines of one person in a row show the name once", async ({ alice, bob }) => {
  // A notice between two lines begins a new group, so everybody's coming is told first. Bob's own is no news to him.
  await expect(alice.notices().filter({ hasText: bob.nickname })).toBeVisible();
  await alice.say("one");
  await alice.say("two");
  await expect(bob.line("two")).toHaveClass(/message--continues/);
  await bob.say("three");
  await expect(bob.line("three")).toHaveClass(/message--opens/);
});

test("somebody who comes later reads what was said, before any script runs", async ({ alice, people, room }) => {
  await alice.say("said before you came");
  await expect(alice.line("said before you came")).not.toHaveClass(/message--pending/);
  const late = await people.visitor(room, { javaScriptEnabled: false });
  await expect(late.line("said before you came")).toBeVisible();
});

test("who is writing is shown, and is not shown for ever", async ({ alice, bob }) => {
  await alice.composer.pressSequentially("hm", { delay: 50 });
  await expect(bob.typingLine).toContainText(bob.words.typing(alice.nickname));
  await expect(alice.typingLine).not.toContainText(alice.nickname);
  await expect(bob.typingLine).not.toContainText(alice.nickname, { timeout: 15_000 });
});
