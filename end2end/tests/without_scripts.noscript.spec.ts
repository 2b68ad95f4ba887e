// With scripts off: read, page back, choose a nickname, post.
import { expect, test } from "../fixtures.ts";

test("somebody without scripts joins, posts, and is read by others", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("no scripts here");
  await expect(alice.line("no scripts here")).toBeVisible();
  const bob = await people.member("Bob", room, { javaScriptEnabled: true });
  await expect(bob.line("no scripts here")).toBeVisible();
  await alice.say("and here it comes live");
  await expect(bob.line("and here it comes live")).toBeVisible();
});

test("a reload after posting does not post again", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("once");
  await expect(alice.lines()).toHaveText(["once"]);
  await alice.page.reload();
  await expect(alice.lines()).toHaveText(["once"]);
});

test("older lines are a link away, and the newest another", async ({ people, room, script }) => {
  const writer = await script();
  for (let line = 1; line <= 120; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(120);
  const reader = await people.visitor(room);
  await expect(reader.line("line 120")).toBeVisible();
  await reader.older.click();
  await expect(reader.line("line 70")).toHaveCount(1);
  await expect(reader.line("line 120")).toHaveCount(0);
  await reader.page.getByRole("link", { name: reader.words.newest }).first().click();
  await expect(reader.line("line 120")).toBeVisible();
});

test("a refused line stays in the composer", async ({ people, room, complaints }) => {
  complaints.expect(/status of 4\d\d/);
  const alice = await people.member("Alice", room);
  const long = "长".repeat(4_001);
  await alice.say(long);
  await expect(alice.page.getByText(alice.words.tooLong)).toBeVisible();
  await expect(alice.composer).toHaveValue(long);
});

test("a refused nickname stays in the field", async ({ people, room, complaints }) => {
  complaints.expect(/status of 4\d\d/);
  const person = await people.visitor(room);
  await person.tryToJoinAs("admin");
  await expect(person.page.getByText(person.words.nicknameReserved)).toBeVisible();
  await expect(person.nicknameField).toHaveValue("admin");
});

test("the language can be switched", async ({ people, room }) => {
  const person = await people.visitor(room);
  await person.switchLanguage();
  await expect(person.page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("somebody without scripts reacts, and is shown the message again", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("a cup without scripts");
  await alice.reactTo("a cup without scripts", "🍵");
  await expect(alice.reactions("a cup without scripts")).toHaveText(["🍵 1"]);
  await expect(alice.line("a cup without scripts")).toBeInViewport();
  const bob = await people.member("Bob", room, { javaScriptEnabled: true });
  await bob.reaction("a cup without scripts", "🍵").click();
  await expect(bob.reactions("a cup without scripts")).toHaveText(["🍵 2"]);
  await alice.reaction("a cup without scripts", "🍵").click();
  await expect(bob.reactions("a cup without scripts")).toHaveText(["🍵 1"]);
});

test("somebody without scripts edits a message, deletes it, and brings it back", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("a slip of the pen");
  await alice.edit("a slip of the pen", "mended by hand");
  await expect(alice.line("mended by hand").locator(".message__edited")).toBeVisible();
  const bob = await people.member("Bob", room, { javaScriptEnabled: true });
  await alice.delete("mended by hand");
  await expect(bob.deleted).toBeVisible();
  await alice.page.getByRole("link", { name: alice.words.backToMessage }).click();
  await expect(alice.deleted).toBeVisible();
  await alice.page.goBack();
  await alice.page.getByRole("button", { name: alice.words.undo, exact: true }).click();
  for (const person of [alice, bob]) await expect(person.line("mended by hand")).toBeVisible();
});

test("somebody without scripts replies, and finds what was replied to", async ({ people, room }) => {
  const bob = await people.member("Bob", room, { javaScriptEnabled: true });
  const alice = await people.member("Alice", room);
  await bob.say("a question");
  await alice.page.reload();
  await alice.startReply("a question");
  await expect(alice.replyNotice).toContainText("a question");
  await alice.say("an answer");
  for (const person of [alice, bob]) await expect(person.quote("an answer")).toContainText("a question");
  await alice.quote("an answer").click();
  await expect(alice.line("a question")).toBeInViewport();
  await alice.startReply("a question");
  await alice.page.getByRole("link", { name: alice.words.cancelReply }).click();
  await expect(alice.replyNotice).toHaveCount(0);
});

test("a name leads to the card of a person, and on from there", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("who am I?");
  await alice.line("who am I?").getByRole("link", { name: alice.nickname }).click();
  await expect(alice.page.getByRole("heading")).toHaveText(alice.nickname);
  await expect(alice.page.locator("main")).toContainText(alice.words.guest);
  await alice.page.getByRole("link", { name: alice.words.lobby }).click();
  await expect(alice.page).toHaveURL(/\/$/);
});

test("somebody without scripts sees how much is unread, and marks it as read", async ({ people, room }) => {
  const alice = await people.member("Alice", room);
  await alice.say("here I am");
  const bob = await people.member("Bob", room, { javaScriptEnabled: true });
  await bob.say("unread");
  await alice.page.reload();
  await alice.openRooms();
  await expect(alice.unreadIn(room.title)).toContainText("1");
  await alice.page.getByRole("button", { name: alice.words.markRead }).click();
  await expect(alice.unreadIn(room.title)).toHaveCount(0);
  await expect(alice.page.getByRole("button", { name: alice.words.markRead })).toHaveCount(0);
});
