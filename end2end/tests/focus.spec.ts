// Whoever does not use a pointer is never thrown back to the beginning of the page, and hears every line.
import { expect, test } from "../fixtures.ts";

test("the same line said twice is read out twice", async ({ alice, bob }) => {
  await alice.page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const told = document.querySelector(".visually-hidden[role=status]") as Element;
    new MutationObserver(() => heard.push(told.textContent?.trim() ?? "")).observe(told, {
      characterData: true,
      childList: true,
      subtree: true,
    });
  });
  const heard = () => alice.page.evaluate(() => (window as unknown as { heard: string[] }).heard.filter((line) => line.endsWith("hm\u2069")).length);
  await bob.say("hm");
  await expect.poll(heard).toBe(1);
  await bob.say("hm");
  await expect.poll(heard).toBe(2);
});

test("the focus stays on a room while the list is drawn anew", async ({ alice, people, room }) => {
  const link = alice.rooms.getByRole("link", { name: room.title });
  await link.focus();
  const before = await link.elementHandle();
  const carol = await people.member("Carol", room);
  await expect(link).toContainText(carol.nickname);
  expect(await before?.evaluate((link) => link.isConnected), "it was drawn anew").toBe(false);
  await expect(link).toBeFocused();
});

test("after older messages came the focus is in the conversation", async ({ people, room, script }) => {
  const writer = await script();
  for (let line = 1; line <= 130; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(130);
  const reader = await people.visitor(room);
  await reader.live();
  await reader.older.focus();
  await reader.page.keyboard.press("Enter");
  await expect(reader.line("line 60")).toHaveCount(1);
  await expect(reader.timeline).toBeFocused();
});

test("after a change of nickname the focus is where it was changed", async ({ alice, people }) => {
  await alice.people.getByText(alice.words.changeNickname, { exact: true }).focus();
  await alice.page.keyboard.press("Enter");
  await alice.nicknameField.fill(people.nickname("Alicia"));
  await alice.page.keyboard.press("Enter");
  await expect(alice.people.locator(".me__name")).toHaveText(people.nickname("Alicia"));
  await expect(alice.people.locator("summary")).toBeFocused();
});
