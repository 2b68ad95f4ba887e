// A ten-line script and the web people meet in one room.
import { expect, test } from "../fixtures.ts";

test("a script and a web person talk both ways", async ({ alice, script, people }) => {
  const ming = people.nickname("Ming");
  const program = await script();
  program.say(ming, "hello from a script", "11-24 16:00:09");
  await expect(alice.line("hello from a script")).toBeVisible();
  await expect.poll(() => program.heard).toMatchObject([
    { nickname: ming, message: "hello from a script", time: "11-24 16:00:09", status: 1 },
  ]);
  await alice.say("hello from the web");
  await expect.poll(() => program.heard.at(-1)).toMatchObject({
    nickname: alice.nickname,
    message: "hello from the web",
    time: expect.stringMatching(/^\d\d-\d\d \d\d:\d\d:\d\d$/),
    status: 1,
  });
});

test("a script that closes has left, for everybody", async ({ alice, script, people }) => {
  const ming = people.nickname("Ming");
  const [one, other] = [await script(), await script()];
  one.say(ming, "I must go");
  await expect(alice.line("I must go")).toBeVisible();
  // Whoever comes in the same moment shares the notice, in any order.
  const joined = alice.words.joined("").trim();
  await expect(alice.notices().filter({ hasText: ming }).filter({ hasText: joined })).toBeVisible();
  await one.close();
  await expect.poll(() => other.heard.at(-1), { timeout: 10_000 }).toMatchObject({ nickname: ming, message: "", status: 0 });
  await expect(alice.notices().filter({ hasText: alice.words.left(ming) })).toBeVisible({ timeout: 10_000 });
});

test("a web person who closes has left, for scripts too", async ({ people, room, script }) => {
  const carol = await people.member("Carol", room);
  const program = await script();
  await carol.say("bye");
  await expect.poll(() => program.heard.length).toBe(1);
  await carol.page.context().close();
  await expect.poll(() => program.heard.at(-1), { timeout: 10_000 }).toMatchObject({ nickname: carol.nickname, status: 0 });
});

test("a bad message is answered and the connection stays", async ({ script, people }) => {
  const program = await script();
  program.say(people.nickname("Ming"), "   ");
  await expect.poll(() => program.heard.at(-1)).toMatchObject({ status: -1, error: expect.stringContaining("empty_message") });
  program.say(people.nickname("Ming"), "better");
  await expect.poll(() => program.heard.at(-1)).toMatchObject({ status: 1, message: "better" });
});
