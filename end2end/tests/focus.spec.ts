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
  await expect(alice.people.getByText(alice.words.changeNickname, { exact: true })).toBeFocused();
});

test("the link to older messages stays the same while people come and go", async ({ people, room, script }) => {
  const writer = await script();
  for (let line = 1; line <= 130; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(130);
  const reader = await people.visitor(room);
  await reader.live();
  const before = await reader.older.elementHandle();
  const carol = await people.member("Carol", room);
  await expect(reader.person(carol.nickname)).toHaveCount(1);
  expect(await before?.evaluate((link) => link.isConnected), "it was not drawn anew").toBe(true);
});

test("after what was missing came the focus is in the conversation", async ({ wire, people, room, script }) => {
  const alice = await people.member("Alice", room, { origin: wire.origin });
  wire.cut();
  await alice.lost();
  const writer = await script();
  for (let line = 1; line <= 260; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length, { timeout: 30_000 }).toBe(260);
  wire.mend();
  const load = alice.timeline.getByRole("button", { name: alice.words.loadHole });
  await expect(load).toBeAttached({ timeout: 40_000 });
  await load.focus();
  await alice.page.keyboard.press("Enter");
  await expect(alice.line("line 180")).toHaveCount(1);
  await expect(alice.timeline).toBeFocused();
});

test("after a message was discarded the focus is in the conversation", async ({ people, room }) => {
  const alice = await people.somebody();
  await alice.page.routeWebSocket(/\/ws$/, (page) => {
    const server = page.connectToServer();
    page.onMessage((frame) => {
      const { type, ...post } = JSON.parse(String(frame)) as { type: string };
      const refusal = { code: "forbidden_character" };
      if (type === "post") page.send(JSON.stringify({ type: "nack", ...post, refusal }));
      else server.send(frame);
    });
  });
  await alice.goto(room.slug);
  await alice.joinAs(people.nickname("Alice"));
  await alice.say("refused");
  await alice.line("refused").getByRole("button", { name: alice.words.discard }).focus();
  await alice.page.keyboard.press("Enter");
  await expect(alice.lines()).toHaveCount(0);
  await expect(alice.timeline).toBeFocused();
});
