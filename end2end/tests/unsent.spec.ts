// What was sent reaches its room as soon as the server can be reached, whichever room is open by then.
import { expect, type People, type Room, test } from "../fixtures.ts";
import type { Wire } from "../proxy.ts";

/** Coming back may take as long as the longest back-off, and what another tab keeps is left to it for fifteen seconds. */
const BACK_MS = 45_000;

test.describe.configure({ timeout: 120_000 });

/** Somebody in the test's room who knows another one, and has lost the connection. */
async function cutOff({ wire, people, room, token }: { wire: Wire; people: People; room: Room; token: string }) {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  const other = `Other ${token}`;
  await alice.makeRoom(other);
  await alice.switchTo(room.title);
  await alice.live();
  wire.cut();
  await alice.lost();
  return { alice, other };
}

test("what was sent offline goes when the connection is back, whichever room is open", async ({ wire, people, room, bob, token }) => {
  const { alice, other } = await cutOff({ wire, people, room, token });
  const said = ["offline one", "offline two", "offline three"];
  for (const text of said) await alice.say(text);
  await alice.switchTo(other);
  await alice.say("in the other room");
  const link = alice.rooms.getByRole("link", { name: room.title });
  await expect(link).toContainText(alice.words.unsentWaiting);

  wire.mend();
  await expect(bob.lines()).toHaveText(said, { timeout: BACK_MS });
  await expect(link).not.toContainText(alice.words.unsentWaiting);
  await expect(alice.page.getByRole("heading", { level: 1, name: other })).toBeVisible();
  await expect(alice.lines()).toHaveText(["in the other room"]);
  await expect(alice.pendingLines()).toHaveCount(0);
  await alice.switchTo(room.title);
  await expect(alice.lines()).toHaveText(said);
  await expect(alice.pendingLines()).toHaveCount(0);
});

test("what was sent just before another room was opened arrives once, in order", async ({ wire, people, room, bob, token }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  await alice.makeRoom(`Other ${token}`);
  await alice.switchTo(room.title);
  await alice.live();
  wire.loseAnswers();
  const said = ["heard, not answered", "waits for the answer"];
  for (const text of said) await alice.say(text);
  await expect(bob.lines()).toHaveText(said.slice(0, 1));
  await alice.switchTo(`Other ${token}`);
  wire.cut();
  wire.mend();
  await expect(bob.lines()).toHaveText(said, { timeout: BACK_MS });
  await expect(alice.rooms.getByText(alice.words.unsentWaiting)).toHaveCount(0);
});

test("what a closed tab left behind is sent by one that shows another room", async ({ wire, people, room, bob, token }) => {
  const closing = await people.member("Alice", room, { origin: wire.origin });
  const staying = await closing.secondTab(room.slug);
  await staying.makeRoom(`Other ${token}`);
  wire.cut();
  await closing.lost();
  await closing.sayLast("left behind");
  wire.mend();
  await expect(bob.line("left behind")).toBeVisible({ timeout: BACK_MS });
  await expect(bob.lines()).toHaveCount(1);
});

test("a refusal in a room that is not open marks the room, in every tab, until somebody decides", async ({ wire, people, room, token }) => {
  const { alice, other } = await cutOff({ wire, people, room, token });
  await alice.say("not like this");
  await alice.switchTo(other);
  const refused = /post_message/;
  const refusal = { Err: { code: "forbidden_character" } };
  await alice.page.context().route(refused, (route) => route.fulfill({ json: refusal }));
  wire.mend();
  const link = alice.rooms.getByRole("link", { name: room.title });
  await expect(link).toContainText(alice.words.unsentStuck, { timeout: BACK_MS });

  const second = await alice.secondTab("lobby");
  const linkOfSecond = second.rooms.getByRole("link", { name: room.title });
  await expect(linkOfSecond).toContainText(alice.words.unsentStuck);
  await alice.switchTo(room.title);
  await expect(alice.line("not like this")).toContainText(alice.words.notSent);
  await expect(link).not.toContainText(alice.words.unsentStuck);
  await alice.retry("not like this");
  await expect(alice.pendingLines()).toHaveCount(0);
  await expect(alice.lines()).toHaveText(["not like this"]);
  await expect(linkOfSecond).not.toContainText(alice.words.unsentStuck);
});
