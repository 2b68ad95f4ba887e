// Hebrew, Arabic and Persian read from the right, each text by itself, and change nothing around them.
import { expect, test, type RoomPage } from "../fixtures.ts";

/** How far a text begins from the left and ends from the right edge of its row, in pixels. */
function edges(person: RoomPage, text: string): Promise<{ left: number; right: number }> {
  return person.page
    .locator(".message__text")
    .filter({ hasText: text })
    .evaluate((row) => {
      const words = document.createRange();
      words.selectNodeContents(row);
      const [ink, box] = [words.getBoundingClientRect(), row.getBoundingClientRect()];
      return { left: ink.left - box.left, right: box.right - ink.right };
    });
}

test("a text that runs from the right stands at the right, one that runs from the left at the left", async ({ alice }) => {
  await alice.say("שלום, תה?");
  await alice.say("hello, tea?");
  await expect(alice.lines()).toHaveCount(2);
  const [hebrew, english] = [await edges(alice, "שלום"), await edges(alice, "hello")];
  expect(hebrew.right).toBeLessThan(2);
  expect(hebrew.left).toBeGreaterThan(100);
  expect(english.left).toBeLessThan(2);
});

test("what is typed runs in its own direction", async ({ alice, people, room }) => {
  await alice.composer.fill("مرحبا");
  await expect(alice.composer).toHaveCSS("direction", "rtl");
  await alice.composer.fill("hello");
  await expect(alice.composer).toHaveCSS("direction", "ltr");
  const visitor = await people.visitor(room);
  await visitor.nicknameField.fill("דנה");
  await expect(visitor.nicknameField).toHaveCSS("direction", "rtl");
});

test("a name is isolated from the sentence around it", async ({ people, room, bob, token }) => {
  const name = `דנה ${token}`;
  const visitor = await people.visitor(room);
  await visitor.joinAs(name);
  await expect(bob.notices().locator("[dir=auto]").filter({ hasText: name })).toHaveCount(1);
  await visitor.say("שלום");
  await expect(bob.timeline.locator(".message__name [dir=auto]").filter({ hasText: name })).toHaveCount(1);
  await expect(bob.page.getByRole("status").filter({ hasText: `\u2068${name}\u2069: \u2068שלום\u2069` })).toHaveCount(1);
});
