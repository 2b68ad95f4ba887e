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

test("in a busy room a reader keeps what is in sight, and finds every line on the way to the newest and back", async ({ script, people, room }) => {
  test.slow();
  // More than a page holds.
  const [held, all] = [100, 1_500];
  const writer = await script();
  const write = async (first: number, last: number) => {
    for (let line = first; line <= last; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
    await expect.poll(() => writer.heard.length, { timeout: 60_000 }).toBe(last);
  };
  await write(1, held);
  const reader = await people.visitor(room);
  await reader.live();
  await expect(async () => {
    await reader.scrollToOldest();
    await expect(reader.line("line 1")).toBeInViewport({ timeout: 500 });
  }).toPass();
  const before = await reader.line("line 1").boundingBox();

  await write(held + 1, all);
  await expect(reader.jumpToNewest).toContainText(String(all - held), { timeout: 60_000 });
  const after = await reader.line("line 1").boundingBox();
  expect(Math.abs((after?.y ?? Infinity) - (before?.y ?? -Infinity))).toBeLessThan(2);

  // Whatever is mounted follows each other, and so does what is mounted next.
  const seen = new Set<number>();
  const look = async () => {
    await expect(reader.hole).toHaveCount(0);
    const texts = await reader.lines().allTextContents();
    const numbers = texts.map((text) => Number(text.trim().replace("line ", "")));
    const first = numbers[0] ?? NaN;
    expect(numbers).toEqual(Array.from(numbers, (_, index) => first + index));
    for (const number of numbers) seen.add(number);
  };
  for (let step = 0; !seen.has(all); step++) {
    expect(step, "steps to the newest line").toBeLessThan(60);
    await look();
    await reader.scrollToNewestMounted();
  }
  expect(seen.size).toBe(all);

  // The oldest are dropped with the next line, and come again.
  await write(all + 1, all + 1);
  await expect(reader.line(`line ${all + 1}`)).toBeInViewport();
  await expect(async () => {
    await reader.scrollToOldest();
    await expect(reader.line("line 1")).toHaveCount(1, { timeout: 200 });
  }).toPass({ timeout: 60_000, intervals: [50] });
});
