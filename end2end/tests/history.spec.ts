// Reading back: older lines come when they are wanted, and the place is kept.
import { expect, test } from "../fixtures.ts";

const LINES = 130;

test("older lines come on scrolling up, and the place is kept", async ({ script, room, people }) => {
  const writer = await script();
  for (let line = 1; line <= LINES; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(LINES);

  const reader = await people.visitor(room);
  await reader.live();
  await expect(reader.line(`line ${LINES}`)).toBeInViewport();
  await expect(reader.line("line 60")).toHaveCount(0);

  // The page of history is held back, so that the place can be looked at before and after it comes.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let asked = () => {};
  const wasAsked = new Promise<void>((resolve) => (asked = resolve));
  await reader.page.route(/\/api\/.*history/, async (route) => {
    asked();
    await held;
    await route.continue();
  });
  await reader.scrollToOldest();
  await wasAsked;
  const oldest = reader.line("line 81");
  const before = await oldest.boundingBox();
  release();
  await expect(reader.line("line 60")).toHaveCount(1);
  const after = await oldest.boundingBox();
  expect(Math.abs((after?.y ?? Infinity) - (before?.y ?? -Infinity))).toBeLessThan(40);

  await expect(async () => {
    await reader.scrollToOldest();
    await expect(reader.line("line 1")).toHaveCount(1, { timeout: 500 });
  }).toPass();
});

test("somebody who reads back is told what is new, and can jump there", async ({ script, people, room, alice }) => {
  const writer = await script();
  for (let line = 1; line <= 60; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(60);
  const reader = await people.member("Reader", room);
  await reader.scrollToOldest();
  await alice.say("news");
  await expect(reader.jumpToNewest).toContainText("1");
  await expect(reader.line("news")).not.toBeInViewport();
  await reader.jumpToNewest.click();
  await expect(reader.line("news")).toBeInViewport();
  await expect(reader.jumpToNewest).toBeHidden();
});
