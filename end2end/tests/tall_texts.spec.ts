// A text takes its own place and no more: very tall ones are folded, and no letter reaches into the rows around it.
import { expect, test } from "../fixtures.ts";

const TALL = Array.from({ length: 300 }, (_, line) => `line ${line + 1}`).join("\n");

for (const scripts of [true, false]) {
  test(`a tall text is folded and can be unfolded, ${scripts ? "with" : "without"} scripts`, async ({ alice, people, room }) => {
    await alice.say(TALL);
    await alice.say("short");
    await expect(alice.line("short")).not.toHaveClass(/message--pending/);
    const reader = await people.visitor(room, { javaScriptEnabled: scripts });
    const tall = reader.lines().first();
    const height = async () => (await tall.boundingBox())?.height ?? Infinity;
    expect(await height()).toBeLessThan(800);
    await reader.page.getByText(reader.words.showAll, { exact: true }).click();
    await expect.poll(height).toBeGreaterThan(5_000);
    await reader.page.getByText(reader.words.showLess, { exact: true }).click();
    await expect.poll(height).toBeLessThan(800);
    await expect(reader.page.getByText(reader.words.showAll, { exact: true })).toHaveCount(1);
  });
}

test("unfolding keeps the beginning of the text where it is", async ({ alice }) => {
  await alice.say(TALL);
  const row = alice.timeline.locator(".message").first();
  await alice.page.getByText(alice.words.showAll, { exact: true }).scrollIntoViewIfNeeded();
  const before = (await row.boundingBox())?.y ?? NaN;
  await alice.page.getByText(alice.words.showAll, { exact: true }).click();
  await expect.poll(async () => Math.abs(((await row.boundingBox())?.y ?? Infinity) - before)).toBeLessThan(2);
  await expect(alice.jumpToNewest).toBeVisible();
});

test("stacked accents stay in their own row", async ({ alice }) => {
  await alice.say("above");
  await alice.say(`Z${"\u0300".repeat(60)}`);
  await alice.say("below");
  await expect(alice.lines()).toHaveCount(3);
  const clipped = await alice.timeline.locator(".message").nth(1).evaluate((row) => getComputedStyle(row).overflow);
  expect(clipped).toBe("clip");
});
