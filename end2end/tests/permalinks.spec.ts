// The address of a message: it opens the conversation there, whoever follows it, and leads on from there.
import { expect, test } from "../fixtures.ts";

test("the address of a message opens the conversation at it, and the newest is a press away", { tag: "@everywhere" }, async ({ bob, people, room, script, expectAccessible }) => {
  test.setTimeout(90_000);
  const program = await script();
  for (let line = 1; line <= 90; line++) program.say(people.nickname("Scribe"), `line ${line}`);
  await expect(bob.line("line 90")).toBeVisible();
  const reader = await people.visitor(room);
  // Seq 1 is the opening of the room.
  await reader.gotoMessage(room.slug, 41);
  await reader.live();
  await expect(reader.line("line 40")).toBeInViewport();
  await expect(reader.named).toHaveText(/line 40/);
  await expectAccessible(reader);
  await reader.reload();
  await expect(reader.line("line 40")).toBeInViewport();
  await bob.say("said meanwhile");
  await expect(reader.line("line 40")).toBeInViewport();
  await expect(reader.named).toHaveText(/line 40/);
  await reader.jumpToNewest.click();
  await expect(reader.line("said meanwhile")).toBeInViewport();
});

test("a message that is not there is told in words, beside the newest ones", async ({ bob, people, room, complaints }) => {
  complaints.expect(/status of 404/);
  await bob.say("the newest");
  const reader = await people.visitor(room);
  await reader.gotoMessage(room.slug, 4_000);
  await expect(reader.page.getByText(reader.words.noSuchMessage)).toBeVisible();
  await expect(reader.line("the newest")).toBeVisible();
});

test("Back leads from another room to the message again", async ({ alice, bob, room, token }) => {
  await bob.say("a message with an address");
  await expect(alice.line("a message with an address")).toBeVisible();
  await alice.gotoMessage(room.slug, 2);
  await alice.live();
  await alice.makeRoom(`Other ${token}`);
  await expect(alice.line("a message with an address")).toHaveCount(0);
  await alice.page.goBack();
  await expect(alice.line("a message with an address")).toBeVisible();
});
