// Windows of every size, paper, and colours that the reader has chosen.
import { expect, test } from "../fixtures.ts";

// 1280 × 800 at 400 %; a phone that lies on its side with the keyboard open.
for (const viewport of [
  { width: 320, height: 200 },
  { width: 640, height: 180 },
]) {
  for (const who of ["a visitor", "a member"]) {
    test(`in a window of ${viewport.width} × ${viewport.height}, ${who} sees the conversation in at least half of it`, async ({
      people,
      room,
      expectAccessible,
    }) => {
      const person =
        who === "a member" ? await people.member("Alice", room, { viewport }) : await people.visitor(room, { viewport });
      const box = await person.timeline.boundingBox();
      expect(box?.height ?? 0).toBeGreaterThanOrEqual(viewport.height / 2 - 1);
      const field = who === "a member" ? person.composer : person.nicknameField;
      await expect(field).toBeInViewport({ ratio: 1 });
      const overflow = await person.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, "nothing is cut off at the side").toBeLessThanOrEqual(0);
      await expectAccessible(person);
      await person.page.screenshot({ path: `test-results/screens/low-${viewport.height}-${who.replace(" ", "-")}.png` });
    });
  }
}

test("words of many lines about the connection leave half of a low window to the conversation", async ({ people, room }) => {
  const viewport = { width: 320, height: 200 };
  const alice = await people.member("Alice", room, { viewport });
  await alice.composer.fill("tea\n".repeat(30));
  const box = await alice.timeline.boundingBox();
  expect(box?.height ?? 0).toBeGreaterThanOrEqual(viewport.height / 2 - 1);
});

test("the row that is read stays when the window is turned, resized, or loses its lower half to a keyboard", async ({
  people,
  room,
  script,
}) => {
  const writer = await script();
  const scribe = people.nickname("Scribe");
  for (let line = 1; line <= 40; line++) writer.say(scribe, `line ${line} ${"and so on, ".repeat(20)}`);
  await expect.poll(() => writer.heard.length).toBe(40);
  const reader = await people.member("Reader", room, { viewport: { width: 400, height: 800 } });
  const row = reader.timeline.locator(".message").nth(15);
  await row.evaluate((row) => row.scrollIntoView({ block: "start" }));
  await expect(reader.jumpToNewest).toBeVisible();
  const place = async () => {
    const [log, read] = [await reader.timeline.boundingBox(), await row.boundingBox()];
    return (read?.y ?? Infinity) - (log?.y ?? -Infinity);
  };
  const before = await place();
  for (const viewport of [
    { width: 800, height: 400 },
    { width: 400, height: 800 },
    { width: 400, height: 420 },
    { width: 1280, height: 800 },
    { width: 400, height: 800 },
  ]) {
    await reader.page.setViewportSize(viewport);
    await expect(async () => {
      expect(Math.abs((await place()) - before), JSON.stringify(viewport)).toBeLessThan(4);
    }).toPass({ timeout: 3_000 });
  }
});

test("who is at the newest line stays there when the window changes", async ({ people, room, script }) => {
  const writer = await script();
  for (let line = 1; line <= 40; line++) writer.say(people.nickname("Scribe"), `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(40);
  const reader = await people.member("Reader", room, { viewport: { width: 400, height: 800 } });
  await expect(reader.line("line 40")).toBeInViewport();
  await reader.page.setViewportSize({ width: 400, height: 420 });
  await expect(reader.line("line 40")).toBeInViewport();
  await expect(reader.jumpToNewest).toBeHidden();
});

test("paper shows the whole conversation and nothing else", async ({ people, room, script }) => {
  const writer = await script();
  const tall = Array.from({ length: 60 }, (_, line) => `verse ${line + 1}`).join("\n");
  for (let line = 1; line <= 45; line++) writer.say(people.nickname("Scribe"), line === 20 ? tall : `line ${line}`);
  await expect.poll(() => writer.heard.length).toBe(45);
  const reader = await people.member("Reader", room, { colorScheme: "dark" });
  await reader.page.emulateMedia({ media: "print" });
  await expect(reader.rooms).toBeHidden();
  await expect(reader.people).toBeHidden();
  await expect(reader.composer).toBeHidden();
  await expect(reader.connectionBadge).toBeHidden();
  const page = await reader.page.evaluate(() => {
    const log = document.getElementById("messages") as HTMLElement;
    return {
      clipped: log.scrollHeight - log.clientHeight,
      whole: document.documentElement.scrollHeight >= log.offsetHeight && log.offsetHeight > 2_000,
      paper: getComputedStyle(document.body).backgroundColor,
    };
  });
  expect(page).toEqual({ clipped: 0, whole: true, paper: "rgb(251, 249, 244)" });
  await reader.page.pdf({ path: "test-results/screens/print.pdf" });
});

test("with colours of the reader's own, the open room, the state and the people can be told apart", async ({
  people,
  room,
  bob,
  expectAccessible,
}) => {
  const alice = await people.member("Alice", room, { forcedColors: "active" });
  await bob.say("hello");
  await expect(alice.lines()).toHaveCount(1);
  const seen = await alice.page.evaluate(() => {
    const style = (selector: string) => getComputedStyle(document.querySelector(selector) as Element);
    const seals = [...document.querySelectorAll(".roster .seal")].map((seal) => getComputedStyle(seal).backgroundColor);
    return {
      open: style(".rooms__room[aria-current]").outlineStyle,
      other: style(".rooms__room:not([aria-current])").outlineStyle,
      live: style(".connection__dot").backgroundColor !== style("body").backgroundColor,
      seals: new Set(seals).size === seals.length,
    };
  });
  expect(seen).toEqual({ open: "solid", other: "none", live: true, seals: true });
  await expectAccessible(alice);
  await alice.page.screenshot({ path: "test-results/screens/forced-colours.png" });
});
