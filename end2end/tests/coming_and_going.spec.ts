// Presence: who is here, who came, who went.
import { expect, test } from "../fixtures.ts";

test("who comes is announced and listed", async ({ alice, people, room }) => {
  const carol = await people.member("Carol", room);
  await expect(alice.notices().filter({ hasText: carol.nickname })).toBeVisible();
  await alice.openPeople();
  await expect(alice.person(carol.nickname)).toBeVisible();
});

test("several who come are announced in one notice", async ({ alice, people, room }) => {
  for (const name of ["Ben", "Dan", "Eve", "Fay"]) await people.member(name, room);
  await expect(alice.notices().filter({ hasText: "joined" })).toHaveCount(1);
  await expect(alice.notices().last()).toHaveText(/and \d others joined$/);
});

test("a closed tab leaves within ten seconds", async ({ alice, people, room }) => {
  const carol = await people.member("Carol", room);
  await alice.openPeople();
  await expect(alice.person(carol.nickname)).toBeVisible();
  await carol.page.context().close();
  await expect(alice.person(carol.nickname)).toHaveCount(0, { timeout: 10_000 });
  await expect(alice.notices().last()).toContainText("left");
});

test("a reload does not flicker", async ({ alice, bob, people, room }) => {
  await bob.openPeople();
  await alice.reload();
  await alice.live();
  // Somebody who really goes proves that leaving would have been announced by now.
  const carol = await people.member("Carol", room);
  await expect(bob.person(carol.nickname)).toBeVisible();
  await carol.page.context().close();
  await expect(bob.person(carol.nickname)).toHaveCount(0, { timeout: 10_000 });
  await expect(bob.notices().filter({ hasText: alice.words.left(alice.nickname) })).toHaveCount(0);
  await expect(bob.person(alice.nickname)).toBeVisible();
});

test("two tabs of one person are one person", async ({ alice, bob }) => {
  const second = await alice.page.context().newPage();
  await second.goto(alice.page.url());
  await second.locator('.connection[data-state="live"]').waitFor({ state: "attached" });
  await bob.openPeople();
  await expect(bob.person(alice.nickname)).toHaveCount(1);
  await second.close();
  await bob.say("still here?");
  await expect(alice.line("still here?")).toBeVisible();
  await expect(bob.person(alice.nickname)).toHaveCount(1);
});
