// Every screen, for every reader: no violation.
import { expect, test } from "../fixtures.ts";

test("nobody is kept out of an empty room", { tag: "@everywhere" }, async ({ people, room, expectAccessible }) => {
  const visitor = await people.visitor(room);
  await visitor.live();
  await expectAccessible(visitor);
});

test("nobody is kept out of a conversation", { tag: "@everywhere" }, async ({ alice, bob, expectAccessible }) => {
  await alice.say("Have you read https://example.org/tea?");
  await bob.say("还没有 🍵");
  await expect(alice.lines()).toHaveCount(2);
  await alice.openPeople();
  await expectAccessible(alice);
});

test("nobody is kept out of the rooms", { tag: "@everywhere" }, async ({ alice, expectAccessible }) => {
  await alice.openRooms();
  await expectAccessible(alice);
});

test("nobody is kept out by a refusal", { tag: "@everywhere" }, async ({ people, room, expectAccessible }) => {
  const person = await people.visitor(room);
  await person.tryToJoinAs("admin");
  await expect(person.page.getByText(person.words.nicknameReserved)).toBeVisible();
  await expectAccessible(person);
});

test("nobody is kept out of an address without a room", { tag: "@everywhere" }, async ({ people, complaints, expectAccessible }) => {
  complaints.expect(/status of 404/);
  const person = await people.somebody();
  await person.page.goto(`${person.origin}/r/no-such-room`);
  await expectAccessible(person);
});

test("nobody is kept out of the pages of panels", { tag: "@everywhere" }, async ({ people, room, complaints, expectAccessible }) => {
  complaints.expect(/status of 404/);
  const person = await people.somebody();
  const below = `/r/${encodeURIComponent(room.slug)}`;
  for (const path of ["/help/formatting", "/help/shortcuts", "/appearance", `${below}/day`, `${below}/day?day=2100-01-01`, `${below}/1/details`]) {
    await person.page.goto(`${person.origin}${path}`);
    await expectAccessible(person);
  }
});

test("the whole way can be walked by keyboard", async ({ people, room, bob }) => {
  const person = await people.visitor(room);
  await person.nicknameField.focus();
  await person.page.keyboard.type(people.nickname("Keys"));
  await person.page.keyboard.press("Enter");
  await expect(person.composer).toBeFocused();
  await person.page.keyboard.type("typed without a mouse");
  await person.page.keyboard.press("Enter");
  await expect(bob.line("typed without a mouse")).toBeVisible();
});
